"""Shares of a hundred as thousandths of a per cent (int): exact, and written back as they came."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from app.domain.errors import Message
from app.http.validation import FaultyValue

_BAD = Message(
    "应为 0 到 100 的百分数，至多三位小数", "this must be 0 to 100 per cent with at most three decimals"
)


def _millipercent(value: Any) -> int:
    """A share of a hundred with at most three decimals, as thousandths of a per cent."""
    # Underscores and full-width digits are legal for Decimal, but nobody means them in a form.
    text = "" if isinstance(value, bool) else str(value).strip()
    try:
        number = Decimal(text) if len(text) <= 20 and text.isascii() and "_" not in text else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or not 0 <= number <= 100 or number * 1000 % 1:
        raise FaultyValue("not_a_percentage", _BAD)
    return int(number * 1000)


def percent_text(millipercent: int) -> str:
    """Thousandths of a per cent as the shortest decimal: 27000 → "27"."""
    whole, rest = divmod(millipercent, 1000)
    return f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)


Percent = Annotated[
    int,
    BeforeValidator(_millipercent),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^\d{1,3}(\.\d{1,3})?$", "maxLength": 7},
                {"type": "number", "minimum": 0, "maximum": 100},
            ]
        }
    ),
]
