"""Cells and words as a reader of one language sees them."""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Literal

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.domain.rates import EMPTY_DENOMINATOR, NO_LAST_YEAR, fixed_text
from app.reports.document import FEN_PER_YUAN, Cell, Column, Day, Mass, Money, Number, Rate, Text, Whole

Language = Literal["zh", "en"]

NOTHING = "—"
_REASONS = {
    EMPTY_DENOMINATOR: Message("分母为零", "nothing to divide by"),
    NO_LAST_YEAR: Message("无上年数据", "no figures of last year"),
    "no_ledgers": Message("无台账", "no ledgers"),
}
# What no paper shows and XML refuses: control characters other than tab and line end, half surrogate pairs.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def said(words: Message | str, language: Language) -> str:
    """The words in one language, without anything that cannot be printed."""
    text = words if isinstance(words, str) else words.zh if language == "zh" else words.en
    return _UNPRINTABLE.sub("\N{WHITE SQUARE}", text)


def head(column: Column, language: Language) -> str:
    """A column's head with its unit."""
    text = said(column.head, language)
    if column.unit is None:
        return text
    unit = said(column.unit, language)
    return f"{text}（{unit}）" if language == "zh" else f"{text} ({unit})"


def written(cell: Cell, language: Language) -> str:
    """A cell as text: tonnes exact and in groups of three, shares with two decimals, what is unknown as a dash."""
    return _WRITTEN[type(cell)](cell, language)


def is_figure(cell: Cell) -> bool:
    """Whether a cell stands to the right of its column."""
    return not isinstance(cell, Text | Day)


def grouped(decimal: str) -> str:
    """Thousands apart: "-1234567.5" → "-1,234,567.5"."""
    whole, point, rest = decimal.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):,}{point}{rest}"


def reason_words(reason: Message | str | None, language: Language) -> str:
    """Why there is no value; a dash when nobody said."""
    if reason is None:
        return NOTHING
    return said(_REASONS.get(reason, reason) if isinstance(reason, str) else reason, language)


def _rate(cell: Rate, language: Language) -> str:
    if cell.value is None:
        return NOTHING if cell.reason is None else f"{NOTHING} {reason_words(cell.reason, language)}"
    return grouped(fixed_text(cell.value * 100, 2)) + "%"


def _number(cell: Number, _language: Language) -> str:
    return NOTHING if cell.value is None else grouped(fixed_text(Fraction(cell.value), cell.places))


def _money(cell: Money, _language: Language) -> str:
    return NOTHING if cell.fen is None else grouped(fixed_text(Fraction(cell.fen, FEN_PER_YUAN), 2))


_WRITTEN: dict[type, Callable[[Any, Language], str]] = {
    Text: lambda cell, language: said(cell.words, language),
    Mass: lambda cell, _: NOTHING if cell.grams is None else grouped(tonnes_text(cell.grams)),
    Rate: _rate,
    Whole: lambda cell, _: NOTHING if cell.value is None else f"{cell.value:,}",
    Number: _number,
    Money: _money,
    Day: lambda cell, _: NOTHING if cell.day is None else cell.day.isoformat(),
}
