"""Who is furthest from the target, in tonnes: the places below the region, and the sites."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from app.domain.errors import Message
from app.domain.projection import MonthFigures, Progress, progress
from app.rates import service as rates
from app.rates.service import GroupBy
from app.reports import names, repository
from app.reports.document import Column, Mass, Number, Rate, Section, Table, Text, Whole
from app.reports.figures import NEW_WASTE, TONNES
from app.reports.year_end import POINTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.db.session import ReadSession
    from app.domain.rates import Metric
    from app.rates.service import Cell, Scope, TargetProgress
    from app.reports.figures import Question

MOST = 20
_NO_TARGET = Message(
    "没有适用于本范围、本年度全部大宗固废的利用率目标，不作排序。",
    "No target for the use of all bulk waste applies to this region and year: nobody is ranked.",
)


def section(
    session: ReadSession, question: Question, scope: Scope, items: Sequence[TargetProgress]
) -> Section:
    """Rank by the tonnes missing to the first target that speaks of all bulk waste."""
    title = Message("三、滞后地区与单位", "3. Laggards")
    target = next(
        (item for item in items if item.metric is NEW_WASTE and not item.target.body["wastes"]), None
    )
    if target is None:
        return Section(title, (_NO_TARGET,), id="laggards")
    threshold = Fraction(target.target.body["threshold"])
    judged = replace(scope, wastes=names.bulk_wastes(session))
    percent = f"{float(threshold * 100):g}"
    told = Message(
        f"对照“{target.target.zh}”（{percent}%，{target.metric.name.zh}），按本季度达到目标尚缺的吨数排序，"
        f"最多列 {MOST} 个；利用率低而产生量小的排在后面。",
        f"Against “{target.target.en}” ({percent}%, {target.metric.name.en}), by the tonnes that the quarter lacks, at most "
        f"{MOST}; a low rate of few tonnes comes late.",
    )
    return Section(
        title,
        (told,),
        (
            _places(session, question, judged, target.metric, threshold),
            _sites(session, question, judged, target.metric, threshold),
        ),
        id="laggards",
    )


def _ranked(
    cells: Mapping[str, Cell], metric: Metric, threshold: Fraction
) -> list[tuple[str, Progress, Cell]]:
    """Those below the threshold, the most tonnes missing first."""
    found = []
    for code, cell in cells.items():
        ratio = rates.rate_of(metric, cell)
        if ratio.value is None:
            continue
        judged = progress([MonthFigures(ratio.numerator, ratio.denominator)], threshold, 1)
        if judged.gap_grams is not None and judged.gap_grams > 0:
            found.append((code, judged, cell))
    return sorted(found, key=lambda one: (-(one[1].gap_grams or 0), one[0]))[:MOST]


def _columns(head: Message) -> tuple[Column, ...]:
    return (
        Column("code", Message("代码", "Code"), width=1.5),
        Column("name", head, width=2),
        Column("rate", Message("利用率", "Rate")),
        Column("gap_points", Message("差距", "Gap"), POINTS),
        Column("gap_tonnes", Message("尚缺", "Missing"), TONNES, width=1.4),
        Column("generated_tonnes", Message("产生量", "Generated"), TONNES, width=1.4),
        Column("ledgers_filed", Message("已报台账", "Ledgers filed")),
        Column("ledgers_expected", Message("应报台账", "Ledgers expected")),
    )


def _rows(
    ranked: list[tuple[str, Progress, Cell]], named: Mapping[str, Message]
) -> tuple[tuple[Text | Rate | Number | Mass | Whole, ...], ...]:
    return tuple(
        (
            Text(code),
            Text(named.get(code, Message(code, code))),
            Rate.of(judged.value),
            Number(None if judged.gap is None else judged.gap * 100),
            Mass(judged.gap_grams),
            Mass(cell.totals.generated_grams),
            Whole(cell.ledgers_filed),
            Whole(cell.ledgers_expected),
        )
        for code, judged, cell in ranked
    )


def _places(
    session: ReadSession, question: Question, scope: Scope, metric: Metric, threshold: Fraction
) -> Table:
    cells = rates.cells(session, question.subject, scope, GroupBy.REGION)
    ranked = _ranked(cells, metric, threshold)
    named = names.regions(session, [code for code, _, _ in ranked])
    return Table(
        "lagging_regions",
        Message("滞后地区", "Lagging regions"),
        _columns(Message("行政区", "Region")),
        _rows(ranked, named),
    )


def _sites(
    session: ReadSession, question: Question, scope: Scope, metric: Metric, threshold: Fraction
) -> Table:
    cells = rates.cells(session, question.subject, scope, GroupBy.SITE)
    ranked = _ranked(cells, metric, threshold)
    found = repository.site_names(session, question.subject, [code for code, _, _ in ranked])
    named = {code: Message(name, name) for code, (name, _) in found.items()}
    return Table(
        "lagging_sites",
        Message("滞后单位", "Lagging sites"),
        _columns(Message("场所", "Site")),
        _rows(ranked, named),
    )
