"""The lists of the chain page: sites behind a node, sites with untracked tonnes, loops, remarks."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import urlencode

from app.chain_runs.schemas import SummaryOut
from app.domain.quantities import grams_from_tonnes
from app.web import numbers
from app.web.chain import picture
from app.web.chain.gather import ChainFigures
from app.web.chain.sites import behind as behind_node
from app.web.languages import Language
from app.web.texts import text

_LISTED = 10


@dataclass(frozen=True, slots=True)
class SiteLine:
    """One site of a list: its tonnes in words, its share or the reasons, where its trace begins."""

    name: str
    mass: str
    full: str
    words: str
    trace: str


@dataclass(frozen=True, slots=True)
class SiteGroup:
    """A list of sites under its name; `more` says what the list leaves out."""

    name: str
    lines: tuple[SiteLine, ...]
    more: str


def _trace(figures: ChainFigures, site: str, waste: str | None) -> str:
    asked = figures.asked
    fields = {"waste": waste, "from": str(asked.first), "to": str(asked.last)}
    return f"/sites/{site}/trace?{urlencode({name: value for name, value in fields.items() if value})}"


def behind(figures: ChainFigures, drawn: picture.Drawn, language: Language) -> SiteGroup | None:
    """List the sites behind the node that was pressed."""
    node = figures.asked.node
    if node is None or figures.by_site is None or node not in drawn.nodes:
        return None
    found = behind_node(figures.by_site, node)
    lines = []
    for one in found.sites:
        mass = numbers.mass(one.grams, language)
        share = numbers.fraction_percent(Fraction(one.grams, found.grams)) if found.grams else ""
        waste = figures.labels.waste(one.waste, language) if one.waste else ""
        words = " · ".join(part for part in (waste, share) if part)
        lines.append(SiteLine(one.name, str(mass), mass.full, words, _trace(figures, one.code, one.waste)))
    more = text("chain.sites.more", language, count=numbers.count(found.more)) if found.more else ""
    return SiteGroup(text("chain.sites", language, name=drawn.nodes[node].name), tuple(lines), more)


def untracked(figures: ChainFigures, summary: SummaryOut, language: Language) -> SiteGroup:
    """List the sites with most tonnes that nobody accounts for."""
    lines = []
    for one in summary.untracked_sites[:_LISTED]:
        mass = numbers.mass(grams_from_tonnes(one.tonnes), language)
        reasons = sorted(one.reasons, key=lambda reason: -grams_from_tonnes(one.reasons[reason]))
        words = _joined(
            (text(f"chain.reason.{reason}", language) for reason in reasons if float(one.reasons[reason])),
            language,
        )
        lines.append(SiteLine(one.name, str(mass), mass.full, words, _trace(figures, one.site, None)))
    more = len(summary.untracked_sites) - len(lines)
    left_out = text("chain.sites.more", language, count=numbers.count(more)) if more > 0 else ""
    return SiteGroup(text("chain.untracked", language), tuple(lines), left_out)


def loops(figures: ChainFigures, summary: SummaryOut, language: Language) -> tuple[str, ...]:
    """Tell the loops that move most."""
    told = []
    for loop in summary.loops[:_LISTED]:
        names = [_state_name(figures, state, language) for state in loop.states]
        told.append(
            text(
                "chain.loop.words",
                language,
                states=_joined(names, language),
                mass=str(numbers.mass(grams_from_tonnes(loop.moved_tonnes), language)),
                share=numbers.fraction_percent(Fraction(loop.recycled_share)),
            )
        )
    return tuple(told)


def _state_name(figures: ChainFigures, state: str, language: Language) -> str:
    site, _, waste = state.rpartition(":")
    name = language.of(figures.sites[site]) if site in figures.sites else site
    return f"{name} {figures.labels.waste(waste, language)}"


def _joined(words: Iterable[str], language: Language) -> str:
    return text("comma", language).join(words)


def remarks(summary: SummaryOut, language: Language) -> tuple[str, ...]:
    """Say what a reader should know of the figures."""
    return tuple(
        warning.message.zh if language is Language.ZH else warning.message.en for warning in summary.warnings
    )
