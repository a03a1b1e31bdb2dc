"""Figures as a bulletin prints them: an exact value, and how far rounding may have moved it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from types import MappingProxyType

from app.domain.rates import fixed_text

_PLAIN = re.compile(r"([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.ASCII | re.IGNORECASE)
_LONGEST_TEXT = 40

MAX_GRAMS = 10**17
"""10¹¹ t: far above what the whole world makes in a year; above it a unit slipped."""

GRAMS_PER_UNIT: Mapping[str, int] = MappingProxyType(
    {
        "千克": 10**3, "公斤": 10**3, "kg": 10**3,
        "吨": 10**6, "t": 10**6, "tonne": 10**6, "tonnes": 10**6,
        "千吨": 10**9, "kt": 10**9,
        "万吨": 10**10, "万t": 10**10, "10^4t": 10**10, "10⁴t": 10**10,
        "百万吨": 10**12, "Mt": 10**12,
        "千万吨": 10**13,
        "亿吨": 10**14, "亿t": 10**14, "10^8t": 10**14, "10⁸t": 10**14,
    }
)  # fmt: skip


class PrintedError(ValueError):
    """Not a printed figure; `code`: not_a_number, not_finite, negative, too_large or too_precise."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed figure in its own unit; `decimals` counts those printed: "815.30" has two, "57" none."""

    value: Fraction
    decimals: int

    @property
    def last_place(self) -> Fraction:
        return Fraction(1, 10**self.decimals)


@dataclass(frozen=True, slots=True)
class Amount:
    """A printed mass [g] and the whole grams that may have been rounded to it."""

    grams: int
    low: int
    high: int
    half_place: Fraction
    """Half a unit of the last printed digit [g]: how far rounding moved the figure at most."""


def read_printed(text: str) -> Printed:
    """Read a plain decimal such as "-24.602746" or "1657". Raises PrintedError.

    An exponent or thousands separators are no figures here: they hide how many digits were printed.
    """
    if _NOT_FINITE.fullmatch(text):
        raise PrintedError("not_finite")
    match = _PLAIN.fullmatch(text) if len(text) <= _LONGEST_TEXT else None
    if match is None:
        raise PrintedError("not_a_number")
    sign, whole, decimals, bare = match.groups()
    after_point = decimals or bare or ""
    digits = int((whole or "") + after_point)
    return Printed(Fraction(-digits if sign == "-" else digits, 10 ** len(after_point)), len(after_point))


def grams_per_unit(text: str) -> int | None:
    """Grams of one unit of mass as bulletins write it (万吨, 亿吨, 吨, t, kt …); None when it is none."""
    return GRAMS_PER_UNIT.get("".join(text.split()))


def amount(printed: Printed, unit_grams: int, *, may_be_negative: bool) -> Amount:
    """Bring a printed mass to grams. Raises PrintedError: negative, too large, finer than a gram."""
    exact = printed.value * unit_grams
    if exact < 0 and not may_be_negative:
        raise PrintedError("negative")
    if abs(exact) > MAX_GRAMS:
        raise PrintedError("too_large")
    if exact.denominator != 1:
        raise PrintedError("too_precise")
    half = printed.last_place * unit_grams / 2
    low = ceil(exact - half)
    return Amount(int(exact), low if may_be_negative else max(0, low), floor(exact + half), half)


def unit_text(grams: int, unit_grams: int) -> str:
    """Write a mass in a unit, as the shortest exact decimal; every unit is a power of ten grams."""
    text = fixed_text(Fraction(grams, unit_grams), len(str(unit_grams)) - 1)
    return text.rstrip("0").rstrip(".")
