"""How a large loop is taken apart: what to solve at once, and in which order a direct solver stays small."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chains.arrays import np
from chains.attribution.network import Flags, Index, Ints, Matrix
from chains.late import LateModule

if TYPE_CHECKING:
    import scipy.sparse as sp
    from scipy.sparse import csgraph
else:
    sp = LateModule("scipy.sparse")
    csgraph = LateModule("scipy.sparse.csgraph")

# A strong cluster: joined by flows above this share, of at most this many states.
_STRONG = 0.15
_CLUSTER = 64
# Entries an LU may fill in.
_FILL_BUDGET = 40_000_000


def near_and_rest(inside: Matrix) -> tuple[Matrix, Matrix]:
    """Split: flows to solve at once (largest of each state, all in strong clusters), and the others."""
    size = inside.shape[0]
    rows = np.repeat(np.arange(size, dtype=np.int32), np.diff(inside.indptr))
    # Within a loop every state has an outflow, so no row is empty.
    largest = np.maximum.reduceat(inside.data, inside.indptr[:-1])
    top = np.flatnonzero(inside.data == largest[rows])
    near = np.zeros(inside.nnz, dtype=np.bool_)
    near[top[np.unique(rows[top], return_index=True)[1]]] = True
    cluster = _strong_clusters(inside)
    near |= cluster[rows] == cluster[inside.indices]
    return _picked(inside, rows, near), _picked(inside, rows, ~near)


def _strong_clusters(inside: Matrix) -> Ints:
    """Label (m,) of small sets that trade mostly among themselves; a state in none has its own label."""
    size = inside.shape[0]
    rows = np.repeat(np.arange(size, dtype=np.int32), np.diff(inside.indptr))
    strong = inside.data > _STRONG
    graph = sp.csr_array((inside.data[strong], (rows[strong], inside.indices[strong])), shape=inside.shape)
    count, label = csgraph.connected_components(graph, directed=True, connection="strong")
    wide = (np.bincount(label, minlength=count) > _CLUSTER)[label]
    label[wide] = count + np.arange(np.count_nonzero(wide))
    return label.astype(np.int32)


def _picked(inside: Matrix, rows: Index, keep: Flags) -> Matrix:
    return sp.csr_array((inside.data[keep], (rows[keep], inside.indices[keep])), shape=inside.shape)


def bounded_fill(inside: Matrix) -> Index | None:
    """Order of states in which LU stays within the fill budget however it pivots, None without one."""
    pattern = (inside + inside.T).tocsr()
    order = csgraph.reverse_cuthill_mckee(pattern, symmetric_mode=True)
    position = np.empty_like(order)
    position[order] = np.arange(len(order), dtype=order.dtype)
    rows = np.repeat(np.arange(len(order)), np.diff(inside.indptr))
    band = int(np.abs(position[rows] - position[inside.indices]).max())
    return order if len(order) * 3 * band <= _FILL_BUDGET else None
