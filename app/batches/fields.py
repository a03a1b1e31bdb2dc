"""Field types of forms: days, masses that are some, wastes, grades, who signed."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from app.domain.errors import Message
from app.domain.quantities import GRAMS_PER_TONNE
from app.http.fields import ShortText, Tonnes
from app.http.validation import FaultyValue

MOST_GRAMS = 10_000_000 * GRAMS_PER_TONNE
"""Ten million tonnes in one form: what no site moves in a month, and what sums of 900,000 forms hold in 64 bits."""
_FIRST_DAY, _LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)
_BAD_DAY = Message("应为如 2025-03-14 的日期", "this must be a day such as 2025-03-14")


def _day(value: Any) -> date:
    try:
        given = value if type(value) is date else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise FaultyValue("bad_day", _BAD_DAY) from None
    # fromisoformat reads weeks and days without hyphens, too; nobody means those in a form.
    if not _FIRST_DAY <= given <= _LAST_DAY or (value is not given and value != given.isoformat()):
        raise FaultyValue("bad_day", _BAD_DAY)
    return given


def _some(grams: int) -> int:
    if not 0 < grams <= MOST_GRAMS:
        text = Message("应大于 0，且不超过 1000 万吨", "this must be more than 0 and at most 10,000,000 t")
        raise FaultyValue("not_some", text)
    return grams


Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": 10,
            "pattern": r"^(199[0-9]|2[01][0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$",
            "description": "a day from 1990-01-01 to 2199-12-31",
            "examples": ["2025-03-14"],
        }
    ),
]
SomeTonnes = Annotated[Tonnes, AfterValidator(_some)]
Waste = Annotated[str, Field(max_length=4, pattern=r"^SW[0-9]{2}$", examples=["SW02"])]
WasteCode = Annotated[
    str, Field(max_length=11, pattern=r"^[0-9]{3}-[0-9]{3}-S[0-9]{2}$", examples=["441-001-S02"])
]
Grade = Annotated[str, Field(max_length=8, pattern=r"^[0-9]{1,3}(\.[0-9])?$", examples=["42.5"])]
Signer = Annotated[ShortText, Field(description="who signed the form")]
