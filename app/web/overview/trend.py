"""The rate month by month against its target."""

from collections.abc import Sequence

from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.web import numbers
from app.web.charts.line import LineChart, LinePoint, TargetMark, line_chart
from app.web.charts.months import NO_TICK, MonthTick
from app.web.languages import Language
from app.web.overview.figures import MonthFigure, OverviewFigures, trend_coverage, trend_scope
from app.web.overview.footings import Footings, heading
from app.web.texts import reason_text, text
from app.web.view_models import Panel, Table

_ID = "chart-trend"


def trend(figures: OverviewFigures, footings: Footings, language: Language) -> Panel:
    """Draw the line; a month without a figure is a gap with its reason, never a zero."""
    months = figures.months
    name = heading("trend", figures, language, count=str(len(months)))
    return Panel(
        key="trend",
        name=name,
        chart=line_chart(
            LineChart(
                chart_id=_ID,
                title=name,
                description=_description(figures, language),
                points=tuple(
                    _point(month, tick, language)
                    for month, tick in zip(
                        months, month_ticks([m.month for m in months], language), strict=True
                    )
                ),
                target=_target(figures, language),
            )
        ),
        table=_table(name, figures, language),
        footing=footings.of_metric(figures.metric, "month", trend_scope(figures), trend_coverage(figures)),
    )


def month_ticks(months: Sequence[Month], language: Language) -> list[MonthTick]:
    """Name every third month, and the year where it begins."""
    ticks = []
    for index, month in enumerate(months):
        begins = month.number == 1 or (index == 0 and month.number < 10)
        ticks.append(
            MonthTick(
                numbers.month_name(month, language) if month.number % 3 == 1 else "",
                numbers.year(month.year, language) if begins else "",
            )
            if begins or month.number % 3 == 1
            else NO_TICK
        )
    return ticks


def _target(figures: OverviewFigures, language: Language) -> TargetMark | None:
    target = figures.target
    if target is None:
        return None
    until = numbers.until(target.until, language)
    words = text("target", language, target=numbers.share(target.threshold), until=until)
    return TargetMark(float(target.threshold * 100), words)


def _description(figures: OverviewFigures, language: Language) -> str:
    months = figures.months
    known = sum(1 for month in months if month.rate is not None and month.rate.value is not None)
    return text(
        "trend.desc",
        language,
        first=numbers.month(months[0].month, language),
        last=numbers.month(months[-1].month, language),
        metric=language.of(figures.metric.name),
        known=str(known),
        missing=str(len(months) - known),
    )


def _point(figure: MonthFigure, tick: MonthTick, language: Language) -> LinePoint:
    rate = figure.rate
    value = rate.value if rate is not None else None
    if rate is None or value is None:
        hover, absent = absence(figure, language)
        return LinePoint(hover=hover, percent=None, absent=absent, tick=tick)
    hover = text(
        "trend.hover",
        language,
        month=numbers.month(figure.month, language),
        value=numbers.percent(rate),
        numerator=numbers.mass(rate.numerator, language).full,
        denominator=numbers.mass(rate.denominator, language).full,
        filed=numbers.count(figure.coverage.ledgers_filed),
        expected=numbers.count(figure.coverage.ledgers_expected),
    )
    return LinePoint(hover=hover, percent=float(value * 100), value_text=numbers.percent(rate), tick=tick)


def absence(figure: MonthFigure, language: Language) -> tuple[str, str]:
    """Say why a month has no value: in a sentence, and in a word for the gap."""
    month = numbers.month(figure.month, language)
    if figure.withheld:
        return text("trend.withheld", language, month=month), text("withheld", language)
    if figure.rate is None and not figure.coverage.ledgers_expected:
        return text("trend.not_due", language, month=month), text("trend.not_due.gap", language)
    if figure.rate is None:
        return text("trend.missing", language, month=month), text("trend.gap", language)
    reason = reason_text(figure.rate.reason, language)
    return text("trend.no_value", language, month=month, reason=reason), text("trend.no_value.gap", language)


def _table(name: str, figures: OverviewFigures, language: Language) -> Table:
    head = ("table.month", "table.rate", "table.numerator", "table.denominator", "table.ledgers")
    return Table(
        caption=name,
        head=tuple(text(key, language) for key in head),
        rows=tuple(_row(month, language) for month in figures.months),
    )


def _row(figure: MonthFigure, language: Language) -> tuple[str, ...]:
    coverage = figure.coverage
    ledgers = f"{numbers.count(coverage.ledgers_filed)}/{numbers.count(coverage.ledgers_expected)}"
    rate = figure.rate
    if rate is None or rate.value is None:
        _, absent = absence(figure, language)
        return numbers.month(figure.month, language), absent, "", "", ledgers
    return (
        numbers.month(figure.month, language),
        numbers.percent(rate),
        numbers.separated(tonnes_text(rate.numerator)),
        numbers.separated(tonnes_text(rate.denominator)),
        ledgers,
    )
