"""The site sheet on paper: the same figures as the page, from the same place."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.errors import Fault, Message
from app.domain.periods import Month, MonthError
from app.http.problems import Invalid
from app.reports.document import Cell, Column, Document, Mass, Period, Section, Table, Text, Whole
from app.reports.site_forms.sheet_facts import MONTHS, MonthSums, Sheet, sheet
from app.reports.site_forms.site_months import signed_grams, site_months

_TONNES = Message("吨", "t")
_EARLIEST = Month(1990, 1).plus(MONTHS)
_HEADS = {
    "opening": Message("月初贮存", "opening"),
    "generated": Message("产生", "generated"),
    "received": Message("接收", "received"),
    "used": Message("自行利用", "used"),
    "disposed": Message("自行处置", "disposed of"),
    "sent": Message("委托", "sent"),
    "dumped": Message("倾倒", "dumped"),
    "closing": Message("月末贮存", "stock"),
}
_STOCKS = frozenset({"opening", "closing"})
_NOT_FILED, _NOT_DUE = Message("未报", "not filed"), Message("不需报", "not due")
_SEVERITIES = {
    "low": Message("低", "low"),
    "medium": Message("中", "medium"),
    "high": Message("高", "high"),
}
_STATES = {
    "open": Message("待办", "open"),
    "notified": Message("已通知", "notified"),
    "answered": Message("已答复", "answered"),
    "confirmed": Message("已认定", "confirmed"),
    "dismissed": Message("不予认定", "dismissed"),
    "closed": Message("已办结", "closed"),
}
_NEVER = Message("按现速度不会", "never at this pace")


def site_sheet(
    session: ReadSession, subject: Subject, code: str, until: Month | None, now: datetime
) -> Document:
    """The two years that end with `until`, or with the last month filed. Raises NotFound, Invalid."""
    found = sheet(session, subject, code, until, None, now.date())
    of = site_months(session, subject, code, Period(found.months[0], found.months[-1]), now)
    sections = [_facts(found), _months(found), _partners(found), _late(found), _findings(found.findings)]
    if found.headroom is not None:
        sections.append(_headroom(found.headroom))
    sections.append(_amended(found))
    return Document(
        kind="site-sheet",
        title=Message(f"场所档案　{found.site.name}", f"Site sheet: {found.site.name}"),
        subtitle=Message(f"截至 {found.months[-1]} 的两年", f"The two years to {found.months[-1]}"),
        period=of.period,
        scope=of.scope,
        provenance=of.provenance(),
        sections=tuple(sections),
        about=found.site.code,
    )


def _facts(found: Sheet) -> Section:
    site = found.site
    said = [Message(f"起报月份：{site.reports_from}", f"Reports from {site.reports_from}")]
    if site.reports_until is not None:
        said.append(Message(f"止报月份：{site.reports_until}", f"Reports until {site.reports_until}"))
    if found.base is not None:
        said.append(Message(f"基地：{found.base.zh}", f"Base: {found.base.en}"))
    if site.park:
        said.append(Message(f"园区：{site.park}", f"Park: {site.park}"))
    wastes = [Message(f"{code} {row.zh}", f"{code} {row.en}") for code, row in found.wastes.items()]
    if wastes:
        said.append(
            Message(
                f"固废种类：{'、'.join(each.zh for each in wastes)}",
                f"Wastes: {', '.join(each.en for each in wastes)}",
            )
        )
    return Section(Message("基本情况", "The site"), tuple(said), id="site")


def _months(found: Sheet) -> Section:
    names = [field.name for field in fields(MonthSums)]
    columns = (
        Column("month", Message("月份", "month")),
        *(Column(f"{name}_tonnes", _HEADS[name], _TONNES) for name in names),
        Column("gap_tonnes", Message("不平衡", "gap"), _TONNES),
        Column("state", Message("申报", "filing"), width=0.8),
    )
    rows = [_month(found, month, names) for month in found.months]
    sums = found.sums.values()
    total: tuple[Cell, ...] = (
        Text(Message("合计", "sum")),
        *(Mass(None if name in _STOCKS else sum(getattr(each, name) for each in sums)) for name in names),
        Mass(sum(each.gap for each in sums)),
        Whole(len(found.sums)),
    )
    note = Message(
        "月初 + 产生 + 接收 − 利用 − 处置 − 委托 − 倾倒 − 月末 = 不平衡；贮存不作合计",
        "opening + generated + received − used − disposed of − sent − dumped − stock = gap; stocks are not summed",
    )
    title = Message("逐月收支", "Month by month")
    return Section(
        title,
        (),
        (Table("months", Message("按月", "By month"), columns, (*rows, total), (note,), total_rows=1),),
        id="months",
    )


def _month(found: Sheet, month: Month, names: Sequence[str]) -> tuple[Cell, ...]:
    sums = found.sums.get(month)
    if sums is None:
        state = _NOT_FILED if month in found.owed else _NOT_DUE
        return (Text(str(month)), *(Mass(None) for _ in names), Mass(None), Text(state))
    masses = (Mass(getattr(sums, name)) for name in names)
    return (Text(str(month)), *masses, Mass(sums.gap), Text(Message("已报", "filed")))


def _partners(found: Sheet) -> Section:
    title = Message("往来单位", "Partners")
    if not found.partners:
        return Section(title, (Message("本期没有往来。", "No transfers in the period."),), id="partners")
    columns = (
        Column("partner", Message("单位", "partner"), width=2.4),
        Column("code", Message("编码", "code"), width=2.0),
        Column("direction", Message("方向", "direction"), width=0.7),
        Column("waste", Message("固废", "waste"), width=0.7),
        Column("ours_tonnes", Message("本场所", "this site"), _TONNES),
        Column("theirs_tonnes", Message("对方", "the other side"), _TONNES),
    )
    rows = tuple(
        (
            Text(each.name or Message("未登记", "not registered")),
            Text(each.code),
            Text(Message("转出", "sent") if each.outgoing else Message("接收", "received")),
            Text(each.waste),
            Mass(each.ours),
            Mass(each.theirs),
        )
        for each in found.partners
    )
    return Section(
        title,
        (),
        (Table("partners", Message("转出与接收", "Sent and received"), columns, rows),),
        id="partners",
    )


def _late(found: Sheet) -> Section:
    title = Message("欠报的月份", "Missing months")
    if not found.owed:
        return Section(title, (Message("没有欠报。", "None is missing."),), id="late")
    months = [str(month) for month in found.owed]
    said = Message(
        f"应报 {found.expected} 个月，欠 {len(months)} 个月：{'、'.join(months)}",
        f"{len(months)} of {found.expected} months are missing: {', '.join(months)}",
    )
    return Section(title, (said,), id="late")


def _findings(found: Sequence[Mapping[str, Any]]) -> Section:
    title = Message("线索", "Findings")
    if not found:
        return Section(title, (Message("没有线索。", "No findings."),), id="findings")
    columns = (
        Column("title", Message("规则", "rule"), width=1.5),
        Column("severity", Message("程度", "severity"), width=0.6),
        Column("state", Message("状态", "state"), width=0.8),
        Column("tonnes", Message("涉及量", "at issue"), _TONNES),
        Column("explanation", Message("内容", "what"), width=4.0),
    )
    rows = tuple(
        (
            Text(_message(each["title"])),
            Text(_SEVERITIES[each["severity"]]),
            Text(_STATES[each["state"]]),
            _mass(each["tonnes"]),
            Text(_message(each["explanation"])),
        )
        for each in found
    )
    heaviest = Message("涉及量最多的十条以内", "Ten at most, those with the most tonnes at issue")
    return Section(title, (), (Table("findings", heaviest, columns, rows),), id="findings")


def _headroom(found: Mapping[str, Any]) -> Section:
    title = Message("许可余量", "Room left by the permit")
    columns = (
        Column("facilities", Message("设施", "facilities"), width=2.4),
        Column("wastes", Message("固废", "wastes")),
        Column("capacity_tonnes", Message("能力", "capacity"), _TONNES),
        Column("taken_tonnes", Message("已占用", "taken"), _TONNES),
        Column("headroom_tonnes", Message("余量", "room"), _TONNES),
        Column("pace_tonnes", Message("月均", "a month"), _TONNES),
        Column("exceeded_in", Message("超过于", "exceeded in"), width=1.2),
    )
    masses = ("capacity_tonnes", "taken_tonnes", "headroom_tonnes", "pace_tonnes_per_month")
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            Text("、".join(f"{each['code']} {each['name'] or ''}".strip() for each in item["facilities"])),
            Text(" ".join(item["wastes"])),
            *(_mass(item[name]) for name in masses),
            Text(item["exceeded_in"] or _NEVER),
        )
        for item in found["items"]
    )
    permit = found["held_to"]["permit"]
    held_to = Message(
        f"截至 {found['month']}，按许可证 {permit}", f"At the end of {found['month']}, by permit {permit}"
    )
    return Section(title, (), (Table("headroom", held_to, columns, rows),), id="headroom")


def _amended(found: Sheet) -> Section:
    title = Message("修订过的台账", "Amended ledgers")
    if not found.amended:
        return Section(title, (Message("本期没有修订。", "No amendments in the period."),), id="amended")
    columns = (
        Column("month", Message("月份", "month")),
        Column("version", Message("版本", "version"), width=0.6),
        Column("reason", Message("理由", "reason"), width=6.0),
    )
    rows = tuple((Text(str(each.month)), Whole(each.version), Text(each.reason)) for each in found.amended)
    return Section(
        title,
        (),
        (Table("amended", Message("修订理由", "Why they were amended"), columns, rows),),
        id="amended",
    )


def _message(both: Mapping[str, str]) -> Message:
    return Message(both["zh"], both["en"])


def _mass(tonnes: str | None) -> Mass:
    """A mass as the services answer it."""
    return Mass(None if tonnes is None else signed_grams(tonnes))


def last_month(text: str | None, now: datetime) -> Month | None:
    """The month that the two years shall end with, as it was asked for. Raises Invalid."""
    try:
        month = None if text is None else Month.parse(text)
    except MonthError:
        raise _bad_month("应为如 2021-12 的月份", "this must be a month such as 2021-12") from None
    if month is not None and not _EARLIEST <= month <= Month.of(now.date()):
        raise _bad_month("应在 1992 年至本月之间", "this must lie between 1992 and this month")
    return month


def _bad_month(zh: str, en: str) -> Invalid:
    return Invalid(errors=[Fault("#query/until", "bad_month", Message(zh, en))])
