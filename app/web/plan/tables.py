"""The tables of the page, and what all of its parts are written with."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from app.domain.errors import Message
from app.domain.quantities import GRAMS_PER_TONNE
from app.domain.rates import fixed_text
from app.planning.idle import idle_by_process
from app.planning.parameters import FEN_PER_YUAN
from app.planning.service import NewLink, Way
from app.planning.words import BINDING_WORDS, LIMIT_WORDS, NOT_COUNTED_WORDS
from app.planning.world import World
from app.web import numbers
from app.web.languages import Language
from app.web.texts import text
from app.web.view_models import Table

_TEN_THOUSAND = 10_000


@dataclass(frozen=True, slots=True)
class Names:
    """Names of places, wastes and processes by code."""

    place: Message
    regions: Mapping[str, Message]
    wastes: Mapping[str, Message]
    processes: Mapping[str, Message]


@dataclass(frozen=True, slots=True)
class Page:
    """What all parts of the page are written with."""

    way: Way
    names: Names
    language: Language
    as_of: str

    @property
    def world(self) -> World:
        """What the plan was made of."""
        return self.way.world

    def site(self, code: str) -> str:
        return self.world.spots[code].name

    def named(self, known: Mapping[str, Message], code: str) -> str:
        return self.language.heading(known[code]) if code in known else code


def summary(page: Page) -> str:
    way, language = page.way, page.language
    mass = str(numbers.mass(way.grams, language))
    return text("plan.links.count", language, count=numbers.count(len(way.links)), mass=mass)


def coverage(page: Page) -> str:
    cell = page.world.cell
    counts = {"filed": numbers.count(cell.ledgers_filed), "expected": numbers.count(cell.ledgers_expected)}
    return text("plan.coverage", page.language, **counts)


def links(page: Page) -> Table:
    keys = ("from", "to", "waste", "process", "new", "existing", "road", "unit_cost", "sum")
    head = tuple(text(f"plan.{key}", page.language) for key in keys)
    return Table(text("plan.links", page.language), head, tuple(_link(page, link) for link in page.way.links))


def _link(page: Page, link: NewLink) -> tuple[str, ...]:
    each, language = link.candidate, page.language
    return (
        page.site(each.supply.site),
        page.site(each.room.site),
        page.named(page.names.wastes, each.supply.waste),
        page.named(page.names.processes, each.process),
        str(numbers.mass(link.grams, language)),
        str(numbers.mass(each.existing_grams, language)),
        numbers.separated(fixed_text(Fraction(each.road_metres, 1000), 1)),
        yuan(each.cost_fen),
        ten_thousand_yuan(link.cost_fen),
    )


def curve(page: Page) -> Table:
    head = tuple(text(f"plan.curve.{key}", page.language) for key in ("rate", "cost", "step"))
    rows = tuple(
        (
            numbers.fraction_percent(point.rate),
            ten_thousand_yuan(point.cost),
            ten_thousand_yuan(point.step_cost),
        )
        for point in page.way.curve
    )
    return Table(text("plan.curve", page.language), head, rows)


def limits(page: Page) -> Table:
    head = tuple(text(f"plan.limits.{key}", page.language) for key in ("supposed", "highest"))
    rows = tuple(
        (page.language.heading(LIMIT_WORDS[limit]), numbers.fraction_percent(rate))
        for limit, rate in page.way.limits.items()
    )
    return Table(text("plan.limits", page.language), head, rows)


def bottlenecks(page: Page) -> Table:
    language = page.language
    head = tuple(text(f"plan.bottlenecks.{key}", language) for key in ("site", "kind", "left", "worth"))
    rows = tuple(
        (
            page.site(each.id.partition("/")[0]),
            language.heading(BINDING_WORDS[each.kind]),
            str(numbers.mass(each.units * GRAMS_PER_TONNE, language)),
            fixed_text(Fraction(each.worth), 3),
        )
        for each in page.way.bottlenecks
    )
    return Table(text("plan.bottlenecks", language), head, rows)


def idle(page: Page) -> Table:
    language = page.language
    keys = ("process", "idle.plants", "idle.capacity", "idle.taken", "idle.free")
    head = tuple(text(f"plan.{key}", language) for key in keys)
    rows = tuple(
        (
            page.named(page.names.processes, idle.process)
            if idle.process
            else text("plan.idle.none", language),
            numbers.count(idle.plants),
            *(
                str(numbers.mass(grams, language))
                for grams in (idle.capacity_grams, idle.taken_grams, idle.free_grams)
            ),
        )
        for idle in idle_by_process(page.world.rooms)
    )
    return Table(text("plan.idle", language), head, rows)


def left_out(page: Page) -> str:
    language, found = page.language, sorted(page.world.left_out.items())
    if not found:
        return ""
    each = [
        text(
            "plan.left_out.one",
            language,
            name=page.site(code),
            reason=language.of(NOT_COUNTED_WORDS[reason]),
        )
        for code, reason in found
    ]
    return text("plan.left_out", language, names=text("comma", language).join(each))


def parameters(page: Page) -> Table:
    language = page.language
    head = tuple(text(f"plan.parameters.{key}", language) for key in ("name", "value", "source"))
    rows = []
    for row in page.world.parameters.rows:
        checked = text("plan.parameters.verified" if row.verified else "plan.parameters.unverified", language)
        value = f"{row.body['value']} {row.body['unit']}"
        rows.append((language.heading(Message(row.zh, row.en)), value, f"{row.source}（{checked}）"))
    return Table(text("plan.parameters", language), head, tuple(rows))


def yuan(fen: int) -> str:
    return numbers.separated(fixed_text(Fraction(fen, FEN_PER_YUAN), 2))


def ten_thousand_yuan(fen: int) -> str:
    return numbers.separated(fixed_text(Fraction(fen, FEN_PER_YUAN * _TEN_THOUSAND), 2))
