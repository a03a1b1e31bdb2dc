"""Everything a plan is made of, read once: the year's books, what is not used, idle capacity, possible links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from app.auth.subjects import Subject
from app.chain_runs import service as chain_runs
from app.chain_runs.service import Books
from app.db.session import ReadSession
from app.domain.quantities import GRAMS_PER_TONNE
from app.domain.rates import Ratio, Totals
from app.http.problems import Invalid
from app.permits.service import in_force
from app.planning import recipes, rooms
from app.planning.candidates import Bar, Candidate, Supply, Surroundings, candidates, sent_of, unbarred
from app.planning.parameters import Parameters, read_parameters
from app.planning.questions import Asked
from app.planning.repository import Spot, spots
from app.planning.rooms import NotCounted, Room
from app.rates.service import Cell, GroupBy, cells, query_fault, rate_of, totals
from app.reference import service as reference
from chains.planning import Blend, Intake, Link, Problem
from chains.planning import Supply as Units

MOST_LINKS = 60_000


@dataclass(frozen=True, slots=True)
class World:
    """All of it. `cell`: the figures of the scope as the rates tell them; `ratio`: the metric of it as it is now."""

    asked: Asked
    cell: Cell
    ratio: Ratio
    books: Books
    spots: Mapping[str, Spot]
    parameters: Parameters
    supplies: tuple[Supply, ...]
    rooms: tuple[Room, ...]
    left_out: Mapping[str, NotCounted]
    candidates: tuple[Candidate, ...]
    around: Surroundings

    @property
    def totals(self) -> Totals:
        """The sums behind the rate."""
        return self.cell.totals


def read_world(session: ReadSession, subject: Subject, asked: Asked) -> World:
    """Read everything. Raises Invalid when the region is too large for one plan."""
    scope = asked.scope
    parameters = read_parameters(session, asked.query.limit_km)
    cell = cells(session, subject, scope, None)[""]
    books = chain_runs.books(session, subject, scope)
    where = spots(session, subject, scope, books)
    held = in_force(session, [spot.id for spot in where.values()], asked.last)
    versions = {site_id: (version,) for site_id, version in held.items()}
    found, left_out = rooms.rooms_of(
        books, versions, {code: spot.id for code, spot in where.items()}, asked.last
    )
    around = Surroundings(
        spots=where,
        permits={code: held[spot.id].content for code, spot in where.items() if spot.id in held},
        parameters=parameters,
        accepts=reference.codes(session).processes,
        sent=sent_of(books),
    )
    supplies = _supplies(session, subject, asked, where, found)
    _refuse_too_many(supplies, found)
    possible = tuple(candidates(supplies, found, around))
    left_out |= _without_use(found, possible, where)
    return World(
        asked,
        cell,
        rate_of(asked.metric, cell),
        books,
        where,
        parameters,
        supplies,
        tuple(found),
        left_out,
        possible,
        around,
    )


def _supplies(
    session: ReadSession, subject: Subject, asked: Asked, where: Mapping[str, Spot], found: Sequence[Room]
) -> tuple[Supply, ...]:
    """Generated and not used, site by site; and of nothing, where a plant's residues could arise."""
    amounts: dict[tuple[str, str], int] = {}
    for waste in asked.scope.wastes:
        of_waste = replace(asked.scope, wastes=(waste,))
        for site, sums in totals(session, subject, of_waste, GroupBy.SITE).items():
            fresh = sums.used_grams - sums.used_from_prior_stock_grams
            amounts[site, waste] = max(0, sums.generated_grams - fresh)
    for room in found:
        for waste in asked.scope.wastes:
            amounts.setdefault((room.site, waste), 0)
    return tuple(Supply(*key, grams) for key, grams in sorted(amounts.items()) if key[0] in where)


def _refuse_too_many(supplies: Sequence[Supply], found: Sequence[Room]) -> None:
    if sum(supply.waste in room.wastes for supply in supplies for room in found) > MOST_LINKS:
        zh, en = "范围过大，请缩小到市或县", "too many links to weigh: ask for a city or a county"
        raise Invalid(errors=[query_fault("region", "too_large", zh, en)])


def _without_use(
    found: Sequence[Room], possible: Sequence[Candidate], where: Mapping[str, Spot]
) -> dict[str, NotCounted]:
    linked = {candidate.room.id for candidate in possible}
    idle = [room for room in found if room.id not in linked and room.free_grams > 0 and room.wastes]
    return {
        room.site: NotCounted.NO_PLACE if where[room.site].place is None else NotCounted.NO_PROCESS
        for room in idle
    }


def problem_of(world: World, ignoring: Bar | None = None) -> Problem:
    """The flow problem in whole tonnes, with everything barred left out but what is ignored."""
    usable = unbarred(world.candidates, ignoring)
    counted = set(world.asked.scope.wastes)
    blends: dict[str, int] = {}
    links = []
    for each in usable:
        blend = _blend(each, blends)
        kept = {f"{each.room.site}/{into}": share for into, share in each.residues.items() if into in counted}
        links.append(
            Link(
                each.id,
                each.supply.id,
                each.room.id,
                each.cost_fen,
                blend,
                kept,
                sum(kept.values(), Fraction(0)),
            )
        )
    return Problem(
        supplies=tuple(Units(each.id, each.grams // GRAMS_PER_TONNE) for each in world.supplies),
        intakes=tuple(Intake(each.id, max(0, each.free_grams) // GRAMS_PER_TONNE) for each in world.rooms),
        links=tuple(links),
        numerator=Fraction(world.ratio.numerator, GRAMS_PER_TONNE),
        denominator=Fraction(world.ratio.denominator, GRAMS_PER_TONNE),
        blends=tuple(Blend(name, grams // GRAMS_PER_TONNE) for name, grams in blends.items()),
    )


def _blend(each: Candidate, blends: dict[str, int]) -> str | None:
    """The blending limit of a link, entered with its room [g]."""
    room = each.room
    recipe = recipes.Recipe(room.processes, room.capacity_grams, room.taken_grams)
    grams = recipe.room_grams(each.process, each.supply.waste)
    if grams is None:
        return None
    name = recipes.blend_of(room.site, each.process, each.supply.waste)
    blends[name] = grams
    return name
