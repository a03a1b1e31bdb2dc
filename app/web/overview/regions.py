"""A tile for each region below the one that is shown: how it stands, in words and in colour, and the way to its own page.

Tiles stand in the order of the codes. They are no map: no boundary is drawn, so none can be drawn wrong.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from app.domain.quantities import tonnes_text
from app.web import numbers
from app.web.languages import Language
from app.web.overview.figures import Group, OverviewFigures, Scope
from app.web.overview.footings import Footings, heading
from app.web.overview.verdicts import missing_grams, verdict_on, words_for
from app.web.texts import reason_text, text
from app.web.view_models import RegionGrid, RegionTile, Table

_FEWEST = 2


def region_grid(figures: OverviewFigures, footings: Footings, language: Language) -> RegionGrid | None:
    """Write the tiles; None where there is nothing to compare."""
    if len(figures.regions) < _FEWEST:
        return None
    name = heading("by_region", figures, language)
    ordered = sorted(figures.regions, key=lambda group: group.code)
    return RegionGrid(
        name=name,
        tiles=tuple(_tile(group, figures.scope, language) for group in ordered),
        table=_table(name, ordered, language),
        footing=footings.of_metric(figures.metric, "region"),
    )


def address_of(scope: Scope, region: str) -> str:
    """Address the overview of another region, all else as it is."""
    asked = {
        "region": region,
        "waste": scope.waste,
        "metric": scope.metric,
        "from": str(scope.first),
        "to": str(scope.last),
    }
    return "/?" + urlencode({key: value for key, value in asked.items() if value})


def _tile(group: Group, scope: Scope, language: Language) -> RegionTile:
    rate = group.rate
    has_value = rate is not None and rate.value is not None
    return RegionTile(
        code=group.code,
        name=language.of(group.name),
        address=address_of(scope, group.code),
        value=numbers.percent(rate) if rate is not None and has_value else "—",
        words=_words(group, language),
        coverage=text(
            "footing.coverage",
            language,
            filed=numbers.count(group.coverage.ledgers_filed),
            expected=numbers.count(group.coverage.ledgers_expected),
        ),
        verdict=verdict_on(rate, group.threshold),
    )


def _words(group: Group, language: Language) -> str:
    """Say how a region stands: tonnes short of the target come before points, for they say where to begin."""
    rate, threshold = group.rate, group.threshold
    if rate is None or rate.value is None:
        return reason_text(rate.reason if rate is not None else None, language)
    if threshold is not None and rate.value < threshold:
        return text("sites.short", language, mass=str(numbers.mass(missing_grams(rate, threshold), language)))
    return words_for(rate, threshold, language)


def _table(caption: str, groups: Sequence[Group], language: Language) -> Table:
    head = ("table.name", "table.rate", "table.verdict", "table.numerator", "table.denominator")
    rows = []
    for group in groups:
        rate = group.rate
        masses = (
            ("", "")
            if rate is None or rate.value is None
            else (
                numbers.separated(tonnes_text(rate.numerator)),
                numbers.separated(tonnes_text(rate.denominator)),
            )
        )
        value = "—" if rate is None or rate.value is None else numbers.percent(rate)
        rows.append((language.of(group.name), value, _words(group, language), *masses))
    return Table(caption, tuple(text(key, language) for key in head), tuple(rows))
