"""The JSON of a permit as permit systems send it; of a row of a file too, once its columns have been mapped."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic.config import JsonDict

from app.domain.errors import Message
from app.domain.permits.capacities import UNITS, Capacity, CapacityError, capacity_of
from app.domain.permits.content import PermitContent, PermitFacility, PermitWaste, Route
from app.domain.permits.validity import ReportDeadline, Validity
from app.http.fields import NameText
from app.http.validation import FaultyValue

MAX_ENTRIES = 500
NUMBER = re.compile(r"[0-9A-Z]{18}[0-9]{3}[A-Z]", re.ASCII)
_AREA = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?", re.ASCII)
_MOST_SQUARE_METRES = 10**9
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)

PermitNumber = Annotated[
    str, Field(max_length=22, pattern=r"^[0-9A-Z]{18}[0-9]{3}[A-Z]$", examples=["91140200MA0EXAMPLE001P"])
]
CreditCode = Annotated[str, Field(max_length=18, pattern=r"^[0-9A-Z]{18}$", examples=["91140200MA0EXAMPLE"])]
RegionCode = Annotated[str, Field(max_length=6, pattern=r"^[0-9]{6}$", examples=["140212"])]
Waste = Annotated[str, Field(max_length=4, pattern=r"^SW[0-9]{2}$", examples=["SW02"])]
WasteCode = Annotated[
    str, Field(max_length=11, pattern=r"^[0-9]{3}-[0-9]{3}-S[0-9]{2}$", examples=["441-001-S02"])
]
FacilityCode = Annotated[str, Field(max_length=5, pattern=r"^T[A-Z][0-9]{3}$", examples=["TS001"])]
Way = Literal["store", "use", "dispose"]

_BAD_DAY = Message(
    "应为 1990 至 2199 年间的日期，如 2025-03-31", "this must be a day from 1990 to 2199, such as 2025-03-31"
)
_CAPACITY_TEXTS = {
    "unknown_unit": Message(
        f"单位应为 {'、'.join(UNITS)} 之一", f"the unit must be one of {', '.join(UNITS)}"
    ),
    "not_a_number": Message("应为十进制数，不带指数", "this must be a decimal without an exponent"),
    "negative": Message("能力不能为负", "a capacity must not be negative"),
    "too_large": Message("能力不能超过 10 亿吨", "a capacity must not exceed 1,000,000,000 t"),
    "too_precise": Message("能力精确到克为止", "a capacity has no parts of a gram"),
}
_BAD_AREA = Message(
    "应为 0 至 10 亿平方米的数，最多两位小数",
    "this must be from 0 to 1,000,000,000 m² with at most two decimals",
)
_BAD_VALIDITY = Message("有效期的止日早于起日", "the permit ends before it begins")
_HALF_VALIDITY = Message("有效期的起止应同时给出", "give both days of the validity, or none")
_TWICE = Message("重复出现", "this stands twice")


def day(value: Any) -> date:
    """A day between 1990 and 2199, written with hyphens."""
    try:
        given = value if type(value) is date else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise FaultyValue("bad_day", _BAD_DAY) from None
    # fromisoformat reads weeks and days without hyphens, too; nobody means those in a permit.
    if not FIRST_DAY <= given <= LAST_DAY or (value is not given and value != given.isoformat()):
        raise FaultyValue("bad_day", _BAD_DAY)
    return given


def area(value: Any) -> Decimal:
    """An area [m²] with at most two decimals."""
    text = _plain_number(value)
    if text is None or _AREA.fullmatch(text) is None or Decimal(text) > _MOST_SQUARE_METRES:
        raise FaultyValue("bad_area", _BAD_AREA)
    return Decimal(text)


def _plain_number(value: Any) -> str | None:
    """A number as it was written, of a JSON number without an exponent; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return (
        format(Decimal(repr(value)), "f").removesuffix(".0")
        if isinstance(value, float)
        else str(value).strip()
    )


