"""Figures within sentences, in both languages and in one unit a report."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.domain.errors import Message
from app.domain.quantities import GRAMS_PER_TONNE
from app.domain.rates import Ratio, fixed_text
from app.reports.rendering.written import grouped, reason_words

PLACES = 2
"""Decimals of a mass in a sentence, as bulletins print them."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of mass that a report is written in; `zh` is also what the bulletin check reads."""

    zh: str
    en: str
    grams: int

    def figure(self, grams: int) -> str:
        """A mass [g] in this unit, rounded half even to two decimals, as the bulletin check reads it."""
        return fixed_text(Fraction(grams, self.grams), PLACES)

    def mass(self, grams: int) -> Message:
        """A mass [g] with its unit."""
        figure = grouped(self.figure(grams))
        return Message(f"{figure}{self.zh}", f"{figure} {self.en}")


TEN_THOUSAND_TONNES = Unit("万吨", "×10⁴ t", 10_000 * GRAMS_PER_TONNE)
TONNES = Unit("吨", "t", GRAMS_PER_TONNE)


def unit_for(grams: int) -> Unit:
    """万吨 for what is at least one of them, else tonnes."""
    return TEN_THOUSAND_TONNES if grams >= TEN_THOUSAND_TONNES.grams else TONNES


def percent(ratio: Ratio) -> Message:
    """A rate in per cent, or why there is none."""
    text = ratio.percent_text()
    if text is None:
        return Message(reason_words(ratio.reason, "zh"), reason_words(ratio.reason, "en"))
    return Message(f"{grouped(text)}%", f"{grouped(text)}%")


def points(gap: Fraction) -> str:
    """A difference of rates in percentage points, without its sign."""
    return fixed_text(abs(gap) * 100, PLACES)


def day(value: date) -> Message:
    """A day: 2021年10月10日, 2021-10-10."""
    return Message(f"{value.year}年{value.month}月{value.day}日", value.isoformat())


def listed(parts: Iterable[Message], *, zh: str = "；", en: str = "; ") -> Message:
    """Parts behind each other."""
    kept = list(parts)
    return Message(zh.join(part.zh for part in kept), en.join(part.en for part in kept))
