"""Permits: as they are sent, and what is on file of them."""

from typing import Any, Literal, NotRequired, TypedDict

from huanlian_client.shapes.values import TextOut


class CapacityIn(TypedDict):
    """A capacity as the permit prints it. Storage: t, 万t, m3; use and disposal: t/a, 万t/a, t/d."""

    amount: str | int
    unit: Literal["kg", "t", "万t", "m3", "万m3", "kg/a", "t/a", "万t/a", "m3/a", "万m3/a", "t/d", "m3/d"]


class PermitFacilityIn(TypedDict):
    """A facility of the permit; without `wastes` it takes all of the permit's, without `ways` it does what its kind does."""

    code: str
    kind: Literal["storage", "utilization", "disposal"]
    area_m2: NotRequired[str | int | None]
    capacity: NotRequired[CapacityIn | None]
    latitude: NotRequired[float | None]
    longitude: NotRequired[float | None]
    name: NotRequired[str | None]
    standard: NotRequired[str | None]
    standard_met: NotRequired[bool | None]
    type: NotRequired[str | None]
    wastes: NotRequired[list[str]]
    ways: NotRequired[list[Literal["store", "use", "dispose"]]]


class DeadlineIn(TypedDict):
    """An execution report is due `months_after` months after its period's last month, on `day` (31: the last day)."""

    day: int
    months_after: int
    period: Literal["month", "quarter", "year"]


class RouteIn(TypedDict):
    """One way a waste may go: on the site or by a receiver, to be stored, used or disposed of."""

    by: Literal["self", "entrusted"]
    way: Literal["store", "use", "dispose"]


PermitWasteIn = TypedDict(
    "PermitWasteIn",
    {
        "waste": str,
        "class": NotRequired[Literal["I", "II"] | None],
        "name": NotRequired[str | None],
        "routes": NotRequired[list[RouteIn]],
        "source": NotRequired[str | None],
        "waste_code": NotRequired[str | None],
    },
)
"""A waste of the permit; `source` is the step it arises in, `class` I or II of GB 18599."""


class PermitIn(TypedDict):
    """A permit after the contents of HJ 1200-2021."""

    region: str
    effective_from: NotRequired[str | None]
    enterprise: NotRequired[str | None]
    facilities: NotRequired[list[PermitFacilityIn]]
    holder: NotRequired[str | None]
    issued_on: NotRequired[str | None]
    issuer: NotRequired[str | None]
    number: NotRequired[str | None]
    report_deadlines: NotRequired[list[DeadlineIn]]
    valid_from: NotRequired[str | None]
    valid_until: NotRequired[str | None]
    wastes: NotRequired[list[PermitWasteIn]]


class PermitSummaryOut(TypedDict):
    """A permit in a list; `site` is null as long as no site has its number."""

    changed_at: str
    credit_code: str
    matched: bool
    number: str
    received_at: str
    region: str
    site: str | None
    valid_from: str | None
    valid_until: str | None
    version: int


class PermitPage(TypedDict):
    """Some permits and where to go on."""

    items: list[PermitSummaryOut]
    next_cursor: str | None


class PermitWarningOut(TypedDict):
    """Accepted, yet worth a look."""

    message: TextOut
    pointer: str
    rule: str
    severity: NotRequired[Literal["warning"]]


class PermitOut(PermitSummaryOut):
    """A permit with what its newest version says; `content` is in the shape in which it is sent."""

    content: dict[str, Any]
    content_sha256: str
    effective_from: str
    raw_sha256: str
    warnings: list[PermitWarningOut]


class PermitPutOut(PermitOut):
    """What became of a permit that was sent."""

    outcome: Literal["created", "changed", "unchanged"]


class PermitVersionOut(TypedDict):
    """One version: since which day it holds, who sent it when, by which way, and the hash of the bytes that came."""

    content: dict[str, Any]
    content_sha256: str
    effective_from: str
    media_type: str
    raw_bytes: int
    raw_sha256: str
    received_at: str
    received_from: str
    source: str
    version: int


class PermitVersions(TypedDict):
    """Every version of a permit, the newest first."""

    items: list[PermitVersionOut]
