"""What is compared: a site's ledgers on one side, the permits in force on their months on the other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from app.domain.ledger import Line
from app.domain.periods import Month
from app.domain.permits.allotment import Need, Place
from app.domain.permits.content import PermitContent, PermitFacility, Route, Way
from app.domain.permits.versions import PermitVersion, in_force

YEARLY: tuple[Way, ...] = ("use", "dispose")
"""What facilities do by the year; storage is measured at a month's end."""


@dataclass(frozen=True, slots=True)
class FiledMonth:
    """What a site has on file for a month: its lines, and which version of which ledger says so."""

    month: Month
    lines: tuple[Line, ...]
    ledger: str
    version: int


@dataclass(frozen=True, slots=True)
class Amount:
    """A month's mass that a departure is about [g]."""

    month: Month
    grams: int


class Kind(StrEnum):
    """In which way a ledger departs from its permit."""

    WASTE = "waste_not_permitted"
    CODE = "waste_code_not_permitted"
    RECEIVED = "received_not_permitted"
    ROUTE = "route_not_permitted"
    FACILITY = "facility_not_permitted"
    RECEIVER = "receiver_not_permitted"
    STORAGE = "over_storage_capacity"
    USE = "over_use_capacity"
    DISPOSAL = "over_disposal_capacity"
    EXPIRED = "permit_expired"
    EXPIRING = "permit_expiring"
    INCOMPLETE = "permit_incomplete"


@dataclass(frozen=True, slots=True)
class Departure:
    """One way in which a ledger is not what the permit says.

    `permit`, `version`: what it was held to, as it was in force in the last of the months. `amounts`: the months with
    the masses that count in it [g]; none where only time has passed. `grams`: the mass at issue, None where it is no
    matter of mass. `limit`: the capacity it was held to [g]. `places`: facilities by code. `parts`: what an incomplete
    permit lacks, or why a facility does not fit. `receiver`: as the ledger writes it. `last_day`: of the validity.
    """

    kind: Kind
    permit: str
    version: int
    amounts: tuple[Amount, ...] = ()
    grams: int | None = None
    waste: str | None = None
    waste_code: str | None = None
    route: Route | None = None
    places: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    receiver: str | None = None
    limit: int | None = None
    last_day: date | None = None

    @property
    def months(self) -> tuple[Month, ...]:
        """The months it is about, in order."""
        return tuple(amount.month for amount in self.amounts)

    @property
    def years(self) -> tuple[int, ...]:
        """The calendar years it touches."""
        return tuple(sorted({month.year for month in self.months}))


@dataclass(frozen=True)
class Case:
    """A site's months on file and its permits' versions, seen on a day.

    `receivers`: (party as written, month) → versions of the permits of the one site that is meant there; absent when
    that site, or its permit, is not known here, of which nothing can be said.
    """

    filed: tuple[FiledMonth, ...]
    versions: tuple[PermitVersion, ...]
    day: date
    receivers: Mapping[tuple[str, Month], tuple[PermitVersion, ...]] = field(default_factory=dict)

    @cached_property
    def by_month(self) -> Mapping[Month, FiledMonth]:
        """Month → what is on file."""
        return {each.month: each for each in self.filed}

    @cached_property
    def latest(self) -> Mapping[Month, PermitVersion]:
        """Month on file → the version in force then, valid or not; absent before the first version."""
        found = ((each.month, in_force(self.versions, each.month)) for each in self.filed)
        return {month: version for month, version in found if version is not None}

    def valid(self) -> Iterator[tuple[FiledMonth, PermitVersion]]:
        """The months on file in which a permit is in force and valid. Outside its validity only that is a departure."""
        for each in self.filed:
            version = self.latest.get(each.month)
            if version is not None and is_valid(version, each.month):
                yield each, version


def seen_on(reports_until: Month | None, today: date) -> date:
    """The day on which validity is looked at: today, or the last one on which the site reports."""
    if reports_until is None or reports_until >= Month.of(today):
        return today
    return reports_until.next.first_day - timedelta(days=1)


def is_valid(version: PermitVersion, month: Month) -> bool:
    """Whether a version is valid in a month; one without a validity is taken for valid, and is incomplete."""
    validity = version.content.validity
    return validity is None or validity.covers(month)


def takes(content: PermitContent, facility: PermitFacility, waste: str) -> bool:
    """Whether a facility takes a waste; one that names none takes any of the permit's wastes."""
    return bool(_taken(facility, _named(content), frozenset({waste})))


def _named(content: PermitContent) -> frozenset[str]:
    return frozenset(entry.waste for entry in content.wastes)


def _taken(facility: PermitFacility, named: frozenset[str], wastes: frozenset[str]) -> frozenset[str]:
    """Which of some wastes a facility takes, by its own list or else by the wastes that its permit names, if it does."""
    return wastes & (facility.wastes or named or wastes)


def is_listed(content: PermitContent, waste: str) -> bool:
    """Whether a permit names a waste at all, among its wastes or at a facility."""
    return content.waste(waste) is not None or any(waste in each.wastes for each in content.facilities)


def covers(content: PermitContent, waste: str, way: Way) -> bool:
    """Whether the holder may do this with a waste on its site: a route of its own, or a facility for it.

    True of a permit with neither wastes nor facilities, and of a waste without routes: nothing is known there.
    """
    if not content.wastes and not content.facilities:
        return True
    entry = content.waste(waste)
    if entry is not None and (not entry.routes or Route("self", way) in entry.routes):
        return True
    return any(way in each.does and takes(content, each, waste) for each in content.facilities)


def may_hand_on(content: PermitContent, waste: str, way: Way) -> bool:
    """Whether the holder may entrust a waste to others for this: then it may take it in to hand it on."""
    entry = content.waste(waste)
    return entry is not None and Route("entrusted", way) in entry.routes


def capacity_of(facility: PermitFacility, way: Way) -> int | None:
    """What a facility takes [g], in a year or at any time as the way asks; None when unknown or in another measure."""
    capacity = facility.capacity
    if capacity is None or capacity.period != ("year" if way in YEARLY else "at_once"):
        return None
    return capacity.grams


def places(content: PermitContent, ways: Sequence[Way], wastes: Iterable[str]) -> list[Place]:
    """The facilities that do any of these ways, with what they take of these wastes."""
    found, named, asked = [], _named(content), frozenset(wastes)
    for each in content.facilities:
        does = [way for way in ways if way in each.does]
        if does:
            pairs = frozenset((waste, way) for waste in _taken(each, named, asked) for way in does)
            found.append(Place(each.code, capacity_of(each, does[0]), pairs))
    return found


def yearly_needs(lines: Sequence[Line]) -> list[Need]:
    """What is used and disposed of on the site, others' waste included [g], a facility where the ledger names one."""
    return [
        *(Need(line.waste, "use", "", flow.grams) for line in lines for flow in line.used),
        *(
            Need(line.waste, "dispose", flow.facility or "", flow.grams)
            for line in lines
            for flow in line.disposed
        ),
    ]


def stocks(lines: Sequence[Line]) -> list[Need]:
    """What lies on the site at the month's end [g]."""
    return [Need(line.waste, "store", "", line.closing_grams) for line in lines]


def merged(needs: Sequence[Need]) -> list[Need]:
    """Needs of the same waste, way and facility as one."""
    sums: dict[tuple[str, Way, str], int] = {}
    for need in needs:
        key = (need.waste, need.way, need.facility)
        sums[key] = sums.get(key, 0) + need.grams
    return [Need(waste, way, facility, grams) for (waste, way, facility), grams in sorted(sums.items())]
