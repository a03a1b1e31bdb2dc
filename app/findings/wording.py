"""Pieces of the sentences that explain findings, in both languages."""

from collections.abc import Sequence
from decimal import Decimal

from app.domain.errors import Message
from app.domain.periods import Month, months_between
from app.domain.quantities import GRAMS_PER_TONNE, tonnes_text


def months_of(months: Sequence[Month]) -> Message:
    """A month, or a run or set of months by its ends."""
    first, last = min(months), max(months)
    if first == last:
        return Message(str(first), str(first))
    if months_between(first, last) == len(set(months)):
        return Message(f"{first} 至 {last}", f"{first} to {last}")
    count = len(set(months))
    return Message(f"{first} 至 {last} 间 {count} 个月", f"{count} months between {first} and {last}")


def about(grams: float) -> str:
    """A mass in tonnes as people say it, with two decimals at most: for what was computed, not reported."""
    return tonnes_text(round(grams / (GRAMS_PER_TONNE / 100)) * (GRAMS_PER_TONNE // 100))


def percent(share: float) -> str:
    """A share of one as a percentage with at most one decimal."""
    return f"{share * 100:.1f}".removesuffix(".0")


def grams_of(tonnes: Decimal) -> int:
    """A parameter in tonnes as grams."""
    return int(tonnes * GRAMS_PER_TONNE)
