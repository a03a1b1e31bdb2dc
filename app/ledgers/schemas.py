"""The JSON of a ledger as enterprises send it, and as it is answered."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.domain.errors import Message
from app.domain.ledger import Activity, Disposed, LedgerContent, Line, Received, Sent, Used
from app.domain.quantities import MAX_GRAMS
from app.http.answers import TextOut
from app.http.fields import CodeText as Code
from app.http.fields import LongText, MonthField, RegionText, ShortText, Tonnes
from app.http.validation import FaultyValue
from app.ledgers.percentages import Percent, percent_text
from app.ledgers.receipt_schemas import RepudiationOut

MAX_LINES = 100
MAX_FLOWS = 500

Waste = Annotated[str, Field(max_length=4, pattern=r"^SW[0-9]{2}$", examples=["SW02"])]
WasteCode = Annotated[
    str, Field(max_length=11, pattern=r"^[0-9]{3}-[0-9]{3}-S[0-9]{2}$", examples=["441-001-S02"])
]
Purpose = Literal["use", "dispose", "store"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _listed(most: int) -> Any:
    """A list that may be left out. Made anew each time: a default would be copied deeply, which costs more."""
    return Field(default_factory=list, max_length=most, json_schema_extra={"default": []})


class _Parts(_Strict):
    """A flow with its “of which” parts, which cannot be more than the whole."""

    tonnes: Tonnes
    prior_stock_tonnes: Tonnes = 0
    received_tonnes: Tonnes = 0

    @model_validator(mode="after")
    def _parts_within_whole(self) -> "_Parts":
        if self.prior_stock_tonnes + self.received_tonnes > self.tonnes:
            raise FaultyValue(
                "part_exceeds_whole",
                Message(
                    "其中往年贮存与其中接收之和大于总量",
                    "the parts from prior stock and received exceed the whole",
                ),
            )
        return self


class ReceivedIn(_Strict):
    """Waste taken in."""

    party: Annotated[Code, Field(alias="from", description="site code or credit code of the sender")]
    tonnes: Tonnes
    purpose: Purpose = "use"


class UsedIn(_Parts):
    """Own utilization; `received_tonnes` of it is others' waste."""

    process: Code | None = None
    product: Code | None = None
    product_tonnes: (
        Annotated[Tonnes, Field(description="what was made of it; null: not stated", examples=["1150"])]
        | None
    ) = None


class DisposedIn(_Parts):
    """Own disposal."""

    method: Code | None = None
    facility: (
        Annotated[str, Field(max_length=5, pattern=r"^[A-Z]{2}[0-9]{3}$", examples=["TS001"])] | None
    ) = None
    compliant: bool | None = None


class SentIn(_Parts):
    """Waste handed on."""

    party: Annotated[Code, Field(alias="to", description="site code or credit code of the receiver")]
    purpose: Purpose = "use"
    out_of_province: bool = False


class LineIn(_Strict):
    """One waste stream of the month."""

    waste: Waste
    waste_code: WasteCode | None = None
    basis: Literal["wet", "dry"] | None = None
    moisture_percent: Percent | None = None
    method: Code | None = None
    opening_stock_tonnes: Tonnes = 0
    generated_tonnes: Tonnes = 0
    received: Annotated[list[ReceivedIn], _listed(MAX_FLOWS)]
    used: Annotated[list[UsedIn], _listed(MAX_FLOWS)]
    disposed: Annotated[list[DisposedIn], _listed(MAX_FLOWS)]
    sent: Annotated[list[SentIn], _listed(MAX_FLOWS)]
    dumped_tonnes: Tonnes = 0
    compliant_stored_tonnes: Tonnes = 0
    closing_stock_tonnes: Tonnes = 0

    def content(self) -> Line:
        """The line in grams."""
        return Line(
            waste=self.waste,
            waste_code=self.waste_code,
            basis=self.basis,
            moisture_millipercent=self.moisture_percent,
            method=self.method,
            opening_grams=self.opening_stock_tonnes,
            generated_grams=self.generated_tonnes,
            received=tuple(Received(r.party, r.tonnes, r.purpose) for r in self.received),
            used=tuple(
                Used(
                    u.tonnes, u.process, u.product, u.prior_stock_tonnes, u.received_tonnes, u.product_tonnes
                )
                for u in self.used
            ),
            disposed=tuple(
                Disposed(d.tonnes, d.method, d.facility, d.prior_stock_tonnes, d.received_tonnes, d.compliant)
                for d in self.disposed
            ),
            sent=tuple(
                Sent(s.party, s.tonnes, s.purpose, s.prior_stock_tonnes, s.received_tonnes, s.out_of_province)
                for s in self.sent
            ),
            dumped_grams=self.dumped_tonnes,
            compliant_stored_grams=self.compliant_stored_tonnes,
            closing_grams=self.closing_stock_tonnes,
        )


class ActivityIn(_Strict):
    """What the site did in the month."""

    kind: Code
    tonnes: Tonnes
    ash_percent: Percent | None = None
    sulphur_percent: Percent | None = None
    moisture_percent: Percent | None = None
    purity_percent: Percent | None = None

    def content(self) -> Activity:
        """The activity in grams, its analysis as decimal text."""
        parameters = {
            name: percent_text(value)
            for name in ("ash_percent", "sulphur_percent", "moisture_percent", "purity_percent")
            if (value := getattr(self, name)) is not None
        }
        return Activity(self.kind, self.tonnes, parameters)


