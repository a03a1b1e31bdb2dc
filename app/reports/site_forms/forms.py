"""Statistics form 基101 (solid-waste part) and the half-year industry form of a site: their mapping is reference data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.errors import Fault, Message
from app.domain.periods import Month, MonthError
from app.domain.quantities import tonnes_text
from app.domain.rates import METRICS, Totals, identity_residual_grams
from app.http.problems import Invalid
from app.reference import service as reference
from app.reference.models import ReferenceRow
from app.reports.document import Cell, Column, Document, Mass, Period, Rate, Section, Table, Text, Whole
from app.reports.site_forms.row_tree import FormRow, Sums, sums_by_row
from app.reports.site_forms.site_months import ReferenceMissing, SiteMonths, site_months

STATISTICS, HALF_YEAR = "statistics-101", "half-year-industry"
_HALF = re.compile(r"(\d{4})-H([12])", re.ASCII)
_TONNES = Message("吨", "t")
_PARAMETERS = {"year": "year", "half_year": "half"}
"""How a form's period is asked for."""
_BY_INDICATOR = Message("按指标", "By indicator")
_BY_WASTE = Message("按固废种类", "By waste")
_UNVERIFIED = Message(
    "表式、指标名称与顺序未与主管部门印发的原表核对，不代表官方格式",
    "The form, its indicators and their order were not compared with the official one: no official format is claimed",
)
_FIGURES: Mapping[str, str] = {
    "generated": "generated_grams",
    "used": "used_grams",
    "used_on_site": "used_on_site_grams",
    "sent_for_use": "sent_for_use_grams",
    "used_prior": "used_from_prior_stock_grams",
    "disposed": "disposed_grams",
    "disposed_prior": "disposed_from_prior_stock_grams",
    "stored": "stored_grams",
    "dumped": "dumped_grams",
}
"""A form's `figure` → the mass of app.domain.rates.Totals; `closing` is the stock beside them."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form as the reference data describes it."""

    row: ReferenceRow
    rows: tuple[FormRow, ...]
    figures: tuple[Mapping[str, Any], ...]

    @property
    def name(self) -> Message:
        return Message(self.row.zh, self.row.en)


def year_of(text: str) -> Period:
    """Read 2021. Raises Invalid."""
    try:
        return Period.year(int(text) if re.fullmatch(r"\d{4}", text, re.ASCII) else 0)
    except MonthError:
        said = Message("应为 1990 至 2199 之间的年份", "this must be a year from 1990 to 2199")
        raise Invalid(errors=[Fault("#query/year", "bad_year", said)]) from None


def half_of(text: str) -> Period:
    """Read 2021-H1 or 2021-H2. Raises Invalid."""
    match = _HALF.fullmatch(text)
    try:
        if match is not None:
            first = Month(int(match[1]), 1 if match[2] == "1" else 7)
            return Period(first, first.plus(5))
    except MonthError:
        pass
    said = Message("应为半年，如 2021-H1", "this must be a half-year such as 2021-H1")
    raise Invalid(errors=[Fault("#query/half", "bad_half", said)])


def form_document(
    session: ReadSession, subject: Subject, code: str, form_code: str, period: Period, now: datetime
) -> Document:
    """Fill a form for a site. Raises NotFound, Invalid, ReferenceMissing."""
    form = _form(session, form_code)
    of = site_months(session, subject, code, period, now, _PARAMETERS[form.row.body["period"]])
    sums = sums_by_row(form.rows, of.filed)
    table = (
        _figures_down(form, sums) if form.row.body["layout"] == "figures_down" else _wastes_down(form, sums)
    )
    source = Message(form.row.source, form.row.source)
    caveats = () if form.row.verified else (_UNVERIFIED,)
    metrics = tuple(METRICS[each["metric"]] for each in form.figures if "metric" in each)
    sections = (
        Section(Message("填报数", "Figures"), (), (table,), id="form"),
        Section(Message("校核", "Check"), _checks(of, form, sums), id="check"),
    )
    return Document(
        kind=form_code,
        title=form.name,
        subtitle=Message("由月度台账生成，供填报核对", "Made from monthly ledgers, to fill in and compare"),
        period=of.period,
        scope=of.scope,
        provenance=of.provenance(*caveats, sources=(source,), metrics=metrics),
        sections=sections,
        about=of.site.code,
    )


