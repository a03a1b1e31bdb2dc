"""Slips which would explain a published rate that no formula reproduces: tried one by one, named as hints."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from app.domain.bulletins.printed import Printed
from app.domain.bulletins.verdicts import Verdict, compare_exact
from app.domain.errors import Message
from app.domain.rates import fixed_text

_FEWEST_DIGITS = 3
"""Of a figure with fewer, a wrong digit explains half of all figures there are."""


@dataclass(frozen=True, slots=True)
class Slip:
    """One explanation: its code, its words, and the rates [%] that the mended figure would print."""

    code: str
    words: Message
    fitting: Mapping[str, str]


def misprints(published: Printed, candidates: Iterable[str], percents: Mapping[str, Fraction]) -> list[Slip]:
    """Find the slips that turn a rate of the row [%] into the published figure.

    Of the slips in writing only the first that fits is named: point, swapped digits, one digit. A figure that
    belongs to another rate is named beside it.
    """
    own = {name: percents[name] for name in candidates if name in percents}
    others = {name: value for name, value in percents.items() if name not in own}
    slips = []
    for code, words, mend in _WRITING:
        fitting = {name: text for figure in mend(published) for name, text in _fits(own, figure)}
        if fitting:
            slips.append(Slip(code, words, fitting))
            break
    elsewhere = dict(_fits(others, published))
    if elsewhere:
        slips.append(Slip("rates_swapped", _ANOTHER_RATE, elsewhere))
    return slips


def _fits(percents: Mapping[str, Fraction], figure: Printed) -> Iterator[tuple[str, str]]:
    for name, value in percents.items():
        if compare_exact(value, figure) is not Verdict.MISMATCH:
            yield name, fixed_text(value, max(figure.decimals, 2))


def _point(published: Printed) -> Iterator[Printed]:
    """Move the point by one or two places: 8.3 printed as 0.083, 83 or 830."""
    if published.value:
        for places in (1, 2, -1, -2):
            yield Printed(published.value * Fraction(10) ** places, max(0, published.decimals - places))


def _swapped(published: Printed) -> Iterator[Printed]:
    digits = _digits(published)
    for place in range(len(digits) - 1):
        if digits[place] != digits[place + 1]:
            swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
            yield _figure(swapped, published.decimals)


def _one_digit(published: Printed) -> Iterator[Printed]:
    digits = _digits(published)
    if len(digits) < _FEWEST_DIGITS:
        return
    for place, wrong in enumerate(digits):
        for right in "0123456789".replace(wrong, ""):
            yield _figure(digits[:place] + right + digits[place + 1 :], published.decimals)


def _digits(published: Printed) -> str:
    return str(int(abs(published.value) * 10**published.decimals))


def _figure(digits: str, decimals: int) -> Printed:
    return Printed(Fraction(int(digits), 10**decimals), decimals)


_WRITING: tuple[tuple[str, Message, Callable[[Printed], Iterator[Printed]]], ...] = (
    (
        "decimal_point_shifted",
        Message(zh="小数点可能错位", en="the decimal point may have slipped"),
        _point,
    ),
    (
        "digits_swapped",
        Message(zh="相邻两位数字可能颠倒", en="two neighbouring digits may be swapped"),
        _swapped,
    ),
    (
        "one_digit_off",
        Message(zh="可能有一位数字有误", en="one digit may be wrong"),
        _one_digit,
    ),
)
_ANOTHER_RATE = Message(zh="公布值与另一比率相符，可能填错", en="it is the figure of another rate")
