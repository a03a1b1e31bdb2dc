"""The chain page as a view model: from figures to what is written and drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from markupsafe import Markup

from app.chain_runs.definitions import ALL
from app.chain_runs.graph import Level
from app.chain_runs.schemas import SummaryOut
from app.domain.errors import Message
from app.web import numbers
from app.web.chain import lists, picture
from app.web.chain.gather import ChainFigures, Origin
from app.web.chain.tiles import NOMINAL, as_of, ratio_of, tiles
from app.web.charts.sankey import Words
from app.web.languages import Language
from app.web.overview.figures import Scope
from app.web.overview.footings import parts_address
from app.web.texts import rich, text
from app.web.view_models import Choice, Footing, Panel, Tile

# Below this the ends and what arose differ by rounding of the machine only.
_NEGLIGIBLE = 1e-6


@dataclass(frozen=True, slots=True)
class Link:
    """An address with its name."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the figures come from, and what the reader can do about it."""

    words: str
    stale: bool
    can_ask: bool
    waiting: str
    poll: str


@dataclass(frozen=True, slots=True)
class ChainControls:
    """What the reader can change."""

    chains: tuple[Choice, ...]
    regions: tuple[Choice, ...]
    bases: tuple[Choice, ...]
    levels: tuple[Choice, ...]
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class ChainPage:
    """The whole page; without figures it has no tiles and no panel."""

    name: str
    place: str
    period: str
    headline: Markup
    controls: ChainControls
    standing: Standing
    fields: Mapping[str, str]
    here: str
    followed: bool
    tiles: tuple[Tile, ...]
    panel: Panel | None
    notes: tuple[str, ...]
    exports: tuple[Link, ...]
    behind: lists.SiteGroup | None
    untracked: lists.SiteGroup | None
    loops: tuple[str, ...]
    remarks: tuple[str, ...]


def chain_page(figures: ChainFigures, language: Language, timezone: str) -> ChainPage:
    """Write and draw the page."""
    asked, summary, graph = figures.asked, figures.summary, figures.graph
    drawn = None if graph is None or not graph.links else picture.drawn(graph, figures.labels, language)
    return ChainPage(
        name=language.heading(figures.chains[asked.chain]),
        place=language.of(figures.place),
        period=_period(figures, language),
        headline=_headline(summary, language) if summary and drawn else Markup(""),
        controls=_controls(figures, language),
        standing=_standing(figures, language, timezone),
        fields=asked.fields(),
        here=asked.address(),
        followed=summary is not None,
        tiles=_tiles(figures, summary, language, timezone) if summary and drawn else (),
        panel=_panel(figures, drawn, summary, language, timezone) if summary and drawn else None,
        notes=_notes(drawn, language) if drawn else (),
        exports=_exports(figures) if drawn else (),
        behind=lists.behind(figures, drawn, language) if drawn else None,
        untracked=lists.untracked(figures, summary, language) if summary and drawn else None,
        loops=lists.loops(figures, summary, language) if summary else (),
        remarks=lists.remarks(summary, language) if summary else (),
    )


def _tiles(figures: ChainFigures, summary: SummaryOut, language: Language, timezone: str) -> tuple[Tile, ...]:
    """Let each figure lead on: to the sites that make it up, to the drawing, to those whose tonnes are missing."""
    asked = figures.asked
    leads = {"chain-terminal": "#flows", "chain-untracked": "#untracked"}
    # The parts of a figure are those of whole sites: only without a chain or base chosen do they add up to it.
    if asked.chain == ALL and not asked.base and asked.first and asked.last:
        scope = Scope(asked.region or None, None, NOMINAL, asked.first, asked.last)
        for key, figure in (("chain-nominal", "rate"), ("chain-generated", "generated")):
            leads[key] = parts_address(scope, figure, NOMINAL)
    shown = tiles(summary, figures.made_at, language, timezone)
    return tuple(replace(one, address=leads.get(one.key, "")) for one in shown)


def _period(figures: ChainFigures, language: Language) -> str:
    first, last = figures.asked.first, figures.asked.last
    return numbers.period(first, last, language) if first and last else ""


