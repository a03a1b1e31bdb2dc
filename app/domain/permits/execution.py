"""What an execution report says of a period: a permit's ledgers added up to the gram, and where they depart from it.

HJ 1200-2021 asks for what was generated, used, disposed of, stored and moved, and for what went beyond the permitted
capacity, kinds and time with the reasons. The heads of its printed tables are not verified; nothing depends on them.
"""

import calendar
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.domain.ledger import Line, totals_of
from app.domain.periods import Month, MonthError, month_range
from app.domain.permits.case import FiledMonth, Kind
from app.domain.permits.content import Way
from app.domain.permits.validity import ReportPeriod

_PERIOD = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(\d{2})))?", re.ASCII)

OVER_CAPACITY = frozenset({Kind.STORAGE, Kind.USE, Kind.DISPOSAL})
OVER_KIND = frozenset({Kind.WASTE, Kind.CODE, Kind.RECEIVED, Kind.ROUTE, Kind.FACILITY, Kind.RECEIVER})
OVER_TIME = frozenset({Kind.EXPIRED})


class PeriodError(ValueError):
    """Not a year, quarter or month of the form 2025, 2025-Q1 or 2025-03 between 1990 and 2199."""


@dataclass(frozen=True, slots=True)
class Span:
    """The period of a report: `text` as it is asked for, its kind, its first and last month."""

    text: str
    kind: ReportPeriod
    first: Month
    last: Month

    @classmethod
    def parse(cls, text: str) -> "Span":
        """Read 2025, 2025-Q1 or 2025-03. Raises PeriodError."""
        match = _PERIOD.fullmatch(text)
        if match is None:
            raise PeriodError(text[:20])
        year, quarter = int(match[1]), match[2]
        try:
            if match[3] is not None:
                month = Month(year, int(match[3]))
                return cls(text, "month", month, month)
            if quarter is not None:
                return cls(text, "quarter", Month(year, 3 * int(quarter) - 2), Month(year, 3 * int(quarter)))
            return cls(text, "year", Month(year, 1), Month(year, 12))
        except MonthError as error:
            raise PeriodError(text[:20]) from error

    @property
    def months(self) -> tuple[Month, ...]:
        """Its months, in order."""
        return tuple(month_range(self.first, self.last))

    @property
    def last_day(self) -> date:
        """The day on which it ends."""
        return date(
            self.last.year, self.last.number, calendar.monthrange(self.last.year, self.last.number)[1]
        )


@dataclass(frozen=True, slots=True)
class WasteSums:
    """One waste of the period [g], all flows with others' waste; `of_received` what of them was others'.

    `opening` and `closing`: stock at the ends of what is on file. `stored`: the statistics' increase of own stock. When
    every month is on file and balances: opening + generated + received = used + disposed + sent + dumped + closing.
    """

    waste: str
    waste_code: str | None
    opening: int
    generated: int
    received: int
    used: int
    disposed: int
    sent_to_use: int
    sent_to_dispose: int
    sent_to_store: int
    dumped: int
    closing: int
    stored: int
    of_received: int

    @property
    def moved(self) -> int:
        """Everything that was handed on [g]."""
        return self.sent_to_use + self.sent_to_dispose + self.sent_to_store


@dataclass(frozen=True, slots=True)
class Moved:
    """What went to one receiver for one purpose [g]."""

    waste: str
    waste_code: str | None
    receiver: str
    way: Way
    out_of_province: bool
    grams: int


def in_span(filed: Iterable[FiledMonth], span: Span) -> tuple[FiledMonth, ...]:
    """The months of the period that are on file."""
    return tuple(each for each in filed if span.first <= each.month <= span.last)


def waste_sums(filed: Iterable[FiledMonth]) -> tuple[WasteSums, ...]:
    """Each waste, by class and code, over these months in their order."""
    lines: dict[tuple[str, str], list[tuple[Month, Line]]] = defaultdict(list)
    months: list[Month] = []
    for each in filed:
        months.append(each.month)
        for line in each.lines:
            lines[line.waste, line.waste_code or ""].append((each.month, line))
    return tuple(_sums(waste, code or None, lines[waste, code], months) for waste, code in sorted(lines))


def _sums(waste: str, code: str | None, lines: list[tuple[Month, Line]], months: list[Month]) -> WasteSums:
    # A waste without a line in the first or last month had no stock there.
    first, last = min(months), max(months)
    plain = [line for _, line in lines]
    sent = [flow for line in plain for flow in line.sent]
    others = sum(flow.of_received_grams for flow in sent)
    others += sum(flow.of_received_grams for line in plain for flow in line.used)
    others += sum(flow.of_received_grams for line in plain for flow in line.disposed)
    return WasteSums(
        waste=waste,
        waste_code=code,
        opening=sum(line.opening_grams for month, line in lines if month == first),
        generated=sum(line.generated_grams for line in plain),
        received=sum(line.received_grams for line in plain),
        used=sum(line.used_grams for line in plain),
        disposed=sum(line.disposed_grams for line in plain),
        sent_to_use=sum(flow.grams for flow in sent if flow.purpose == "use"),
        sent_to_dispose=sum(flow.grams for flow in sent if flow.purpose == "dispose"),
        sent_to_store=sum(flow.grams for flow in sent if flow.purpose == "store"),
        dumped=sum(line.dumped_grams for line in plain),
        closing=sum(line.closing_grams for month, line in lines if month == last),
        stored=sum(totals_of(line).stored_grams for line in plain),
        of_received=others,
    )


def moved(filed: Iterable[FiledMonth]) -> tuple[Moved, ...]:
    """Each receiver of each waste by purpose, over these months."""
    sums: dict[tuple[str, str, str, Way, bool], int] = defaultdict(int)
    for each in filed:
        for line in each.lines:
            for flow in line.sent:
                key = (line.waste, line.waste_code or "", flow.party, flow.purpose, flow.out_of_province)
                sums[key] += flow.grams
    return tuple(
        Moved(waste, code or None, party, way, outside, grams)
        for (waste, code, party, way, outside), grams in sorted(sums.items())
        if grams
    )
