"""The way to the target: what is missing, what is idle, the cheapest new links, and what stands in the way."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from app.auth.subjects import Subject
from app.chain_runs.service import Flow, terminal_rate
from app.db.session import ReadSession
from app.domain.quantities import GRAMS_PER_TONNE
from app.domain.rates import Ratio, Totals
from app.planning.candidates import Bar, Candidate
from app.planning.questions import PlanQuery, ask
from app.planning.world import World, problem_of, read_world
from chains.planning import Bottleneck, Plan, Point, Problem, bottlenecks, cheapest, curve, furthest
from chains.planning.limits import without_blends, without_intakes

_MOST_POINTS = 20


class Status(StrEnum):
    """How the year stands to the target."""

    MET = "met"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NO_DATA = "no_data"


class Limit(StrEnum):
    """What keeps the rate from rising further."""

    CAPACITY = "capacity"
    BLENDING = "blending"
    ROUTE = "route"
    DISTANCE = "distance"


@dataclass(frozen=True, slots=True)
class NewLink:
    """Tonnes [g] that a plant would take in beyond what it takes now, and what that costs a tonne and in all [fen]."""

    candidate: Candidate
    grams: int

    @property
    def cost_fen(self) -> int:
        """Haulage and gate cost of all of it."""
        return self.candidate.cost_fen * (self.grams // GRAMS_PER_TONNE)

    @property
    def flow(self) -> Flow:
        """As a change of the books."""
        each = self.candidate
        return Flow(
            each.supply.site, each.room.site, each.supply.waste, each.process, self.grams, each.residues
        )


@dataclass(frozen=True, slots=True)
class Effect:
    """A rate before and after."""

    before: Ratio
    after: Ratio


@dataclass(frozen=True, slots=True)
class Way:
    """The answer. Where the target is out of reach, `links` are the cheapest ones to the highest rate there is.

    `gap_grams`: numerator missing at the present denominator. `limits`: the highest rate if one kind of limit were
    lifted; `bottlenecks`: the single limits that bind; both only where the target is out of reach.
    `lower_bound_fen`: no plan whatever is cheaper.
    """

    world: World
    status: Status
    gap_grams: int
    links: tuple[NewLink, ...]
    nominal: Effect
    terminal: Effect
    highest: Fraction | None
    lower_bound_fen: float
    fen_per_further_tonne: float
    curve: tuple[Point, ...]
    bottlenecks: tuple[Bottleneck, ...]
    limits: Mapping[Limit, Fraction]

    @property
    def cost_fen(self) -> int:
        """All links together."""
        return sum(link.cost_fen for link in self.links)

    @property
    def grams(self) -> int:
        """All links together."""
        return sum(link.grams for link in self.links)


def plan(session: ReadSession, subject: Subject, query: PlanQuery, now: datetime) -> Way:
    """Find the cheapest new links to the target, or how far they lead and what binds. Raises Forbidden, Invalid."""
    asked = ask(session, subject, query, now)
    world = read_world(session, subject, asked)
    if world.ratio.value is None:
        return _nothing(world)
    problem = problem_of(world)
    reach = furthest(problem)
    found = cheapest(problem, query.target)
    chosen = found or reach.plan
    links = _links(world, chosen)
    is_met = world.ratio.value >= query.target
    out_of_reach = found is None
    return Way(
        world=world,
        status=Status.MET if is_met else Status.INFEASIBLE if out_of_reach else Status.FEASIBLE,
        gap_grams=math.ceil(query.target * world.ratio.denominator - world.ratio.numerator),
        links=links,
        nominal=Effect(world.ratio, nominal_after(world, links)),
        terminal=terminal_effect(world, links),
        highest=reach.rate,
        lower_bound_fen=chosen.bound,
        fen_per_further_tonne=chosen.price,
        curve=curve(problem, _steps(problem.rate, min(query.target, reach.rate))),
        bottlenecks=bottlenecks(problem, reach) if out_of_reach else (),
        limits=_limits(world, problem) if out_of_reach else {},
    )


def nominal_after(world: World, links: tuple[NewLink, ...]) -> Ratio:
    """The asked metric when these links carry their tonnes: more is used, and residues count as generated."""
    return world.asked.metric.of(totals_after(world, links))


def totals_after(world: World, links: tuple[NewLink, ...]) -> Totals:
    """The sums behind the rate with these links in them [g]."""
    wastes = set(world.asked.scope.wastes)
    left = sum(
        (
            share * link.grams
            for link in links
            for into, share in link.candidate.residues.items()
            if into in wastes
        ),
        Fraction(0),
    )
    now = world.totals
    used = now.used_grams + sum(link.grams for link in links)
    return replace(now, used_grams=used, generated_grams=now.generated_grams + round(left))


def terminal_effect(world: World, links: tuple[NewLink, ...]) -> Effect:
    """The terminal rate of the scope, before and after."""
    wastes = world.asked.scope.wastes
    before = terminal_rate(world.books, wastes)
    after = terminal_rate(world.books, wastes, [link.flow for link in links]) if links else before
    return Effect(before, after)


def _nothing(world: World) -> Way:
    same = Effect(world.ratio, world.ratio)
    return Way(world, Status.NO_DATA, 0, (), same, same, None, 0.0, 0.0, (), (), {})


def _links(world: World, chosen: Plan) -> tuple[NewLink, ...]:
    by_id = {each.id: each for each in world.candidates}
    made = [NewLink(by_id[name], units * GRAMS_PER_TONNE) for name, units in chosen.units.items()]
    return tuple(sorted(made, key=lambda link: (-link.grams, link.candidate.id)))


def _limits(world: World, problem: Problem) -> dict[Limit, Fraction]:
    """The highest rate with one kind of limit lifted, those first that are worth most."""
    lifted = {
        Limit.CAPACITY: without_intakes(problem),
        Limit.BLENDING: without_blends(problem),
        Limit.ROUTE: problem_of(world, Bar.ROUTE),
        Limit.DISTANCE: problem_of(world, Bar.DISTANCE),
    }
    found = {limit: furthest(each).rate for limit, each in lifted.items()}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _steps(start: Fraction, end: Fraction) -> list[Fraction]:
    """Whole points between two rates, and the last one; every second, third … where there are too many."""
    first, last = math.floor(start * 100) + 1, math.ceil(end * 100) - 1
    stride = max(1, math.ceil((last - first + 1) / _MOST_POINTS))
    return [*(Fraction(percent, 100) for percent in range(first, last + 1, stride)), end]
