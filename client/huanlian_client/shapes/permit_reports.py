"""Permits beside their ledgers: compliance, execution reports, headroom."""

from typing import Literal, TypedDict

from huanlian_client.shapes.values import TextOut


class MonthTonnesOut(TypedDict):
    """A month's part of a departure."""

    month: str
    tonnes: str


class RouteOut(TypedDict):
    """(self | entrusted) × (store | use | dispose)."""

    by: Literal["self", "entrusted"]
    way: Literal["store", "use", "dispose"]


class DepartureOut(TypedDict):
    """One way in which the ledgers are not what the permit says, to the gram and without any tolerance."""

    capacity_tonnes: str | None
    details: list[str]
    facilities: list[str]
    kind: str
    months: list[MonthTonnesOut]
    permit: str
    permit_version: int
    reason: TextOut
    receiver: str | None
    route: RouteOut | None
    section: Literal["capacity", "kind", "time", "register"]
    tonnes: str | None
    valid_until: str | None
    waste: str | None
    waste_code: str | None


class ComparedMonthOut(TypedDict):
    """A month that had to be filed: which version of its ledger was held to which version of which permit."""

    ledger: str | None
    ledger_version: int | None
    month: str
    permit: str | None
    permit_version: int | None
    status: Literal["compared", "permit_not_valid", "no_permit_known", "not_filed"]


class DepartureSumOut(TypedDict):
    """How many departures of a kind, and their tonnes together."""

    departures: int
    kind: str
    tonnes: str


PermitComplianceOut = TypedDict(
    "PermitComplianceOut",
    {
        "credit_code": str,
        "departures": list[DepartureOut],
        "enterprise": str,
        "from": str,
        "months": list[ComparedMonthOut],
        "months_expected": int,
        "months_filed": int,
        "permit": str,
        "region": str,
        "site": str,
        "site_name": str,
        "summary": list[DepartureSumOut],
        "to": str,
        "verdict": Literal["complies", "departs", "not_determinable"],
    },
)
"""Ledgers against permit. `complies` only when every month due was filed and compared and nothing was found."""


class ReportDeadlineOut(TypedDict):
    """When this permit wants the report; null with a reason where it does not say."""

    days_left: int | None
    due_on: str | None
    reason: Literal["no_permit_known", "permit_names_none"] | None


class PermittedFacilityOut(TypedDict):
    """A facility as the permit has it; `capacity` in the permit's own figure and unit."""

    capacity: str | None
    code: str
    kind: Literal["storage", "utilization", "disposal"] | None
    name: str | None


class HeadroomItemOut(TypedDict):
    """Facilities that compete for the same waste, and what they may still take."""

    capacity_tonnes: str | None
    exceeded_in: str | None
    facilities: list[PermittedFacilityOut]
    headroom_tonnes: str | None
    pace_tonnes_per_month: str
    period: Literal["year", "at_once"]
    taken_tonnes: str
    wastes: list[str]
    ways: list[Literal["store", "use", "dispose"]]


class LedgerReceiptOut(TypedDict):
    """The version of a ledger that the report was made from."""

    ledger: str
    month: str
    received_at: str
    sha256: str
    state: str
    version: int


class MovedOut(TypedDict):
    """What went to one receiver for one purpose."""

    name: TextOut | None
    out_of_province: bool
    receiver: str
    tonnes: str
    waste: str
    waste_code: str | None
    way: Literal["store", "use", "dispose"]


ReportPeriodOut = TypedDict(
    "ReportPeriodOut",
    {
        "from": str,
        "kind": Literal["year", "quarter", "month"],
        "text": str,
        "to": str,
    },
)
"""The period of a report."""


class VersionInForceOut(TypedDict):
    """A version that was in force in the period."""

    effective_from: str
    permit: str
    received_at: str
    version: int


class WasteSumsOut(TypedDict):
    """One waste of the period; `stored_tonnes` is the increase, `of_received_tonnes` others' waste in what went out."""

    closing_tonnes: str
    disposed_tonnes: str
    dumped_tonnes: str
    generated_tonnes: str
    moved_tonnes: str
    name: TextOut | None
    of_received_tonnes: str
    opening_tonnes: str
    received_tonnes: str
    sent_to_dispose_tonnes: str
    sent_to_store_tonnes: str
    sent_to_use_tonnes: str
    stored_tonnes: str
    used_tonnes: str
    waste: str
    waste_code: str | None


class ExecutionReportOut(TypedDict):
    """The execution report of a period, made from the versions on file at `generated_at`."""

    credit_code: str
    deadline: ReportDeadlineOut
    enterprise: str
    facilities: list[HeadroomItemOut]
    generated_at: str
    is_complete: bool
    ledgers: list[LedgerReceiptOut]
    months_missing: list[str]
    moved: list[MovedOut]
    note: TextOut
    over_capacity: list[DepartureOut]
    over_kind: list[DepartureOut]
    over_time: list[DepartureOut]
    period: ReportPeriodOut
    permit: str
    permit_versions: list[VersionInForceOut]
    region: str
    register_gaps: list[DepartureOut]
    site: str
    site_name: str
    wastes: list[WasteSumsOut]


class HeldToOut(TypedDict):
    """A version of a permit."""

    permit: str
    version: int


class HeadroomOut(TypedDict):
    """What the facilities may still take at the end of a month."""

    credit_code: str
    enterprise: str
    formula: TextOut
    held_to: HeldToOut
    items: list[HeadroomItemOut]
    month: str
    pace_months: int
    permit: str
    region: str
    site: str
    site_name: str
