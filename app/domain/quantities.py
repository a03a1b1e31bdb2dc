"""Masses: tonnes to people, whole grams (int) inside.

A tonne figure has at most six decimals, so every legal figure is a whole number of grams and every sum is exact.
"""

import math
from decimal import Decimal, InvalidOperation

GRAMS_PER_TONNE = 1_000_000
MAX_TONNES = 1_000_000_000
_DECIMALS = 6
# With this many digits a figure is below the largest there is.
_PLAIN_DIGITS = 9
MAX_GRAMS = MAX_TONNES * GRAMS_PER_TONNE


class QuantityError(ValueError):
    """A figure that is not a mass we keep; `code` names the reason, the text is for developers."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def grams_from_tonnes(value: str | float | Decimal) -> int:
    """Whole grams [g] of a figure in tonnes [t].

    Takes "12.345", 12.345, 12 or Decimal. Raises QuantityError with code `not_a_number`, `not_finite`, `negative`,
    `too_large` (above 10⁹ t) or `too_precise` (more than six decimals).
    """
    if isinstance(value, bool):
        raise QuantityError("not_a_number")
    if isinstance(value, float):
        return _grams_from_float(value)
    if isinstance(value, str):
        plain = _plain_grams(value)
        if plain is not None:
            return plain
        value = _decimal_from_text(value)
    else:
        value = Decimal(value)
    if not value.is_finite():
        raise QuantityError("not_finite")
    if value < 0:
        raise QuantityError("negative")
    if value > MAX_TONNES:
        raise QuantityError("too_large")
    grams = value * GRAMS_PER_TONNE
    if grams != grams.to_integral_value():
        raise QuantityError("too_precise")
    return int(grams)


def _grams_from_float(value: float) -> int:
    """A JSON number read as float is exact up to 10⁹ t when it survives the way to grams and back."""
    if not math.isfinite(value):
        raise QuantityError("not_finite")
    if value < 0:
        raise QuantityError("negative")
    if value > MAX_TONNES:
        raise QuantityError("too_large")
    grams = round(value * GRAMS_PER_TONNE)
    if grams / GRAMS_PER_TONNE != value:
        raise QuantityError("too_precise")
    return grams


def _plain_grams(text: str) -> int | None:
    """Grams of digits with at most six decimals, as nearly every figure is written; None for any other text."""
    whole, _, decimals = text.partition(".")
    if not (text.isascii() and 0 < len(whole) <= _PLAIN_DIGITS and whole.isdigit()):
        return None
    if not decimals:
        return int(whole) * GRAMS_PER_TONNE
    if len(decimals) > _DECIMALS or not decimals.isdigit():
        return None
    return int((whole + decimals).ljust(len(whole) + _DECIMALS, "0"))


def _decimal_from_text(text: str) -> Decimal:
    plain = text.strip()
    # Underscores and full-width digits are legal for Decimal, but nobody means them in a form.
    if not plain or len(plain) > 40 or not plain.isascii() or "_" in plain:
        raise QuantityError("not_a_number")
    try:
        return Decimal(plain)
    except InvalidOperation:
        raise QuantityError("not_a_number") from None


def tonnes_text(grams: int) -> str:
    """The shortest exact decimal of a mass [g] in tonnes: 12_345_000 → "12.345", -500_000 → "-0.5"."""
    if not grams:
        return "0"
    sign = "-" if grams < 0 else ""
    whole, rest = divmod(abs(grams), GRAMS_PER_TONNE)
    if not rest:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{rest:06d}".rstrip("0")
