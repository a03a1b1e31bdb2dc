"""What if a plant took so much more of a waste: who would send it, and the nominal and the terminal rate after it.

Nothing is optimized and nothing refused but what does not exist: what is beyond a permit, a capacity or a recipe is
said beside the figures.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.quantities import GRAMS_PER_TONNE, tonnes_text
from app.http.problems import Invalid, NotFound
from app.planning import recipes
from app.planning.candidates import Bar, Candidate, Supply, candidate, process_for
from app.planning.questions import PLANNED, PlanQuery, ask
from app.planning.rooms import Room, uses_of
from app.planning.service import Effect, NewLink, terminal_effect, totals_after
from app.planning.world import World, read_world
from app.rates.service import query_fault


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A plant, a waste and how much more of it [g]; without a sender the nearest that have it, without a process the usual."""

    plan: PlanQuery
    receiver: str
    waste: str
    grams: int
    sender: str | None = None
    process: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The flows that would make it, the rates before and after, and what they go beyond."""

    query: WhatIf
    world: World
    links: tuple[NewLink, ...]
    nominal: Mapping[str, Effect]
    terminal: Effect
    beyond: tuple[Message, ...]


def what_if(session: ReadSession, subject: Subject, query: WhatIf, now: datetime) -> Outcome:
    """Put the flow into the year's books. Raises Forbidden, NotFound for a site not seen, Invalid."""
    asked = ask(session, subject, query.plan, now)
    world = read_world(session, subject, asked)
    for site in {query.receiver, query.sender or query.receiver}:
        if site not in world.spots:
            raise NotFound
    if query.waste not in asked.scope.wastes:
        zh, en = "该固废不在本次范围内", "this waste is not in the scope that was asked for"
        raise Invalid(errors=[query_fault("waste", "outside_scope", zh, en)])
    room = _room(world, query)
    process = _process(world, room, query)
    links = _nearest(world, room, process, query)
    after = totals_after(world, links)
    nominal = {name: Effect(metric.of(world.totals), metric.of(after)) for name, metric in PLANNED.items()}
    beyond = tuple(_beyond(room, process, query, links))
    return Outcome(query, world, links, nominal, terminal_effect(world, links), beyond)


def _room(world: World, query: WhatIf) -> Room:
    """The receiver's facilities that take the waste, the freest first; none = a room of nothing."""
    mine = [room for room in world.rooms if room.site == query.receiver]
    able = [room for room in mine if query.waste in room.wastes]
    if able:
        return max(able, key=lambda room: (room.free_grams, room.facilities))
    return Room(query.receiver, (), frozenset(), 0, 0, 0, uses_of(world.books).get(query.receiver, {}))


def _process(world: World, room: Room, query: WhatIf) -> str:
    accepts = world.around.accepts
    if query.process is not None:
        if query.waste not in accepts.get(query.process, frozenset()):
            zh, en = (
                "没有此工艺，或此工艺不接收该固废",
                "there is no such process, or it does not take this waste",
            )
            raise Invalid(errors=[query_fault("process", "not_accepted", zh, en)])
        return query.process
    usual = process_for(query.waste, room, accepts)
    if usual is None:
        zh = "该场所这一年没有能接收此固废的工艺，请指明工艺"
        en = "no process of this site took such waste in the year: name one"
        raise Invalid(errors=[query_fault("process", "process_unknown", zh, en)])
    return usual


def _nearest(world: World, room: Room, process: str, query: WhatIf) -> tuple[NewLink, ...]:
    """From the named sender, or from those that may send it, the nearest first."""
    offered: list[tuple[int, str, Candidate, Supply]] = []
    for supply in world.supplies:
        if supply.waste != query.waste or query.sender not in (None, supply.site) or not supply.grams:
            continue
        each = candidate(supply, room, process, world.around)
        if query.sender is not None or not each.bars:
            offered.append((each.road_metres, each.id, each, supply))
    left, links = query.grams, []
    for _, _, each, supply in sorted(offered, key=lambda one: one[:2]):
        taken = min(left, supply.grams // GRAMS_PER_TONNE * GRAMS_PER_TONNE)
        if taken:
            links.append(NewLink(each, taken))
            left -= taken
    if left:
        there_is = tonnes_text(query.grams - left)
        zh, en = f"未利用的该固废只有 {there_is} 吨", f"only {there_is} t of this waste are not used yet"
        raise Invalid(errors=[query_fault("tonnes", "not_enough", zh, en)])
    return tuple(links)


def _beyond(room: Room, process: str, query: WhatIf, links: tuple[NewLink, ...]) -> Iterator[Message]:
    if not room.facilities:
        yield Message(
            "接收方没有可用于此固废的许可利用能力", "the receiver has no permitted capacity to use this waste"
        )
    elif query.grams > room.free_grams:
        over = tonnes_text(query.grams - max(0, room.free_grams))
        yield Message(
            f"超出许可能力余量 {over} 吨", f"{over} t more than the permitted capacity that is idle"
        )
    recipe = recipes.Recipe(room.processes, room.capacity_grams, room.taken_grams)
    most = recipe.room_grams(process, query.waste)
    if most is not None and query.grams > most:
        over = tonnes_text(query.grams - most)
        yield Message(f"超出产品掺量上限 {over} 吨", f"{over} t more than the recipe may take")
    if any(Bar.ROUTE in link.candidate.bars for link in links):
        yield Message(
            "送出方许可证未载明此固废可委托利用",
            "the sender's permit does not name entrusted use for this waste",
        )
    if any(Bar.DISTANCE in link.candidate.bars for link in links):
        yield Message("运距超过上限", "farther than the longest haul")
