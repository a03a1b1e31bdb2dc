"""Rates by waste and by industry against their targets, and the sites that lead and lag."""

from collections.abc import Sequence

from app.domain.quantities import tonnes_text
from app.web import numbers
from app.web.charts.bullets import Bullet, BulletChart, bullet_chart
from app.web.languages import Language
from app.web.overview.figures import Group, OverviewFigures
from app.web.overview.footings import Footings, heading
from app.web.overview.ranking import laggards, leaders
from app.web.overview.verdicts import missing_grams, verdict_on, words_for
from app.web.texts import reason_text, text
from app.web.view_models import Footing, Panel, SiteList, SiteRow, Table


def by_waste(figures: OverviewFigures, footings: Footings, language: Language) -> Panel:
    """Draw one bar a waste stream."""
    name = heading("by_waste", figures, language)
    footing = footings.of_metric(figures.metric, "waste")
    return _panel("by-waste", name, figures.wastes, footing, language)


def by_industry(figures: OverviewFigures, footings: Footings, language: Language) -> Panel:
    """Draw one bar an industry."""
    name = heading("by_industry", figures, language)
    footing = footings.of_metric(figures.metric, "industry")
    return _panel("by-industry", name, figures.industries, footing, language)


def _panel(key: str, name: str, groups: Sequence[Group], footing: Footing, language: Language) -> Panel:
    # What weighs most comes first; what is withheld or empty comes last, by name.
    ordered = sorted(groups, key=lambda group: (-_weight(group), group.code))
    bullets = tuple(_bullet(group, language) for group in ordered)
    chart = bullet_chart(BulletChart(f"chart-{key}", bullets))
    return Panel(key=key, name=name, chart=chart, table=_table(name, ordered, language), footing=footing)


def _weight(group: Group) -> int:
    return group.rate.denominator if group.rate is not None else -1


def _bullet(group: Group, language: Language) -> Bullet:
    rate = group.rate
    name = language.heading(group.name)
    value = rate.value if rate is not None else None
    if rate is None or value is None:
        words = _absence(group, language)
        return Bullet(name, f"{name}: {words}", None, "—", verdict_on(rate, None), words, None)
    hover = text(
        "bullet.hover",
        language,
        name=name,
        value=numbers.percent(rate),
        numerator=numbers.mass(rate.numerator, language).full,
        denominator=numbers.mass(rate.denominator, language).full,
    )
    return Bullet(
        name=name,
        hover=hover,
        percent=float(value * 100),
        value_text=numbers.percent(rate),
        verdict=verdict_on(rate, group.threshold),
        words=words_for(rate, group.threshold, language, with_mass=True),
        target=float(group.threshold * 100) if group.threshold is not None else None,
    )


def _absence(group: Group, language: Language) -> str:
    if group.withheld or group.rate is None:
        return text("words.withheld", language)
    return reason_text(group.rate.reason, language)


def _table(caption: str, groups: Sequence[Group], language: Language) -> Table:
    head = ("table.name", "table.rate", "table.verdict", "table.numerator", "table.denominator")
    return Table(
        caption=caption,
        head=tuple(text(key, language) for key in head),
        rows=tuple(_row(group, language) for group in groups),
    )


def _row(group: Group, language: Language) -> tuple[str, ...]:
    name = language.heading(group.name)
    rate = group.rate
    if rate is None or rate.value is None:
        return name, "—", _absence(group, language), "", ""
    return (
        name,
        numbers.percent(rate),
        words_for(rate, group.threshold, language, with_mass=True),
        numbers.separated(tonnes_text(rate.numerator)),
        numbers.separated(tonnes_text(rate.denominator)),
    )


def site_lists(figures: OverviewFigures, language: Language) -> tuple[SiteList, ...]:
    """List whom to praise and whom to ask: highest rates, and most tonnes short of the target."""
    if not figures.sites:
        return ()
    threshold = figures.target.threshold if figures.target is not None else None
    leading, lagging = leaders(figures.sites), laggards(figures.sites, threshold)
    lagging_key = "sites.lowest" if threshold is None else "sites.laggards"
    return (
        SiteList("leaders", text("sites.leaders", language), tuple(_site(s, language) for s in leading)),
        SiteList("laggards", text(lagging_key, language), tuple(_site(s, language) for s in lagging)),
    )


def _site(group: Group, language: Language) -> SiteRow:
    rate, threshold = group.rate, group.threshold
    verdict = verdict_on(rate, threshold)
    short = missing_grams(rate, threshold) if rate is not None and threshold is not None else 0
    if short > 0:
        mass = numbers.mass(short, language)
        words, full = text("sites.short", language, mass=str(mass)), mass.full
    else:
        words, full = words_for(rate, threshold, language), ""
    return SiteRow(
        code=group.code,
        name=language.of(group.name),
        value=numbers.percent(rate) if rate is not None else "—",
        words=words,
        full=full,
        verdict=verdict,
    )
