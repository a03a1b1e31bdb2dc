"""The JSON of batch forms and product batches."""

import uuid
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.batches.fields import Day, Grade, Signer, SomeTonnes, Waste, WasteCode
from app.domain.canonical_json import sha256_of
from app.domain.custody.batches import BatchKind
from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.http.answers import TextOut
from app.http.fields import CodeText, LongText, NameText, ShortText
from app.http.validation import FaultyValue

MOST_PRECEDING, MOST_INPUTS = 20, 40


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PrecedingIn(_Strict):
    """A preceding form; `site` is the form's own unless given, `tonnes` what was drawn from it."""

    number: CodeText
    site: CodeText | None = None
    tonnes: SomeTonnes | None = None


class _Form(_Strict):
    site: CodeText
    number: Annotated[CodeText, Field(description="the form's number at the site, used once")]
    day: Day
    signed_by: Signer
    note: LongText | None = None

    @property
    def month(self) -> Month:
        return Month.of(self.day)

    def content(self) -> dict[str, Any]:
        """The form as canonical JSON: what stays the same when it is sent again."""
        content: dict[str, Any] = _plain(self.model_dump())
        return content

    @property
    def sha256(self) -> str:
        return sha256_of(self.content())


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, int):
        return tonnes_text(value)
    return value.isoformat() if isinstance(value, date) else value


class BatchIn(_Form):
    """One form of tables 3 to 7 of the ledger guide."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "site": "91140200MA0EXAMPLE001P",
                    "number": "CC-2025-0314-01",
                    "kind": "left",
                    "day": "2025-03-14",
                    "waste": "SW02",
                    "tonnes": "31.5",
                    "receiver": "91140200MA0EXAMPLF001P",
                    "preceding": [{"number": "CS-2025-0313-01", "tonnes": "31.5"}],
                    "signed_by": "示例经办人",
                }
            ]
        }
    )

    kind: Annotated[
        Literal["left", "generated", "stored", "used", "disposed"],
        Field(description="出厂（表3）、产生（表4）、贮存（表5）、利用（表6）、处置（表7）"),
    ]
    waste: Waste
    waste_code: WasteCode | None = None
    tonnes: SomeTonnes
    preceding: Annotated[list[PrecedingIn], Field(max_length=MOST_PRECEDING)] = []
    receiver: Annotated[CodeText | None, Field(description="of what left: site code or credit code")] = None
    facility: CodeText | None = None
    process: CodeText | None = None
    carrier: NameText | None = None
    vehicle: CodeText | None = None

    @property
    def batch_kind(self) -> BatchKind:
        return BatchKind(self.kind)

    @model_validator(mode="after")
    def _preceding_once(self) -> "BatchIn":
        keys = [(each.site or self.site, each.number) for each in self.preceding]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                text = Message("同一前序表单重复出现", "this preceding form stands twice")
                raise FaultyValue("preceding_twice", text, f"/preceding/{place}/number")
        return self


class RecipeInputIn(_Strict):
    """An input: a waste, or another material by its name; `batch` names the form of the use (table 6)."""

    waste: Waste | None = None
    material: ShortText | None = None
    batch: CodeText | None = None
    tonnes: SomeTonnes

    @model_validator(mode="after")
    def _one_of_both(self) -> "RecipeInputIn":
        if (self.waste is None) == (self.material is None):
            text = Message(
                "须填固废种类或其他原料名称之一", "give a waste or the name of another material, one of them"
            )
            raise FaultyValue("waste_or_material", text)
        if self.material is not None and self.batch is not None:
            text = Message("表单编号只用于固废", "only a waste has a form")
            raise FaultyValue("batch_without_waste", text, "/batch")
        return self


def _list_of_some(value: Any) -> Any:
    if isinstance(value, list) and not value:
        raise FaultyValue("no_inputs", Message("至少有一项投入", "there is at least one input"))
    return value


class ProductBatchIn(_Form):
    """A product batch with its recipe: everything that went in, wastes and other raw materials (of power: fuels)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "site": "91140200MA0EXAMPLF001P",
                    "number": "P-2025-0320",
                    "day": "2025-03-20",
                    "product": "cement",
                    "grade": "42.5",
                    "product_tonnes": "1000",
                    "inputs": [
                        {"waste": "SW02", "tonnes": "250"},
                        {"material": "熟料", "tonnes": "700"},
                        {"waste": "SW06", "tonnes": "50"},
                    ],
                    "signed_by": "示例经办人",
                }
            ]
        }
    )

    product: Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9_]+$", examples=["cement"])]
    grade: Annotated[Grade | None, Field(description="strength grade, of cement")] = None
    product_tonnes: Annotated[
        SomeTonnes | None, Field(description="null where the product has no mass: electricity, heat")
    ] = None
    inputs: Annotated[
        list[RecipeInputIn], BeforeValidator(_list_of_some), Field(min_length=1, max_length=MOST_INPUTS)
    ]


