"""Values against their targets, one bar a row, with the verdict in words beside it.

Names and verdicts are HTML: they wrap, are read aloud and can be copied. Only the bar is drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup

from app.web.charts import palette
from app.web.charts.scale import Scale, tick_text
from app.web.charts.svg import Attributes, element, hatch, label, percent

_HEIGHT = 22
_BAR_TOP, _BAR_HEIGHT = 5, 12
_AXIS_HEIGHT = 20
# Rates above 100 % are legal; one of 800 % must not flatten the others: it leaves the drawing, marked so.
_LONGEST = 150.0


class Verdict(StrEnum):
    """How a value stands to its target."""

    BELOW = "below"
    MET = "met"
    NO_TARGET = "no_target"
    NO_VALUE = "no_value"


@dataclass(frozen=True, slots=True)
class Bullet:
    """One row, in per cent; `words` say what the colour says. `interval`: where the value will or may lie."""

    name: str
    hover: str
    percent: float | None
    value_text: str
    verdict: Verdict
    words: str
    target: float | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class BulletChart:
    """Rows on one common scale."""

    chart_id: str
    bullets: tuple[Bullet, ...]


def bullet_chart(chart: BulletChart) -> Markup:
    """Write the rows as a list, each with its bar as inline SVG, and the axis under the last."""
    scale = _scale(chart.bullets)
    rows = [_row(f"{chart.chart_id}-{index}", bullet, scale) for index, bullet in enumerate(chart.bullets)]
    return element("ol", {"class": "bullets", "id": chart.chart_id}, *rows, _axis(scale))


def single_bullet(bar_id: str, bullet: Bullet) -> Markup:
    """Draw one bar on a scale of its own, for a figure that is written in full beside it."""
    return _bar(bar_id, bullet, _scale((bullet,)))


def _scale(bullets: Sequence[Bullet]) -> Scale:
    """Span 0 to 100 %, so that charts compare; half as much again on a side where a value goes beyond."""
    values = [value for bullet in bullets for value in (bullet.percent, bullet.target) if value is not None]
    low = -50.0 if min(values, default=0.0) < 0 else 0.0
    high = _LONGEST if max(values, default=0.0) > 100 else 100.0
    step = 25.0 if high - low == 100.0 else 50.0
    ticks = tuple(low + step * index for index in range(int((high - low) / step) + 1))
    return Scale(low=low, high=high, ticks=ticks, start=0.0, end=1.0)


def _row(bar_id: str, bullet: Bullet, scale: Scale) -> Markup:
    return element(
        "li",
        {"class": "bullet", "data-verdict": bullet.verdict.value},
        element("span", {"class": "bullet-name"}, bullet.name),
        element("span", {"class": "bullet-value"}, bullet.value_text),
        element("span", {"class": "bullet-words"}, bullet.words),
        _bar(bar_id, bullet, scale),
    )


def _bar(bar_id: str, bullet: Bullet, scale: Scale) -> Markup:
    parts = [element("title", {}, bullet.hover)]
    if bullet.verdict is Verdict.BELOW:
        parts.append(element("defs", {}, hatch(f"{bar_id}-short", palette.WARNING, spacing=5)))
    parts.append(_rect("track", scale.start, scale.end, palette.TRACK))
    if bullet.percent is not None:
        parts.extend(_value(bar_id, bullet, bullet.percent, scale))
    if bullet.interval is not None:
        parts.append(_interval(bullet.interval, scale))
    if bullet.target is not None:
        parts.extend(_target(scale.place(bullet.target)))
    # The same figures stand beside the bar as text: a screen reader need not hear them twice.
    attributes: Attributes = {
        "width": "100%",
        "height": _HEIGHT,
        "aria-hidden": "true",
        "class": "bullet-bar",
    }
    return element("svg", attributes, *parts)


def _value(bar_id: str, bullet: Bullet, value: float, scale: Scale) -> list[Markup]:
    zero, end = scale.place(0.0), scale.place(value)
    parts = [_rect("value", min(zero, end), max(zero, end), palette.PINE)]
    if bullet.target is not None and bullet.verdict is Verdict.BELOW:
        # A thinner, hatched strip: what is missing up to the target.
        parts.append(
            _rect("shortfall", end, scale.place(bullet.target), f"url(#{bar_id}-short)", _BAR_HEIGHT / 3)
        )
    if not scale.covers(value):
        beyond: Attributes = {
            "class": "beyond",
            "x": "99%",
            "y": 15,
            "text-anchor": "end",
            "fill": palette.SHEET,
        }
        parts.append(element("text", beyond, "»"))
    return parts


def _rect(kind: str, start: float, end: float, fill: str, height: float = _BAR_HEIGHT) -> Markup:
    return element(
        "rect",
        {
            "class": kind,
            "x": percent(start),
            "y": _BAR_TOP + (_BAR_HEIGHT - height) / 2,
            "width": percent(max(0.0, end - start)),
            "height": height,
            "fill": fill,
        },
    )


def _interval(interval: tuple[float, float], scale: Scale) -> Markup:
    """Draw a band with ends, seen on the bar and on its track."""
    low, high = (scale.place(value) for value in interval)
    middle = _BAR_TOP + _BAR_HEIGHT / 2
    stroke: Attributes = {"stroke": palette.INK, "stroke-width": 1.5}
    ends = [
        element("line", {"x1": percent(x), "x2": percent(x), "y1": middle - 4, "y2": middle + 4, **stroke})
        for x in (low, high)
    ]
    band: Attributes = {
        "x": percent(low),
        "y": middle - 4,
        "width": percent(max(0.0, high - low)),
        "height": 8,
        "fill": palette.INK,
        "fill-opacity": 0.22,
    }
    return element("g", {"class": "interval"}, element("rect", band), *ends)


def _target(place: float) -> list[Markup]:
    x = percent(place)
    ends: Attributes = {"x1": x, "x2": x, "y1": 1, "y2": _HEIGHT - 1}
    return [
        element("line", {**ends, "stroke": palette.HALO, "stroke-width": 6}),
        element("line", {**ends, "class": "target", "stroke": palette.INK, "stroke-width": 2.5}),
    ]


def _axis(scale: Scale) -> Markup:
    texts = []
    for tick in scale.ticks:
        share = scale.place(tick)
        anchor = "start" if share < 0.02 else "end" if share > 0.98 else "middle"
        texts.append(label(f"{tick_text(tick)}%", percent(share), 13, anchor=anchor, colour=palette.MUTED))
    attributes: Attributes = {"width": "100%", "height": _AXIS_HEIGHT, "font-size": 11}
    return element("li", {"class": "bullet-axis", "aria-hidden": "true"}, element("svg", attributes, *texts))
