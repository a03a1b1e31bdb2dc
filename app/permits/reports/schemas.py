"""What is answered of ledgers against permits: compliance, headroom, execution reports, ledger tables."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from app.http.answers import TextOut

WayText = Literal["store", "use", "dispose"]


class HeadingOut(BaseModel):
    """Whose permit it is, and of which site."""

    permit: str
    site: str
    site_name: str
    enterprise: str
    credit_code: str
    region: str


class RouteOut(BaseModel):
    """(self | entrusted) × (store | use | dispose)."""

    by: Literal["self", "entrusted"]
    way: WayText


class MonthTonnesOut(BaseModel):
    """A month's part of a departure."""

    month: str
    tonnes: str


class DepartureOut(BaseModel):
    """One way in which the ledgers are not what the permit says, to the gram and without any tolerance.

    `details`: what an incomplete permit lacks, or why a facility or receiver does not fit.
    """

    kind: str
    section: Literal["capacity", "kind", "time", "register"]
    permit: str
    permit_version: int
    waste: str | None
    waste_code: str | None
    route: RouteOut | None
    facilities: list[str]
    receiver: str | None
    details: list[str]
    months: list[MonthTonnesOut]
    tonnes: str | None
    capacity_tonnes: str | None
    valid_until: date | None
    reason: TextOut


class ComparedMonthOut(BaseModel):
    """A month that had to be filed: which version of its ledger was held to which version of which permit."""

    month: str
    status: Literal["compared", "permit_not_valid", "no_permit_known", "not_filed"]
    ledger: str | None
    ledger_version: int | None
    permit: str | None
    permit_version: int | None


class DepartureSumOut(BaseModel):
    """How many departures of a kind, and their tonnes together."""

    kind: str
    departures: int
    tonnes: str


class PermitComplianceOut(HeadingOut):
    """Ledgers against permit. `complies` only when every month due was filed and compared and nothing was found."""

    from_: str = Field(alias="from")
    to: str
    verdict: Literal["complies", "departs", "not_determinable"]
    months_expected: int
    months_filed: int
    months: list[ComparedMonthOut]
    summary: list[DepartureSumOut]
    departures: list[DepartureOut]


class PermittedFacilityOut(BaseModel):
    """A facility as the permit has it; `capacity` in the permit's own figure and unit."""

    code: str
    kind: Literal["storage", "utilization", "disposal"] | None
    name: str | None
    capacity: str | None


class HeadroomItemOut(BaseModel):
    """Facilities that compete for the same waste, and what they may still take.

    `capacity_tonnes` and `headroom_tonnes` are null when a capacity is unknown or by volume. `exceeded_in`: the first month
    in which the present pace exceeds the capacity, null when it never does.
    """

    facilities: list[PermittedFacilityOut]
    period: Literal["year", "at_once"]
    ways: list[WayText]
    wastes: list[str]
    capacity_tonnes: str | None
    taken_tonnes: str
    headroom_tonnes: str | None
    pace_tonnes_per_month: str
    exceeded_in: str | None


class HeldToOut(BaseModel):
    """A version of a permit."""

    permit: str
    version: int


class HeadroomOut(HeadingOut):
    """What the facilities may still take at the end of a month."""

    month: str
    held_to: HeldToOut
    pace_months: int
    formula: TextOut
    items: list[HeadroomItemOut]


class ReportPeriodOut(BaseModel):
    """The period of a report."""

    text: str
    kind: Literal["year", "quarter", "month"]
    from_: str = Field(alias="from")
    to: str


class ReportDeadlineOut(BaseModel):
    """When this permit wants the report; null with a reason where it does not say."""

    due_on: date | None
    days_left: int | None
    reason: Literal["no_permit_known", "permit_names_none"] | None


class VersionInForceOut(HeldToOut):
    """A version that was in force in the period."""

    effective_from: date
    received_at: datetime


class LedgerReceiptOut(BaseModel):
    """The version of a ledger that the report was made from."""

    month: str
    ledger: str
    version: int
    state: str
    sha256: str
    received_at: datetime


class WasteSumsOut(BaseModel):
    """One waste of the period; `stored_tonnes` is the increase, `of_received_tonnes` others' waste in what went out."""

    waste: str
    waste_code: str | None
    name: TextOut | None
    opening_tonnes: str
    generated_tonnes: str
    received_tonnes: str
    used_tonnes: str
    disposed_tonnes: str
    sent_to_use_tonnes: str
    sent_to_dispose_tonnes: str
    sent_to_store_tonnes: str
    moved_tonnes: str
    dumped_tonnes: str
    closing_tonnes: str
    stored_tonnes: str
    of_received_tonnes: str


class MovedOut(BaseModel):
    """What went to one receiver for one purpose."""

    waste: str
    waste_code: str | None
    name: TextOut | None
    receiver: str
    way: WayText
    out_of_province: bool
    tonnes: str


class ExecutionReportOut(HeadingOut):
    """The execution report of a period, made from the versions on file at `generated_at`."""

    period: ReportPeriodOut
    generated_at: datetime
    is_complete: bool
    months_missing: list[str]
    deadline: ReportDeadlineOut
    permit_versions: list[VersionInForceOut]
    ledgers: list[LedgerReceiptOut]
    wastes: list[WasteSumsOut]
    moved: list[MovedOut]
    facilities: list[HeadroomItemOut]
    over_capacity: list[DepartureOut]
    over_kind: list[DepartureOut]
    over_time: list[DepartureOut]
    register_gaps: list[DepartureOut]
    note: TextOut


class TableColumnOut(BaseModel):
    """A column; `verified`: its head was compared with the guide."""

    id: str
    zh: str
    en: str
    unit: str | None
    verified: bool


class LedgerTableOut(BaseModel):
    """One table of the guide; rows have the columns' ids as keys, null where ledgers do not hold it."""

    number: int
    title: TextOut
    columns: list[TableColumnOut]
    rows: list[dict[str, str | int | None]]


class LedgerTablesOut(HeadingOut):
    """Tables 1 to 3 of the guide for a period."""

    period: ReportPeriodOut
    months_missing: list[str]
    guide: str
    note: TextOut
    tables: list[LedgerTableOut]
