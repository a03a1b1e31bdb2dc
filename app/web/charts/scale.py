"""Axes: round ticks around the values, and the way from a value to a place."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_INTERVALS = 4
# Room above the highest mark, so that its label does not leave the drawing.
_HEADROOM = 1.02


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear axis from `low` to `high`; its places run from `start` to `end` (pixels or shares)."""

    low: float
    high: float
    ticks: tuple[float, ...]
    start: float
    end: float

    def place(self, value: float) -> float:
        """Where a value stands; values outside the axis are held at its ends."""
        held = min(max(value, self.low), self.high)
        return self.start + (held - self.low) / (self.high - self.low) * (self.end - self.start)

    def covers(self, value: float) -> bool:
        return self.low <= value <= self.high


def scale_for(values: Iterable[float], start: float, end: float, *, least: float = 1.0) -> Scale:
    """Make an axis from zero (or below, if a value is) that reaches past every value and past `least`."""
    known = list(values)
    high = max([least, *known]) * _HEADROOM
    low = min([0.0, *known]) * _HEADROOM
    step = _step((high - low) / _INTERVALS)
    first, last = math.floor(low / step), math.ceil(high / step)
    ticks = tuple(index * step for index in range(first, last + 1))
    return Scale(low=ticks[0], high=ticks[-1], ticks=ticks, start=start, end=end)


def _step(rough: float) -> float:
    magnitude = 10.0 ** math.floor(math.log10(rough))
    return next(magnitude * step for step in _STEPS if magnitude * step >= rough * (1 - 1e-12))


def tick_text(value: float) -> str:
    """Write a tick as people do: thousands separators, no trailing zeros."""
    return f"{value:,.6f}".rstrip("0").rstrip(".")
