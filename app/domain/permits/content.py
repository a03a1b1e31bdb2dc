"""What a discharge permit says about industrial solid waste, after the contents of HJ 1200-2021.

The standard asks for the wastes (kind, code, class, source, routes), the facilities (code, type, capacity, area, place,
standard met, wastes and ways), and, with every permit, its validity and the deadlines of its execution reports. The
heads of its printed tables are not verified, so nothing here depends on their wording.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from app.domain.permits.capacities import Capacity
from app.domain.permits.validity import ReportDeadline, Validity

By = Literal["self", "entrusted"]
"""Done on the site (自行) or by the receiver of a transfer (委托)."""
Way = Literal["store", "use", "dispose"]
"""贮存, 利用, 处置: the words of a transfer's purpose."""
WasteClass = Literal["I", "II"]
"""General industrial solid waste of class I or II (GB 18599)."""
FacilityKind = Literal["storage", "utilization", "disposal"]

WAY_OF: dict[FacilityKind, Way] = {"storage": "store", "utilization": "use", "disposal": "dispose"}
"""What a facility of a kind does when the permit does not list its ways."""


class Route(NamedTuple):
    """One way a waste may go: (self | entrusted) × (store | use | dispose)."""

    by: By
    way: Way


@dataclass(frozen=True, slots=True)
class PermitWaste:
    """One waste of a permit.

    `waste`: the stream of our reference (SW02), the key that ledgers use. `waste_code`: NNN-NNN-SNN where the permit
    prints one. `source`: the step it arises in, as printed. `routes`: where it may go; empty when the permit does not
    say, which permits nothing and is reported as an incomplete register, not as a breach.
    """

    waste: str
    waste_code: str | None = None
    name: str | None = None
    waste_class: WasteClass | None = None
    source: str | None = None
    routes: frozenset[Route] = frozenset()


@dataclass(frozen=True, slots=True)
class PermitFacility:
    """One storage, utilization or disposal facility of a permit.

    `code`: TS001. `type`: what it is in the permit's words. `capacity`: None when the permit prints none. `area_m2`:
    [m²]. `latitude`, `longitude`: degrees. `standard`: the standard it is said to meet, `standard_met` whether it does;
    None when the permit is silent. `wastes`: streams it may take, empty when the permit names none (then any of the
    permit's wastes). `ways`: what it may do with them, empty when the permit names none (then what its kind does).
    """

    code: str
    kind: FacilityKind
    name: str | None = None
    type: str | None = None
    capacity: Capacity | None = None
    area_m2: Decimal | None = None
    latitude: float | None = None
    longitude: float | None = None
    standard: str | None = None
    standard_met: bool | None = None
    wastes: frozenset[str] = frozenset()
    ways: frozenset[Way] = frozenset()

    @property
    def does(self) -> frozenset[Way]:
        """What it may do with waste: its ways, or what its kind does."""
        return self.ways or frozenset({WAY_OF[self.kind]})

    def takes(self, waste: str) -> bool:
        """Whether a waste may go there."""
        return not self.wastes or waste in self.wastes


@dataclass(frozen=True, slots=True)
class PermitContent:
    """One permit as its system sent it, in our terms.

    `number`: 22 characters, the holder's credit code + three digits + a letter (HJ 608-2017). `region`: six digits, of
    the authority's territory. `holder`: the name printed, `issuer` the authority, `issued_on` when. `deadlines`: at
    most one per period; an absent one is not known, not absent from the law.
    """

    number: str
    region: str
    holder: str | None = None
    issuer: str | None = None
    issued_on: date | None = None
    validity: Validity | None = None
    wastes: tuple[PermitWaste, ...] = ()
    facilities: tuple[PermitFacility, ...] = ()
    deadlines: tuple[ReportDeadline, ...] = ()

    @property
    def credit_code(self) -> str:
        """The credit code in the number: whose permit it was when it was first issued."""
        return self.number[:18]

    def waste(self, waste: str) -> PermitWaste | None:
        """The entry of a stream, routes of all its lines together; None when the permit does not name it.

        A permit may print a stream on several lines (by code or source); class and code are then the first line's.
        """
        lines = [line for line in self.wastes if line.waste == waste]
        if not lines:
            return None
        first = lines[0]
        routes = frozenset(route for line in lines for route in line.routes)
        return PermitWaste(first.waste, first.waste_code, first.name, first.waste_class, first.source, routes)

    def facility(self, code: str) -> PermitFacility | None:
        """The facility with a code, None when the permit has none."""
        return next((facility for facility in self.facilities if facility.code == code), None)

    def facilities_of(self, kind: FacilityKind) -> tuple[PermitFacility, ...]:
        """The facilities of a kind, in the permit's order."""
        return tuple(facility for facility in self.facilities if facility.kind == kind)

    def deadline(self, period: Literal["month", "quarter", "year"]) -> ReportDeadline | None:
        """When the execution report of a period is due, None when the permit does not say."""
        return next((deadline for deadline in self.deadlines if deadline.period == period), None)
