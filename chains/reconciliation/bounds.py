"""Masses are not negative and not above a permitted capacity.

Bounds are held by an active set on the same solver: few of them exactly (`active_set`), many at once
(`pivoting`). A flow that is not determined has no value and so no bound. Tests rest on the unbounded
solution.
"""

from dataclasses import dataclass

from chains.arrays import np
from chains.balance import Flags, Floats
from chains.reconciliation.least_squares import Estimate

#: a bound counts as broken from this share of the largest mass on
_SLACK = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """`lower` and `upper` (m,), in tonnes; ∓inf where there is none. 0 must lie between them.

    Then a solution exists.
    """

    lower: Floats
    upper: Floats

    def __post_init__(self) -> None:
        if not bool(np.all((self.lower <= 0.0) & (self.upper >= 0.0))):
            raise ValueError("a bound excludes 0")


@dataclass(frozen=True, slots=True, eq=False)
class Bounded:
    """Masses (m,) within their bounds and which of them lie on one; rounds taken; the worst breach left.

    Masses and breach in tonnes.
    """

    masses: Floats
    at_bound: Flags
    rounds: int
    breach: float


def non_negative(flow_count: int) -> Bounds:
    """Bound masses by x ≥ 0 alone."""
    return Bounds(np.zeros(flow_count), np.full(flow_count, np.inf))


def slack_of(found: Estimate) -> float:
    """Tonnes by which rounding may carry a mass past its bound."""
    # fmax and fmin pass over the NaN of what nobody reported; extremes need no array of absolute values
    extremes = [
        float(extreme.reduce(masses, initial=0.0))
        for masses in (found.completed, found.merged.value)
        for extreme in (np.fmax, np.fmin)
    ]
    return _SLACK * max(map(abs, extremes))


def breaches(found: Estimate, bounds: Bounds, masses: Floats) -> Floats:
    """(m,): tonnes by which a determined flow lies outside its bounds."""
    outside = bounds.lower - masses
    np.maximum(outside, masses - bounds.upper, out=outside)
    np.maximum(outside, 0.0, out=outside)
    if found.contraction.unmeasured is not None:
        outside[~found.determined] = 0.0
    return outside
