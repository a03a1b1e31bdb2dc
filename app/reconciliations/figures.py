"""Sums of the statistics after reconciliation with their covariance: any rate of them has its interval.

Kept are, for each group, the k sums of FIELDS [t] and their (k, k) covariance [t²]; a rate a/b then has the
variance sᵀ C s with s = (c_a − (a/b) c_b)/b (delta method, as `chains.measures.rate_interval`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.rates import Metric, Totals
from app.reconciliations.measured import MeasuredNetwork
from chains.arrays import np
from chains.balance import Flags
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
    sums = _Sums(measured, answer)
    everything = np.ones(len(measured.streams), dtype=np.bool_)
    return {
        "all": {"": sums.of(everything)},
        "waste": sums.by([waste for _, waste in measured.streams]),
        "region": sums.by([regions.get(site, "")[:digits] for site, _ in measured.streams]),
    }


class _Sums:
    """Sums of the FIELDS of chosen streams."""

    def __init__(self, measured: MeasuredNetwork, answer: Reconciliation) -> None:
        self._measured, self._found = measured, answer.found
        self._giving, self._taking = measured.terms(FIELDS)
        self._masses = np.where(answer.found.determined, answer.flows.mass, 0.0)

    def by(self, names: Sequence[str]) -> Kept:
        """Sums of the streams of each name (n,); of MOST_GROUPS names at most."""
        present, group = np.unique(np.array(names, dtype=np.str_), return_inverse=True)
        return {str(name): self.of(group == number) for number, name in enumerate(present[:MOST_GROUPS])}

    def of(self, chosen: Flags) -> Kept:
        """Sums of the chosen streams (n,)."""
        gives, takes = self._measured.of_flows(chosen)
        weights = self._giving * gives[:, None] + self._taking * takes[:, None]
        if bool(np.any((weights != 0.0) & ~self._found.determined[:, None])):
            return {"undetermined": True}
        covariance = weights.T @ covariances(self._found, weights)
        symmetric = 0.5 * (covariance + covariance.T)
        return {"tonnes": (weights.T @ self._masses).tolist(), "covariance": symmetric.tolist()}


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
