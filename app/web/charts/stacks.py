"""Where each month's tonnes went: small stacked bars, the parts named at the last bar, not in a legend."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.web.charts import palette
from app.web.charts.months import (
    BOTTOM,
    HEIGHT,
    LINE_HEIGHT,
    NO_TICK,
    TOP,
    MonthSpan,
    MonthTick,
    gaps,
    month_axis,
    month_column,
)
from app.web.charts.scale import Scale, scale_for, tick_text
from app.web.charts.svg import drawing, element, hatch, label, percent, rule

# The left end of the drawing belongs to the amounts on the axis, the right end to the names of the parts.
_START, _END = 0.08, 0.8
_BAR_SHARE = 0.72


@dataclass(frozen=True, slots=True)
class StackSeries:
    """One part of every column, drawn from the zero line outwards in the order given."""

    name: str
    colour: str
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class StackColumn:
    """One month: an amount a series in the chart's unit; None without figures, and `absent` says why."""

    hover: str
    amounts: tuple[float, ...] | None
    absent: str = ""
    tick: MonthTick = NO_TICK


@dataclass(frozen=True, slots=True)
class StackChart:
    """What to draw; texts are in the reader's language already, `unit` is that of the amounts."""

    chart_id: str
    title: str
    description: str
    unit: str
    series: tuple[StackSeries, ...]
    columns: tuple[StackColumn, ...]


@dataclass(frozen=True, slots=True)
class _Segment:
    """One part of one column between two values."""

    series: int
    low: float
    high: float


def stack_chart(chart: StackChart) -> Markup:
    """Draw the chart as inline SVG."""
    stacks = [_segments(column.amounts) for column in chart.columns]
    bounds = [value for stack in stacks for segment in stack for value in (segment.low, segment.high)]
    scale = scale_for(bounds, BOTTOM, TOP, least=0.01)
    hatched = [(index, series) for index, series in enumerate(chart.series) if series.hatched]
    return drawing(
        chart.chart_id,
        chart.title,
        chart.description,
        HEIGHT,
        element("defs", {}, *(hatch(_hatch_id(chart, index), series.colour) for index, series in hatched)),
        *gaps(chart.chart_id, _span(chart), [_absence(column) for column in chart.columns], 5),
        *_grid(chart, scale),
        *(_column(chart, index, stack, scale) for index, stack in enumerate(stacks)),
        *_names(chart, stacks, scale),
        *month_axis([column.tick for column in chart.columns], _span(chart)),
    )


def _absence(column: StackColumn) -> str | None:
    return column.absent if column.amounts is None else None


def _span(chart: StackChart) -> MonthSpan:
    return MonthSpan(len(chart.columns), _START, _END)


def _segments(amounts: Sequence[float] | None) -> list[_Segment]:
    """Stack positive parts upwards from zero, negative ones (stock that shrank) downwards."""
    above = below = 0.0
    segments = []
    for index, amount in enumerate(amounts or ()):
        if amount > 0:
            segments.append(_Segment(index, above, above + amount))
            above += amount
        elif amount < 0:
            segments.append(_Segment(index, below + amount, below))
            below += amount
    return segments


def _hatch_id(chart: StackChart, series: int) -> str:
    return f"{chart.chart_id}-part-{series}"


def _fill(chart: StackChart, series: int) -> str:
    drawn = chart.series[series]
    return f"url(#{_hatch_id(chart, series)})" if drawn.hatched else drawn.colour


def _grid(chart: StackChart, scale: Scale) -> Iterator[Markup]:
    for tick in scale.ticks:
        y = scale.place(tick)
        yield rule(y, palette.MUTED if tick == 0 else palette.RULE, _END)
        text = f"{tick_text(tick)} {chart.unit}" if tick == scale.ticks[-1] else tick_text(tick)
        yield label(text, "0%", y - 4, colour=palette.MUTED)


def _column(chart: StackChart, index: int, stack: Sequence[_Segment], scale: Scale) -> Markup:
    span = _span(chart)
    bars = []
    for segment in stack:
        top, bottom = scale.place(segment.high), scale.place(segment.low)
        bar: dict[str, str | float] = {
            "class": "part",
            "data-series": str(segment.series),
            "x": percent(span.left(index + (1 - _BAR_SHARE) / 2)),
            "y": top,
            "width": percent(span.width * _BAR_SHARE),
            "height": bottom - top,
            "fill": _fill(chart, segment.series),
            "stroke": palette.SHEET,
            "stroke-width": 0.75,
        }
        bars.append(element("rect", bar))
    return month_column(index, span, chart.columns[index].hover, *bars)


def _names(chart: StackChart, stacks: Sequence[Sequence[_Segment]], scale: Scale) -> Iterator[Markup]:
    """Name the parts of the newest column that has any at its side, moved apart where they would overlap."""
    shown = [(index, stack) for index, stack in enumerate(stacks) if stack]
    if not shown:
        return
    index, stack = shown[-1]
    edge = _span(chart).left(index + 1)
    middles = {segment.series: scale.place((segment.low + segment.high) / 2) for segment in stack}
    for series, place in _spread(middles).items():
        leader: dict[str, str | float] = {
            "class": "leader",
            "x1": percent(edge - 0.005),
            "x2": percent(_END + 0.012),
            "y1": middles[series],
            "y2": place,
            "stroke": palette.MUTED,
            "stroke-width": 1,
        }
        yield element("line", leader)
        yield label(chart.series[series].name, percent(_END + 0.02), place + 4)


def _spread(middles: Mapping[int, float]) -> dict[int, float]:
    """Find for each wanted place one that is at least a line of text away from its neighbours."""
    ordered = sorted(middles, key=lambda series: (middles[series], -series))
    places: list[float] = []
    for series in ordered:
        places.append(max(middles[series], places[-1] + LINE_HEIGHT) if places else middles[series])
    # Whatever was pushed below the plot pushes the ones above it back up.
    limit = float(BOTTOM)
    for position in reversed(range(len(places))):
        places[position] = min(places[position], limit)
        limit = places[position] - LINE_HEIGHT
    return dict(zip(ordered, places, strict=True))
