"""What rules look at: books, transfers and facilities as plain values. Masses are whole grams.

Everything here is what is on file now: the versions that count, of ledgers that are not drafts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Generic, Literal, TypeVar

from app.domain.periods import Month, month_range
from app.domain.permits.case import Case
from chains.balance import Floats

FlowKind = Literal["received", "used", "disposed", "sent"]
FacilityKind = Literal["storage", "utilization", "disposal"]
Decision = Literal["confirm", "correct", "dispute"]
CoefficientForm = Literal["ratio", "ash", "gypsum"]
Mass = TypeVar("Mass", int, Floats)


@dataclass(frozen=True, slots=True)
class LedgerRef:
    """Which version of which ledger says something."""

    ledger: str
    version: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One number a finding rests on [g], where it stands, and who said so. `ref` is None when nobody did."""

    name: str
    grams: int | None
    site: str
    month: Month
    ref: LedgerRef | None = None


class Balance(Generic[Mass]):
    """The masses of a line, or of many lines as columns [g], and what follows from them."""

    __slots__ = ()
    opening: Mass
    generated: Mass
    received: Mass
    used: Mass
    disposed: Mass
    sent: Mass
    dumped: Mass
    closing: Mass

    @property
    def in_hand(self) -> Mass:
        """What there was to dispose of [g]."""
        return self.opening + self.generated + self.received

    @property
    def gone(self) -> Mass:
        """What left the line [g]."""
        return self.used + self.disposed + self.sent + self.dumped

    @property
    def change(self) -> Mass:
        """By how much the stock grew [g]."""
        return self.closing - self.opening

    @property
    def gap(self) -> Mass:
        """What is not accounted for [g]; below 0: has no origin."""
        return self.in_hand - self.gone - self.closing

    @property
    def weighed(self) -> tuple[Mass, ...]:
        """What is measured on its own: every flow, and of the stock its change, since the error of what lies still cancels."""
        return (
            self.generated, self.received, self.used, self.disposed, self.sent, self.dumped, self.change
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line(Balance[int]):
    """One line of a ledger [g]. `sigma`: relative standard uncertainty of its method, None when none is stated."""

    waste: str
    waste_code: str | None = None
    method: str | None = None
    sigma: float | None = None
    opening: int = 0
    generated: int = 0
    received: int = 0
    used: int = 0
    disposed: int = 0
    sent: int = 0
    dumped: int = 0
    compliant_stored: int = 0
    closing: int = 0


@dataclass(frozen=True, slots=True)
class Flow:
    """One entry of a line's lists [g]. `party_site` and `party_region` are of the only site that is meant, if any."""

    kind: FlowKind
    waste: str
    grams: int
    prior_stock: int = 0
    of_received: int = 0
    purpose: str | None = None
    party: str | None = None
    party_known: bool = False
    party_site: str | None = None
    party_region: str | None = None
    process: str | None = None
    product: str | None = None
    product_grams: int | None = None
    facility: str | None = None
    compliant: bool | None = None
    out_of_province: bool = False


@dataclass(frozen=True, slots=True)
class Activity:
    """What the site did [g], with its analysis as text: {"ash_percent": "27.0"}."""

    kind: str
    grams: int
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Book:
    """A site's month on file. `first_filed`: the day, on the wall there, on which it was first filed."""

    month: Month
    ref: LedgerRef
    nil: bool
    first_filed: date
    lines: tuple[Line, ...] = ()
    flows: tuple[Flow, ...] = ()
    activities: tuple[Activity, ...] = ()

    def of(self, waste: str) -> Line:
        """The sum of a waste's lines; a line of zeros when there is none. Method and sigma are the first line's."""
        return summed(self.lines, waste)

    @property
    def wastes(self) -> tuple[str, ...]:
        return tuple(sorted({line.waste for line in self.lines}))

    def flows_of(self, kind: FlowKind) -> Iterator[Flow]:
        return (flow for flow in self.flows if flow.kind == kind)


SUMMED = (
    "opening",
    "generated",
    "received",
    "used",
    "disposed",
    "sent",
    "dumped",
    "compliant_stored",
    "closing",
)
"""The masses of a line."""


def summed(lines: Iterable[Line], waste: str) -> Line:
    """The sum of a waste's lines; a line of zeros when there is none. Method and sigma are the first line's."""
    mine = [line for line in lines if line.waste == waste]
    if len(mine) == 1:
        return mine[0]
    first = mine[0] if mine else Line(waste)
    return Line(
        waste,
        method=first.method,
        sigma=first.sigma,
        **{name: sum(getattr(line, name) for line in mine) for name in SUMMED},
    )


@dataclass(frozen=True, slots=True)
class Facility:
    """Capacity [g]: what a storage holds, or what is treated in a year; None when unknown."""

    code: str
    kind: FacilityKind
    capacity: int | None


@dataclass(frozen=True, slots=True)
class Declared:
    """What another site's ledger says it sent to this one [g]."""

    sender: str
    month: Month
    waste: str
    purpose: str
    grams: int
    ref: LedgerRef | None


@dataclass(frozen=True, slots=True)
class Coefficient:
    """How much of some wastes an activity generates, as the reference data has it now (docs/domain.md, section 6)."""

    code: str
    version: int
    wastes: tuple[str, ...]
    activity: str
    form: CoefficientForm
    variant: str | None = None
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    band_percent: Decimal | None = None
    parameters: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class SiteFacts:
    """One site with all its months. `today` is the day on the wall there.

    `permits`: the books beside the permits of the site and of its receivers, None when none of these is known.
    """

    code: str
    region: str
    industry: str
    permit_number: str | None
    reports_from: Month
    reports_until: Month | None
    today: date
    books: Mapping[Month, Book]
    facilities: tuple[Facility, ...] = ()
    declared: tuple[Declared, ...] = ()
    coefficients: tuple[Coefficient, ...] = ()
    permits: Case | None = None

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """The months on file, in order."""
        return tuple(sorted(self.books))

    @cached_property
    def wastes(self) -> tuple[str, ...]:
        """Every waste that any month names."""
        return tuple(sorted({waste for book in self.books.values() for waste in book.wastes}))

    def due_months(self, grace_days: int) -> Iterator[Month]:
        """The months that had to be filed by today, `grace_days` after their end."""
        last = self.reports_until
        for month in month_range(self.reports_from, Month.of(self.today)):
            if last is not None and month > last:
                return
            if days_after(month, self.today) > grace_days:
                yield month

    def capacity(self, kind: FacilityKind) -> int | None:
        """What the facilities of a kind hold or treat together [g]; None when there is none, or one of unknown size."""
        mine = [facility.capacity for facility in self.facilities if facility.kind == kind]
        known = [capacity for capacity in mine if capacity is not None]
        return sum(known) if mine and len(known) == len(mine) else None


def days_after(month: Month, day: date) -> int:
    """How many days after the end of a month a day is; 1 on the first day of the next month."""
    return (day - month.next.first_day).days + 1


@dataclass(frozen=True, slots=True)
class Transfer:
    """Both reports of one movement [g], None from a side that says nothing.

    A side's site is None when an enterprise as a whole is named, or nobody that is registered. `..._filed`: whether
    that side has its month on file at all. A sigma is relative, None when no method is stated.
    """

    month: Month
    waste: str
    purpose: str
    sender_site: str | None
    receiver_site: str | None
    sent: int | None
    received: int | None
    sender_filed: bool = True
    receiver_filed: bool = True
    sender_ref: LedgerRef | None = None
    receiver_ref: LedgerRef | None = None
    sender_sigma: float | None = None
    receiver_sigma: float | None = None
    decision: Decision | None = None
    decided: int | None = None


@dataclass(frozen=True)
class PairFacts:
    """Everything that went from one sender to one receiver. Where a side names only an enterprise, it is that."""

    sender: str
    receiver: str
    receiver_known: bool
    transfers: tuple[Transfer, ...]

    @cached_property
    def wastes(self) -> tuple[str, ...]:
        return tuple(sorted({transfer.waste for transfer in self.transfers}))

    def of(self, waste: str) -> dict[Month, tuple[Transfer, ...]]:
        """Month → the transfers of a waste, of whatever purpose."""
        found: dict[Month, tuple[Transfer, ...]] = {}
        for transfer in self.transfers:
            if transfer.waste == waste:
                found[transfer.month] = (*found.get(transfer.month, ()), transfer)
        return found


def total(grams: Iterable[int | None]) -> int:
    """The sum of what was said [g]."""
    return sum(mass for mass in grams if mass is not None)
