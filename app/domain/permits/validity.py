"""Since when and until when a permit is valid, and when its execution reports are due."""

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.domain.periods import Month

ReportPeriod = Literal["month", "quarter", "year"]


@dataclass(frozen=True, slots=True)
class Validity:
    """The closed range of days on which a permit is valid; both lie between 1990 and 2199."""

    first: date
    last: date

    def covers(self, month: Month) -> bool:
        """Whether it is valid on at least one day of a month."""
        return Month.of(self.first) <= month <= Month.of(self.last)

    def overlaps(self, other: "Validity") -> bool:
        """Whether both are valid on some day."""
        return self.first <= other.last and other.first <= self.last

    def days_left(self, day: date) -> int:
        """Days from `day` to the last one; 0 on the last day, negative when it has expired."""
        return (self.last - day).days


@dataclass(frozen=True, slots=True)
class ReportDeadline:
    """When an execution report is due: so many months after the period's last month, on a day.

    (1, 15) after March is 15 April. A day that the month does not have means its last day.
    """

    period: ReportPeriod
    months_after: int
    day: int

    def due_on(self, last_month: Month) -> date:
        """The last day on which the report of the period ending with `last_month` is in time."""
        month = last_month.plus(self.months_after)
        last_day = calendar.monthrange(month.year, month.number)[1]
        return date(month.year, month.number, min(self.day, last_day))
