"""The tiles of the overview that lead to the findings."""

from urllib.parse import urlencode

from app.web import numbers
from app.web.languages import Language
from app.web.overview.figures import OverviewFigures
from app.web.overview.footings import Footings
from app.web.texts import text
from app.web.view_models import Footing, Tile


def watch_tiles(figures: OverviewFigures, footings: Footings, language: Language) -> tuple[Tile, ...]:
    """Write what is untracked and how many findings wait; nothing for those who are not shown it."""
    watch = figures.watch
    if watch is None:
        return ()
    mass = numbers.measured(watch.untracked_grams, watch.sigma_grams, language)
    estimated = str(numbers.mass(watch.estimated_grams, language))
    overdue = text("tile.findings.overdue", language, count=numbers.count(watch.overdue))
    return (
        Tile(
            key="untracked",
            name=text("tile.untracked", language),
            value=mass.value,
            unit=mass.unit,
            full=mass.full,
            words=(text("tile.estimated", language, mass=estimated),) if watch.estimated_grams else (),
            footing=_footing(figures, footings, "formula.untracked", language),
            address=_address(figures),
        ),
        Tile(
            key="findings",
            name=text("tile.findings", language),
            value=numbers.count(watch.active),
            unit="",
            full="",
            words=(overdue,) if watch.overdue else (),
            footing=_footing(figures, footings, "formula.findings", language),
            address=_address(figures),
        ),
    )


def _fields(figures: OverviewFigures) -> str:
    scope = figures.scope
    named = {"region": scope.region, "waste": scope.waste, "from": str(scope.first), "to": str(scope.last)}
    return urlencode({name: value for name, value in named.items() if value})


def _address(figures: OverviewFigures) -> str:
    return f"/findings?{_fields(figures)}"


def _footing(figures: OverviewFigures, footings: Footings, key: str, language: Language) -> Footing:
    return Footing(
        formula=text("footing.formula", language, formula=text(key, language)),
        coverage="",
        as_of=footings.as_of,
        json_url=f"/v1/findings/scores?group_by=region&{_fields(figures)}",
        csv_url=f"/v1/findings?format=csv&{_fields(figures)}",
    )
