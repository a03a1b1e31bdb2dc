"""Many broken bounds: fix them all, solve again, let go what pulls, until nothing changes.

The primal-dual active set (Kunisch & Rendl 2003): a flow held at its bound becomes a report of that bound
which is all but certain, so that each round is one ordinary solve whatever the number of bounds. Mostly a
handful of rounds suffice. While the number of changes does not fall, fewer and fewer are made,
the largest first.
"""

from dataclasses import dataclass, replace

from chains.arrays import np
from chains.balance import Flags, Floats
from chains.reconciliation.bounds import Bounds, breaches
from chains.reconciliation.least_squares import Estimate, estimate

_ROUNDS = 200
#: variance of a held flow as a share of its report's: small enough to hold it, large enough to factor
_HELD = 1e-11


@dataclass(slots=True, eq=False)
class _Held:
    """Flows held at `limit`; `pull` is about how far each would move inside if let go (tonnes)."""

    flags: Flags
    limit: Floats
    lower: Flags
    pull: Floats


def pivot_bounds(found: Estimate, bounds: Bounds, slack: float) -> tuple[Floats, Flags, int]:
    """Masses (m,) with the bounds held, which flows lie on one, and the rounds taken."""
    count = found.network.flow_count
    held = _Held(np.zeros(count, np.bool_), np.zeros(count), np.zeros(count, np.bool_), np.zeros(count))
    masses, fewest, share = found.completed, count + 1, 1.0
    for rounds in range(_ROUNDS + 1):
        fresh = np.where(held.flags, 0.0, breaches(found, bounds, masses))
        gone = np.where(held.flags, np.maximum(held.pull, 0.0), 0.0)
        moves = np.maximum(fresh, gone)
        changes = moves > slack
        number = int(np.count_nonzero(changes))
        if not number:
            break
        if rounds == _ROUNDS:
            return masses, held.flags, rounds
        share = share / 2.0 if number >= fewest else min(1.0, 2.0 * share)
        changes &= moves >= np.quantile(moves[changes], 1.0 - share)
        fewest = min(fewest, number)
        low = masses < bounds.lower
        new = changes & ~held.flags
        held.limit = np.where(new, np.where(low, bounds.lower, bounds.upper), held.limit)
        held.lower = np.where(new, low, held.lower)
        held.flags = held.flags ^ changes
        masses = _solve(found, held, held.limit)
    if rounds:
        # what the held flows give way is asked for once more (method of multipliers), so that nothing is left
        masses = _solve(found, held, 2.0 * held.limit - masses)
    return np.where(held.flags, held.limit, masses), held.flags, rounds


def _solve(found: Estimate, held: _Held, aim: Floats) -> Floats:
    """Masses with the held flows fixed near `aim` (m,); updates their pull from the bounds' multipliers."""
    merged, network = found.merged, found.network
    measured = merged.measured
    usual = float(np.median(merged.variance[measured])) if bool(measured.any()) else 1.0
    variance = np.where(measured, merged.variance, usual)
    again = estimate(
        network,
        replace(
            merged,
            value=np.where(held.flags, aim, merged.value),
            variance=np.where(held.flags, _HELD * variance, merged.variance),
            count=merged.count + held.flags,
        ),
    )
    force = network.seen_from_flows(again.contraction.to_nodes(again.dual))
    force[measured] += ((held.limit - merged.value) / merged.variance)[measured]
    held.pull = np.where(held.lower, -force, force) * variance
    return again.completed
