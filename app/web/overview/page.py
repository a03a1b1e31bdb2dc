"""The overview as a view model: from exact figures to what is written and drawn."""

from collections.abc import Iterable

from markupsafe import Markup

from app.rates.service import NO_LEDGERS
from app.web import numbers
from app.web.languages import Language
from app.web.overview.fates import fates
from app.web.overview.figures import Option, OverviewFigures, Target
from app.web.overview.footings import Footings
from app.web.overview.groups import by_industry, by_waste, site_lists
from app.web.overview.regions import region_grid
from app.web.overview.tiles import tiles
from app.web.overview.trend import trend
from app.web.overview.verdicts import missing_grams, verdict_on
from app.web.texts import reason_text, rich, text
from app.web.view_models import Choice, Controls, Overview, Panel


def overview(figures: OverviewFigures, language: Language, timezone: str) -> Overview:
    """Write and draw the page; without a single ledger in the scope it has no figures at all."""
    footings = Footings(figures, language, timezone)
    filed = figures.rate.reason != NO_LEDGERS and not figures.withheld
    sites = site_lists(figures, language) if filed else ()
    target = figures.target
    return Overview(
        place=language.of(figures.place),
        period=numbers.period(figures.scope.first, figures.scope.last, language),
        waste=language.of(figures.waste) if figures.waste else text("all_wastes", language),
        headline=_headline(figures, language),
        verdict=verdict_on(figures.rate, target.threshold if target else None),
        target_source=_target_source(target, language) if target else "",
        tiles=tiles(figures, footings, language) if filed else (),
        panels=_panels(figures, footings, language) if filed else (),
        sites=sites,
        sites_footing=footings.of_metric(figures.metric, "site") if sites else None,
        regions=region_grid(figures, footings, language) if filed else None,
        controls=_controls(figures, language),
        public=figures.public,
        withheld=figures.withheld,
    )


def _target_source(target: Target, language: Language) -> str:
    key = "target.source" if target.verified else "target.source.unverified"
    return text(key, language, name=language.of(target.name), source=target.source)


def _panels(figures: OverviewFigures, footings: Footings, language: Language) -> tuple[Panel, ...]:
    drawn = [trend(figures, footings, language), fates(figures, footings, language)]
    if figures.wastes:
        drawn.append(by_waste(figures, footings, language))
    if figures.industries:
        drawn.append(by_industry(figures, footings, language))
    return tuple(drawn)


def _strong(words: str, hover: str = "") -> Markup:
    return Markup('<strong title="{}">{}</strong>').format(hover, words)


def _headline(figures: OverviewFigures, language: Language) -> Markup:
    metric = language.of(figures.metric.name)
    rate, target = figures.rate, figures.target
    if rate.value is None:
        return rich("headline.no_value", language, metric=metric, reason=reason_text(rate.reason, language))
    used, base = (numbers.mass(grams, language).full for grams in (rate.numerator, rate.denominator))
    value = _strong(numbers.percent(rate), f"{used} / {base}")
    if target is None:
        return rich("headline.no_target", language, metric=metric, value=value)
    gap = target.threshold - rate.value
    threshold = numbers.share(target.threshold)
    points = _strong(numbers.points(gap))
    if gap <= 0:
        return rich("headline.met", language, metric=metric, value=value, target=threshold, points=points)
    missing = numbers.mass(missing_grams(rate, target.threshold), language)
    return rich(
        "headline.below",
        language,
        metric=metric,
        value=value,
        target=threshold,
        points=points,
        mass=_strong(str(missing), missing.full),
    )


def _controls(figures: OverviewFigures, language: Language) -> Controls:
    scope = figures.scope
    everything = Choice("", text("all_wastes", language), scope.waste is None)
    return Controls(
        region=scope.region or "",
        wastes=(everything, *_choices(figures.waste_options, scope.waste, language)),
        metrics=tuple(_choices(figures.metric_options, scope.metric, language)),
        years=tuple(
            Choice(str(year), numbers.year(year, language), year == scope.last.year) for year in figures.years
        ),
        first=str(scope.first),
        last=str(scope.last),
    )


def _choices(options: Iterable[Option], chosen: str | None, language: Language) -> list[Choice]:
    return [Choice(option.value, language.heading(option.name), option.value == chosen) for option in options]
