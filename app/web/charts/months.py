"""What the charts over months share: height, months along the bottom, columns that answer a pointer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.web.charts import palette
from app.web.charts.svg import element, hatch, label, percent

HEIGHT = 268
TOP, BOTTOM = 26, 220
# Two texts closer than this would run into each other.
LINE_HEIGHT = 16
_MONTH_BASELINE, _YEAR_BASELINE = 238, 256


@dataclass(frozen=True, slots=True)
class MonthTick:
    """What stands under a month: its short name, and the year where one begins; "" for nothing."""

    month: str = ""
    year: str = ""


NO_TICK = MonthTick()


@dataclass(frozen=True, slots=True)
class MonthSpan:
    """Where the months stand: `count` equal columns between two shares of the width."""

    count: int
    start: float
    end: float

    @property
    def width(self) -> float:
        return (self.end - self.start) / max(1, self.count)

    def left(self, index: float) -> float:
        """Find where a column begins."""
        return self.start + index * self.width

    def centre(self, index: float) -> float:
        """Find the middle of a column."""
        return self.left(index + 0.5)


def runs(flags: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Find the first and last index of every unbroken run of True."""
    start: int | None = None
    for index, flag in enumerate([*flags, False]):
        if flag and start is None:
            start = index
        elif not flag and start is not None:
            yield start, index - 1
            start = None


def gaps(
    chart_id: str, span: MonthSpan, absences: Sequence[str | None], least_months: int
) -> Iterator[Markup]:
    """Hatch the months without a figure; None stands for a month that has one.

    The reason is written into gaps of `least_months` and more; a narrow one leaves it to its hover text.
    """
    fill = f"{chart_id}-gap"
    yield element("defs", {}, hatch(fill, palette.TRACK))
    for absent in sorted({reason for reason in absences if reason is not None}):
        for first, last in runs([reason == absent for reason in absences]):
            area: dict[str, str | float] = {
                "class": "gap",
                "x": percent(span.left(first)),
                "y": TOP,
                "width": percent((last - first + 1) * span.width),
                "height": BOTTOM - TOP,
                "fill": f"url(#{fill})",
            }
            yield element("rect", area)
            if last - first + 1 >= least_months:
                middle = percent(span.centre((first + last) / 2))
                yield label(absent, middle, (TOP + BOTTOM) / 2, anchor="middle", colour=palette.MUTED)


def month_axis(ticks: Sequence[MonthTick], span: MonthSpan) -> Iterator[Markup]:
    """Write the names of the months under their columns and the years under those."""
    for index, tick in enumerate(ticks):
        if tick.month:
            middle = percent(span.centre(index))
            yield label(tick.month, middle, _MONTH_BASELINE, anchor="middle", colour=palette.MUTED)
        if tick.year:
            yield label(tick.year, percent(span.left(index)), _YEAR_BASELINE, colour=palette.MUTED)


def month_column(index: int, span: MonthSpan, hover: str, *marks: Markup) -> Markup:
    """Group a month's marks; the whole column shows the words on hover, a mark alone would be hard to hit."""
    area: dict[str, str | float] = {
        "x": percent(span.left(index)),
        "y": TOP,
        "width": percent(span.width),
        "height": BOTTOM - TOP,
        "fill": palette.SHEET,
        "fill-opacity": 0,
    }
    return element("g", {}, element("title", {}, hover), element("rect", area), *marks)
