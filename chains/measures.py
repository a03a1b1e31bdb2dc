"""What “±1 %” means, and how well a figure or a rate of reconciled masses is known.

A spread is one of two things and must say which: `sigma`, the standard uncertainty (1σ), or `half_width_95`,
half the 95 % interval (÷ 1.96). A method of measurement implies a relative sigma; the defaults below are
reference data that a file or an administrator replaces.

Figures: k = cᵀ x̂ with var k = cᵀ V c − (A V c)ᵀ S⁻¹ (A V c). Rates a/b by the delta method: the figure with
weights (c_a − (a/b) c_b)/b (Narasimhan & Jordache 2000; GUM, JCGM 100:2008, § 5).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from chains.arrays import np
from chains.balance import Floats
from chains.reconciliation.least_squares import Estimate
from chains.reconciliation.result import Reconciliation
from chains.reconciliation.uncertainty import figure_variances

#: half the 95 % interval of a normal variable, in standard deviations, as VDI 2048 and the statistics offices
#: round it
HALF_WIDTH_95 = 1.96

#: relative standard uncertainty (1σ) of each method of measurement
METHOD_SIGMA: Mapping[str, float] = MappingProxyType(
    {
        "weighbridge": 0.01,
        "belt_scale": 0.02,
        "flow_meter": 0.03,
        "material_balance": 0.05,
        "emission_factor": 0.15,
        "estimate": 0.20,
    }
)


class NotDeterminedError(ValueError):
    """A figure rests on a flow that the reports do not determine; `flows` are the indices of such flows."""

    def __init__(self, flows: tuple[int, ...]) -> None:
        super().__init__(f"flows {flows[:5]} are not determined")
        self.flows = flows


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its standard deviation, both in the unit of the figure."""

    value: float
    sd: float

    @property
    def half_width_95(self) -> float:
        return HALF_WIDTH_95 * self.sd

    @property
    def low(self) -> float:
        return self.value - self.half_width_95

    @property
    def high(self) -> float:
        return self.value + self.half_width_95


def sigma_from_half_width_95(half_width: float) -> float:
    """1σ of a half-width at 95 %."""
    return half_width / HALF_WIDTH_95


def sigma_of_method(method: str, value: float, shares: Mapping[str, float] = METHOD_SIGMA) -> float:
    """1σ [unit of `value`] of a figure measured by `method`. KeyError when the method is not known."""
    return shares[method] * abs(value)


def figure_interval(answer: Reconciliation, weights: Floats) -> Interval:
    """Interval of Σ `weights`·mass; `weights` (m,). Raises NotDeterminedError.

    The value is that of the bounded masses, the deviation that of the unbounded solution.
    """
    found = answer.found
    _demand_determined(found, weights)
    variance = float(figure_variances(found, weights[:, None])[0])
    return Interval(_value(answer, weights), math.sqrt(variance))


def rate_interval(answer: Reconciliation, numerator: Floats, denominator: Floats) -> Interval | None:
    """Interval of (Σ numerator·mass)/(Σ denominator·mass), weights (m,) each; None when the denominator is 0.

    Raises NotDeterminedError.
    """
    _demand_determined(answer.found, np.abs(numerator) + np.abs(denominator))
    below = _value(answer, denominator)
    if below == 0.0:
        return None
    rate = _value(answer, numerator) / below
    slope = (numerator - rate * denominator) / below
    variance = float(figure_variances(answer.found, slope[:, None])[0])
    return Interval(rate, math.sqrt(variance))


def _value(answer: Reconciliation, weights: Floats) -> float:
    used = weights != 0.0
    return float(weights[used] @ answer.flows.mass[used])


def _demand_determined(found: Estimate, weights: Floats) -> None:
    missing = np.flatnonzero((weights != 0.0) & ~found.determined)
    if missing.size:
        raise NotDeterminedError(tuple(missing.tolist()))