def amount(value: Any) -> str:
    """The figure of a capacity as text; of a JSON number the text it was written with, without an exponent."""
    text = _plain_number(value)
    if text is None:
        raise FaultyValue("not_a_number", _CAPACITY_TEXTS["not_a_number"])
    return text


Day = Annotated[
    date,
    BeforeValidator(day),
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": 10,
            "pattern": r"^(199[0-9]|2[01][0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$",
            "description": "a day from 1990-01-01 to 2199-12-31",
            "examples": ["2028-05-09"],
        }
    ),
]
Area = Annotated[
    Decimal,
    BeforeValidator(area),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "maxLength": 12, "pattern": r"^[0-9]{1,9}(\.[0-9]{1,2})?$"},
                {"type": "integer", "minimum": 0, "maximum": 1_000_000_000},
            ],
            "description": "m², at most two decimals",
            "examples": ["12000"],
        }
    ),
]


Amount = Annotated[
    str,
    BeforeValidator(amount),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "maxLength": 8, "pattern": r"^[0-9]{1,5}(\.[0-9]{1,2})?$"},
                {"type": "integer", "minimum": 0, "maximum": 99_999},
            ],
            "description": "a decimal; a facility has at most 1,000,000,000 t",
            "examples": ["50"],
        }
    ),
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class RouteIn(_Strict):
    """One way a waste may go: on the site or by a receiver, to be stored, used or disposed of."""

    by: Literal["self", "entrusted"]
    way: Way


class PermitWasteIn(_Strict):
    """A waste of the permit; `source` is the step it arises in, `class` I or II of GB 18599."""

    waste: Waste
    waste_code: WasteCode | None = None
    name: NameText | None = None
    waste_class: Annotated[Literal["I", "II"] | None, Field(alias="class")] = None
    source: NameText | None = None
    routes: Annotated[list[RouteIn], Field(max_length=6)] = []

    def content(self) -> PermitWaste:
        """In our terms."""
        routes = frozenset(Route(route.by, route.way) for route in self.routes)
        return PermitWaste(self.waste, self.waste_code, self.name, self.waste_class, self.source, routes)


class CapacityIn(_Strict):
    """A capacity as the permit prints it. Storage: t, 万t, m3; use and disposal: t/a, 万t/a, t/d."""

    amount: Amount
    unit: Annotated[
        str, Field(min_length=1, max_length=12, examples=["万t"], json_schema_extra={"enum": [*UNITS]})
    ]

    @model_validator(mode="after")
    def _is_a_capacity(self) -> "CapacityIn":
        self.content()
        return self

    def content(self) -> Capacity:
        """In our terms. Raises FaultyValue."""
        try:
            return capacity_of(self.amount, self.unit)
        except CapacityError as error:
            place = "/unit" if error.code == "unknown_unit" else "/amount"
            raise FaultyValue(error.code, _CAPACITY_TEXTS[error.code], place) from None


class PermitFacilityIn(_Strict):
    """A facility of the permit; without `wastes` it takes all of the permit's, without `ways` it does what its kind does."""

    code: FacilityCode
    kind: Literal["storage", "utilization", "disposal"]
    name: NameText | None = None
    type: NameText | None = None
    capacity: CapacityIn | None = None
    area_m2: Area | None = None
    latitude: Annotated[float | None, Field(ge=-90, le=90, allow_inf_nan=False, examples=[40.01])] = None
    longitude: Annotated[float | None, Field(ge=-180, le=180, allow_inf_nan=False, examples=[113.12])] = None
    standard: NameText | None = None
    standard_met: bool | None = None
    wastes: Annotated[list[Waste], Field(max_length=60)] = []
    ways: Annotated[list[Way], Field(max_length=3)] = []

    def content(self) -> PermitFacility:
        """In our terms."""
        return PermitFacility(
            code=self.code,
            kind=self.kind,
            name=self.name,
            type=self.type,
            capacity=None if self.capacity is None else self.capacity.content(),
            area_m2=self.area_m2,
            latitude=self.latitude,
            longitude=self.longitude,
            standard=self.standard,
            standard_met=self.standard_met,
            wastes=frozenset(self.wastes),
            ways=frozenset(self.ways),
        )