def _form(session: ReadSession, code: str) -> Form:
    row = next((row for row in reference.current(session, "report_forms") if row.code == code), None)
    if row is None:
        raise ReferenceMissing
    return Form(row, tuple(map(FormRow.of, row.body["rows"])), tuple(row.body["figures"]))


def _figures_down(form: Form, sums: Mapping[str, Sums]) -> Table:
    """Indicators down; across the total and the wastes that the site has."""
    shown = [row for row in form.rows if row.is_all or sums[row.id].lines]
    columns = (
        Column("figure", Message("指标", "indicator"), width=2.6),
        *(Column(f"{row.id}_tonnes", row.name, _TONNES) for row in shown),
    )
    rows = tuple(
        (
            Text(_indented(each, Message(each["zh"], each["en"]))),
            *(_cell(sums[row.id], each) for row in shown),
        )
        for each in form.figures
    )
    note = Message("只列本场所有台账行的固废种类", "Only wastes with ledger lines of this site are listed")
    return Table("form", _BY_INDICATOR, columns, rows, notes=(note,))


def _wastes_down(form: Form, sums: Mapping[str, Sums]) -> Table:
    """Every row of the tree down, its figures across."""
    columns = (
        Column("number", Message("行次", "row"), width=0.5),
        Column("waste", Message("固废种类", "waste"), width=2.2),
        *(
            Column(
                each["id"] if "metric" in each else f"{each['id']}_tonnes",
                Message(each["zh"], each["en"]),
                None if "metric" in each else _TONNES,
            )
            for each in form.figures
        ),
        Column("row", Message("代码", "code"), width=1.4),
    )
    rows = tuple(
        (
            Whole(number),
            Text(_indented({"level": row.level}, row.name)),
            *(_cell(sums[row.id], each) for each in form.figures),
            Text(row.id),
        )
        for number, row in enumerate(form.rows, 1)
    )
    return Table("form", _BY_WASTE, columns, rows)


def _indented(each: Mapping[str, Any], name: Message) -> Message:
    blank = "\N{IDEOGRAPHIC SPACE}" * each["level"]
    return Message(f"{blank}{name.zh}", f"{blank}{name.en}")


def _cell(sums: Sums, each: Mapping[str, Any]) -> Cell:
    if "metric" in each:
        # A row that the site has nothing of is left blank: to say why in each would hide those that matter.
        return Rate.of(METRICS[each["metric"]].of(sums.totals)) if sums.lines else Rate(None)
    if each["figure"] == "closing":
        return Mass(sums.closing_grams)
    return Mass(getattr(sums.totals, _FIGURES[each["figure"]]))


def _checks(of: SiteMonths, form: Form, sums: Mapping[str, Sums]) -> tuple[Message, ...]:
    """Whether the statistical identity closes, over everything the form counts."""
    totals = sum((sums[row.id].totals for row in form.rows if row.level == 0), Totals())
    gap = identity_residual_grams(totals)
    identity = Message(
        "产生量 =（综合利用量 − 其中往年）+ 贮存量 +（处置量 − 其中往年）+ 倾倒丢弃量",
        "generated = (used − earlier years') + stored + (disposed of − earlier years') + dumped",
    )
    return (identity, _verdict(gap), *_outside(of, form))


def _verdict(gap: int) -> Message:
    if not gap:
        return Message("平衡关系成立。", "The identity holds.")
    return Message(f"平衡差 {tonnes_text(gap)} 吨。", f"The identity is out by {tonnes_text(gap)} t.")


def _outside(of: SiteMonths, form: Form) -> tuple[Message, ...]:
    """The wastes of the site that the form does not count."""
    counted: Sequence[FormRow] = [row for row in form.rows if row.level == 0]
    wastes = sorted(
        {
            line.waste
            for each in of.filed
            for line in each.lines
            if not any(row.names(line) for row in counted)
        }
    )
    if not wastes:
        return ()
    return (Message(f"本表不统计：{'、'.join(wastes)}", f"Not counted by this form: {', '.join(wastes)}"),)
