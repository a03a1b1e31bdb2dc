"""Enterprises, their sites and facilities."""

from typing import Literal, NotRequired, TypedDict

from huanlian_client.shapes.values import Quantity, TextOut


class EnterpriseIn(TypedDict):
    """An enterprise to register."""

    credit_code: str
    industry: str
    name: str
    region: str


class RegistrationWarningOut(TypedDict):
    """Accepted, yet worth a look."""

    message: TextOut
    pointer: str
    rule: str
    severity: NotRequired[Literal["warning"]]


class EnterpriseOut(TypedDict):
    """A registered enterprise."""

    credit_code: str
    credit_code_valid: bool
    id: str
    industry: str
    name: str
    region: str
    succeeded_from: str | None
    succession_reason: str | None
    successor: str | None
    warnings: list[RegistrationWarningOut]


class EnterprisePage(TypedDict):
    """Some enterprises and where to go on."""

    items: list[EnterpriseOut]
    next_cursor: str | None


class SiteIn(TypedDict):
    """A site to register; `code` is its permit number or a code of its own."""

    code: str
    enterprise: str
    name: str
    region: str
    base: NotRequired[str | None]
    industry: NotRequired[str | None]
    latitude: NotRequired[float | None]
    longitude: NotRequired[float | None]
    park: NotRequired[str | None]
    permit_number: NotRequired[str | None]
    reports_from: NotRequired[str | None]
    reports_until: NotRequired[str | None]


class SiteOut(TypedDict):
    """A registered site."""

    base: str | None
    code: str
    enterprise: str
    id: str
    industry: str
    latitude: float | None
    longitude: float | None
    name: str
    park: str | None
    permit_number: str | None
    region: str
    reports_from: str
    reports_until: str | None
    warnings: list[RegistrationWarningOut]


class SitePage(TypedDict):
    """Some sites and where to go on."""

    items: list[SiteOut]
    next_cursor: str | None


class FacilityIn(TypedDict):
    """A facility to register."""

    code: str
    kind: Literal["storage", "utilization", "disposal"]
    name: str
    site: str
    capacity_tonnes: NotRequired[Quantity | None]
    latitude: NotRequired[float | None]
    longitude: NotRequired[float | None]
    waste_class: NotRequired[Literal["I", "II"] | None]


class FacilityOut(TypedDict):
    """A registered facility."""

    capacity_tonnes: str | None
    code: str
    id: str
    kind: Literal["storage", "utilization", "disposal"]
    latitude: float | None
    longitude: float | None
    name: str
    site: str
    waste_class: Literal["I", "II"] | None


class FacilityPage(TypedDict):
    """Some facilities and where to go on."""

    items: list[FacilityOut]
    next_cursor: str | None
