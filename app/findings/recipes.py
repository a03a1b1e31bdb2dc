"""What waste a use leaves behind per tonne, with its bounds, as the chain definitions say (chains/library)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from chains.definition import Chain, FigureKind, MaterialKind, Role
from chains.loader import shipped_library

UseKey = tuple[str, str]
"""Process and waste class taken."""


@dataclass(frozen=True, slots=True)
class Residue:
    """Tonnes of a waste class left per tonne used."""

    low: Decimal
    value: Decimal
    high: Decimal


Left = Mapping[str, Residue]


@lru_cache(maxsize=1)
def residues() -> Mapping[UseKey, Left]:
    """Every use of the shipped definitions that leaves waste.

    A waste class may stand for several materials (red mud of two processes): then a residue is as little as the least of
    them, nothing when one of them leaves none, and as much as the most.
    """
    found: dict[UseKey, list[Left]] = {}
    for chain in shipped_library().chains.values():
        for process in chain.processes.values():
            for material in chain.taken_by(process.id) if process.role is Role.USE else ():
                waste = chain.materials[material].waste_class
                if waste is not None:
                    found.setdefault((process.id, waste), []).append(_left(chain, process.id, material))
    joined = {key: _joined(ways) for key, ways in found.items()}
    return {key: left for key, left in joined.items() if left}


def _left(chain: Chain, process: str, material: str) -> Left:
    """What one material leaves: the sum of the process's yields on it, by waste class."""
    found: dict[str, Residue] = {}
    for link in chain.links:
        into, figure = chain.materials[link.material], link.figure
        if link.process != process or figure is None or figure.kind is not FigureKind.YIELD:
            continue
        if figure.basis != material or into.kind is not MaterialKind.WASTE or into.waste_class is None:
            continue
        before = found.get(into.waste_class, Residue(Decimal(0), Decimal(0), Decimal(0)))
        found[into.waste_class] = Residue(
            before.low + figure.low, before.value + figure.value, before.high + figure.high
        )
    return found


def _joined(ways: list[Left]) -> Left:
    nothing = Residue(Decimal(0), Decimal(0), Decimal(0))
    found = {}
    for waste in sorted({waste for left in ways for waste in left}):
        each = [left.get(waste, nothing) for left in ways]
        found[waste] = Residue(
            min(one.low for one in each), min(one.value for one in each), max(one.high for one in each)
        )
    return found
