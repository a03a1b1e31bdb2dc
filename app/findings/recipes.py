"""What a use makes and leaves behind per tonne of waste, with its bounds, as the chain definitions say (chains/library)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from chains.definition import UNVERIFIED, Chain, Direction, Figure, FigureKind, MaterialKind, Role
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


@dataclass(frozen=True, slots=True)
class Recipe:
    """Tonnes of a product made of one tonne of waste, 0 < low ≤ value ≤ high, and who says so."""

    low: Decimal
    value: Decimal
    high: Decimal
    sources: tuple[str, ...]


RecipeKey = tuple[str, str, str]
"""Process, waste class taken, product."""


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


@lru_cache(maxsize=1)
def recipes() -> Mapping[RecipeKey, Recipe]:
    """Every use of the shipped definitions whose product per tonne of waste somebody can look up.

    A figure stands on the product (a yield) or on the waste (a norm: waste per product, so its inverse). Where a waste class
    stands for several materials, one without a figure leaves the class without a recipe, since any product may be right; else
    it reaches from the least to the most of them.
    """
    found: dict[RecipeKey, list[Recipe | None]] = {}
    for chain in shipped_library().chains.values():
        for process in chain.processes.values():
            for material in chain.taken_by(process.id) if process.role is Role.USE else ():
                waste = chain.materials[material].waste_class
                for product in chain.given_by(process.id) if waste is not None else ():
                    if waste is not None and chain.materials[product].kind is MaterialKind.PRODUCT:
                        ways = found.setdefault((process.id, waste, product), [])
                        ways.append(_recipe(chain, process.id, material, product))
    told = {key: [way for way in ways if way is not None] for key, ways in found.items()}
    return {key: _reaching(ways) for key, ways in told.items() if len(ways) == len(found[key])}


def _recipe(chain: Chain, process: str, material: str, product: str) -> Recipe | None:
    for link in chain.links:
        figure = link.figure
        if link.process != process or figure is None or not _can_be_looked_up(figure):
            continue
        is_given = link.direction is Direction.GIVES
        if (
            is_given
            and figure.kind is FigureKind.YIELD
            and (link.material, figure.basis) == (product, material)
        ):
            return Recipe(figure.low, figure.value, figure.high, (figure.source,))
        if (
            not is_given
            and figure.kind is FigureKind.NORM
            and (link.material, figure.basis) == (material, product)
        ):
            return Recipe(1 / figure.high, 1 / figure.value, 1 / figure.low, (figure.source,))
    return None


def _can_be_looked_up(figure: Figure) -> bool:
    return figure.source != UNVERIFIED and figure.unit == "t/t" and figure.low > 0


def _reaching(ways: list[Recipe]) -> Recipe:
    return Recipe(
        min(way.low for way in ways),
        sum((way.value for way in ways), Decimal(0)) / len(ways),
        max(way.high for way in ways),
        tuple(sorted({source for way in ways for source in way.sources})),
    )
