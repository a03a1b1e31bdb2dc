"""What of a table of sums may be published: no cell of few enterprises, and none that can be computed from the others.

A table is cells and relations: a total is the sum of its parts, and a cell may be part of several totals (a county's
fly ash of the city's fly ash and of all the county's waste). Cells of fewer than `FEWEST_ENTERPRISES` are withheld;
then, relation by relation, companions: whoever subtracts what is shown from a total must be left with the sum of at
least two cells of which one holds the fewest enterprises by itself. (One enterprise may stand in several small
cells, so several small cells are not sure to protect each other.) At last the relations together are solved: a
withheld cell that they determine gets a further companion.

Source: the method is cell suppression as in Hundepool et al., Statistical Disclosure Control, Wiley 2012, ch. 4; the
threshold of three is the usual one there. Choosing the fewest companions is a hard problem and is not attempted: the
part goes that serves most relations, then the one of the fewest enterprises, then by key: the same table always
loses the same.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

FEWEST_ENTERPRISES = 3
# Determined or not is a question of rank; modulo a large prime it has the same answer but for a chance of 1e-18.
_PRIME = (1 << 61) - 1


Key: TypeAlias = tuple[str, str]
"""What names a cell: a region and a waste, or any other two codes."""


class Why(StrEnum):
    """Why a cell is not shown."""

    FEW = "few_enterprises"
    COMPANION = "companion"


@dataclass(frozen=True, slots=True, order=True)
class Sum:
    """`total` is the sum of `parts`; cells without a figure are left out of the parts."""

    total: Key
    parts: tuple[Key, ...]

    @property
    def members(self) -> tuple[Key, ...]:
        return (self.total, *self.parts)


def suppressed(
    enterprises: Mapping[Key, int],
    sums: Iterable[Sum],
    *,
    also: Iterable[Key] = (),
    fewest: int = FEWEST_ENTERPRISES,
) -> dict[Key, Why]:
    """Choose the cells to withhold.

    `enterprises`: how many enterprises each cell with a figure is made of. `sums`: every relation between cells that a
    reader knows. `also`: cells that are withheld elsewhere already.
    Raises KeyError when a relation names a cell that is not in `enterprises`.
    """
    hidden = {key: Why.FEW for key, number in enterprises.items() if number < fewest}
    hidden.update({key: Why.COMPANION for key in also if key not in hidden})
    sums = sorted(sums)
    while True:
        grown = _with_companions(hidden, enterprises, sums, fewest)
        open_cells = _determined(hidden, sums)
        if not grown and not open_cells:
            return hidden
        if not grown:
            _cover(open_cells[0], hidden, enterprises, sums)


def _with_companions(
    hidden: dict[Key, Why], enterprises: Mapping[Key, int], sums: Sequence[Sum], fewest: int
) -> bool:
    """Give each relation that lacks one a companion; a cell that serves several of them goes first."""

    def lacks(relation: Sum) -> bool:
        gone = [key for key in relation.members if key in hidden]
        return bool(gone) and (len(gone) == 1 or all(enterprises[key] < fewest for key in gone))

    lacking = [relation for relation in sums if lacks(relation)]
    serves = Counter(key for relation in lacking for key in relation.parts)
    grown = False
    for relation in lacking:
        shown = [key for key in relation.parts if key not in hidden and enterprises[key] >= fewest]
        companion = min(shown, key=lambda key: (-serves[key], enterprises[key], key), default=relation.total)
        if companion not in hidden and lacks(relation):
            hidden[companion] = Why.COMPANION
            grown = True
    return grown


def _cover(key: Key, hidden: dict[Key, Why], enterprises: Mapping[Key, int], sums: Sequence[Sum]) -> None:
    """Withhold one more cell beside `key`: the smallest shown one of the relations it stands in.

    There always is one: with nothing shown beside it, no relation could determine it.
    """
    beside = {
        other for relation in sums if key in relation.members for other in relation.members
    } - hidden.keys()
    reach = beside or {other for relation in sums for other in relation.members} - hidden.keys()
    hidden[min((enterprises[other], other) for other in reach)[1]] = Why.COMPANION


def _determined(hidden: Mapping[Key, Why], sums: Sequence[Sum]) -> list[Key]:
    """List the withheld cells that the relations and the shown cells determine together.

    Each relation is a row over the withheld cells (total −1, parts +1). After elimination to reduced echelon form a
    cell is determined exactly when its row holds nothing else.
    """
    pivots: dict[Key, dict[Key, int]] = {}
    for relation in sums:
        row = {key: 1 for key in relation.parts if key in hidden}
        if relation.total in hidden:
            row[relation.total] = _PRIME - 1
        for pivot in sorted(row.keys() & pivots.keys()):
            _subtract(row, pivots[pivot], row[pivot])
        if row:
            _enter(row, pivots)
    return sorted(pivot for pivot, row in pivots.items() if len(row) == 1)


def _enter(row: dict[Key, int], pivots: dict[Key, dict[Key, int]]) -> None:
    pivot = min(row)
    inverse = pow(row[pivot], -1, _PRIME)
    scaled = {key: value * inverse % _PRIME for key, value in row.items()}
    for other in pivots.values():
        if pivot in other:
            _subtract(other, scaled, other[pivot])
    pivots[pivot] = scaled


def _subtract(row: dict[Key, int], other: Mapping[Key, int], times: int) -> None:
    for key, value in other.items():
        left = (row.get(key, 0) - times * value) % _PRIME
        if left:
            row[key] = left
        else:
            row.pop(key, None)
