"""Moves an estimate into its bounds."""

from chains.arrays import np
from chains.reconciliation.active_set import hold_bounds
from chains.reconciliation.bounds import Bounded, Bounds, breaches, slack_of
from chains.reconciliation.least_squares import Estimate
from chains.reconciliation.pivoting import pivot_bounds

#: broken bounds from which all are held at once
_MANY = 64
#: balances up to which the sure method steps in where that cycles
_SMALL = 5_000


def bound(found: Estimate, bounds: Bounds) -> Bounded:
    """Find the bounded solution nearest to the reports; all balances stay closed."""
    slack = slack_of(found)
    worst = breaches(found, bounds, found.completed)
    broken = int(np.count_nonzero(worst > slack))
    if not broken and not worst.any():
        return Bounded(found.completed, np.zeros(worst.size, np.bool_), 0, 0.0)
    hold = pivot_bounds if broken > _MANY else hold_bounds
    masses, at_bound, rounds = hold(found, bounds, slack)
    left = float(breaches(found, bounds, masses).max(initial=0.0))
    if left > slack and broken > _MANY and found.contraction.row_count <= _SMALL:
        masses, at_bound, rounds = hold_bounds(found, bounds, slack)
        left = float(breaches(found, bounds, masses).max(initial=0.0))
    # what rounding left beyond a bound is put on it
    inside = np.where(found.determined, np.clip(masses, bounds.lower, bounds.upper), masses)
    masses = np.where(np.abs(inside - masses) <= slack, inside, masses)
    return Bounded(masses, at_bound, rounds, left if left > slack else 0.0)
