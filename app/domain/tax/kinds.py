"""The lines of the tax table: which wastes each takes, and its fixed amount per tonne since when.

Source: 环境保护税法 (in force since 2018-01-01), annex 环境保护税税目税额表, 固体废物. The amounts are fixed, not ranges: no
province sets its own. Money is whole fen; every amount of the table is a whole number of yuan.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.quantities import GRAMS_PER_TONNE

FEN_PER_YUAN = 100


@dataclass(frozen=True, slots=True, order=True)
class Amount:
    """What a tonne costs from a month on [fen/t]."""

    since: Month
    fen_per_tonne: int


@dataclass(frozen=True, slots=True)
class TaxKind:
    """One line of the tax table with its wastes by SW class; `amounts` in the order of their months."""

    code: str
    name: Message
    wastes: frozenset[str]
    amounts: tuple[Amount, ...]

    def fen_per_tonne(self, month: Month) -> int | None:
        """The amount in force in a month [fen/t]; None before the tax existed."""
        held = [each.fen_per_tonne for each in self.amounts if each.since <= month]
        return held[-1] if held else None


def kinds_by_waste(kinds: Iterable[TaxKind]) -> Mapping[str, TaxKind]:
    """SW class → the line of the tax table that it falls under."""
    return {waste: kind for kind in kinds for waste in kind.wastes}


def fen_from_yuan(text: str) -> int:
    """Whole fen of an amount in yuan: "15" → 1500. Raises ValueError for a fraction of a fen."""
    fen = Decimal(text) * FEN_PER_YUAN
    if fen != fen.to_integral_value():
        raise ValueError(text)
    return int(fen)


def tax_fen(grams: int, fen_per_tonne: int) -> int:
    """The tax on a mass [g] at an amount [fen/t], in whole fen, half a fen upwards; `grams` is not negative.

    Rounded once for each month and kind, as the lines of a tax return are; a quarter is the sum of its rounded lines.
    """
    return (2 * grams * fen_per_tonne + GRAMS_PER_TONNE) // (2 * GRAMS_PER_TONNE)