def _headline(summary: SummaryOut, language: Language) -> Markup:
    terminal, nominal = ratio_of(summary.terminal), ratio_of(summary.nominal[NOMINAL])
    if terminal.value is None or nominal.value is None:
        return Markup("{}").format(text("chain.headline.none", language))
    strong = Markup("<strong>{}</strong>")
    values = {"terminal": strong.format(numbers.percent(terminal)), "nominal": numbers.percent(nominal)}
    gap: Fraction = nominal.value - terminal.value
    if gap <= 0:
        return rich("chain.headline.above", language, **values)
    return rich("chain.headline", language, **values, points=strong.format(numbers.points(gap)))


def _controls(figures: ChainFigures, language: Language) -> ChainControls:
    asked = figures.asked
    anywhere = {"": Message(text("chain.base.none", Language.ZH), text("chain.base.none", Language.EN))}
    return ChainControls(
        chains=_choices(figures.chains, asked.chain, language),
        regions=_choices(figures.regions, asked.region or "", language),
        bases=_choices(anywhere | dict(figures.bases), asked.base or "", language),
        levels=tuple(
            Choice(level.value, text(f"chain.level.{level.value}", language), level is asked.level)
            for level in (Level.WASTE, Level.SITE)
        ),
        first=str(asked.first or ""),
        last=str(asked.last or ""),
    )


def _choices(options: Mapping[str, Message], chosen: str, language: Language) -> tuple[Choice, ...]:
    return tuple(Choice(value, language.heading(name), value == chosen) for value, name in options.items())


def _standing(figures: ChainFigures, language: Language, timezone: str) -> Standing:
    waiting, poll = "", ""
    if figures.waiting is not None:
        asked_at = numbers.moment(figures.waiting.asked_at, timezone)
        key = "chain.failed" if figures.waiting.failed else "chain.waiting"
        waiting = text(key, language, moment=asked_at)
        if not figures.waiting.failed:
            poll = f"/v1/chains/{figures.asked.chain}/runs/{figures.waiting.run}"
    words = ""
    if figures.made_at is not None:
        words = text(
            f"chain.made.{figures.origin.value}", language, moment=numbers.moment(figures.made_at, timezone)
        )
    stale = figures.origin is Origin.STALE
    can_ask = not poll and figures.origin in {Origin.STALE, Origin.NONE}
    return Standing(words, stale, can_ask, waiting, poll)


def _panel(
    figures: ChainFigures, drawn: picture.Drawn, summary: SummaryOut, language: Language, timezone: str
) -> Panel:
    asked, found = figures.asked, drawn.picture
    described = text(
        "chain.picture.desc",
        language,
        place=language.of(figures.place),
        period=_period(figures, language),
        nodes=str(len(found.bars)),
        flows=str(len(found.bands) + len(found.returns)),
        loops=str(len(found.returns)),
    )
    addresses = {
        name: f"{asked.address(node=name)}#behind" for name, node in drawn.nodes.items() if not node.folds
    }
    name = text("chain.picture", language)
    error = summary.quality.mass_error
    quality = text(
        "chain.quality" if error < _NEGLIGIBLE else "chain.quality.off",
        language,
        error=f"{error:.0e}",
        states=numbers.count(summary.quality.states),
    )
    return Panel(
        key="chain",
        name=name,
        chart=picture.chart(drawn, Words(name, described), addresses, asked.node, language),
        table=picture.table(drawn, text("chain.table", language), language),
        footing=Footing(
            text("footing.formula", language, formula=text("chain.formula.terminal", language)),
            quality,
            as_of(figures.made_at, language, timezone),
        ),
    )


def _notes(drawn: picture.Drawn, language: Language) -> tuple[str, ...]:
    note = text("chain.picture.note", language)
    if not drawn.folded:
        return (note,)
    return note, text("chain.picture.folded", language, count=numbers.count(drawn.folded))


def _exports(figures: ChainFigures) -> tuple[Link, ...]:
    asked = figures.asked
    return (
        Link("JSON", asked.api()),
        Link("GraphML", asked.api("graphml")),
        Link("SVG", asked.address("/chain/flows.svg")),
        Link("CSV", asked.address("/chain/flows.csv")),
    )
