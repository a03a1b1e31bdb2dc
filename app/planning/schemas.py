"""A plan as it leaves: tonnes, shares and yuan as decimal text."""

from collections.abc import Iterable
from datetime import UTC
from decimal import Decimal
from fractions import Fraction
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict

from app.domain.quantities import GRAMS_PER_TONNE, tonnes_text
from app.domain.rates import fixed_text
from app.http.answers import CoverageOut, RateMetricOut, TextOut
from app.planning.idle import Idle, idle_by_process
from app.planning.link_schemas import PlanEffectOut, PlanLinkOut, PlanSiteOut, yuan_text
from app.planning.parameter_schemas import PlanParameterOut, parameters_out
from app.planning.rooms import NotCounted, Room
from app.planning.service import Limit, Way
from app.planning.what_if import Outcome
from app.planning.words import LIMIT_WORDS, NOT_COUNTED_WORDS, STATUS_WORDS
from app.planning.world import World


class PlanRoomOut(BaseModel):
    """Facilities with permitted capacity for use: what they may take in the year, took, and have left."""

    site: PlanSiteOut
    facilities: list[str]
    wastes: list[str]
    capacity_tonnes: str
    taken_tonnes: str
    idle_tonnes: str

    @classmethod
    def of(cls, world: World, room: Room) -> Self:
        return cls(
            site=PlanSiteOut.of(world, room.site),
            facilities=list(room.facilities),
            wastes=sorted(room.wastes),
            capacity_tonnes=tonnes_text(room.capacity_grams),
            taken_tonnes=tonnes_text(room.taken_grams),
            idle_tonnes=tonnes_text(room.free_grams),
        )


class PlanIdleOut(BaseModel):
    """Idle permitted capacity of the plants whose main process this is; null where they did nothing in the year."""

    process: str | None
    plants: int
    capacity_tonnes: str
    taken_tonnes: str
    idle_tonnes: str

    @classmethod
    def of(cls, idle: Idle) -> Self:
        return cls(
            process=idle.process,
            plants=idle.plants,
            capacity_tonnes=tonnes_text(idle.capacity_grams),
            taken_tonnes=tonnes_text(idle.taken_grams),
            idle_tonnes=tonnes_text(idle.free_grams),
        )


class PlanLeftOut(BaseModel):
    """A plant that uses waste and is not planned with, and why."""

    site: PlanSiteOut
    reason: str
    message: TextOut

    @classmethod
    def of(cls, world: World, code: str, reason: NotCounted) -> Self:
        return cls(
            site=PlanSiteOut.of(world, code),
            reason=reason.value,
            message=TextOut.of(NOT_COUNTED_WORDS[reason]),
        )


class PlanPointOut(BaseModel):
    """A rate on the way, the least it costs to reach it, and what this step adds."""

    percent: str
    yuan: str
    step_yuan: str


class PlanBottleneckOut(BaseModel):
    """A limit that binds; `worth_tonnes` more would be used for one tonne more of it."""

    kind: str
    id: str
    site: PlanSiteOut
    waste: str | None
    tonnes: str
    worth_tonnes: str


class PlanLimitOut(BaseModel):
    """The highest rate there would be without one kind of limit."""

    kind: str
    message: TextOut
    percent_without: str

    @classmethod
    def of(cls, limit: Limit, rate: Fraction) -> Self:
        words = TextOut.of(LIMIT_WORDS[limit])
        return cls(kind=limit.value, message=words, percent_without=fixed_text(rate * 100, 2))


