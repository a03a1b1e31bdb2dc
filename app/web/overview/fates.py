"""Where the tonnes of each month went: used, disposed of, stored, dumped."""

from app.domain.quantities import tonnes_text
from app.domain.rates import METRICS, Totals
from app.web import numbers
from app.web.charts import palette
from app.web.charts.months import MonthTick
from app.web.charts.stacks import StackChart, StackColumn, StackSeries, stack_chart
from app.web.languages import Language
from app.web.overview.figures import MonthFigure, OverviewFigures, trend_coverage, trend_scope
from app.web.overview.footings import Footings
from app.web.overview.trend import absence, month_ticks
from app.web.texts import text
from app.web.view_models import Panel, Table

_ID = "chart-fates"
_PARTS = (
    ("fates.used", palette.USED, False),
    ("fates.disposed", palette.DISPOSED, False),
    ("fates.stored", palette.STORED, True),
    ("fates.dumped", palette.WARNING, True),
)


def fates(figures: OverviewFigures, footings: Footings, language: Language) -> Panel:
    """Draw the stacked months; dumping is named only where there was any."""
    months = figures.months
    known = [month.totals for month in months if month.totals is not None]
    parts = _PARTS if any(totals.dumped_grams for totals in known) else _PARTS[:-1]
    names = [text(key, language) for key, _, _ in parts]
    name = text("fates", language)
    columns = tuple(
        _column(month, tick, names, language)
        for month, tick in zip(months, month_ticks([m.month for m in months], language), strict=True)
    )
    chart = StackChart(
        chart_id=_ID,
        title=name,
        description=text(
            "fates.desc",
            language,
            first=numbers.month(months[0].month, language),
            last=numbers.month(months[-1].month, language),
        ),
        unit=numbers.mass_unit(language),
        series=tuple(
            StackSeries(shown, colour, hatched)
            for shown, (_, colour, hatched) in zip(names, parts, strict=True)
        ),
        columns=columns,
    )
    return Panel(
        key="fates",
        name=name,
        chart=stack_chart(chart),
        table=_table(name, names, figures, language),
        footing=footings.of_mass(
            "formula.fates", METRICS["disposal.plain"], "month", trend_scope(figures), trend_coverage(figures)
        ),
    )


def _amounts(totals: Totals, count: int) -> tuple[int, ...]:
    """Grams [g] a part, in the order of `_PARTS`."""
    return (totals.used_grams, totals.disposed_grams, totals.stored_grams, totals.dumped_grams)[:count]


def _column(figure: MonthFigure, tick: MonthTick, names: list[str], language: Language) -> StackColumn:
    month = numbers.month(figure.month, language)
    if figure.totals is None:
        hover, absent = absence(figure, language)
        return StackColumn(hover=hover, amounts=None, absent=absent, tick=tick)
    amounts = _amounts(figure.totals, len(names))
    parts = [
        text("fates.part", language, name=name, mass=numbers.mass(grams, language).full)
        for name, grams in zip(names, amounts, strict=True)
    ]
    return StackColumn(
        hover=text("fates.hover", language, month=month, parts=text("comma", language).join(parts)),
        amounts=tuple(grams / numbers.GRAMS_PER_TEN_THOUSAND_TONNES for grams in amounts),
        tick=tick,
    )


def _table(name: str, names: list[str], figures: OverviewFigures, language: Language) -> Table:
    head = [text("table.month", language)]
    head += [text("table.tonnes", language, name=part) for part in names]
    rows = []
    for figure in figures.months:
        shown = numbers.month(figure.month, language)
        if figure.totals is None:
            _, absent = absence(figure, language)
            rows.append((shown, absent, *[""] * (len(names) - 1)))
        else:
            amounts = _amounts(figure.totals, len(names))
            rows.append((shown, *(numbers.separated(tonnes_text(grams)) for grams in amounts)))
    return Table(caption=name, head=tuple(head), rows=tuple(rows))
