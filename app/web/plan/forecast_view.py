"""The page of the forecast as a view model: the year's end, its interval, how the methods did."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from app.domain.forecasting import SEASON
from app.domain.periods import Month, month_range
from app.domain.rates import fixed_text
from app.forecasts.service import Forecast, ForecastQuery, Mass
from app.forecasts.words import METHOD_WORDS, STATUS_WORDS
from app.web import numbers
from app.web.languages import Language
from app.web.plan.tables import Names
from app.web.texts import text
from app.web.view_models import Choice, Footing, Table, Tile

_NO_VALUE = "—"
_YEARS_BACK = 8


@dataclass(frozen=True, slots=True)
class ForecastPage:
    """The whole page."""

    place: str
    year: str
    status: str
    words: tuple[str, ...]
    tiles: tuple[Tile, ...]
    backtest: Table | None
    regions: tuple[Choice, ...]
    wastes: tuple[Choice, ...]
    years: tuple[Choice, ...]
    months: tuple[Choice, ...]
    json_url: str


def forecast_page(
    found: Forecast, query: ForecastQuery, names: Names, language: Language, as_of: str
) -> ForecastPage:
    """Write the page."""
    asked = "".join(f"&waste={waste}" for waste in query.wastes)
    asked += f"&through={query.through}" if query.through else ""
    region = found.scope.region
    return ForecastPage(
        place=language.of(names.place),
        year=numbers.year(found.year, language),
        status=language.of(STATUS_WORDS[found.status]),
        words=tuple(_words(found, language)),
        tiles=tuple(_tiles(found, language, as_of)),
        backtest=_backtest(found, language),
        regions=tuple(
            Choice(code, language.heading(name), code == (region or ""))
            for code, name in names.regions.items()
        ),
        wastes=(
            Choice("", text("targets.bulk", language), not query.wastes),
            *(
                Choice(code, language.heading(name), code in query.wastes)
                for code, name in sorted(names.wastes.items())
            ),
        ),
        years=_years(found.year, language),
        months=_months(found.year, query.through, language),
        json_url=f"/v1/forecasts?year={found.year}{f'&region={region}' if region else ''}{asked}",
    )


def _words(found: Forecast, language: Language) -> Iterator[str]:
    if found.history is not None:
        first, last = (numbers.month(month, language) for month in found.history)
        yield text(
            "forecast.known", language, first=first, last=last, count=numbers.count(found.known_months)
        )
    if found.open_months:
        comma = text("comma", language)
        months = comma.join(numbers.month_name(month, language) for month in found.open_months)
        yield text("forecast.months", language, months=months)


def _tiles(found: Forecast, language: Language, as_of: str) -> Iterator[Tile]:
    filed, expected = found.cell.ledgers_filed, found.cell.ledgers_expected
    coverage = text("plan.coverage", language, filed=numbers.count(filed), expected=numbers.count(expected))
    moment = text("footing.as_of", language, moment=as_of)
    formula = text("footing.formula", language, formula=language.of(found.metric.formula))
    footing = Footing(formula=formula, coverage=coverage, as_of=moment)
    plain = Footing(formula="", coverage="", as_of=moment)
    value = None if found.rate is None else found.rate.value
    words = _interval(found.low, found.high, language)
    yield Tile("rate", text("forecast.rate", language), _percent(value), "", _percent(value), words, footing)
    for key, mass in (("generated", found.generated), ("used", found.used)):
        yield _mass_tile(key, mass, language, plain)
    projection = found.projection
    centre = None if projection is None else projection.value
    bounds = (None, None) if projection is None else (projection.low, projection.high)
    name = text("forecast.projection", language)
    yield Tile(
        "projection", name, _percent(centre), "", _percent(centre), _interval(*bounds, language), plain
    )


def _mass_tile(key: str, mass: Mass, language: Language, footing: Footing) -> Tile:
    name = text(f"forecast.{key}", language)
    filed = text("forecast.filed", language, mass=str(numbers.mass(mass.filed_grams, language)))
    if mass.grams is None or mass.low_grams is None or mass.high_grams is None:
        return Tile(key, name, _NO_VALUE, "", _NO_VALUE, (filed,), footing)
    low, high = (str(numbers.mass(grams, language)) for grams in (mass.low_grams, mass.high_grams))
    words = [filed]
    if mass.method is not None:
        words = [text("forecast.interval", language, low=low, high=high), filed]
        words.append(text("forecast.method", language, method=language.of(METHOD_WORDS[mass.method])))
    total = numbers.mass(mass.grams, language)
    return Tile(key, name, total.value, total.unit, total.full, tuple(words), footing)


def _interval(low: Fraction | None, high: Fraction | None, language: Language) -> tuple[str, ...]:
    if low is None or high is None or low == high:
        return ()
    return (text("forecast.interval", language, low=_percent(low), high=_percent(high)),)


def _backtest(found: Forecast, language: Language) -> Table | None:
    rows = []
    for key, mass in (("generated", found.generated), ("used", found.used)):
        for each in mass.errors:
            coverage = (
                _NO_VALUE if each.coverage is None else numbers.share(Fraction(round(each.coverage, 3)))
            )
            what, how = text(f"forecast.{key}", language), language.heading(METHOD_WORDS[each.method])
            mase, wider = (fixed_text(Fraction(value), 2) for value in (each.mase, each.widening))
            wider = _NO_VALUE if each.coverage is None else f"× {wider}"
            rows.append((what, how, mase, coverage, wider, numbers.count(each.months)))
    keys = ("what", "how", "mase", "coverage", "widening", "tested")
    head = tuple(text(f"forecast.{key}", language) for key in keys)
    return Table(text("forecast.backtest", language), head, tuple(rows)) if rows else None


def _percent(value: Fraction | None) -> str:
    return _NO_VALUE if value is None else numbers.fraction_percent(value)


def _years(chosen: int, language: Language) -> tuple[Choice, ...]:
    years = range(min(2199, chosen + 1), max(1990, chosen - _YEARS_BACK) - 1, -1)
    return tuple(Choice(str(year), numbers.year(year, language), year == chosen) for year in years)


def _months(year: int, chosen: Month | None, language: Language) -> tuple[Choice, ...]:
    months = month_range(Month(year, 1), Month(year, SEASON))
    every = Choice("", text("forecast.all", language), chosen is None)
    return (
        every,
        *(Choice(str(month), numbers.month(month, language), month == chosen) for month in months),
    )
