"""Capacities of facilities as permits print them: a figure with a unit, in grams where that is possible.

Storage is measured in what lies there at any time (t, 万t, m³), use and disposal in what is treated per year (t/a, 万t/a)
or per day (t/d). A volume has no grams without a density, which no permit prints: it is kept as given and compared with
nothing.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from app.domain.quantities import MAX_GRAMS

CapacityPeriod = Literal["year", "at_once"]
DAYS_PER_YEAR = 365
"""What a figure per day is multiplied with: no facility runs longer, so the capacity is never understated."""


class CapacityError(ValueError):
    """A capacity that cannot be kept; `code` names the reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Capacity:
    """A capacity as printed (`amount`, `unit`) and in grams: per calendar year, or at any time.

    `grams` is None for a volume.
    """

    amount: Decimal
    unit: str
    period: CapacityPeriod
    grams: int | None


# unit → (what it holds at, grams per unit and period or None)
_TONNE = 1_000_000
_UNITS: dict[str, tuple[CapacityPeriod, int | None]] = {
    "kg": ("at_once", 1_000),
    "t": ("at_once", _TONNE),
    "万t": ("at_once", 10_000 * _TONNE),
    "m3": ("at_once", None),
    "万m3": ("at_once", None),
    "kg/a": ("year", 1_000),
    "t/a": ("year", _TONNE),
    "万t/a": ("year", 10_000 * _TONNE),
    "m3/a": ("year", None),
    "万m3/a": ("year", None),
    "t/d": ("year", DAYS_PER_YEAR * _TONNE),
    "m3/d": ("year", None),
}
UNITS = tuple(_UNITS)
"""The units that are understood, as they are kept."""

_SPELLINGS = (
    ("立方米", "m3"), ("m³", "m3"), ("㎥", "m3"), ("m^3", "m3"),
    ("千克", "kg"), ("公斤", "kg"), ("吨", "t"),
    ("每年", "/a"), ("/年", "/a"), ("/yr", "/a"), ("/y", "/a"),
    ("每天", "/d"), ("每日", "/d"), ("/天", "/d"), ("/日", "/d"), ("/day", "/d"),
)  # fmt: skip
_MAX_DIGITS = 40


def plain_unit(text: str) -> str | None:
    """The kept spelling of a unit: 万吨/年 → 万t/a, T/A → t/a; None when it is none of UNITS."""
    unit = "".join(text.split()).lower().replace("／", "/")  # the full-width stroke
    for spelling, plain in _SPELLINGS:
        unit = unit.replace(spelling, plain)
    unit = unit.replace("//", "/")
    return unit if unit in _UNITS else None


def capacity_of(amount: str | int | Decimal, unit: str) -> Capacity:
    """A capacity of a figure and a unit, the figure ≥ 0.

    Raises CapacityError with code `unknown_unit`, `not_a_number`, `negative`, `too_large` (above 10⁹ t), `too_precise`
    (parts of a gram). 0 is a capacity: the permit allows the facility to take nothing.
    """
    plain = plain_unit(unit)
    if plain is None:
        raise CapacityError("unknown_unit")
    figure = _figure(amount)
    period, grams_per_unit = _UNITS[plain]
    if grams_per_unit is None:
        if figure > MAX_GRAMS // _TONNE:
            raise CapacityError("too_large")
        return Capacity(figure, plain, period, None)
    grams = figure * grams_per_unit
    if grams > MAX_GRAMS:
        raise CapacityError("too_large")
    if grams != grams.to_integral_value():
        raise CapacityError("too_precise")
    return Capacity(figure, plain, period, int(grams))


def _figure(amount: str | int | Decimal) -> Decimal:
    """A finite decimal without exponent, not below 0."""
    if isinstance(amount, bool):
        raise CapacityError("not_a_number")
    text = str(amount).strip()
    if not text or len(text) > _MAX_DIGITS or not text.isascii() or not set(text) <= set("0123456789.-"):
        raise CapacityError("not_a_number")
    try:
        figure = Decimal(text)
    except ArithmeticError:
        raise CapacityError("not_a_number") from None
    if figure < 0:
        raise CapacityError("negative")
    return figure