def _sum(flows: Sequence[ReceivedIn | _Parts]) -> int:
    return sum(flow.tonnes for flow in flows)


def _refuse_impossible_sums(lines: Sequence[LineIn]) -> None:
    """No ledger moves more than the largest figure there is: nine thousand such ledgers still sum within 64 bits."""
    into = out = 0
    for index, line in enumerate(lines):
        into += line.opening_stock_tonnes + line.generated_tonnes + _sum(line.received)
        out += _sum(line.used) + _sum(line.disposed) + _sum(line.sent)
        out += line.dumped_tonnes + line.closing_stock_tonnes
        if max(into, out) > MAX_GRAMS:
            raise FaultyValue(
                "too_large",
                Message("整份台账合计不能超过 10 亿吨", "a whole ledger must not exceed 1,000,000,000 t"),
                f"/lines/{index}",
            )


class LedgerIn(_Strict):
    """One site-month. Only site, month and either `nil: true` or lines are required; what is absent is zero."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "site": "91140200MA0EXAMPLE001P",
                    "month": "2025-03",
                    "signed_by": "示例负责人",
                    "lines": [
                        {
                            "waste": "SW02",
                            "basis": "wet",
                            "moisture_percent": "1.0",
                            "method": "weighbridge",
                            "opening_stock_tonnes": "120",
                            "generated_tonnes": "1000",
                            "used": [{"process": "cement_blending", "product": "cement", "tonnes": "300"}],
                            "disposed": [{"method": "landfill", "tonnes": "100", "compliant": True}],
                            "sent": [{"to": "91140200MA0EXAMPLE002P", "tonnes": "500", "purpose": "use"}],
                            "compliant_stored_tonnes": "100",
                            "closing_stock_tonnes": "220",
                        }
                    ],
                    "activity": [{"kind": "coal_burnt", "tonnes": "4000", "ash_percent": "27.0"}],
                }
            ]
        }
    )

    site: Code
    month: MonthField
    nil: bool = False
    draft: bool = False
    signed_by: ShortText | None = None
    reason: LongText | None = None
    lines: Annotated[list[LineIn], _listed(MAX_LINES)]
    activity: Annotated[list[ActivityIn], _listed(MAX_LINES)]

    @model_validator(mode="after")
    def _nil_or_lines(self) -> "LedgerIn":
        if self.nil and self.lines:
            raise FaultyValue(
                "nil_with_lines", Message("零申报不能同时有固废行", "a nil return has no lines"), "/lines"
            )
        if not self.nil and not self.lines:
            raise FaultyValue(
                "no_lines",
                Message("请填写固废行，或声明 nil: true（零申报）", "give lines, or say nil: true"),
                "/lines",
            )
        _refuse_impossible_sums(self.lines)
        streams = [(line.waste, line.waste_code) for line in self.lines]
        for index, stream in enumerate(streams):
            if stream in streams[:index]:
                raise FaultyValue(
                    "duplicate_stream",
                    Message("同一固废出现两行，请合并", "this waste stands in two lines; merge them"),
                    f"/lines/{index}/waste",
                )
        return self

    def content(self) -> LedgerContent:
        """The ledger in grams."""
        return LedgerContent(
            site=self.site,
            month=self.month,
            nil=self.nil,
            signed_by=self.signed_by,
            lines=tuple(line.content() for line in self.lines),
            activity=tuple(activity.content() for activity in self.activity),
        )


class AmendmentIn(LedgerIn):
    """A whole ledger again, as it should have been, with the reason."""

    reason: LongText

    @model_validator(mode="after")
    def _not_a_draft(self) -> "AmendmentIn":
        if self.draft:
            raise FaultyValue(
                "draft_amendment",
                Message("修订不能存为草稿", "an amendment takes effect at once; it cannot be a draft"),
                "/draft",
            )
        return self


class DecisionIn(_Strict):
    """A regulator's decision on a ledger."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"to": "returned", "reason": "请复核产生量"}]},
    )

    to: Literal["accepted", "returned", "closed"]
    reason: LongText | None = None


class ClosingIn(_Strict):
    """Close a month for a region."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"region": "1402", "month": "2025-03"}]}
    )

    region: RegionText
    month: MonthField


class WarningOut(BaseModel):
    """Something a rule says about a ledger."""

    rule: str
    severity: Literal["info", "warning", "error"]
    pointer: str
    message: TextOut
    tonnes: str | None


class ReceiptOut(BaseModel):
    """What proves the filing: SHA-256 of the canonical JSON kept as copy of record."""

    sha256: str
    received_at: str


class FiledOut(BaseModel):
    """The answer to a filing."""

    id: str
    site: str
    month: str
    version: int
    state: str
    receipt: ReceiptOut
    warnings: list[WarningOut]


class ValidatedOut(BaseModel):
    """What a filing would have been answered."""

    valid: Literal[True] = True
    outcome: str
    site: str
    month: str
    warnings: list[WarningOut]


class LedgerOut(FiledOut):
    """A ledger with its content."""

    nil: bool
    signed_by: str | None
    reason: str | None
    filed_by: str
    repudiation: RepudiationOut | None = None
    lines: list[dict[str, Any]]
    activity: list[dict[str, Any]]


class LedgerPage(BaseModel):
    """Some ledgers and where to go on."""

    items: list[LedgerOut]
    next_cursor: str | None


class VersionsOut(BaseModel):
    """Every version of a ledger, newest first."""

    items: list[LedgerOut]


class ClosedOut(BaseModel):
    """A closed month."""

    region: str
    month: str
    ledgers_closed: int
