"""Sums of the statistics after reconciliation with their covariance: any rate of them has its interval.

Kept are, for each group, the k sums of FIELDS [t] and their (k, k) covariance [t²]; a rate a/b then has the
variance sᵀ C s with s = (c_a − (a/b) c_b)/b (delta method, as `chains.measures.rate_interval`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.domain.rates import Metric, Totals
from app.reconciliations.measured import MeasuredNetwork, Stream
from chains.measures import HALF_WIDTH_95
from chains.reconciliation import Reconciliation
from chains.reconciliation.least_squares import covariances

FIELDS = (
    "generated_grams",
    "used_grams",
    "used_from_prior_stock_grams",
    "disposed_grams",
    "disposed_from_prior_stock_grams",
    "disposed_harmlessly_grams",
    "stored_grams",
    "dumped_grams",
)
"""Fields of Totals that are sums of flows, each with a fixed share."""

_OTHERS = (
    "used_on_site_grams",
    "sent_for_use_grams",
    "confirmed_for_use_grams",
    "followed_grams",
    "ended_in_product_grams",
)

MOST_GROUPS = 400

Kept = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RateInterval:
    """A reconciled rate with its 95 % interval [t/t]."""

    value: float
    low: float
    high: float


def kept_sums(
    measured: MeasuredNetwork, answer: Reconciliation, regions: Mapping[str, str], digits: int
) -> Kept:
    """Give the sums of the whole scope, of each waste and of each region one level below, `digits` long."""
    wastes = sorted({waste for _, waste in measured.streams})
    places = sorted({regions[site][:digits] for site, _ in measured.streams})
    groups: Kept = {"all": {"": _sums(measured, answer, None)}, "waste": {}, "region": {}}
    for name in wastes[:MOST_GROUPS]:
        chosen = {stream: stream[1] == name for stream in measured.streams}
        groups["waste"][name] = _sums(measured, answer, chosen)
    for name in places[:MOST_GROUPS]:
        chosen = {stream: regions[stream[0]].startswith(name) for stream in measured.streams}
        groups["region"][name] = _sums(measured, answer, chosen)
    return groups


def _sums(measured: MeasuredNetwork, answer: Reconciliation, chosen: Mapping[Stream, bool] | None) -> Kept:
    weights = measured.weights(FIELDS, chosen)
    if bool(np.any((weights != 0.0) & ~answer.found.determined[:, None])):
        return {"undetermined": True}
    masses = np.where(answer.found.determined, answer.flows.mass, 0.0)
    covariance = weights.T @ covariances(answer.found, weights)
    return {
        "tonnes": (weights.T @ masses).tolist(),
        "covariance": (0.5 * (covariance + covariance.T)).tolist(),
    }


def is_linear(metric: Metric) -> bool:
    """Tell whether a metric is a ratio of sums of FIELDS of one period."""
    if metric.needs_last_year or metric.needs_fates:
        return False
    ratios = [metric.of(_unit(name)) for name in _OTHERS]
    return not any(ratio.numerator or ratio.denominator for ratio in ratios)


def interval_of(metric: Metric, kept: Kept) -> RateInterval | None:
    """Interval of a linear metric; None where a flow is not determined or the denominator is not positive."""
    if "undetermined" in kept:
        return None
    # The formulas stand in domain.rates alone: of a unit of one field they give its coefficient.
    units = [metric.of(_unit(name)) for name in FIELDS]
    above = [unit.numerator for unit in units]
    below = [unit.denominator for unit in units]
    denominator = _dot(below, kept["tonnes"])
    if denominator <= 0.0:
        return None
    rate = _dot(above, kept["tonnes"]) / denominator
    slope = [(a - rate * b) / denominator for a, b in zip(above, below, strict=True)]
    variance = _dot(slope, [_dot(slope, row) for row in kept["covariance"]])
    half_width = HALF_WIDTH_95 * math.sqrt(max(variance, 0.0))
    return RateInterval(rate, rate - half_width, rate + half_width)


def _unit(name: str) -> Totals:
    return Totals(**{name: 1})


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))
