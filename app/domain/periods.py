"""Months and the ranges made of them. A month is stored as its first day."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Self

_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


class MonthError(ValueError):
    """Not a month of the form YYYY-MM between 1990-01 and 2199-12."""


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """One calendar month, ordered and hashable: Month(2025, 3) reads "2025-03"."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1990 <= self.year <= 2199 and 1 <= self.number <= 12):
            raise MonthError(f"{self.year}-{self.number:02d}")

    @classmethod
    def parse(cls, text: str) -> Self:
        match = _MONTH.fullmatch(text)
        if match is None:
            raise MonthError(text[:20])
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, day.month)

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def next(self) -> "Month":
        return self.plus(1)

    @property
    def previous(self) -> "Month":
        return self.plus(-1)

    def plus(self, months: int) -> "Month":
        years, number = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(years, number + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def months_between(first: Month, last: Month) -> int:
    """How many months the closed range first…last has; 0 when it is empty."""
    return max(0, (last.year - first.year) * 12 + last.number - first.number + 1)


def month_range(first: Month, last: Month) -> Iterator[Month]:
    """Every month of the closed range first…last, in order."""
    for offset in range(months_between(first, last)):
        yield first.plus(offset)
