"""The spans of months that have a table each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

TABLE = "transfers"
COLUMN = "month"
DEFAULT = f"{TABLE}_default"
KEY = ("id", COLUMN)
NEW_KEY = f"uq_{TABLE}_{'_'.join(KEY)}"
"""The index that becomes the key of the old rows."""

AHEAD_MONTHS = 12
"""How far the tables of coming periods reach: a worker may stand still for that long."""


class Width(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        return {Width.MONTH: 1, Width.QUARTER: 3, Width.YEAR: 12}[self]


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """The months from `first` on, of which `until` is the first that is no longer in it."""

    first: date
    width: Width

    @classmethod
    def of(cls, day: date, width: Width) -> Self:
        """The period that holds a day."""
        return cls(date(day.year, day.month - (day.month - 1) % width.months, 1), width)

    @property
    def until(self) -> date:
        years, month = divmod(self.first.year * 12 + self.first.month - 1 + self.width.months, 12)
        return date(years, month + 1, 1)

    @property
    def next(self) -> "Period":
        return Period(self.until, self.width)

    @property
    def name(self) -> str:
        """The name of its table: transfers_2027_01, transfers_2027_q1, transfers_2027."""
        year, month = f"{TABLE}_{self.first:%Y}", self.first.month
        within = {Width.MONTH: f"_{month:02d}", Width.QUARTER: f"_q{month // 3 + 1}", Width.YEAR: ""}
        return year + within[self.width]


def coming(start: date, width: Width, today: date) -> Iterator[Period]:
    """The periods from `start` on, whose tables there should be: to the one that holds the day a year from today."""
    last = date(today.year + AHEAD_MONTHS // 12, today.month, 1)
    period = Period.of(start, width)
    while period.first <= last:
        yield period
        period = period.next
