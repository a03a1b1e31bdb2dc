"""Few broken bounds: Lawson & Hanson's active set on the dual.

The bounded problem's dual is a non-negative least squares in the multipliers μ of the bounds, with the
covariance C of the unbounded solution as its matrix: x = x̂ + C_·W μ_W (Lawson & Hanson 1974, ch. 23). Bounds
are taken in several at a time; each costs one solve with the factored S, nothing is assembled again, and the
method ends for certain.
"""

from dataclasses import dataclass

from chains.arrays import np
from chains.balance import Flags, Floats, Ints
from chains.reconciliation.bounds import Bounds, breaches
from chains.reconciliation.least_squares import Estimate, covariances

#: bounds taken in per round, rounds, and bounds in all
_WIDTH = 32
_ROUNDS = 200
_MOST = 500
#: floats the covariances of one round may hold
_BLOCK_FLOATS = 1 << 24
#: added to C where bounds determine each other, as a share of its diagonal
_RIDGE = 1e-12


@dataclass(slots=True, eq=False)
class _Active:
    """The bounds held.

    Flow, +1 for a lower and −1 for an upper bound, C among them, and their multipliers.
    """

    flow: Ints
    side: Floats
    gap: Floats
    matrix: Floats
    multiplier: Floats

    def keep(self, which: Flags) -> None:
        self.flow, self.side, self.gap = self.flow[which], self.side[which], self.gap[which]
        self.matrix, self.multiplier = self.matrix[np.ix_(which, which)], self.multiplier[which]


def hold_bounds(found: Estimate, bounds: Bounds, slack: float) -> tuple[Floats, Flags, int]:
    """Masses (m,) with the bounds held, which flows lie on one, and the rounds taken."""
    start = found.completed
    active = _Active(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty((0, 0)), np.empty(0))
    widest = max(1, min(_WIDTH, _BLOCK_FLOATS // max(1, start.size)))
    masses, rounds, width = start, 0, widest
    while rounds < _ROUNDS and active.flow.size < _MOST:
        breach = breaches(found, bounds, masses)
        breach[active.flow] = 0.0
        order = np.argsort(-breach, kind="stable")[:width]
        order = order[breach[order] > slack]
        before = active.flow
        if not order.size:
            break
        _take_in(active, found, bounds, masses, order)
        _solve(active)
        stuck = np.array_equal(np.sort(before), np.sort(active.flow))
        if stuck and width == 1:
            break
        width = 1 if stuck else widest
        weights = np.zeros(start.size)
        weights[active.flow] = active.side * active.multiplier
        masses = start + covariances(found, weights)
        rounds += 1
    at_bound = np.zeros(start.size, np.bool_)
    at_bound[active.flow] = True
    limit = np.where(active.side > 0.0, bounds.lower[active.flow], bounds.upper[active.flow])
    masses = masses.copy()
    masses[active.flow] = limit  # but for rounding they are there
    return masses, at_bound, rounds


def _take_in(active: _Active, found: Estimate, bounds: Bounds, masses: Floats, flows: Ints) -> None:
    """Add the broken bounds of `flows` with multiplier 0."""
    side = np.where(masses[flows] < bounds.lower[flows], 1.0, -1.0)
    limit = np.where(side > 0.0, bounds.lower[flows], bounds.upper[flows])
    weights = np.zeros((found.network.flow_count, flows.size))
    weights[flows, np.arange(flows.size)] = side
    columns = covariances(found, weights)
    across = columns[active.flow] * active.side[:, None]
    among = columns[flows] * side[:, None]
    active.matrix = np.block([[active.matrix, across], [across.T, (among + among.T) / 2.0]])
    active.flow = np.concatenate((active.flow, flows))
    active.side = np.concatenate((active.side, side))
    active.gap = np.concatenate((active.gap, side * (limit - found.completed[flows])))
    active.multiplier = np.concatenate((active.multiplier, np.zeros(flows.size)))


def _solve(active: _Active) -> None:
    """Multipliers that hold the bounds exactly; bounds that would have to pull instead of push are let go."""
    while active.flow.size:
        matrix = active.matrix + np.diag(_RIDGE * np.diag(active.matrix))
        first = _solved(matrix, active.gap)
        goal = first + _solved(matrix, active.gap - active.matrix @ first)
        falls = goal <= 0.0
        if not bool(falls.any()):
            active.multiplier = goal
            return
        height, drop = active.multiplier[falls], active.multiplier[falls] - goal[falls]
        share = np.divide(height, drop, out=np.zeros_like(height), where=drop > 0.0)
        pace = float(share.min())
        active.multiplier = active.multiplier + pace * (goal - active.multiplier)
        gone = falls.copy()
        gone[falls] = share <= pace
        active.keep(~gone)


def _solved(matrix: Floats, right: Floats) -> Floats:
    """Solve; where a flow is known so well that nothing can move it, as nearly as can be."""
    try:
        return np.asarray(np.linalg.solve(matrix, right), np.float64)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(matrix, right)[0], np.float64)
