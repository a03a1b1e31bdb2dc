"""Seasonal naïve and the back-test against figures worked out by hand."""

import math
from itertools import pairwise

import pytest
from forecasts.published import PASSENGERS, SEA
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.forecasting import (
    FEWEST_MONTHS,
    Ahead,
    Errors,
    Method,
    Series,
    better,
    errors,
    mean_of_the_year,
    seasonal_naive,
    widening,
)
from app.domain.periods import Month
from app.domain.projection import student_t

JANUARY = Month(2021, 1)


def series(*grams: int | None) -> Series:
    return Series(JANUARY, grams)


def test_last_years_month_comes_again_with_the_spread_of_the_changes() -> None:
    """A year of 100 a month, then January to March 110, 90, 130: changes 10, −10, 30."""
    found = seasonal_naive(series(*[100] * 12, 110, 90, 130), 3)
    assert found is not None
    assert found.mean == (100.0, 100.0, 100.0)
    # γ0 = (100 + 100 + 900) / 3, γ1 = (−100 − 300) / 3, γ2 = 300 / 3.
    assert found.covariance[0] == pytest.approx((1100 / 3, -400 / 3, 100))
    assert found.spread([0, 1, 2]) == pytest.approx(math.sqrt((3 * 1100 - 4 * 400 + 2 * 300) / 3))
    assert found.margin([0]) == pytest.approx(student_t(3) * math.sqrt(1100 / 3))


def test_a_month_that_is_not_known_is_no_nought() -> None:
    year = [100, None, *[100] * 10]
    assert seasonal_naive(series(*year, *[110] * 12), 2) == seasonal_naive(series(*year, *[110] * 12), 2)
    # February of the second year is known; that of the first is not: nothing for a February after one year only.
    assert seasonal_naive(series(*year, 110), 1) is None
    gone = seasonal_naive(series(*[100] * 12, 120, None, *[120] * 10), 2)
    assert gone is not None
    assert gone.mean == (120.0, 100.0)


@given(st.lists(st.integers(0, 10**15), min_size=13, max_size=60), st.integers(1, 12))
def test_the_variance_of_no_sum_is_negative(grams: list[int], months: int) -> None:
    found = seasonal_naive(Series(JANUARY, tuple(grams)), months)
    if found is None:
        assert len(grams) < 14
        return
    for first in range(months):
        numbers = list(range(first, months))
        variance = sum(found.covariance[i][j] for i in numbers for j in numbers)
        assert variance >= -1e-9 * max(1.0, found.covariance[0][0])
    assert all(mean == grams[len(grams) + ahead - 12] for ahead, mean in enumerate(found.mean))


def test_a_level_that_moved_moves_the_whole_year() -> None:
    """Every month 10 more than a year ago: the errors of a sum go together, they do not cancel."""
    moved = seasonal_naive(series(*[100] * 12, *[110] * 12), 12)
    assert moved is not None
    assert moved.spread(range(12)) > 10 * moved.spread([0]) * 0.7


def test_the_projection_takes_the_mean_of_the_years_months() -> None:
    grams = [100] * 12 + [10, 20, 30]
    found = mean_of_the_year(series(*grams), 9)
    assert found is not None
    assert found.mean == (20.0,) * 9
    assert mean_of_the_year(series(*grams[:14]), 2) is None
    assert mean_of_the_year(series(*grams), 10) is None


def test_errors_are_scaled_by_what_last_year_misses() -> None:
    """Twelve of 100, six of 110: last year's figure misses by 10 each time, which is a MASE of 1."""
    found = errors(series(*[100] * 12, *[110] * 6), Method.SEASONAL_NAIVE, seasonal_naive)
    assert found is not None
    assert found.mase == pytest.approx(1.0)
    # Origins after months 14 to 17 are judged on 4 + 3 + 2 + 1 months.
    assert found.months == 10
    assert errors(series(*[100] * 30), Method.SEASONAL_NAIVE, seasonal_naive) is None


def test_a_forecaster_that_knows_the_future_has_no_error() -> None:
    def clairvoyant(known: Series, months: int) -> Ahead:
        future = PASSENGERS.grams[len(known.grams) : len(known.grams) + months]
        nothing = tuple((1.0,) * months for _ in range(months))
        return Ahead(tuple(float(each or 0) for each in future), nothing, 5)

    found = errors(PASSENGERS, Method.STATE_SPACE, clairvoyant)
    assert found is not None
    assert (found.mase, found.coverage, found.widening) == (0.0, 1.0, 1.0)
    naive = errors(PASSENGERS, Method.SEASONAL_NAIVE, seasonal_naive)
    assert naive is not None
    assert better([naive, found]) is Method.STATE_SPACE
    assert better([naive]) is Method.SEASONAL_NAIVE
    assert better([]) is Method.SEASONAL_NAIVE
    assert better([Errors(Method.PROJECTION, 0.0, None, 1), naive]) is Method.SEASONAL_NAIVE


@settings(max_examples=50)
@given(st.lists(st.floats(0, 20), min_size=1, max_size=60))
def test_widened_intervals_hold_nineteen_of_twenty(reached: list[float]) -> None:
    wider = widening(reached)
    assert wider >= 1.0
    assert sum(part <= wider for part in reached) >= 0.95 * len(reached)


def test_published_series_are_whole() -> None:
    assert (len(PASSENGERS.grams), len(SEA.grams)) == (144, 48)
    assert len(SEA.grams) > FEWEST_MONTHS
    # Passengers as printed: the yearly sums rise from 1,520 to 5,714 thousand.
    sums = [sum(each or 0 for each in PASSENGERS.grams[at : at + 12]) // 1000 for at in range(0, 144, 12)]
    assert (sums[0], sums[-1]) == (1520, 5714)
    assert all(later > before for before, later in pairwise(sums))
