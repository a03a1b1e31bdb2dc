"""What the year will end with: generated and used, forecast from the months filed; the rate follows from the sums.

The rate is that of app/domain/rates.py on the forecast sums, not a formula of its own; a target's projection
(app/domain/projection.py) stands beside it and needs no earlier year (docs/decisions/0030).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from app.auth.subjects import Role, Subject
from app.db.session import ReadSession
from app.domain.forecasting import (
    FEWEST_MONTHS,
    SEASON,
    Ahead,
    Errors,
    Forecaster,
    Method,
    Series,
    better,
    errors,
    mean_of_the_year,
    seasonal_naive,
)
from app.domain.periods import Month, month_range, months_between
from app.domain.projection import MonthFigures, Projection, project, student_t
from app.domain.quantities import GRAMS_PER_TONNE
from app.domain.rates import METRICS, Metric, Ratio, Totals
from app.forecasts.state_space import state_space
from app.http.problems import Forbidden
from app.rates.service import Cell, GroupBy, RateQuery, Scope, cells, resolve
from app.reference import service as reference

METRIC = METRICS["utilization.new_waste"]
YEARS_BACK = 5
FIRST_YEAR = 1990
COVERED = Fraction(9, 10)
"""Share of the ledgers due from which on a month counts as known: a month half filed would look like a poor one."""
_FORECASTERS: Mapping[Method, Forecaster] = {
    Method.SEASONAL_NAIVE: seasonal_naive,
    Method.STATE_SPACE: state_space,
    Method.PROJECTION: mean_of_the_year,
}


class Status(StrEnum):
    """Whether there is a forecast, and why not."""

    FORECAST = "forecast"
    COMPLETE = "complete"
    TOO_FEW_MONTHS = "too_few_months"
    TOO_FAR = "too_far"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class ForecastQuery:
    """A question as it was asked; no waste named = the bulk wastes. `through`: months after it are taken as not filed."""

    year: int
    region: str | None = None
    wastes: tuple[str, ...] = ()
    through: Month | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mass:
    """A mass of the year [g]: filed so far, expected at its end and its 95 % interval; how methods did, which was taken."""

    filed_grams: int
    grams: int | None = None
    low_grams: int | None = None
    high_grams: int | None = None
    method: Method | None = None
    errors: tuple[Errors, ...] = ()
    spread: float = 0.0
    degrees: int = 1


@dataclass(frozen=True, slots=True)
class Forecast:
    """The year of a scope. `rate`: of the expected sums; `projection`: that of the targets, from this year's months alone.

    `history`: months that the forecast rests on; `open_months`: those that it fills.
    """

    scope: Scope
    year: int
    metric: Metric
    status: Status
    open_months: tuple[Month, ...]
    history: tuple[Month, Month] | None
    known_months: int
    cell: Cell
    generated: Mass
    used: Mass
    rate: Ratio | None
    low: Fraction | None
    high: Fraction | None
    projection: Projection | None


def forecast(session: ReadSession, subject: Subject, query: ForecastQuery, now: datetime) -> Forecast:
    """Forecast the year's end of a scope. Raises Forbidden for enterprises and other territories, Invalid."""
    if subject.role is Role.ENTERPRISE:
        raise Forbidden
    scope = _scope(session, subject, query, now)
    found = {Month.parse(key): cell for key, cell in cells(session, subject, scope, GroupBy.MONTH).items()}
    if query.through is not None:
        found = {month: cell for month, cell in found.items() if month <= query.through}
    year = replace(scope, first=Month(query.year, 1))
    until = (
        year if query.through is None else replace(year, last=max(year.first, min(year.last, query.through)))
    )
    return _forecast(query.year, found, year, cells(session, subject, until, None)[""])


def _scope(session: ReadSession, subject: Subject, query: ForecastQuery, now: datetime) -> Scope:
    first = Month(max(FIRST_YEAR, query.year - YEARS_BACK), 1)
    asked = RateQuery(
        METRIC.id,
        region=query.region,
        wastes=query.wastes,
        first=first,
        last=Month(query.year, 12),
        as_of=query.as_of,
    )
    scope = resolve(session, subject, asked, now)
    bulk = tuple(sorted(row.code for row in reference.current(session, "wastes") if row.body["bulk"]))
    return scope if scope.wastes else replace(scope, wastes=bulk)


