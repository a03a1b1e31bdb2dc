"""What goes in and out about enterprises, sites and facilities."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.enterprises.models import FacilityKind
from app.http.answers import TextOut
from app.http.fields import LongText, MonthField, NameText, ShortText, Tonnes

CreditCode = Annotated[
    str, Field(min_length=18, max_length=18, pattern=r"^[0-9A-Z]{18}$", examples=["91140200MA0EXAMPLE"])
]
SiteCode = Annotated[
    str, Field(max_length=64, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$", examples=["91140200MA0EXAMPLE001P"])
]
PermitNumber = Annotated[
    str, Field(max_length=22, pattern=r"^[0-9A-Z]{18}[0-9]{3}[A-Z]$", examples=["91140200MA0EXAMPLE001P"])
]
FacilityCode = Annotated[str, Field(max_length=5, pattern=r"^T[A-Z][0-9]{3}$", examples=["TS001"])]
RegionCode = Annotated[str, Field(max_length=6, pattern=r"^[0-9]{6}$", examples=["140212"])]
Industry = Annotated[str, Field(max_length=4, pattern=r"^[0-9]{2,4}$", examples=["44"])]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, examples=[40.01])]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, examples=[113.12])]
WasteClass = Literal["I", "II"]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EnterpriseIn(_In):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "credit_code": "91140200MA0EXAMPLE",
                    "name": "示例发电有限公司",
                    "industry": "44",
                    "region": "140212",
                }
            ]
        },
    )

    credit_code: CreditCode
    name: NameText
    industry: Industry
    region: RegionCode


class SiteIn(_In):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "code": "91140200MA0EXAMPLE001P",
                    "enterprise": "91140200MA0EXAMPLE",
                    "name": "示例电厂",
                    "region": "140212",
                    "reports_from": "2025-01",
                }
            ]
        },
    )

    code: SiteCode
    enterprise: CreditCode
    name: NameText
    region: RegionCode
    industry: Industry | None = None
    base: ShortText | None = None
    park: ShortText | None = None
    permit_number: PermitNumber | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    reports_from: MonthField | None = None
    reports_until: MonthField | None = None


class SitePatch(_In):
    """Only the fields that are sent change; null empties one that may be empty.

    `from` is the month since which it is so, `reason` says why; both are kept with the version, and change nothing else.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {"name": "示例电厂二期", "reports_until": "2030-12", "from": "2025-07", "reason": "更名"}
            ]
        },
    )

    name: NameText | None = None
    region: RegionCode | None = None
    industry: Industry | None = None
    base: ShortText | None = None
    park: ShortText | None = None
    permit_number: PermitNumber | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    reports_from: MonthField | None = None
    reports_until: MonthField | None = None
    from_month: MonthField | None = Field(default=None, alias="from")
    reason: LongText | None = None


class FacilityIn(_In):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "site": "91140200MA0EXAMPLE001P",
                    "code": "TS001",
                    "name": "示例灰场",
                    "kind": "storage",
                    "waste_class": "II",
                    "capacity_tonnes": "500000",
                }
            ]
        },
    )

    site: SiteCode
    code: FacilityCode
    name: NameText
    kind: FacilityKind
    waste_class: WasteClass | None = None
    capacity_tonnes: Tonnes | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None


class SuccessionIn(_In):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [{"successor": "91140200MA0EXAMPLF", "from": "2025-07", "reason": "吸收合并"}]
        },
    )

    successor: CreditCode
    from_month: MonthField = Field(alias="from")
    reason: LongText


class WarningOut(BaseModel):
    """Accepted, yet worth a look."""

    rule: str
    severity: Literal["warning"] = "warning"
    pointer: str
    message: TextOut


class EnterpriseOut(BaseModel):
    id: uuid.UUID
    credit_code: str
    credit_code_valid: bool
    name: str
    industry: str
    region: str
    successor: str | None
    succeeded_from: MonthField | None
    succession_reason: str | None
    warnings: list[WarningOut]


class SiteOut(BaseModel):
    id: uuid.UUID
    code: str
    enterprise: str
    name: str
    region: str
    industry: str
    base: str | None
    park: str | None
    permit_number: str | None
    latitude: float | None
    longitude: float | None
    reports_from: MonthField
    reports_until: MonthField | None
    warnings: list[WarningOut]


class SiteVersionOut(BaseModel):
    """What was known of a site from `recorded_at` to `superseded_at`; `from` is the month since which it was so."""

    model_config = ConfigDict(populate_by_name=True)

    version: int
    from_month: MonthField = Field(serialization_alias="from")
    name: str
    region: str
    industry: str
    base: str | None
    park: str | None
    permit_number: str | None
    latitude: float | None
    longitude: float | None
    reports_from: MonthField
    reports_until: MonthField | None
    reason: str | None
    changed_by: str
    recorded_at: datetime
    superseded_at: datetime | None


class SiteVersions(BaseModel):
    items: list[SiteVersionOut]


class FacilityOut(BaseModel):
    id: uuid.UUID
    site: str
    code: str
    name: str
    kind: FacilityKind
    waste_class: WasteClass | None
    capacity_tonnes: str | None
    latitude: float | None
    longitude: float | None


class EnterprisePage(BaseModel):
    items: list[EnterpriseOut]
    next_cursor: str | None


class SitePage(BaseModel):
    items: list[SiteOut]
    next_cursor: str | None


class FacilityPage(BaseModel):
    items: list[FacilityOut]
    next_cursor: str | None