class DeadlineIn(_Strict):
    """An execution report is due `months_after` months after its period's last month, on `day` (31: the last day)."""

    period: Literal["month", "quarter", "year"]
    months_after: Annotated[int, Field(ge=0, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]


_EXAMPLE: JsonDict = {
    "region": "140212",
    "holder": "示例发电有限公司",
    "issuer": "示例市生态环境局",
    "valid_from": "2023-05-10",
    "valid_until": "2028-05-09",
    "wastes": [
        {
            "waste": "SW02",
            "waste_code": "441-001-S02",
            "name": "粉煤灰",
            "class": "I",
            "source": "锅炉除尘",
            "routes": [{"by": "self", "way": "store"}, {"by": "entrusted", "way": "use"}],
        }
    ],
    "facilities": [
        {
            "code": "TS001",
            "kind": "storage",
            "name": "示例灰场",
            "capacity": {"amount": "50", "unit": "万t"},
            "area_m2": "12000",
            "standard": "GB 18599-2020",
            "standard_met": True,
            "wastes": ["SW02"],
        }
    ],
    "report_deadlines": [{"period": "year", "months_after": 1, "day": 31}],
}


class PermitIn(_Strict):
    """A permit after the contents of HJ 1200-2021.

    `region` is of the authority that supervises it. `enterprise` is the holder's credit code when it is not the one in
    the number. `effective_from`: the day from which on this content holds; without it, the first day of the validity
    when that is new, else the day it is received.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, json_schema_extra={"examples": [_EXAMPLE]}
    )

    number: PermitNumber | None = None
    region: RegionCode
    enterprise: CreditCode | None = None
    holder: NameText | None = None
    issuer: NameText | None = None
    issued_on: Day | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None
    effective_from: Day | None = None
    wastes: Annotated[list[PermitWasteIn], Field(max_length=MAX_ENTRIES)] = []
    facilities: Annotated[list[PermitFacilityIn], Field(max_length=MAX_ENTRIES)] = []
    report_deadlines: Annotated[list[DeadlineIn], Field(max_length=3)] = []

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "PermitIn":
        if (self.valid_from is None) != (self.valid_until is None):
            missing = "/valid_from" if self.valid_from is None else "/valid_until"
            raise FaultyValue("half_validity", _HALF_VALIDITY, missing)
        if (
            self.valid_from is not None
            and self.valid_until is not None
            and self.valid_until < self.valid_from
        ):
            raise FaultyValue("bad_validity", _BAD_VALIDITY, "/valid_until")
        _refuse_twice("facilities", "code", [facility.code for facility in self.facilities])
        _refuse_twice("report_deadlines", "period", [each.period for each in self.report_deadlines])
        lines = [(waste.waste, waste.waste_code, waste.name, waste.source) for waste in self.wastes]
        _refuse_twice("wastes", "waste", lines)
        return self

    def content(self, number: str) -> PermitContent:
        """In our terms."""
        first, last = self.valid_from, self.valid_until
        return PermitContent(
            number=number,
            region=self.region,
            holder=self.holder,
            issuer=self.issuer,
            issued_on=self.issued_on,
            validity=None if first is None or last is None else Validity(first, last),
            wastes=tuple(waste.content() for waste in self.wastes),
            facilities=tuple(facility.content() for facility in self.facilities),
            deadlines=tuple(ReportDeadline(d.period, d.months_after, d.day) for d in self.report_deadlines),
        )


def _refuse_twice(listed: str, name: str, keys: list[Any]) -> None:
    seen: set[Any] = set()
    for index, key in enumerate(keys):
        if key in seen:
            raise FaultyValue("stands_twice", _TWICE, f"/{listed}/{index}/{name}")
        seen.add(key)