class PlanOut(BaseModel):
    """The way to a target. `highest_percent`: what the links could reach at all; `gap_tonnes`: missing now, <0 = ahead."""

    model_config = ConfigDict(populate_by_name=True)

    status: str
    message: TextOut
    metric: RateMetricOut
    region: str | None
    year: int
    wastes: list[str]
    target_percent: str
    gap_tonnes: str
    coverage: CoverageOut
    as_of: AwareDatetime
    nominal: PlanEffectOut
    terminal: PlanEffectOut
    highest_percent: str | None
    planned_tonnes: str
    yuan: str
    yuan_lower_bound: str
    yuan_per_further_tonne: str
    limit_km: str
    links: list[PlanLinkOut]
    curve: list[PlanPointOut]
    limits: list[PlanLimitOut]
    bottlenecks: list[PlanBottleneckOut]
    idle: list[PlanIdleOut]
    rooms: list[PlanRoomOut]
    left_out: list[PlanLeftOut]
    parameters: list[PlanParameterOut]

    @classmethod
    def of(cls, way: Way, as_of: AwareDatetime) -> Self:
        world = way.world
        asked, parameters = world.asked, world.parameters
        return cls(
            status=way.status.value,
            message=TextOut.of(STATUS_WORDS[way.status]),
            metric=RateMetricOut.of(asked.metric),
            region=asked.scope.region,
            year=asked.query.year,
            wastes=list(asked.scope.wastes),
            target_percent=fixed_text(asked.query.target * 100, 2),
            gap_tonnes=tonnes_text(way.gap_grams),
            coverage=CoverageOut.of(world.cell),
            as_of=as_of.astimezone(UTC),
            nominal=PlanEffectOut.of(way.nominal),
            terminal=PlanEffectOut.of(way.terminal),
            highest_percent=None if way.highest is None else fixed_text(way.highest * 100, 2),
            planned_tonnes=tonnes_text(way.grams),
            yuan=yuan_text(way.cost_fen),
            yuan_lower_bound=yuan_text(Fraction(way.lower_bound_fen)),
            yuan_per_further_tonne=yuan_text(Fraction(way.fen_per_further_tonne)),
            limit_km=_plain(parameters.limit_km),
            links=[PlanLinkOut.of(world, link) for link in way.links],
            curve=_curve(way),
            limits=[PlanLimitOut.of(limit, rate) for limit, rate in way.limits.items()],
            bottlenecks=list(_bottlenecks(way)),
            idle=[PlanIdleOut.of(idle) for idle in idle_by_process(world.rooms)],
            rooms=[PlanRoomOut.of(world, room) for room in world.rooms],
            left_out=[PlanLeftOut.of(world, *each) for each in sorted(world.left_out.items())],
            parameters=parameters_out(parameters),
        )


def _curve(way: Way) -> list[PlanPointOut]:
    return [
        PlanPointOut(
            percent=fixed_text(point.rate * 100, 2),
            yuan=yuan_text(point.cost),
            step_yuan=yuan_text(point.step_cost),
        )
        for point in way.curve
    ]


def _bottlenecks(way: Way) -> Iterable[PlanBottleneckOut]:
    for each in way.bottlenecks:
        site, _, rest = each.id.partition("/")
        yield PlanBottleneckOut(
            kind=each.kind,
            id=each.id,
            site=PlanSiteOut.of(way.world, site),
            waste=rest.rpartition("/")[2] if each.kind != "intake" else None,
            tonnes=tonnes_text(each.units * GRAMS_PER_TONNE),
            worth_tonnes=fixed_text(Fraction(each.worth), 3),
        )


def _plain(value: Fraction) -> str:
    return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"


class WhatIfOut(BaseModel):
    """What would be if a plant took more: who sends it, the rates before and after, and what it goes beyond."""

    region: str | None
    year: int
    wastes: list[str]
    receiver: PlanSiteOut
    waste: str
    process: str | None
    tonnes: str
    links: list[PlanLinkOut]
    yuan: str
    nominal: dict[str, PlanEffectOut]
    terminal: PlanEffectOut
    beyond: list[TextOut]
    coverage: CoverageOut
    as_of: AwareDatetime

    @classmethod
    def of(cls, outcome: Outcome, as_of: AwareDatetime) -> Self:
        world, links = outcome.world, outcome.links
        return cls(
            region=world.asked.scope.region,
            year=world.asked.query.year,
            wastes=list(world.asked.scope.wastes),
            receiver=PlanSiteOut.of(world, outcome.query.receiver),
            waste=outcome.query.waste,
            process=links[0].candidate.process if links else None,
            tonnes=tonnes_text(sum(link.grams for link in links)),
            links=[PlanLinkOut.of(world, link) for link in links],
            yuan=yuan_text(sum(link.cost_fen for link in links)),
            nominal={name: PlanEffectOut.of(effect) for name, effect in outcome.nominal.items()},
            terminal=PlanEffectOut.of(outcome.terminal),
            beyond=[TextOut.of(message) for message in outcome.beyond],
            coverage=CoverageOut.of(world.cell),
            as_of=as_of.astimezone(UTC),
        )
