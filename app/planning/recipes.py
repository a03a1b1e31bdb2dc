"""Blending: how much of a waste the product of a plant may hold, by the norms of the chain library.

A norm says how many tonnes of a waste stand in a tonne of product (value, and low … high). A plant's product is not in
its ledgers; it is at least what its present use of some waste makes at that waste's usual share:

    product now = max over wastes (used / value),   product at full load = product now · capacity / used in all,

and one waste may come up to `high` of the latter. A plant whose product nothing tells has no such limit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from chains.definition import Direction, FigureKind, MaterialKind
from chains.loader import shipped_library


@dataclass(frozen=True, slots=True)
class Norm:
    """Tonnes of a waste per tonne of `product` [t/t]: usual and highest."""

    product: str
    value: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a plant makes of its wastes in a year: waste used by process and waste [g], its capacity and use in all [g]."""

    used: Mapping[tuple[str, str], int]
    capacity_grams: int
    taken_grams: int

    def room_grams(self, process: str, waste: str) -> int | None:
        """How much more of a waste the product may hold [g], not below 0; None where no norm limits it."""
        norm = norms().get((process, waste))
        if norm is None or self.taken_grams <= 0:
            return None
        mine = [(key, grams) for key, grams in self.used.items() if _product(key) == norm.product]
        now = max((Fraction(grams) / norms()[key].value for key, grams in mine), default=Fraction(0))
        if now == 0:
            return None
        at_full_load = now * max(Fraction(1), Fraction(self.capacity_grams, self.taken_grams))
        held = sum(grams for (_, what), grams in mine if what == waste)
        return max(0, int(norm.high * at_full_load) - held)


def blend_of(site: str, process: str, waste: str) -> str:
    """Name the blend of a plant: uses of one waste in one product share it."""
    return f"{site}/{norms()[process, waste].product}/{waste}"


@cache
def norms() -> Mapping[tuple[str, str], Norm]:
    """Norms by (process, waste class), of products that are weighed; of several the one that allows most."""
    found: dict[tuple[str, str], Norm] = {}
    for chain in shipped_library().chains.values():
        for link in chain.links:
            figure, waste = link.figure, chain.materials[link.material].waste_class
            if figure is None or waste is None or link.direction is not Direction.TAKES:
                continue
            product = chain.materials.get(figure.basis)
            if figure.kind is not FigureKind.NORM or product is None:
                continue
            if product.kind is not MaterialKind.PRODUCT or product.unit != "t" or not figure.value:
                continue
            norm = Norm(product.id, Fraction(figure.value), Fraction(figure.high))
            key = (link.process, waste)
            found[key] = max(_known(found, key, norm), key=lambda one: (one.high, one.value))
    return found


def _known(found: Mapping[tuple[str, str], Norm], key: tuple[str, str], norm: Norm) -> Iterable[Norm]:
    return [norm, *([found[key]] if key in found else [])]


def _product(key: tuple[str, str]) -> str | None:
    norm = norms().get(key)
    return None if norm is None else norm.product
