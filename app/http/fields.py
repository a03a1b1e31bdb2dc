"""Field types of request bodies: tonnes become whole grams, months Month, text is bounded and printable."""

import unicodedata
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

from app.domain.errors import Message
from app.domain.periods import Month, MonthError
from app.domain.quantities import QuantityError, grams_from_tonnes
from app.http.validation import FaultyValue

_QUANTITY_TEXTS = {
    "not_a_number": Message('应为吨数，如 "12.345"', 'this must be a number of tonnes such as "12.345"'),
    "not_finite": Message("应为有限的数", "this must be a finite number"),
    "negative": Message("吨数不能为负", "tonnes must not be negative"),
    "too_large": Message("吨数不能超过 10 亿", "tonnes must not exceed 1,000,000,000"),
    "too_precise": Message("吨数最多六位小数", "tonnes have at most six decimals"),
}
_BAD_MONTH = Message(
    "应为 1990-01 至 2199-12 之间的月份，如 2025-03",
    "this must be a month from 1990-01 to 2199-12, such as 2025-03",
)
_BAD_MOMENT = Message(
    "应为带时区的时刻，如 2026-01-10T08:00:00Z",
    "this must be a moment with a time zone, such as 2026-01-10T08:00:00Z",
)
_NOT_PRINTABLE = Message(
    "含有控制字符或无法识别的字符", "this holds control characters or characters that are not valid Unicode"
)
_BLANK = Message("不能为空", "this must not be empty")

# Cc: control characters and NUL; Cs: lone surrogates. Of Cf only marks that turn writing around.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs"})
_BIDI_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _grams(value: Any) -> int:
    if not isinstance(value, str | int | float | Decimal):
        raise FaultyValue("not_a_number", _QUANTITY_TEXTS["not_a_number"])
    try:
        return grams_from_tonnes(value)
    except QuantityError as error:
        raise FaultyValue(error.code, _QUANTITY_TEXTS[error.code]) from None


def _month(value: Any) -> Month:
    if isinstance(value, Month):
        return value
    try:
        return Month.parse(value)
    except (MonthError, TypeError):
        raise FaultyValue("bad_month", _BAD_MONTH) from None


def _line(text: str) -> str:
    """One line of text, without blanks around it."""
    return _printable(text, allowed="")


def _prose(text: str) -> str:
    """Text of several lines."""
    return _printable(text, allowed="\n\r\t")


def _printable(text: str, *, allowed: str) -> str:
    stripped = text.strip()
    # Every refused character is one that Python does not print; nearly all texts are done here.
    if stripped.isprintable() and stripped:
        return stripped
    for character in stripped:
        if character in _BIDI_OVERRIDES or (
            unicodedata.category(character) in _REFUSED_CATEGORIES and character not in allowed
        ):
            raise FaultyValue("not_printable", _NOT_PRINTABLE)
    if text and not stripped:
        raise FaultyValue("blank", _BLANK)
    return stripped


# A figure in tonnes as it is sent; whole grams (int) inside.
Tonnes = Annotated[
    int,
    BeforeValidator(_grams),
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "string",
                    "maxLength": 17,
                    "pattern": r"^(1000000000(\.0{1,6})?|[0-9]{1,9}(\.[0-9]{1,6})?)$",
                },
                {"type": "number", "minimum": 0, "maximum": 1_000_000_000},
            ],
            "description": "tonnes, at most six decimals",
            "examples": ["12.345"],
        },
        mode="validation",
    ),
]
# A calendar month, "2025-03" outside and Month inside; model_dump() gives the text, dict(model) the Month.
MonthField = Annotated[
    Month,
    BeforeValidator(_month),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": 7,
            "pattern": r"^(199[0-9]|2[01][0-9]{2})-(0[1-9]|1[0-2])$",
            "examples": ["2025-03"],
        }
    ),
]
# Names and codes: one printable line. The length is bounded before the characters are looked at.
CodeText = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_line)]
ShortText = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_line)]
NameText = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_line)]
LongText = Annotated[str, Field(min_length=1, max_length=2_000), AfterValidator(_prose)]

# A region and all below it: the first 2, 4 or 6 digits of a GB/T 2260 code.
REGION_PREFIX = r"^([0-9]{2}|[0-9]{4}|[0-9]{6})$"
RegionText = Annotated[str, Field(max_length=6, pattern=REGION_PREFIX, examples=["1402"])]

# A month in a query string; a query parameter cannot be a Month itself, so it is parsed where it is used.
MonthText = Annotated[
    str, Field(pattern=r"^(199\d|2[01]\d\d)-(0[1-9]|1[0-2])$", max_length=7, examples=["2025-03"])
]


def _not_a_count(value: Any) -> Any:
    """Pydantic would take a bare number for seconds since 1970; nobody means that in an address."""
    if not isinstance(value, str) or "T" not in value.upper():
        raise FaultyValue("not_a_moment", _BAD_MOMENT)
    return value


# A moment in a query string, with its time zone.
Moment = Annotated[AwareDatetime, BeforeValidator(_not_a_count)]


def month_or_none(text: str | None) -> Month | None:
    """The month that a query parameter names."""
    return None if text is None else Month.parse(text)
