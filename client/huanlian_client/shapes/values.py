"""What shapes of several nouns share."""

from decimal import Decimal
from typing import TypedDict

Quantity = str | int | Decimal
"""Tonnes or per cent, at most six decimals. No float: 0.1 + 0.2 is not 0.3, and the service refuses what it then reads."""


class TextOut(TypedDict):
    """A text in both languages."""

    zh: str
    en: str
