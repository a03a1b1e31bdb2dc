"""What generation an activity lets one expect, with its band: the coefficients of docs/domain.md, section 6.

`ratio`: low … value … high per tonne of activity, or value ± band_percent. `ash`: A_ar/100 of the coal, ± band_percent; the
term of unburnt carbon is left out, no ledger says what it needs. `gypsum`: value / (purity · (1 − moisture)), ± band_percent,
with the ledger's purity and moisture where it gives them. Masses are grams, rounded down once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.findings.facts import Activity, Book, Coefficient

_HUNDRED = Decimal(100)
Wastes = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """Expected generation [g], 0 ≤ low ≤ value ≤ high."""

    low: int
    value: int
    high: int

    def __add__(self, other: "Band") -> "Band":
        return Band(self.low + other.low, self.value + other.value, self.high + other.high)


def expected(book: Book, coefficients: Iterable[Coefficient]) -> dict[Wastes, tuple[Band, tuple[str, ...]]]:
    """Wastes that arise together → their band and the coefficients behind it, from every activity that is stated.

    Different activities add up. An activity that is stated but lacks what its coefficient needs leaves its wastes out.
    """
    stated: dict[str, list[Activity]] = defaultdict(list)
    for activity in book.activities:
        stated[activity.kind].append(activity)
    found: dict[Wastes, tuple[Band, tuple[str, ...]]] = {}
    unknown: set[Wastes] = set()
    for coefficient in _that_count(coefficients):
        for activity in stated.get(coefficient.activity, ()):
            band = band_of(coefficient, activity)
            if band is None:
                unknown.add(coefficient.wastes)
                continue
            before, codes = found.get(coefficient.wastes, (Band(0, 0, 0), ()))
            name = f"{coefficient.code} v{coefficient.version}"
            found[coefficient.wastes] = (before + band, codes if name in codes else (*codes, name))
    return {wastes: told for wastes, told in found.items() if wastes not in unknown}


def _that_count(coefficients: Iterable[Coefficient]) -> Iterator[Coefficient]:
    """Rows of a variant are left out: no register says which of them a site has."""
    return (coefficient for coefficient in coefficients if coefficient.variant is None)


def band_of(coefficient: Coefficient, activity: Activity) -> Band | None:
    """The band of one activity; None when the coefficient has none or the ledger lacks what it needs."""
    factors = _factors(coefficient, activity)
    return None if factors is None else Band(*(int(activity.grams * factor) for factor in factors))


def _factors(coefficient: Coefficient, activity: Activity) -> tuple[Decimal, Decimal, Decimal] | None:
    if coefficient.form == "ratio" and coefficient.low is not None:
        value, high = coefficient.value, coefficient.high
        return None if value is None or high is None else (coefficient.low, value, high)
    middle = _middle(coefficient, activity)
    if middle is None or coefficient.band_percent is None:
        return None
    share = coefficient.band_percent / _HUNDRED
    return middle * (1 - share), middle, middle * (1 + share)


def _middle(coefficient: Coefficient, activity: Activity) -> Decimal | None:
    """Tonnes of waste per tonne of activity."""
    if coefficient.form == "ash":
        return _percent(activity.parameters, "ash_percent")
    if coefficient.form == "ratio":
        return coefficient.value
    purity = _percent(activity.parameters, "purity_percent") or coefficient.parameters.get("purity")
    moisture = _percent(activity.parameters, "moisture_percent")
    if moisture is None:
        moisture = coefficient.parameters.get("moisture")
    if coefficient.value is None or not purity or moisture is None or moisture >= 1:
        return None
    return coefficient.value / (purity * (1 - moisture))


def _percent(parameters: Mapping[str, str], name: str) -> Decimal | None:
    text = parameters.get(name)
    return None if text is None else Decimal(text) / _HUNDRED