class WithdrawalIn(_Strict):
    """Why a form is withdrawn."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "编号填错，另行补录"}]})

    reason: LongText


class BatchWarningOut(BaseModel):
    """Accepted, yet worth a look."""

    rule: str
    pointer: str
    message: TextOut
    tonnes: str | None


class PrecedingOut(BaseModel):
    """A preceding form; `known` says whether it is on file here and may be seen."""

    site: str
    number: str
    tonnes: str | None
    known: bool


class BatchOut(BaseModel):
    """A form as it was recorded, and what is said of it now."""

    id: uuid.UUID
    site: str
    number: str
    kind: Literal["left", "generated", "stored", "used", "disposed"]
    table: int
    day: date
    month: str
    waste: str
    waste_code: str | None
    tonnes: str
    receiver: str | None
    facility: str | None
    process: str | None
    carrier: str | None
    vehicle: str | None
    note: str | None
    signed_by: str
    preceding: list[PrecedingOut]
    sha256: str
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    warnings: list[BatchWarningOut]


class BatchPage(BaseModel):
    items: list[BatchOut]
    next_cursor: str | None


class BatchBulkItemOut(BaseModel):
    """What became of one form of a call."""

    line: int
    outcome: Literal["created", "unchanged", "rejected"]
    id: uuid.UUID | None
    site: str | None
    number: str | None
    warnings: list[BatchWarningOut]
    errors: list[dict[str, Any]]


class BatchBulkOut(BaseModel):
    mode: Literal["atomic", "each"]
    summary: dict[str, int]
    items: list[BatchBulkItemOut]


class BatchSumOut(BaseModel):
    """The forms of a kind and waste in a month against the ledger's line."""

    month: str
    waste: str
    kind: Literal["left", "generated", "stored", "used", "disposed"]
    table: int
    forms: int
    batches_tonnes: str
    ledger_tonnes: str | None
    difference_tonnes: str | None
    standing: Literal["equal", "below", "beyond", "no_line", "within"]


class BatchSums(BaseModel):
    site: str
    items: list[BatchSumOut]


class TraceNodeOut(BaseModel):
    id: uuid.UUID
    site: str
    number: str
    kind: Literal["left", "generated", "stored", "used", "disposed"]
    day: date
    waste: str
    tonnes: str
    withdrawn: bool
    distance: Annotated[int, Field(description="steps from the form asked for; preceding ones are negative")]


class TraceLinkOut(BaseModel):
    """`from` precedes `to`."""

    model_config = ConfigDict(populate_by_name=True)

    from_: Annotated[uuid.UUID, Field(alias="from")]
    to: uuid.UUID
    tonnes: str | None


class BatchTraceOut(BaseModel):
    """The forms that a form was drawn from and those drawn from it; `beyond` counts links to forms that you may not see."""

    id: uuid.UUID
    nodes: list[TraceNodeOut]
    links: list[TraceLinkOut]
    beyond_upstream: int
    beyond_downstream: int
    truncated: bool


class RecipeInputOut(BaseModel):
    waste: str | None
    material: str | None
    batch: str | None
    tonnes: str


class ProductBatchOut(BaseModel):
    """A product batch as it was recorded; `waste_share` is the share of wastes in all inputs."""

    id: uuid.UUID
    site: str
    number: str
    day: date
    month: str
    product: str
    grade: str | None
    product_tonnes: str | None
    inputs: list[RecipeInputOut]
    waste_share: str
    note: str | None
    signed_by: str
    sha256: str
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    warnings: list[BatchWarningOut]


class ProductBatchPage(BaseModel):
    items: list[ProductBatchOut]
    next_cursor: str | None
