"""The page of the way to the target as a view model: what the service found, written and drawn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from markupsafe import Markup

from app.domain.errors import Message
from app.domain.rates import fixed_text
from app.planning.document import said
from app.planning.service import Effect, Status, Way
from app.planning.what_if import Outcome
from app.planning.words import CAVEATS
from app.web import numbers
from app.web.charts.bullets import Verdict
from app.web.languages import Language
from app.web.plan import tables
from app.web.plan.map import MapLink, MapSite, link_map
from app.web.plan.tables import Names, Page
from app.web.texts import reason_text, text
from app.web.view_models import Choice, Footing, Table, Tile

_NO_VALUE = "—"


@dataclass(frozen=True, slots=True)
class Supposed:
    """The outcome of a what-if in words."""

    title: str
    words: tuple[str, ...]
    beyond: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanPage:
    """The whole page."""

    place: str
    year: str
    status: str
    words: tuple[str, ...]
    verdict: Verdict
    tiles: tuple[Tile, ...]
    links: Table
    links_summary: str
    map: Markup
    curve: Table
    limits: Table | None
    bottlenecks: Table | None
    idle: Table
    left_out: str
    parameters: Table
    caveats: tuple[str, ...]
    coverage: str
    regions: tuple[Choice, ...]
    receivers: tuple[Choice, ...]
    wastes: tuple[Choice, ...]
    files: tuple[tuple[str, str], ...]
    json_url: str
    supposed: Supposed | None


def plan_page(way: Way, names: Names, language: Language, outcome: Outcome | None, as_of: str) -> PlanPage:
    """Write and draw the page."""
    page = Page(way, names, language, as_of)
    world, (first, *words) = way.world, [language.of(each) for each in said(way)]
    query = world.asked.query
    asked: dict[str, str] = {"region": world.asked.scope.region or "", "year": str(query.year)}
    asked |= {"target": fixed_text(query.target * 100, 4).rstrip("0").rstrip(".")}
    if query.limit_km is not None:
        asked["limit_km"] = str(query.limit_km)
    address = f"/v1/plans?{urlencode({name: value for name, value in asked.items() if value})}"
    spoken = f"&language={language.value}"
    return PlanPage(
        place=language.of(names.place),
        year=numbers.year(query.year, language),
        status=first,
        words=tuple(words),
        verdict=_VERDICTS[way.status],
        tiles=tuple(_tiles(page)),
        links=tables.links(page),
        links_summary=tables.summary(page),
        map=_map(page),
        curve=tables.curve(page),
        limits=tables.limits(page) if way.limits else None,
        bottlenecks=tables.bottlenecks(page) if way.bottlenecks else None,
        idle=tables.idle(page),
        left_out=tables.left_out(page),
        parameters=tables.parameters(page),
        caveats=tuple(language.of(caveat) for caveat in CAVEATS),
        coverage=tables.coverage(page),
        regions=_choices(names.regions, world.asked.scope.region or "", language),
        receivers=_receivers(page, outcome),
        wastes=_wastes(page, outcome),
        files=tuple((form.upper(), f"{address}&format={form}{spoken}") for form in ("xlsx", "pdf", "docx")),
        json_url=address,
        supposed=None if outcome is None else _supposed(page, outcome),
    )


_VERDICTS = {
    Status.MET: Verdict.MET,
    Status.FEASIBLE: Verdict.MET,
    Status.INFEASIBLE: Verdict.BELOW,
    Status.NO_DATA: Verdict.NO_VALUE,
}


def _tiles(page: Page) -> Iterator[Tile]:
    way, language = page.way, page.language
    footing = Footing(
        formula=text("footing.formula", language, formula=language.of(way.world.asked.metric.formula)),
        coverage=tables.coverage(page),
        as_of=text("footing.as_of", language, moment=page.as_of),
    )
    plain = replace(footing, formula="", coverage="")
    yield _effect("nominal", way.nominal, page, footing)
    yield _effect("terminal", way.terminal, page, plain)
    highest = _NO_VALUE if way.highest is None else numbers.fraction_percent(way.highest)
    yield Tile("highest", text("plan.highest", language), highest, "", highest, (), plain)
    cost = text("plan.cost.value", language, yuan=tables.ten_thousand_yuan(way.cost_fen))
    full = text("plan.cost.full", language, yuan=tables.yuan(way.cost_fen))
    yield Tile("cost", text("plan.cost", language), cost, "", full, (tables.summary(page),), plain)


def _effect(key: str, effect: Effect, page: Page, footing: Footing) -> Tile:
    language = page.language
    if effect.after.value is None:
        why = reason_text(effect.after.reason, language)
        return Tile(key, text(f"plan.{key}", language), _NO_VALUE, "", why, (why,), footing)
    after = numbers.percent(effect.after)
    words = text("plan.effect", language, before=numbers.percent(effect.before))
    return Tile(key, text(f"plan.{key}", language), after, "", after, (words,), footing)


def _map(page: Page) -> Markup:
    links, language = page.way.links, page.language
    takers = {link.candidate.room.site for link in links}
    shown = sorted(takers | {link.candidate.supply.site for link in links})
    sites = []
    for code in shown:
        spot = page.world.spots[code]
        if spot.place is not None:
            sites.append(MapSite(code, spot.name, *spot.place, takes_in=code in takers))
    drawn = []
    for link in links:
        ends = link.candidate.supply.site, link.candidate.room.site
        mass = str(numbers.mass(link.grams, language))
        words = {"sender": page.site(ends[0]), "receiver": page.site(ends[1]), "mass": mass}
        drawn.append(MapLink(*ends, link.grams, text("plan.map.link", language, **words)))
    title, words_below = text("plan.map", language), text("plan.map.words", language)
    return link_map("plan-map", title, words_below, sites, drawn)


def _supposed(page: Page, outcome: Outcome) -> Supposed:
    language, query = page.language, outcome.query
    terminal = (text("plan.terminal", language), outcome.terminal)
    nominal = (
        language.heading(outcome.world.asked.metric.name),
        outcome.nominal[outcome.world.asked.metric.id],
    )
    rates = [
        text(
            "plan.what_if.rates",
            language,
            name=name,
            before=numbers.percent(effect.before),
            after=numbers.percent(effect.after),
        )
        for name, effect in (nominal, terminal)
    ]
    senders = [
        text(
            "plan.what_if.from",
            language,
            name=page.site(link.candidate.supply.site),
            mass=str(numbers.mass(link.grams, language)),
        )
        for link in outcome.links
    ]
    waste = page.named(page.names.wastes, query.waste)
    title = f"{page.site(query.receiver)} + {numbers.mass(query.grams, language)} {waste}"
    return Supposed(title, (*rates, *senders), tuple(language.of(each) for each in outcome.beyond))


def _receivers(page: Page, outcome: Outcome | None) -> tuple[Choice, ...]:
    chosen = "" if outcome is None else outcome.query.receiver
    first = Choice("", text("plan.choose", page.language), not chosen)
    codes = sorted({room.site for room in page.world.rooms})
    return (first, *(Choice(code, page.site(code), code == chosen) for code in codes))


def _wastes(page: Page, outcome: Outcome | None) -> tuple[Choice, ...]:
    chosen = "" if outcome is None else outcome.query.waste
    taken = sorted(
        {waste for room in page.world.rooms for waste in room.wastes} & set(page.world.asked.scope.wastes)
    )
    return tuple(Choice(code, page.named(page.names.wastes, code), code == chosen) for code in taken)


def _choices(options: Mapping[str, Message], chosen: str, language: Language) -> tuple[Choice, ...]:
    return tuple(Choice(value, language.heading(name), value == chosen) for value, name in options.items())
