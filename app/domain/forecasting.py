"""Monthly masses some months ahead: seasonal naïve, its spread, and how a method proved itself on what is on file.

A series is one mass a month in whole grams [g], None where the month is not known. Seasonal naïve takes the same month
of the year before; with d(t) = y(t) − y(t−12) its errors h and k months ahead (up to twelve) have the covariance

    γ(|h − k|) = 1/n · Σ d(t) · d(t − |h − k|),

about zero and not about their mean: a level that moved between two years moves all months of the next one together. The
sum over open months then has the variance ΣΣ γ. Two-sided 95 % by Student's t with as many degrees of freedom as there
are months beyond the first year, each of which gave one figure of the season.

A method is judged by rolling origins: at each of the last months it forecasts from what was on file then; its error is

    MASE = mean |y − ŷ| / mean |d|          (Hyndman & Koehler, Int. J. Forecasting 22 (2006) 679),

1 = no better than last year's figures, and its coverage the share of months that fell into its 95 % interval. Where that
is less than 95 %, intervals are widened by the factor that would have made it so: the 95th percentile (nearest rank) of
|y − ŷ| / margin over the months tested, at least 1.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.periods import Month
from app.domain.projection import CONFIDENCE, student_t

SEASON = 12
FEWEST_MONTHS = 18
"""Months on file below which nothing is forecast: a year of season, and half a year to prove a method on."""
FEWEST_TO_TRAIN = 14
MOST_ORIGINS = 8
_FEWEST_OF_THE_YEAR = 3


class Method(StrEnum):
    """How a month is forecast. The projection of targets is a benchmark and never chosen."""

    SEASONAL_NAIVE = "seasonal_naive"
    STATE_SPACE = "state_space"
    PROJECTION = "projection"


@dataclass(frozen=True, slots=True)
class Series:
    """Masses [g] from `first` on, one a month; None where the month is not known."""

    first: Month
    grams: tuple[int | None, ...]

    @property
    def known(self) -> int:
        """How many months are known."""
        return sum(each is not None for each in self.grams)

    def until(self, months: int) -> "Series":
        """Its first months."""
        return Series(self.first, self.grams[:months])


@dataclass(frozen=True, slots=True)
class Ahead:
    """The months after a series: mean [g] of each, and the covariances [g²] of their errors; `degrees` for Student's t."""

    mean: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    degrees: int

    def spread(self, months: Sequence[int]) -> float:
        """Standard deviation of the sum over these months (numbers from 0) [g]."""
        return math.sqrt(max(0.0, sum(self.covariance[i][j] for i in months for j in months)))

    def margin(self, months: Sequence[int]) -> float:
        """Half of the 95 % interval of the sum over these months [g]."""
        return student_t(self.degrees) * self.spread(months)


Forecaster = Callable[[Series, int], Ahead | None]
"""Forecasts some months (at most twelve) after a series; None when the series does not tell enough."""


@dataclass(frozen=True, slots=True)
class Errors:
    """How a method did at rolling origins: MASE, share of months within 95 %, and over how many months.

    `widening`: what its intervals are multiplied with.
    """

    method: Method
    mase: float
    coverage: float | None
    months: int
    widening: float = 1.0


def seasonal_naive(series: Series, months: int) -> Ahead | None:
    """Forecast by the same month of the latest year in which it is known (formula: top of this file)."""
    values = series.grams
    mean = []
    for ahead in range(months):
        behind = (values[k] for k in range(len(values) + ahead - SEASON, -1, -SEASON) if k < len(values))
        known = next((value for value in behind if value is not None), None)
        if known is None:
            return None
        mean.append(float(known))
    changes = _changes(values)
    known_changes = sum(change is not None for change in changes)
    if known_changes < 2:
        return None
    gamma = [_autocovariance(changes, lag, known_changes) for lag in range(months)]
    covariance = tuple(tuple(gamma[abs(i - j)] for j in range(months)) for i in range(months))
    return Ahead(tuple(mean), covariance, max(1, series.known - SEASON))


def mean_of_the_year(series: Series, months: int) -> Ahead | None:
    """Forecast by the mean of the months known of the calendar year, as the centre of a target's projection does.

    Without covariances: its interval is that of the rate (app/domain/projection.py) and not of masses.
    """
    number = series.first.plus(len(series.grams)).number
    this_year = [each for each in series.grams[len(series.grams) - (number - 1) :] if each is not None]
    if len(this_year) < _FEWEST_OF_THE_YEAR or number - 1 + months > SEASON:
        return None
    mean = sum(this_year) / len(this_year)
    nothing = tuple((0.0,) * months for _ in range(months))
    return Ahead((mean,) * months, nothing, 1)


def errors(series: Series, method: Method, forecast: Forecaster) -> Errors | None:
    """Judge a method at the last origins of the series; None when there is no month to judge it by."""
    changes = [abs(change) for change in _changes(series.grams) if change is not None]
    scale = sum(changes) / len(changes) if changes else 0.0
    missed: list[float] = []
    reached: list[float] = []
    length = len(series.grams)
    for origin in range(max(FEWEST_TO_TRAIN, length - MOST_ORIGINS), length):
        ahead = forecast(series.until(origin), _horizon(series, origin, method))
        for number, mean in enumerate(() if ahead is None else ahead.mean):
            truth = series.grams[origin + number]
            if truth is None or ahead is None:
                continue
            missed.append(abs(truth - mean))
            margin = ahead.margin([number])
            if margin > 0.0:
                reached.append(abs(truth - mean) / margin)
    if not missed or scale == 0.0:
        return None
    mase = sum(missed) / len(missed) / scale
    if not reached:
        return Errors(method, mase, None, len(missed))
    coverage = sum(part <= 1.0 for part in reached) / len(reached)
    return Errors(method, mase, coverage, len(missed), widening(reached))


def widening(reached: Sequence[float]) -> float:
    """The factor that takes 95 % of the months into their intervals; `reached`: |error| / margin of each."""
    return max(1.0, sorted(reached)[math.ceil(CONFIDENCE * len(reached)) - 1])


def better(found: Sequence[Errors]) -> Method:
    """The method with the smaller error; seasonal naïve where neither is smaller, or none was judged."""
    judged = {each.method: each.mase for each in found}
    naive = judged.get(Method.SEASONAL_NAIVE, math.inf)
    return Method.STATE_SPACE if judged.get(Method.STATE_SPACE, math.inf) < naive else Method.SEASONAL_NAIVE


def _horizon(series: Series, origin: int, method: Method) -> int:
    """How many months ahead an origin is judged: to the end of the series, a year at most; for a projection its year."""
    left = min(SEASON, len(series.grams) - origin)
    if method is not Method.PROJECTION:
        return left
    return min(left, SEASON + 1 - series.first.plus(origin).number)


def _changes(values: Sequence[int | None]) -> list[int | None]:
    """Change against the same month of the year before, None where either is not known [g]."""
    pairs = zip(values[SEASON:], values, strict=False)
    return [None if now is None or then is None else now - then for now, then in pairs]


def _autocovariance(changes: Sequence[int | None], lag: int, count: int) -> float:
    pairs = zip(changes[lag:], changes, strict=False)
    return sum(float(a) * float(b) for a, b in pairs if a is not None and b is not None) / count