def _forecast(year: int, found: Mapping[Month, Cell], scope: Scope, cell: Cell) -> Forecast:
    known = sorted(month for month, each in found.items() if _is_known(each))
    months = list(month_range(Month(year, 1), Month(year, 12)))
    still_open = tuple(month for month in months if month not in set(known))
    filed = [found[month].totals for month in months if month in set(known)]
    bare = Forecast(
        scope=scope,
        year=year,
        metric=METRIC,
        status=Status.NO_DATA,
        open_months=still_open,
        history=None,
        known_months=0,
        cell=cell,
        generated=Mass(sum(map(_generated, filed))),
        used=Mass(sum(map(_fresh, filed))),
        rate=None,
        low=None,
        high=None,
        projection=_projection(filed),
    )
    if not still_open:
        return _complete(bare)
    before = [month for month in known if month < still_open[0]]
    if not before:
        return bare
    history = before[0], before[-1]
    bare = replace(bare, history=history, known_months=len(before))
    if months_between(history[1].next, months[-1]) > SEASON:
        return replace(bare, status=Status.TOO_FAR)
    if len(before) < FEWEST_MONTHS:
        return replace(bare, status=Status.TOO_FEW_MONTHS)
    return _filled(bare, found, history)


def _filled(bare: Forecast, found: Mapping[Month, Cell], history: tuple[Month, Month]) -> Forecast:
    """Fill the open months, mass by mass."""
    totals = {month: each.totals for month, each in found.items() if _is_known(each)}
    masses = []
    for name, figure in (("generated", _generated), ("used", _fresh)):
        past = (totals.get(month) for month in month_range(*history))
        series = Series(history[0], tuple(None if each is None else figure(each) for each in past))
        mass: Mass = getattr(bare, name)
        masses.append(_mass(mass.filed_grams, series, history[1], bare.open_months))
    generated, used = masses
    if generated.grams is None or used.grams is None:
        return replace(bare, status=Status.TOO_FEW_MONTHS)
    rate = METRIC.of(Totals(generated_grams=generated.grams, used_grams=used.grams))
    if rate.value is None:
        # Ledgers there are, but none with anything of these wastes.
        return replace(bare, status=Status.NO_DATA)
    low, high = _interval(rate, generated, used)
    return replace(
        bare, status=Status.FORECAST, generated=generated, used=used, rate=rate, low=low, high=high
    )


def _mass(filed: int, series: Series, last: Month, still_open: tuple[Month, ...]) -> Mass:
    judged = [
        each
        for method, forecaster in _FORECASTERS.items()
        if (each := errors(series, method, forecaster)) is not None
    ]
    chosen = better(judged)
    numbers = [months_between(last.next, month) - 1 for month in still_open]
    ahead: Ahead | None = _FORECASTERS[chosen](series, max(numbers) + 1)
    if ahead is None:
        return Mass(filed, errors=tuple(judged))
    wider = next((each.widening for each in judged if each.method is chosen), 1.0)
    # Whole tonnes: nobody knows the grams of a month to come.
    to_come = round(sum(ahead.mean[number] for number in numbers) / GRAMS_PER_TONNE) * GRAMS_PER_TONNE
    margin = math.ceil(ahead.margin(numbers) * wider / GRAMS_PER_TONNE) * GRAMS_PER_TONNE
    return Mass(
        filed_grams=filed,
        grams=filed + to_come,
        low_grams=filed + max(0, to_come - margin),
        high_grams=filed + to_come + margin,
        method=chosen,
        errors=tuple(judged),
        spread=ahead.spread(numbers) * wider,
        degrees=ahead.degrees,
    )


def _interval(rate: Ratio, generated: Mass, used: Mass) -> tuple[Fraction | None, Fraction | None]:
    """95 % of the rate by the delta method, the errors of both masses taken as independent.

    var R = (var U + R² · var G) / G². Where more waste also means more use, the true interval is narrower.
    """
    value = rate.value
    if value is None:
        return None, None
    variance = (used.spread**2 + float(value) ** 2 * generated.spread**2) / float(rate.denominator) ** 2
    margin = Fraction(student_t(min(generated.degrees, used.degrees)) * math.sqrt(variance))
    return max(Fraction(0), value - margin), value + margin


def _complete(bare: Forecast) -> Forecast:
    """A year whose months are all known ends with what is on file."""
    masses = [
        replace(mass, grams=mass.filed_grams, low_grams=mass.filed_grams, high_grams=mass.filed_grams)
        for mass in (bare.generated, bare.used)
    ]
    rate = METRIC.of(Totals(generated_grams=masses[0].filed_grams, used_grams=masses[1].filed_grams))
    return replace(
        bare,
        status=Status.COMPLETE,
        generated=masses[0],
        used=masses[1],
        rate=rate,
        low=rate.value,
        high=rate.value,
    )


def _projection(filed: list[Totals]) -> Projection | None:
    """What the targets project from the same months."""
    figures = [MonthFigures(_fresh(each), _generated(each)) for each in filed]
    return project(figures, SEASON) if sum(figure.denominator_grams for figure in figures) > 0 else None


def _is_known(cell: Cell) -> bool:
    return cell.filed_any and cell.ledgers_filed >= COVERED * cell.ledgers_expected


def _generated(totals: Totals) -> int:
    return totals.generated_grams


def _fresh(totals: Totals) -> int:
    return totals.used_grams - totals.used_from_prior_stock_grams
