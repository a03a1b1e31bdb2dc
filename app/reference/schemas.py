"""What goes in and out about reference data."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.domain.errors import Message
from app.http.fields import LongText, NameText
from app.http.validation import FaultyValue

_MAX_VALUES = 200
_MAX_TEXT = 2_000
_BAD_BODY = Message(
    "只能含文本、整数、布尔、列表和对象；小数须写成字符串",
    "only texts, whole numbers, flags, lists and objects; write a decimal as a string",
)


def _plain(value: Any, depth: int = 0) -> int:
    """Count the values of a document. Floats are refused: they would not come back as they went in."""
    if isinstance(value, dict) and depth < 5:
        return sum(_plain(key, 5) + _plain(inner, depth + 1) for key, inner in value.items())
    if isinstance(value, list) and depth < 5:
        return sum(_plain(inner, depth + 1) for inner in value)
    text = isinstance(value, str) and len(value) <= _MAX_TEXT and value.isprintable()
    if not (text or value is None or (isinstance(value, int) and abs(value) < 2**53)):
        raise FaultyValue("bad_body", _BAD_BODY)
    return 1


def _document(body: dict[str, Any]) -> dict[str, Any]:
    if _plain(body) > _MAX_VALUES:
        raise FaultyValue("bad_body", _BAD_BODY)
    return body


class ReferenceOut(BaseModel):
    """One version of one row; `body` holds what only its kind has."""

    code: str
    zh: str
    en: str
    body: dict[str, Any]
    source: str
    url: str | None
    retrieved_on: date | None
    verified: bool
    version: int


class VersionOut(ReferenceOut):
    changed_by: str
    created_at: datetime
    superseded_at: datetime | None


class ReleaseOut(BaseModel):
    name: str
    sha256: str
    loaded_at: datetime


class ReferencePage(BaseModel):
    items: list[ReferenceOut]
    next_cursor: str | None
    release: ReleaseOut | None


class HistoryOut(BaseModel):
    items: list[VersionOut]


class CoefficientIn(BaseModel):
    """A coefficient as an administrator sets it; `body` has the fields of the shipped one."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "zh": "煤矸石/原煤",
                    "en": "gangue per raw coal",
                    "body": {
                        "value": "0.18",
                        "low": "0.10",
                        "high": "0.25",
                        "band_percent": None,
                        "basis": None,
                        "variant": None,
                        "subtype": None,
                        "parameters": {},
                        "wastes": ["SW04"],
                        "activity": "raw_coal",
                        "activity_unit": "t",
                        "form": "ratio",
                        "unit": "t/t",
                    },
                    "source": "本地核定 local audit",
                }
            ]
        },
    )

    zh: NameText
    en: NameText
    body: Annotated[dict[str, Any], AfterValidator(_document)]
    source: LongText
    url: Annotated[str, Field(max_length=500, pattern=r"^https?://[!-~]+$")] | None = None
    retrieved_on: date | None = None
    verified: bool = False
