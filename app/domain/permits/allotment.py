"""Whether amounts of waste fit into facilities of limited capacity, when a ledger does not say which took what.

Amounts and capacities make a bipartite flow problem: an amount may be divided among all facilities that take its waste
for that way. What cannot be placed is over capacity however it was divided; the minimum cut names the amounts and the
facilities that it is about, so one full yard beside an empty one of another waste is not averaged away. Successive
augmentation by shortest paths (Edmonds & Karp 1972) in whole grams: exact, and the same whatever the order of the input.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from app.domain.permits.content import Way


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """An amount of a waste [g] and what is done with it, in a facility that the ledger names, or in any that may."""

    waste: str
    way: Way
    facility: str
    """Empty when the ledger names none."""
    grams: int


@dataclass(frozen=True, slots=True)
class Place:
    """A facility [g]; `capacity` None when unknown, then it never is too small. `takes`: (waste, way) pairs."""

    code: str
    capacity: int | None
    takes: frozenset[tuple[str, Way]]

    def may_take(self, need: Need) -> bool:
        """Whether a need may be met here."""
        return (need.waste, need.way) in self.takes and need.facility in ("", self.code)


@dataclass(frozen=True, slots=True)
class Overflow:
    """What does not fit [g]: the needs that compete for the full facilities, and those with their joint capacity [g]."""

    grams: int
    needs: tuple[Need, ...]
    facilities: tuple[str, ...]
    capacity: int


def overflow(needs: Iterable[Need], places: Iterable[Place]) -> Overflow | None:
    """What cannot be placed [g], or None when everything can.

    A need that no facility may take is not a matter of capacity and is left out, and so is one that a facility of
    unknown capacity may take.
    """
    ordered = sorted(places, key=lambda place: place.code)
    limited: list[Need] = []
    for need in sorted(needs):
        open_to = [place for place in ordered if place.may_take(need)]
        if need.grams and open_to and all(place.capacity is not None for place in open_to):
            limited.append(need)
    plan = _Plan(limited, [place for place in ordered if place.capacity is not None])
    plan.fill()
    return plan.rest()


@dataclass(slots=True)
class _Plan:
    """Which need takes how much of which place [g], while it is being made; needs and places by their numbers."""

    needs: list[Need]
    places: list[Place]
    open_to: list[list[int]] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    free: list[int] = field(default_factory=list)
    held: list[dict[int, int]] = field(default_factory=list)
    """Place → the needs that have a part of it, and how much."""

    def fill(self) -> None:
        self.open_to = [
            [number for number, place in enumerate(self.places) if place.may_take(need)]
            for need in self.needs
        ]
        self.left = [need.grams for need in self.needs]
        self.free = [place.capacity or 0 for place in self.places]
        self.held = [{} for _ in self.places]
        for number in range(len(self.needs)):
            while self.left[number] and (path := self._path(number)):
                self._push(path)

    def rest(self) -> Overflow | None:
        if not any(self.left):
            return None
        needs, places = self._reached(number for number, grams in enumerate(self.left) if grams)
        return Overflow(
            grams=sum(self.left),
            needs=tuple(self.needs[number] for number in sorted(needs)),
            facilities=tuple(self.places[number].code for number in sorted(places)),
            capacity=sum(self.places[number].capacity or 0 for number in places),
        )

    def _path(self, start: int) -> list[tuple[int, int]]:
        """The shortest way from a need to a place with room; each step but the first displaces the need before it."""
        before: dict[int, tuple[int, int] | None] = {start: None}
        seen: set[int] = set()
        queue = deque([start])
        while queue:
            need = queue.popleft()
            for place in self.open_to[need]:
                if place in seen:
                    continue
                seen.add(place)
                if self.free[place]:
                    return _walked(before, need, place)
                for other in self.held[place]:
                    if other not in before:
                        before[other] = (need, place)
                        queue.append(other)
        return []

    def _push(self, path: Sequence[tuple[int, int]]) -> None:
        # Each need on the way but the first gives up its part of the place that the one before it takes.
        given_up = [(need, place) for (_, place), (need, _) in pairwise(path)]
        start, last = path[0][0], path[-1][1]
        grams = min(self.left[start], self.free[last], *(self.held[place][need] for need, place in given_up))
        for need, place in path:
            self.held[place][need] = self.held[place].get(need, 0) + grams
        for need, place in given_up:
            self.held[place][need] -= grams
            if not self.held[place][need]:
                del self.held[place][need]
        self.left[start] -= grams
        self.free[last] -= grams

    def _reached(self, starts: Iterable[int]) -> tuple[set[int], set[int]]:
        """The needs and places from which nothing more can be placed: the minimum cut."""
        needs, places = set(starts), set[int]()
        queue = deque(sorted(needs))
        while queue:
            for place in self.open_to[queue.popleft()]:
                if place not in places:
                    places.add(place)
                    queue.extend(self.held[place].keys() - needs)
                    needs |= self.held[place].keys()
        return needs, places


def _walked(before: Mapping[int, tuple[int, int] | None], need: int, place: int) -> list[tuple[int, int]]:
    steps = [(need, place)]
    while (step := before[steps[-1][0]]) is not None:
        steps.append(step)
    return steps[::-1]
