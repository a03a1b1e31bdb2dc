"""Tables 1 to 3 of the ministry's guide for ledgers (公告2021年第82号) of a site, whether it has a permit number or not."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.errors import Fault, Message
from app.domain.permits.execution import PeriodError, Span
from app.domain.permits.versions import in_force
from app.http.problems import Invalid
from app.permits.service import LEDGER_GUIDE, LEDGER_GUIDE_NOTE, filled_tables, histories_of_sites
from app.reports.document import Cell, Column, Day, Document, Mass, Period, Section, Table, Text, Whole
from app.reports.site_forms.site_months import SiteMonths, signed_grams, site_months

_GUIDE = Message(
    LEDGER_GUIDE, "Guide for ledgers of general industrial solid waste (MEE announcement 2021 No. 82)"
)
_STARRED = Message("带 * 的表头未与指南原文核对", "Heads with * were not compared with the printed guide")
_WIDTHS = {
    **dict.fromkeys(("use_receivers", "disposal_receivers"), 1.8),
    "receiver": 2.4,
    **dict.fromkeys(("name", "use_methods", "disposal_methods"), 1.2),
    **dict.fromkeys(("month", "waste_code"), 0.9),
    **dict.fromkeys(("waste", "waste_class", "out_of_province"), 0.7),
}
_MASS_WIDTH = 1.5
_ELSEWHERE = frozenset({"ledger", "ledger_version"})
"""Which ledger a row is from stands in a table of its own: it would not leave room for the figures."""
_STATES = {
    "submitted": Message("已提交", "submitted"),
    "accepted": Message("已接受", "accepted"),
    "returned": Message("已退回", "returned"),
    "closed": Message("已关账", "closed"),
}
_YES_NO = {"是": Message("是", "yes"), "否": Message("否", "no")}
_DIRECTIONS = {
    "委托利用": Message("委托利用", "entrusted for use"),
    "委托处置": Message("委托处置", "entrusted for disposal"),
    "委托贮存": Message("委托贮存", "entrusted for storage"),
}


def span_of(text: str) -> Span:
    """Read 2021, 2021-Q3 or 2021-07. Raises Invalid."""
    try:
        return Span.parse(text)
    except PeriodError:
        said = Message(
            "应为年、季或月：2021、2021-Q3、2021-07",
            "this must be a year, quarter or month: 2021, 2021-Q3, 2021-07",
        )
        raise Invalid(errors=[Fault("#query/period", "bad_period", said)]) from None


def ledger_guide(session: ReadSession, subject: Subject, code: str, period: str, now: datetime) -> Document:
    """Fill the three tables for a period. Raises NotFound, Invalid."""
    span = span_of(period)
    of = site_months(session, subject, code, Period(span.first, span.last), now)
    held_to = in_force(histories_of_sites(session, [of.site.id]).get(of.site.id, ()), span.last)
    tables = filled_tables(session, of.filed, None if held_to is None else held_to.content)
    title = Message(
        "一般工业固体废物管理台账（附表1—3）", "Ledger of general industrial solid waste (tables 1 to 3)"
    )
    return Document(
        kind="ledger-tables",
        title=title,
        subtitle=Message("由月度台账填写", "Filled from monthly ledgers"),
        period=of.period,
        scope=of.scope,
        provenance=of.provenance(
            Message(LEDGER_GUIDE_NOTE["zh"], LEDGER_GUIDE_NOTE["en"]), _STARRED, sources=(_GUIDE,)
        ),
        sections=(*map(_section, tables), _ledgers(of)),
        about=of.site.code,
    )


def _section(table: Mapping[str, Any]) -> Section:
    """One table; heads that were not compared carry a mark."""
    name = Message(table["title"]["zh"], table["title"]["en"])
    shown = [each for each in table["columns"] if each["id"] not in _ELSEWHERE]
    rows = tuple(tuple(_cell(each, row[each["id"]]) for each in shown) for row in table["rows"])
    nothing = Message("本期没有记录。", "There is nothing in the period.")
    return Section(
        Message(f"附表{table['number']}", f"Table {table['number']}"),
        () if rows else (nothing,),
        (Table(f"table_{table['number']}", name, tuple(map(_column, shown)), rows),),
        id=f"table_{table['number']}",
    )


def _ledgers(of: SiteMonths) -> Section:
    """Which version of which ledger the rows of each month are from, with the hash of its copy of record."""
    columns = (
        Column("month", Message("月份", "month"), width=0.7),
        Column("ledger", Message("台账编号", "ledger"), width=2.4),
        Column("version", Message("版本", "version"), width=0.5),
        Column("state", Message("状态", "state"), width=0.8),
        Column("received_on", Message("收到", "received"), width=0.9),
        Column("sha256", Message("存档副本 SHA-256", "SHA-256 of the copy of record"), width=4.0),
    )
    receipts = (of.receipts[each.month] for each in of.filed)
    rows = tuple(
        (
            Text(str(each.month)),
            Text(each.ledger),
            Whole(each.version),
            Text(_STATES[each.state]),
            Day(each.received_at.astimezone(of.made_at.tzinfo).date()),
            Text(each.sha256),
        )
        for each in receipts
    )
    title = Message("所据台账", "The ledgers behind it")
    signed = Message("记录人、审核人见各月台账签署", "Recorded and checked by whoever signed each ledger")
    return Section(
        title,
        (),
        (
            Table(
                "ledgers",
                Message("版本与存档副本", "Versions and copies of record"),
                columns,
                rows,
                (signed,),
            ),
        ),
        id="ledgers",
    )


def _column(each: Mapping[str, Any]) -> Column:
    mark = "" if each["verified"] else " *"
    unit = Message("吨", "t") if each["unit"] == "t" else None
    return Column(
        each["id"],
        Message(f"{each['zh']}{mark}", f"{each['en']}{mark}"),
        unit,
        width=_MASS_WIDTH if unit else _WIDTHS.get(each["id"], 1.0),
    )


def _cell(column: Mapping[str, Any], value: Any) -> Cell:
    if column["unit"] == "t":
        return Mass(None if value is None else signed_grams(value))
    known: Mapping[str, Mapping[str, Message]] = {"out_of_province": _YES_NO, "direction": _DIRECTIONS}
    return Text(known.get(column["id"], {}).get(value) or str(value or ""))
