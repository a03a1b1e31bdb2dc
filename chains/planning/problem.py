"""What is to be planned: wastes that are not used yet, plants with room for them, and the links that could be made.

All amounts are whole units (int; the service plans in whole tonnes [t]). A link leads one unit of a supply to an intake
at a cost per unit. Using a unit may leave residues, which arise as waste of their own at the plant: they can be led on
like any supply, and count as generated. The rate that is to be lifted is

    (numerator + Σ x) / (denominator + Σ residue · x),    x ≥ 0 whole units on each link,

under Σ x out of a supply ≤ its amount + residues that arise there, Σ x into an intake ≤ its room, and Σ x of a blend ≤
what the recipe may take. Links that exist already are not touched: they stand in the amounts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property


class PlanError(ValueError):
    """A problem that contradicts itself: the text names the item."""


@dataclass(frozen=True, slots=True, order=True)
class Supply:
    """Waste of one kind at one place that is not used yet [units]."""

    id: str
    units: int


@dataclass(frozen=True, slots=True, order=True)
class Intake:
    """A plant's room for more [units]: permitted capacity less what is taken already."""

    id: str
    units: int


@dataclass(frozen=True, slots=True, order=True)
class Blend:
    """How much more of one waste the product of a plant may hold [units]."""

    id: str
    units: int


@dataclass(frozen=True, slots=True)
class Link:
    """A possible new way from a supply to an intake.

    `cost` per unit, a whole number ≥ 0 of the smallest coin. `residues`: supply id → units that arise there per unit
    led (0 … 1); together at most 1. `counted`: the part of them that adds to the rate's denominator.
    """

    id: str
    supply: str
    intake: str
    cost: int
    blend: str | None = None
    residues: Mapping[str, Fraction] = field(default_factory=dict)
    counted: Fraction = Fraction(0)


@dataclass(frozen=True)
class Problem:
    """The whole of it, in the order of ids: neither the order of its parts nor the hash seed shows in an answer.

    `numerator`, `denominator` [units]: the rate as it is. Raises PlanError for unknown or repeated ids, negative
    amounts, and shares outside 0 … 1.
    """

    supplies: tuple[Supply, ...]
    intakes: tuple[Intake, ...]
    links: tuple[Link, ...]
    numerator: Fraction
    denominator: Fraction
    blends: tuple[Blend, ...] = ()

    def __post_init__(self) -> None:
        for name in ("supplies", "intakes", "links", "blends"):
            parts = tuple(sorted(getattr(self, name), key=lambda part: str(part.id)))
            _refuse_repeated(name, (part.id for part in parts))
            object.__setattr__(self, name, parts)
        for name, units in (*self.supply.items(), *self.intake.items(), *self.blend.items()):
            if units < 0:
                raise PlanError(f"{name}: {units} units are less than none")
        if self.denominator <= 0:
            raise PlanError("no rate without a denominator")
        for link in self.links:
            self._refuse_wrong(link)

    def _refuse_wrong(self, link: Link) -> None:
        known = (
            (link.supply, self.supply),
            (link.intake, self.intake),
            *((link.blend, self.blend) for _ in range(link.blend is not None)),
            *((into, self.supply) for into in link.residues),
        )
        for name, parts in known:
            if name not in parts:
                raise PlanError(f"{link.id}: there is no {name}")
        if link.cost < 0:
            raise PlanError(f"{link.id}: a cost below nothing")
        shares = [*link.residues.values(), link.counted]
        if (
            any(share < 0 for share in shares)
            or link.counted > sum(link.residues.values())
            or sum(shares[:-1]) > 1
        ):
            raise PlanError(f"{link.id}: residues that are more than the whole, or less than none")

    @cached_property
    def supply(self) -> Mapping[str, int]:
        """Units of each supply."""
        return {part.id: part.units for part in self.supplies}

    @cached_property
    def intake(self) -> Mapping[str, int]:
        """Room of each intake."""
        return {part.id: part.units for part in self.intakes}

    @cached_property
    def blend(self) -> Mapping[str, int]:
        """Room of each blend."""
        return {part.id: part.units for part in self.blends}

    @property
    def rate(self) -> Fraction:
        """The rate as it is."""
        return self.numerator / self.denominator

    def rate_after(self, units: Mapping[str, int]) -> Fraction:
        """The rate when the links (by id) carry these units."""
        used = sum(units.values())
        counted = (link for link in self.links if link.counted and link.id in units)
        more = sum((link.counted * units[link.id] for link in counted), Fraction(0))
        return (self.numerator + used) / (self.denominator + more)

    def cost_of(self, units: Mapping[str, int]) -> int:
        """What these units on the links cost, in the smallest coin."""
        return sum(link.cost * units.get(link.id, 0) for link in self.links)

    def broken(self, units: Mapping[str, int]) -> tuple[str, ...]:
        """Ids of all that these units on the links break, in exact arithmetic; empty = the plan can be carried out."""
        left: dict[str, int | Fraction] = {
            f"{kind}:{part.id}": part.units
            for kind, parts in (("supply", self.supplies), ("intake", self.intakes), ("blend", self.blends))
            for part in parts
        }
        for link in self.links:
            led = units.get(link.id, 0)
            if not led:
                continue
            left[f"supply:{link.supply}"] -= led
            left[f"intake:{link.intake}"] -= led
            if link.blend is not None:
                left[f"blend:{link.blend}"] -= led
            for into, share in link.residues.items():
                left[f"supply:{into}"] += share * led
        negative = (name for name, led in sorted(units.items()) if led < 0)
        return (*negative, *(name for name, rest in sorted(left.items()) if rest < 0))


def _refuse_repeated(name: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for each in ids:
        if each in seen:
            raise PlanError(f"{name}: {each} stands twice")
        seen.add(each)
