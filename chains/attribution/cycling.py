"""How much of what passes has passed before: Finn's cycling index.

N_ii is the number of times a tonne that is in state i is there before it leaves the network for good, the
present time included; f_i = (N_ii − 1)/N_ii is the chance that it comes back, and so the share of the
throughput of i that has been there before. The index of a network is Σ_i f_i T_i / Σ_i T_i (Finn 1976,
Journal of Theoretical Biology 56:363).

Returns never leave a strongly connected set, so f is found set by set: exactly for eliminated loops and for
loops of up to DENSE_LOOP states. In a larger loop returns after one and two steps are exact and longer ones
are counted on random walks from states drawn in proportion to T, with a standard deviation.
"""

import math
from dataclasses import dataclass

from chains.arrays import np
from chains.attribution.condensation import Condensed
from chains.attribution.network import Floats, Index, Matrix

DENSE_LOOP = 2000
_WALKS = 1 << 18
_BATCH = 1 << 14
_STEP_BUDGET = 15_000_000
_SEED = 1976


@dataclass(frozen=True, slots=True)
class Cycling:
    """Finn's `index`, 0 without loops, near 1 when almost all has passed before; `sd`: None when exact."""

    index: float
    sd: float | None


def cycling_of(condensed: Condensed, throughput: Floats) -> Cycling:
    """Find the index for a throughput (n,) [t] by state; 0 when nothing passes."""
    total = float(throughput.sum())
    if total == 0:
        return Cycling(0.0, None)
    weight = throughput[condensed.order] / total
    index, variance, exact = 0.0, 0.0, True
    if condensed.eliminate is not None:
        loops = condensed.eliminated
        index += float(_returning(condensed.eliminate.diagonal()[loops]) @ weight[loops])
    for first, last in condensed.large:
        inside: Matrix = condensed.flow[first:last][:, first:last].tocsr()
        here = weight[first:last]
        if last - first <= DENSE_LOOP:
            visits = np.diag(np.linalg.inv(np.eye(last - first) - inside.toarray()))
            index += float(_returning(visits) @ here)
        elif (part := float(here.sum())) > 0:
            mean, spread = _walked(inside, here / part)
            index, variance, exact = index + part * mean, variance + (part * spread) ** 2, False
    return Cycling(index, None if exact else math.sqrt(variance))


def _returning(visits: Floats) -> Floats:
    """Share (N − 1)/N of what passes that has been there before."""
    share: Floats = (visits - 1.0) / visits
    return share


def _walked(inside: Matrix, weight: Floats) -> tuple[float, float]:
    """Σ f_i w_i within one large loop and its standard deviation; weights w sum to 1.

    One step returns: P_ii. Two: Σ_j P_ij P_ji. More: the share of walks that come back from the third step
    on. Walks go in batches until _WALKS are done or _STEP_BUDGET steps are spent; those still under way
    then count as half returned, which the standard deviation allows for.
    """
    stay = inside.diagonal()
    two_steps = (inside * inside.T.tocsr()).sum(axis=1) - stay**2
    random, edges, walker = np.random.default_rng(_SEED), np.cumsum(weight), _Walker(inside)
    walks = back = open_walks = 0
    while walks < _WALKS and walker.steps < _STEP_BUDGET:
        places = (np.arange(_BATCH) + random.random()) / _BATCH * edges[-1]
        start = np.minimum(np.searchsorted(edges, places, side="right"), len(weight) - 1)
        returned, unfinished = walker.walk(start, random)
        walks, back, open_walks = walks + _BATCH, back + returned, open_walks + unfinished
    longer, unsure = (back + open_walks / 2) / walks, open_walks / walks
    chance = (back + 1) / (walks + 2)  # by the rule of succession: no return seen is not certainty
    sd = math.sqrt(chance * (1 - chance) / walks + unsure**2 / 12)
    return float((stay + two_steps) @ weight) + longer, sd


class _Walker:
    """Random walks over the shares of a loop.

    All rows lie on one line: row i covers i … i + (share that stays in the loop), one piece for each flow;
    who draws a place above that and up to i + 1 has left.
    """

    def __init__(self, inside: Matrix) -> None:
        self.steps = 0
        row = np.repeat(np.arange(inside.shape[0]), np.diff(inside.indptr))
        within = np.cumsum(inside.data)
        before = np.concatenate(([0.0], within))[inside.indptr[:-1]]
        self._line = np.minimum(row + (within - before[row]), row + 1.0)
        # One more piece for what lies above the last: no walker is ever in that row, so it has left.
        self._row = np.append(row, inside.shape[0])
        self._target = inside.indices

    def walk(self, start: Index, random: "np.random.Generator") -> tuple[int, int]:
        """Walk until the loop is left or the start is met again: (met after two steps, still under way)."""
        place, home = start, start
        step = returned = 0
        while len(place) and self.steps < _STEP_BUDGET:
            step += 1
            self.steps += len(place)
            piece = np.searchsorted(self._line, place + random.random(len(place)), side="right")
            stays = self._row[piece] == place
            place, home = self._target[piece[stays]], home[stays]
            met = place == home
            if step > 2:
                returned += int(np.count_nonzero(met))
            place, home = place[~met], home[~met]
        return returned, len(place)
