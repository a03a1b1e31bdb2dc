"""A rate by month: a line, gaps where nothing is known, a band of uncertainty, the target as a mark."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

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
    runs,
)
from app.web.charts.scale import Scale, scale_for, tick_text
from app.web.charts.svg import drawing, element, label, percent, rule

# The left end of the drawing belongs to the figures on the axis.
_START, _END = 0.08, 1.0
# The words beside the last dot are as wide as this many months of 24 on a telephone.
_LABEL_MONTHS = 4


@dataclass(frozen=True, slots=True)
class LinePoint:
    """One month. `percent` is None without a figure, and `absent` says why in a word or two.

    `low` and `high` bound the figure when an interval is known.
    """

    hover: str
    percent: float | None
    value_text: str = ""
    absent: str = ""
    low: float | None = None
    high: float | None = None
    tick: MonthTick = NO_TICK


@dataclass(frozen=True, slots=True)
class TargetMark:
    """A threshold in per cent with the words that stand on it."""

    percent: float
    label: str


@dataclass(frozen=True, slots=True)
class LineChart:
    """What to draw; texts are in the reader's language already."""

    chart_id: str
    title: str
    description: str
    points: tuple[LinePoint, ...]
    target: TargetMark | None = None


def line_chart(chart: LineChart) -> Markup:
    """Draw the chart as inline SVG."""
    scale = _scale(chart)
    return drawing(
        chart.chart_id,
        chart.title,
        chart.description,
        HEIGHT,
        *gaps(chart.chart_id, _span(chart.points), [_absence(point) for point in chart.points], 3),
        *_grid(chart, scale),
        *_band(chart.points, scale),
        *_target(chart, scale),
        *_segments(chart.points, scale),
        *_marks(chart.points, scale),
        *_last_value(chart, scale),
        *month_axis([point.tick for point in chart.points], _span(chart.points)),
    )


def _scale(chart: LineChart) -> Scale:
    values = [value for point in chart.points for value in (point.percent, point.low, point.high)]
    if chart.target is not None:
        values.append(chart.target.percent)
    return scale_for([value for value in values if value is not None], BOTTOM, TOP, least=5.0)


def _span(points: Sequence[LinePoint]) -> MonthSpan:
    return MonthSpan(len(points), _START, _END)


def _absence(point: LinePoint) -> str | None:
    return point.absent if point.percent is None else None


def _grid(chart: LineChart, scale: Scale) -> Iterator[Markup]:
    target_y = scale.place(chart.target.percent) if chart.target is not None else None
    for tick in scale.ticks:
        y = scale.place(tick)
        yield rule(y, palette.MUTED if tick == 0 else palette.RULE)
        if target_y is None or abs(target_y - y) >= LINE_HEIGHT:
            yield label(f"{tick_text(tick)}%", "0%", y - 4, colour=palette.MUTED)


def _band(points: Sequence[LinePoint], scale: Scale) -> Iterator[Markup]:
    """Draw the interval of each unbroken run, stretched to the width by a drawing of its own."""
    bounds = [(point.low, point.high) for point in points]
    for first, last in runs([low is not None and high is not None for low, high in bounds]):
        # A lone month has an interval too: it is drawn half a column wide.
        margin = 0.25 if first == last else 0.0
        upper, lower = [], []
        for index in range(first, last + 1):
            low, high = bounds[index]
            for offset in {-margin, margin}:
                x = _span(points).centre(index + offset) * 100
                upper.append((x, scale.place(high or 0.0)))
                lower.append((x, scale.place(low or 0.0)))
        corners = sorted(upper) + sorted(lower, reverse=True)
        yield element(
            "svg",
            {
                "width": "100%",
                "height": HEIGHT,
                "viewBox": f"0 0 100 {HEIGHT}",
                "preserveAspectRatio": "none",
            },
            element(
                "polygon",
                {
                    "class": "band",
                    "points": " ".join(f"{x:.3f},{y:.2f}" for x, y in corners),
                    "fill": palette.PINE,
                    "fill-opacity": 0.18,
                },
            ),
        )


def _target(chart: LineChart, scale: Scale) -> Iterator[Markup]:
    if chart.target is None:
        return
    y = scale.place(chart.target.percent)
    ends: dict[str, str | float] = {"class": "target", "x1": "0%", "x2": "100%", "y1": y, "y2": y}
    yield element("line", {**ends, "stroke": palette.INK, "stroke-width": 1.5, "stroke-dasharray": "6 4"})
    yield label(chart.target.label, "0%", y - 6, bold=True)


def _segments(points: Sequence[LinePoint], scale: Scale) -> Iterator[Markup]:
    for index, (left, right) in enumerate(pairwise(points)):
        if left.percent is None or right.percent is None:
            continue
        yield element(
            "line",
            {
                "class": "segment",
                "x1": percent(_span(points).centre(index)),
                "x2": percent(_span(points).centre(index + 1)),
                "y1": scale.place(left.percent),
                "y2": scale.place(right.percent),
                "stroke": palette.PINE,
                "stroke-width": 2.5,
                "stroke-linecap": "round",
            },
        )


def _marks(points: Sequence[LinePoint], scale: Scale) -> Iterator[Markup]:
    for index, point in enumerate(points):
        dots = []
        if point.percent is not None:
            dot: dict[str, str | float] = {
                "class": "mark",
                "cx": percent(_span(points).centre(index)),
                "cy": scale.place(point.percent),
                "r": 3,
                "fill": palette.SHEET,
                "stroke": palette.PINE,
                "stroke-width": 2,
            }
            dots.append(element("circle", dot))
        yield month_column(index, _span(points), point.hover, *dots)


def _last_value(chart: LineChart, scale: Scale) -> Iterator[Markup]:
    """Write the newest known value at its dot, clear of the target line and of the months before it."""
    for index, point in reversed(list(enumerate(chart.points))):
        if point.percent is None:
            continue
        near = [
            p.percent for p in chart.points[max(0, index - _LABEL_MONTHS) : index] if p.percent is not None
        ]
        span = _span(chart.points)
        yield label(
            point.value_text,
            percent(span.left(index + 1)),
            _baseline([scale.place(value) for value in (*near, point.percent)], chart.target, scale),
            anchor="end" if span.centre(index) > 0.25 else "start",
            colour=palette.PINE,
            bold=True,
        )
        return


def _baseline(ys: Sequence[float], target: TargetMark | None, scale: Scale) -> float:
    """Choose above or below the line: where nothing runs through the words, as near the last dot as can be."""
    above, below = min(ys) - 10, max(ys) + 20
    target_y = None if target is None else scale.place(target.percent)
    clear = [
        baseline
        for baseline in (above, below)
        if baseline < BOTTOM and (target_y is None or not baseline - LINE_HEIGHT < target_y < baseline + 6)
    ]
    return min(clear, default=above, key=lambda baseline: abs(baseline - 4 - ys[-1]))
