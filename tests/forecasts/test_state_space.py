"""The state-space model: as statsmodels itself forecasts, and better than last year on published series."""

import warnings

import numpy as np
import pytest
from forecasts.published import PASSENGERS, SEA
from statsmodels.tsa.statespace.structural import UnobservedComponents

from app.domain.forecasting import Method, Series, better, errors, mean_of_the_year, seasonal_naive
from app.domain.periods import Month
from app.forecasts.state_space import state_space


def test_means_and_spreads_are_those_of_the_library() -> None:
    known = PASSENGERS.until(60)
    found = state_space(known, 12)
    assert found is not None
    values = np.array(known.grams, dtype=np.float64)
    scale = values.mean()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = UnobservedComponents(
            values / scale, level="local level", seasonal=12, stochastic_seasonal=False
        )
        ahead = model.fit(disp=0, method="lbfgs", maxiter=50).get_forecast(12)
    assert found.mean == pytest.approx(list(ahead.predicted_mean * scale), rel=1e-9)
    assert [found.spread([number]) for number in range(12)] == pytest.approx(
        list(ahead.se_mean * scale), rel=1e-6
    )
    # Errors of a level go together: the sum of a year is less certain than twelve months for themselves.
    assert found.spread(range(12)) ** 2 > sum(found.spread([number]) ** 2 for number in range(12))


def test_the_covariances_are_those_of_simulated_futures() -> None:
    """Sums over the year, against 4,000 futures drawn by statsmodels from the same fitted model."""
    known = SEA.until(36)
    found = state_space(known, 6)
    assert found is not None
    values = np.array(known.grams, dtype=np.float64)
    scale = values.mean()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = UnobservedComponents(
            values / scale, level="local level", seasonal=12, stochastic_seasonal=False
        )
        fitted = model.fit(disp=0, method="lbfgs", maxiter=50)
        random = np.random.default_rng(7)
        drawn = np.asarray(fitted.simulate(6, anchor="end", repetitions=4000, rng=random))
    sums = drawn.reshape(6, -1).sum(axis=0) * scale
    assert found.spread(range(6)) == pytest.approx(float(np.std(sums)), rel=0.15)


@pytest.mark.parametrize("months", [24, 60])
def test_it_beats_last_years_figures_where_a_level_grows(months: int) -> None:
    known = PASSENGERS.until(months)
    naive = errors(known, Method.SEASONAL_NAIVE, seasonal_naive)
    space = errors(known, Method.STATE_SPACE, state_space)
    projected = errors(known, Method.PROJECTION, mean_of_the_year)
    assert naive is not None
    assert space is not None
    assert projected is not None
    assert space.mase < naive.mase
    assert better([naive, space, projected]) is Method.STATE_SPACE
    # What has a season is badly told by the mean of the year's months.
    assert projected.mase > space.mase


def test_temperatures_have_no_level_to_learn_and_both_do() -> None:
    naive = errors(SEA, Method.SEASONAL_NAIVE, seasonal_naive)
    space = errors(SEA, Method.STATE_SPACE, state_space)
    assert naive is not None
    assert space is not None
    assert naive.coverage is not None
    assert space.coverage is not None
    assert min(naive.coverage, space.coverage) > 0.85
    assert space.mase < 1.0


def test_too_few_months_nothing_and_gaps() -> None:
    assert state_space(PASSENGERS.until(13), 3) is None
    assert state_space(Series(Month(2021, 1), (0,) * 30), 3) is None
    holes = tuple(
        None if number in (5, 17, 18) else each for number, each in enumerate(PASSENGERS.grams[:48])
    )
    whole, gappy = state_space(PASSENGERS.until(48), 12), state_space(Series(Month(1990, 1), holes), 12)
    assert whole is not None
    assert gappy is not None
    assert gappy.mean == pytest.approx(whole.mean, rel=0.1)
