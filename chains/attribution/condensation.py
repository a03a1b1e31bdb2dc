"""The loops of a network: sets of states that reach each other, found before anything is solved.

Between the sets (strongly connected components) flows run one way only, so the whole is solved set by set,
sinks first. Three kinds of set are told apart here:

- **closed**: nothing leaves it. No solution exists; what enters is given the fate UNTRACKED at the state
  where it enters.
- **small** loops: eliminated exactly (chains.attribution.elimination), after which their states look like
  states without loops.
- **large** loops: left to iteration (chains.attribution.loops).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chains.arrays import np
from chains.attribution.elimination import visits
from chains.attribution.network import UNTRACKED, Flags, Floats, Index, Ints, Matrix, Shares
from chains.late import LateModule

if TYPE_CHECKING:
    import scipy.sparse as sp
    from scipy.sparse import csgraph
else:
    sp = LateModule("scipy.sparse")
    csgraph = LateModule("scipy.sparse.csgraph")

# A set is small up to this many states, and the sets eliminated may together need this many products.
SMALL_SET = 256
ELIMINATION_BUDGET = 20_000_000
_BATCH_ENTRIES = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Sets:
    """`label` (n,): number of each state's set; flows between sets go from the higher number to the lower.

    `size`, `loops`, `closed` by set: how many states, whether a tonne can come back to where it was,
    whether nothing leaves.
    """

    label: Ints
    size: Ints
    loops: Flags
    closed: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Condensed:
    """X = Q X + R with its states in order and its small loops eliminated: X = `flow` X + `eliminate` R.

    `order` (n,): position → state. `flow` (n, n): lower triangular but for the square blocks of the large
    loops, which `large` lists as ranges of positions. `eliminate` (n, n): visits within small loops in the
    rows `eliminated` (n,) marks, other rows empty; None when there are none. `leaving` (n,): share that
    leaves each position's set (what a large loop loses per pass).
    """

    order: Ints
    flow: Matrix
    eliminate: Matrix | None
    eliminated: Flags
    large: tuple[tuple[int, int], ...]
    leaving: Floats


def sets_of(shares: Shares) -> Sets:
    """Strongly connected components of the flows, numbered sinks first."""
    flow = shares.flow
    count, label = csgraph.connected_components(flow, directed=True, connection="strong")
    sender = np.repeat(np.arange(shares.size, dtype=np.int32), np.diff(flow.indptr))
    start, end = label[sender], label[flow.indices]
    if np.any(start < end):
        # scipy numbers components in the order Pearce's algorithm completes them, which is this one. It is
        # not in its
        # documentation, so it is checked at every call: a wrong order would give wrong figures without a
        # sign.
        raise RuntimeError("scipy no longer numbers strongly connected components sinks first")
    inner = start == end
    leaves = np.bincount(start[~inner], minlength=count) + np.bincount(label, shares.fate.any(axis=1), count)
    loops = np.bincount(start[inner], minlength=count) > 0
    return Sets(
        label.astype(np.int32), np.bincount(label, minlength=count).astype(np.int32), loops, leaves == 0
    )


def without_closed(shares: Shares, sets: Sets) -> tuple[Matrix, Floats]:
    """(Q, R) in which a state of a closed set keeps nothing: all that comes to it is UNTRACKED."""
    if not sets.closed.any():
        return shares.flow, shares.fate
    shut = sets.closed[sets.label]
    flow = shares.flow.copy()
    flow.data[np.repeat(shut, np.diff(flow.indptr))] = 0.0
    flow.eliminate_zeros()
    fate = shares.fate.copy()
    fate[shut, shares.fates.index(UNTRACKED)] = 1.0
    return flow, fate


def condense(flow: Matrix, fate: Floats, sets: Sets) -> Condensed:
    """Order the states, eliminate the small loops. `flow` and `fate` are without closed sets."""
    order = np.argsort(sets.label, kind="stable").astype(np.int32)
    position = np.empty_like(order)
    position[order] = np.arange(len(order), dtype=np.int32)
    label = sets.label[order]
    flow = _reordered(flow, order, position)
    rows = np.repeat(np.arange(len(order), dtype=np.int32), np.diff(flow.indptr))
    inner = label[rows] == label[flow.indices]
    small = _small_sets(sets, label[rows[~inner]])
    leaving = fate.sum(axis=1)[order] + np.bincount(rows[~inner], flow.data[~inner], len(order))
    starts = np.concatenate(([0], np.cumsum(sets.size)))
    wide = np.flatnonzero(sets.loops & ~sets.closed & ~small)
    large = tuple((int(starts[s]), int(starts[s + 1])) for s in wide)
    if not small.any():
        return Condensed(order, flow, None, small[label], large, leaving)
    eliminate = _visits_of_sets(flow, leaving, np.flatnonzero(small), starts)
    flow.data[inner & small[label[rows]]] = 0.0
    flow.eliminate_zeros()
    led = _rows_replaced(eliminate, flow, small[label])
    return Condensed(order, led, eliminate, small[label], large, leaving)


def _reordered(flow: Matrix, order: Ints, position: Ints) -> Matrix:
    """Rows and columns of `flow` moved to their positions, columns sorted."""
    moved = flow[order]
    result: Matrix = sp.csr_array((moved.data, position[moved.indices], moved.indptr), shape=flow.shape)
    result.sort_indices()
    return result


def _small_sets(sets: Sets, leaving_label: Ints) -> Flags:
    """Which looping sets to eliminate: the smallest first, as long as the budget allows."""
    exits = np.bincount(leaving_label, minlength=len(sets.size))
    fits = sets.loops & ~sets.closed & (sets.size <= SMALL_SET)
    candidates = np.flatnonzero(fits)
    candidates = candidates[np.argsort(sets.size[candidates], kind="stable")]
    size = sets.size[candidates].astype(np.int64)
    cost = np.cumsum(size * (size + exits[candidates]))
    chosen = np.zeros(len(sets.size), dtype=np.bool_)
    chosen[candidates[cost <= ELIMINATION_BUDGET]] = True
    return chosen


def _visits_of_sets(flow: Matrix, leaving: Floats, small: Index, starts: Index) -> Matrix:
    """Visits (n, n) within each of the sets `small`; other rows are empty.

    Set s holds the positions starts[s]…starts[s+1]−1.
    `leaving` (n,): share that leaves a position's set. Sets are padded to powers of two with states that
    leave at once, so that one batch holds many of them.
    """
    size = np.diff(starts)[small]
    padded = 1 << np.ceil(np.log2(np.maximum(size, 1))).astype(np.int64)
    rows, columns, values = [], [], []
    for width in np.unique(padded):
        members = small[padded == width]
        step = max(1, _BATCH_ENTRIES // int(width * width))
        for first in range(0, len(members), step):
            batch = members[first : first + step]
            row, column, value = _batch_visits(flow, leaving, starts[batch], starts[batch + 1], int(width))
            rows.append(row)
            columns.append(column)
            values.append(value)
    triple = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return sp.csr_array(triple, shape=flow.shape)


def _batch_visits(
    flow: Matrix, leaving: Floats, first: Index, last: Index, width: int
) -> tuple[Index, Index, Floats]:
    """Visits of the sets at positions first…last−1, as (row, column, value) of the whole matrix."""
    count = len(first)
    place = first[:, None] + np.arange(width)
    real = place < last[:, None]
    rows = place[real]
    chosen = flow[rows]
    local_set = np.repeat(np.arange(count), last - first)
    entry_set = np.repeat(local_set, np.diff(chosen.indptr))
    entry_row = np.repeat(rows - first[local_set], np.diff(chosen.indptr))
    entry_column = chosen.indices - first[entry_set]
    here = (entry_column >= 0) & (chosen.indices < last[entry_set])
    inside = np.zeros((count, width, width))
    inside[entry_set[here], entry_row[here], entry_column[here]] = chosen.data[here]
    leave = np.ones((count, width))
    leave[real] = leaving[rows]
    result = visits(inside, leave)
    both = real[:, :, None] & real[:, None, :]
    row = np.broadcast_to(place[:, :, None], both.shape)[both]
    column = np.broadcast_to(place[:, None, :], both.shape)[both]
    return row, column, result[both]


def _rows_replaced(eliminate: Matrix, flow: Matrix, small: Flags) -> Matrix:
    """Rows of small sets led through their visits, eliminate @ flow; the others as they were."""
    rows = np.flatnonzero(small)
    led = eliminate[rows] @ flow
    index = np.arange(flow.shape[0])
    index[rows] = flow.shape[0] + np.arange(len(rows))
    result: Matrix = sp.vstack([flow, led], format="csr")[index]
    result.sort_indices()
    return result
