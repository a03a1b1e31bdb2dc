"""Which links could be made at all, and what bars the others: the permit of the sender, or the way."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from app.chain_runs.service import Books
from app.domain.permits.content import PermitContent, Route
from app.planning.parameters import Parameters
from app.planning.repository import Spot
from app.planning.rooms import Room
from chains.loader import shipped_library
from chains.planning import metres_between


class Bar(StrEnum):
    """What stands in the way of a link."""

    ROUTE = "route"
    """The sender's permit does not name the waste with the way “entrusted use”."""
    DISTANCE = "distance"


@dataclass(frozen=True, slots=True)
class Supply:
    """Waste of a site that was generated in the year and not used [g]."""

    site: str
    waste: str
    grams: int

    @property
    def id(self) -> str:
        """Site and waste."""
        return f"{self.site}/{self.waste}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link that could be made. `residues`: waste → t that arise at the receiver per tonne; `cost_fen` per tonne.

    `existing_grams`: what the sender already sends to the receiver in the year; it stays.
    """

    supply: Supply
    room: Room
    process: str
    metres: int
    road_metres: int
    cost_fen: int
    residues: Mapping[str, Fraction]
    existing_grams: int
    bars: frozenset[Bar]

    @property
    def id(self) -> str:
        """Supply and room."""
        return f"{self.supply.id}>{self.room.id}"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What candidates are made of: sites, permits in force by site, parameters, present transfers [g]."""

    spots: Mapping[str, Spot]
    permits: Mapping[str, PermitContent]
    parameters: Parameters
    accepts: Mapping[str, frozenset[str]]
    """Process → wastes it takes, by the reference data."""
    sent: Mapping[tuple[str, str, str], int]
    """(sender, receiver, waste) → sent in the year [g]."""


def sent_of(books: Books) -> dict[tuple[str, str, str], int]:
    """What each site sends to each other one [g]."""
    streams, moves = books.streams, books.moves
    found: dict[tuple[str, str, str], int] = {}
    for sender, receiver, grams in zip(
        moves.sender.tolist(), moves.receiver.tolist(), moves.sent.tolist(), strict=True
    ):
        key = (
            books.places[streams.site[sender]].code,
            books.places[streams.site[receiver]].code,
            books.wastes[streams.waste[sender]],
        )
        found[key] = found.get(key, 0) + grams
    return found


def candidates(
    supplies: Sequence[Supply], rooms: Sequence[Room], around: Surroundings
) -> Iterator[Candidate]:
    """Every pair of a supply and a room that takes its waste, barred or not."""
    for room in rooms:
        if room.free_grams <= 0 or around.spots[room.site].place is None:
            continue
        chosen = {waste: process_for(waste, room, around.accepts) for waste in room.wastes}
        for supply in supplies:
            process = chosen.get(supply.waste)
            if process is not None and around.spots[supply.site].place is not None:
                yield candidate(supply, room, process, around)


def process_for(waste: str, room: Room, accepts: Mapping[str, frozenset[str]]) -> str | None:
    """What a plant would do with a waste: what it does most with that waste, or else with others of which it could."""
    able = [
        (-(grams if what == waste else 0), -grams, process)
        for (process, what), grams in room.processes.items()
        if process and waste in accepts.get(process, frozenset())
    ]
    return min(able)[2] if able else None


def candidate(supply: Supply, room: Room, process: str, around: Surroundings) -> Candidate:
    here, there = around.spots[supply.site].place, around.spots[room.site].place
    at_home = supply.site == room.site
    metres = 0 if at_home or here is None or there is None else metres_between(here, there)
    road = around.parameters.road_metres(metres)
    # A plant that takes its own waste in has the same work with it.
    cost = around.parameters.haul_fen(road) + around.parameters.gate_fen(process)
    bars = []
    if not at_home and not may_entrust(around.permits.get(supply.site), supply.waste):
        bars.append(Bar.ROUTE)
    if around.parameters.is_too_far(road):
        bars.append(Bar.DISTANCE)
    return Candidate(
        supply=supply,
        room=room,
        process=process,
        metres=metres,
        road_metres=road,
        cost_fen=cost,
        residues=residues_of(process, supply.waste),
        existing_grams=around.sent.get((supply.site, room.site, supply.waste), 0),
        bars=frozenset(bars),
    )


def may_entrust(content: PermitContent | None, waste: str) -> bool:
    """Whether a permit lets its holder hand a waste to others for use; what it is silent about it does not forbid."""
    if content is None or not content.wastes:
        return True
    entry = content.waste(waste)
    return entry is not None and (not entry.routes or Route("entrusted", "use") in entry.routes)


def residues_of(process: str, waste: str) -> Mapping[str, Fraction]:
    """Waste → tonnes that a tonne leaves in a process, by the chain library; nothing where no chain defines it."""
    split = shipped_library().splits.get((process, waste))
    return {} if split is None else {into: Fraction(band.value) for into, band in split.residues.items()}


def unbarred(found: Iterable[Candidate], ignoring: Bar | None = None) -> list[Candidate]:
    """The candidates that nothing bars but what is ignored."""
    return [each for each in found if not each.bars - {ignoring}]
