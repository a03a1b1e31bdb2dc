"""A local level with a fixed season, in state-space form (statsmodels), for monthly masses.

    y(t) = level(t) + season(month of t) + ε(t),   level(t+1) = level(t) + η(t)

(Harvey, Forecasting, structural time series models and the Kalman filter, 1989, ch. 2). Both variances are estimated by
maximum likelihood, level and season start diffuse; months that are not known are left out by the filter. Of k months
ahead the errors have the covariance Z Tʲ⁻ⁱ Pᵢ Zᵀ, + the variance of ε on the diagonal, with Pᵢ the covariance of the
state i months ahead.
"""

import math
import warnings
from importlib import import_module
from typing import Any

from app.domain.forecasting import FEWEST_TO_TRAIN, SEASON, Ahead, Series
from chains.arrays import Floats, np

_ITERATIONS = 50


def state_space(series: Series, months: int) -> Ahead | None:
    """Forecast some months ahead; None for too few months, or none with anything in it."""
    values = np.array([math.nan if each is None else float(each) for each in series.grams])
    if series.known < FEWEST_TO_TRAIN or not np.nanmax(np.abs(values)):
        return None
    scale = float(np.nanmean(np.abs(values)))
    # Here and not at the top: it brings pandas, and takes longer to load than the whole service.
    structural: Any = import_module("statsmodels.tsa.statespace.structural")
    with warnings.catch_warnings():
        # Short series end on a variance of nought, which the optimizer calls not converged.
        warnings.simplefilter("ignore")
        model = structural.UnobservedComponents(
            values / scale, level="local level", seasonal=SEASON, stochastic_seasonal=False
        )
        fitted = model.fit(disp=0, method="lbfgs", maxiter=_ITERATIONS)
    mean, covariance = _ahead(fitted, months)
    if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
        return None
    # No month has less than nothing of a waste.
    means = tuple(max(0.0, float(value) * scale) for value in mean)
    rows = tuple(tuple(float(value) * scale**2 for value in row) for row in covariance)
    return Ahead(means, rows, max(1, series.known - SEASON))


def _ahead(fitted: Any, months: int) -> tuple[Floats, Floats]:
    """Means (k,) and covariances (k, k) of the months after the last one."""
    design: Floats = np.asarray(fitted.model.ssm["design"], dtype=np.float64)
    step: Floats = np.asarray(fitted.model.ssm["transition"], dtype=np.float64)
    choose = np.asarray(fitted.model.ssm["selection"])
    shocks = choose @ np.asarray(fitted.model.ssm["state_cov"]) @ choose.T
    noise = float(np.asarray(fitted.model.ssm["obs_cov"])[0, 0])
    results = fitted.filter_results
    state, cov = results.predicted_state[:, -1], results.predicted_state_cov[:, :, -1]
    mean, covariance = np.zeros(months), np.zeros((months, months))
    for i in range(months):
        mean[i] = (design @ state).item()
        led = cov
        for j in range(i, months):
            covariance[i, j] = covariance[j, i] = (design @ led @ design.T).item()
            led = step @ led
        covariance[i, i] += noise
        state, cov = step @ state, step @ cov @ step.T + shocks
    return mean, covariance
