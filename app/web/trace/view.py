"""The trace page as a view model."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import urlencode

from markupsafe import Markup

from app.chain_runs.schemas import OutsideOut, StepOut, TraceOut
from app.chain_runs.trace import Way
from app.domain.periods import Month, months_between
from app.domain.quantities import grams_from_tonnes, tonnes_text
from app.domain.rates import fixed_text
from app.web import numbers
from app.web.charts import palette
from app.web.charts.shares import share_bar
from app.web.languages import Language
from app.web.texts import TEXTS, text
from app.web.trace.gather import MOST_MONTHS, TraceFigures
from app.web.view_models import Choice, Footing, Table

_SHOWN = 30
_FATES = ("product", "disposed", "stored", "dumped", "exported", "air", "untracked")
_SOURCES = ("generated", "stock_drawn", "imported", "unexplained")
_COLOURS = {
    "product": palette.USED,
    "disposed": palette.DISPOSED,
    "stored": palette.STORED,
    "dumped": palette.INK,
    "exported": palette.MUTED,
    "air": palette.MUTED,
}
_UNTRACKED = "untracked"


@dataclass(frozen=True, slots=True)
class ShareLine:
    """One line of a list with its bar; `address` leads on where there is somewhere to go."""

    name: str
    mass: str
    full: str
    words: str
    bar: Markup
    address: str = ""
    missing: bool = False


@dataclass(frozen=True, slots=True)
class ShareList:
    """Lines under a name; `more` says how many are left out."""

    key: str
    name: str
    lines: tuple[ShareLine, ...]
    none: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class TracePage:
    """The whole page; without tonnes it has no lists."""

    title: str
    path: str
    sheet: str
    period: str
    lead: str
    wastes: tuple[Choice, ...]
    ways: tuple[Choice, ...]
    first: str
    last: str
    lists: tuple[ShareList, ...]
    months: Table | None
    months_note: str
    months_address: str
    footing: Footing | None


def trace_page(figures: TraceFigures, language: Language, timezone: str) -> TracePage:
    """Write and draw the page."""
    asked, found = figures.asked, figures.found
    way, period = asked.way, numbers.period(figures.first, figures.last, language)
    entering = grams_from_tonnes(found.entering_tonnes) if found else 0
    waste = figures.labels.waste(figures.waste, language) if figures.waste else ""
    site = language.of(figures.site)
    lead = ""
    if entering:
        mass = str(numbers.mass(entering, language))
        lead = text(f"trace.lead.{way.value}", language, period=period, mass=mass)
    return TracePage(
        title=text("trace.title", language, site=site, waste=waste) if waste else site,
        path=f"/sites/{asked.site}/trace",
        sheet=f"/sites/{asked.site}",
        period=period,
        lead=lead,
        wastes=tuple(
            Choice(code, figures.labels.waste(code, language), code == figures.waste)
            for code in figures.wastes
        ),
        ways=tuple(Choice(one.value, text(f"trace.way.{one.value}", language), one is way) for one in Way),
        first=str(figures.first),
        last=str(figures.last),
        lists=_lists(figures, found, entering, language) if found and entering else (),
        months=_months(figures, language) if figures.months else None,
        months_note=_months_note(figures, language) if figures.months else "",
        months_address="" if figures.months or not entering else _address(figures, monthly="1"),
        footing=_footing(figures, language, timezone) if entering else None,
    )


def _address(figures: TraceFigures, **more: str) -> str:
    fields = _fields(figures, figures.waste or "")
    return f"/sites/{figures.asked.site}/trace?{urlencode(fields | more)}"


def _fields(figures: TraceFigures, waste: str) -> dict[str, str]:
    """What every address of the same question repeats."""
    return {
        "waste": waste,
        "direction": figures.asked.way.value,
        "from": str(figures.first),
        "to": str(figures.last),
    }


def _lists(
    figures: TraceFigures, found: TraceOut, entering: int, language: Language
) -> tuple[ShareList, ...]:
    way = figures.asked.way
    lists = [
        ShareList(
            key="steps",
            name=text(f"trace.steps.{way.value}", language),
            lines=tuple(
                _step(figures, number, step, language) for number, step in enumerate(found.steps[:_SHOWN])
            ),
            none=text("trace.steps.none", language),
            more=_more(len(found.steps) - _SHOWN + found.more_steps, language),
        )
    ]
    if way is Way.DOWN:
        lists.insert(0, ShareList("ends", text("trace.ends", language), _ends(found, entering, language)))
    if found.outside:
        lines = tuple(
            _outside(figures, number, one, language) for number, one in enumerate(found.outside[:_SHOWN])
        )
        more = _more(len(found.outside) - _SHOWN + found.more_outside, language)
        lists.append(ShareList("outside", text(f"trace.outside.{way.value}", language), lines, more=more))
    return tuple(lists)


def _more(count: int, language: Language) -> str:
    return text("trace.more", language, count=numbers.count(count)) if count > 0 else ""


def _share(grams: int, share: Fraction, language: Language) -> tuple[str, str, str]:
    mass = numbers.mass(grams, language)
    return str(mass), mass.full, numbers.fraction_percent(share)


def _ends(found: TraceOut, entering: int, language: Language) -> tuple[ShareLine, ...]:
    lines = []
    for fate in _FATES:
        grams = grams_from_tonnes(found.fates_tonnes.get(fate, "0"))
        if not grams:
            continue
        share = Fraction(grams, entering)
        mass, full, words = _share(grams, share, language)
        key = "trace.fate.product" if fate == "product" else f"chain.fate.{fate}"
        missing = fate == _UNTRACKED
        bar = share_bar(f"end-{fate}", float(share), _COLOURS.get(fate, palette.WARNING), missing=missing)
        lines.append(ShareLine(language.heading(TEXTS[key]), mass, full, words, bar, missing=missing))
    return tuple(lines)


def _step(figures: TraceFigures, number: int, step: StepOut, language: Language) -> ShareLine:
    mass, full, words = _share(grams_from_tonnes(step.tonnes), Fraction(step.share), language)
    waste = figures.labels.waste(step.waste, language)
    name = text("trace.here", language) if step.site == figures.asked.site else step.name
    sources = [
        text(f"trace.source.{source}", language)
        for source in _SOURCES
        if float(step.by_source_tonnes.get(source, "0"))
    ]
    fields = _fields(figures, step.waste)
    return ShareLine(
        name=f"{name} · {waste}",
        mass=mass,
        full=full,
        words=" · ".join([words, *sources]),
        bar=share_bar(f"step-{number}", float(step.share), palette.INK),
        address=f"/sites/{step.site}/trace?{urlencode(fields)}",
    )


def _outside(figures: TraceFigures, number: int, one: OutsideOut, language: Language) -> ShareLine:
    mass, full, words = _share(grams_from_tonnes(one.tonnes), Fraction(one.share), language)
    purpose = [text(f"trace.purpose.{one.purpose}", language)] if one.purpose else []
    name = language.of(figures.parties[one.party]) if one.party in figures.parties else one.party
    return ShareLine(
        name=name,
        mass=mass,
        full=full,
        words=" · ".join([words, *purpose]),
        bar=share_bar(f"outside-{number}", float(one.share), palette.MUTED),
    )


def _months(figures: TraceFigures, language: Language) -> Table:
    down = figures.asked.way is Way.DOWN
    keys: Mapping[str, str] = (
        {fate: "trace.fate.product" if fate == "product" else f"chain.fate.{fate}" for fate in _FATES}
        if down
        else {source: f"trace.source.{source}" for source in _SOURCES}
    )
    head = (text("trace.month", language), text("trace.entering", language))
    rows = []
    for month in figures.months:
        told = month.fates_tonnes if down else _by_source(month)
        cells = (_tonnes(told.get(key, "0")) for key in keys)
        name = numbers.month(Month.parse(month.from_), language)
        rows.append((name, _tonnes(month.entering_tonnes), *cells))
    names = tuple(language.heading(TEXTS[key]) for key in keys.values())
    return Table(text("trace.months", language), head + names, tuple(rows))


def _tonnes(told: str) -> str:
    """Write tonnes with two decimals, so that a column can be read down; nothing at all as a dash."""
    return numbers.separated(fixed_text(Fraction(told), 2)) if Fraction(told) else "—"


def _by_source(month: TraceOut) -> dict[str, str]:
    total: dict[str, int] = {}
    for step in month.steps:
        for source, tonnes in step.by_source_tonnes.items():
            total[source] = total.get(source, 0) + grams_from_tonnes(tonnes)
    return {source: tonnes_text(grams) for source, grams in total.items()}


def _months_note(figures: TraceFigures, language: Language) -> str:
    note = text("trace.months.note", language)
    if months_between(figures.first, figures.last) <= MOST_MONTHS:
        return note
    return f"{note} {text('trace.months.most', language, count=numbers.count(MOST_MONTHS))}"


def _footing(figures: TraceFigures, language: Language, timezone: str) -> Footing:
    fields = _fields(figures, figures.waste or "")
    return Footing(
        formula=text("footing.formula", language, formula=text("trace.formula", language)),
        coverage="",
        as_of=text("footing.as_of", language, moment=numbers.moment(figures.now, timezone)),
        json_url=f"/v1/sites/{figures.asked.site}/trace?{urlencode(fields)}",
    )
