"""Conjugate gradients for large components, on the system scaled to unit diagonal.

D^-½ S D^-½ is solved instead of S: tonnages span six orders of magnitude and the unscaled system does not
converge. Where scaling alone is too slow (long chains, firms that ship 99.9 % back and forth) a factor
preconditions: of the whole system where it stays narrow, else of its heaviest spanning tree with the flows
across the boundary (Vaidya 1991): a tree factors without fill and holds exactly the strong ties.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chains.arrays import np
from chains.balance import Floats, Ints
from chains.late import LateModule

if TYPE_CHECKING:
    from scipy import sparse
    from scipy.sparse import csgraph, linalg
else:
    sparse = LateModule("scipy.sparse")
    csgraph = LateModule("scipy.sparse.csgraph")
    linalg = LateModule("scipy.sparse.linalg")

#: plain sweeps before anything is factored, and sweeps with the factor
PLAIN_LIMIT = 500
FACTOR_LIMIT = 3_000
#: floats a whole factor may hold
_LARGEST_ENVELOPE = 50_000_000
#: what a factored system gets on its unit diagonal, so that a closed component has a factor too
_SHIFT = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class ScaledColumns:
    """Columns times their sigma and D^-½; `second` is the row count where a column has one entry."""

    first: Ints
    second: Ints
    one: Floats
    other: Floats


def unit_diagonal(columns: ScaledColumns, size: int) -> sparse.csr_array:
    """D^-½ S D^-½ (size, size) in CSR. Its pattern is symmetric; parallel flows stand side by side."""
    pair = np.flatnonzero(columns.second < size)
    count = pair.size
    # 32-bit places, and each array filled once: at 10⁶ rows making arrays costs as much as the arithmetic
    rows, across = np.empty(2 * count + size, np.int32), np.empty(2 * count + size, np.int32)
    rows[:count] = across[count : 2 * count] = columns.first[pair]
    across[:count] = rows[count : 2 * count] = columns.second[pair]
    rows[2 * count :] = across[2 * count :] = np.arange(size)
    values = np.empty(2 * count + size)
    np.multiply(columns.one[pair], columns.other[pair], out=values[:count])
    values[count : 2 * count] = values[:count]
    values[2 * count :] = 1.0
    table = sparse.coo_array((values, (rows, across)), shape=(size, size))
    # a product adds parallel flows up, and merging them would cost a sort
    table.has_canonical_format = True
    return table.tocsr()


@dataclass(frozen=True, slots=True, eq=False)
class Descent:
    """A solution (r,) or (r, k), the iterations it took, and ‖residual‖/‖right side‖ of the worst column."""

    solution: Floats
    iterations: int
    relative_residual: float


def conjugate_gradients(
    matrix: sparse.csr_array,
    right: Floats,
    *,
    tolerance: float,
    limit: int,
    start: Floats | None = None,
    preconditioner: Callable[[Floats], Floats] | None = None,
) -> Descent:
    """Solve `matrix` x = `right` (r,) or (r, k); columns run side by side until the last has converged."""
    x = np.zeros_like(right) if start is None else start.copy()
    residual = right - matrix @ x if start is not None else right.copy()
    size = np.sqrt(_dot(right, right))
    goal = tolerance * size
    step = residual if preconditioner is None else preconditioner(residual)
    direction = step.copy()
    energy = _dot(residual, step)
    length = energy if preconditioner is None else _dot(residual, residual)
    iterations = 0
    while iterations < limit and bool(np.any(np.sqrt(length) > goal)):
        image = matrix @ direction
        pace = _ratio(energy, _dot(direction, image))
        x += pace * direction
        residual -= pace * image
        step = residual if preconditioner is None else preconditioner(residual)
        fresh = _dot(residual, step)
        direction *= _ratio(fresh, energy)
        direction += step
        energy = fresh
        length = fresh if preconditioner is None else _dot(residual, residual)
        iterations += 1
    left = right - matrix @ x
    worst = float(np.max(_ratio(np.sqrt(_dot(left, left)), size), initial=0.0))
    return Descent(x, iterations, worst)


def _dot(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.einsum("i...,i...->...", a, b))


def _ratio(a: Floats, b: Floats) -> Floats:
    """a/b, 0 where b is 0: a column that has converged exactly stands still."""
    return np.divide(a, b, out=np.zeros_like(a), where=b != 0.0)


def precondition(columns: ScaledColumns, matrix: sparse.csr_array) -> Callable[[Floats], Floats]:
    """Factor a system of unit diagonal as well as its shape allows; return the solve.

    A narrow network (a grid of roads, a long chain) is factored whole: the envelope after Cuthill & McKee's
    ordering bounds its fill. Else the heaviest spanning tree of `columns` is, with all one-entry columns.
    """
    system = (
        matrix.tocsc() if _envelope(matrix) <= _LARGEST_ENVELOPE else _tree_system(columns, matrix.shape[0])
    )
    shifted = sparse.csc_array(system + _SHIFT * sparse.eye_array(matrix.shape[0], format="csc"))
    factor = linalg.splu(
        shifted, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
    )
    return factor.solve


def _envelope(matrix: sparse.csr_array) -> int:
    """Entries between the first of each row and the diagonal, after reordering."""
    merged = matrix.tocoo()
    order = csgraph.reverse_cuthill_mckee(sparse.csr_array(merged), symmetric_mode=True)
    place = np.empty(order.size, np.int64)
    place[order] = np.arange(order.size)
    rows, columns = place[merged.coords[0]], place[merged.coords[1]]
    reach = np.zeros(order.size, np.int64)
    np.maximum.at(reach, rows, rows - columns)
    return int(reach.sum())


def _tree_system(columns: ScaledColumns, row_count: int) -> sparse.csc_array:
    first, second, one, other = columns.first, columns.second, columns.one, columns.other
    pair = second < row_count
    low = np.minimum(first[pair], second[pair])
    high = np.maximum(first[pair], second[pair])
    weight = np.abs(one[pair] * other[pair])
    graph = sparse.coo_array((weight, (low, high)), shape=(row_count, row_count)).tocsr()
    graph.data = -graph.data
    tree = csgraph.minimum_spanning_tree(graph).tocoo()
    kept = np.sort(tree.coords[0].astype(np.int64) * row_count + tree.coords[1])
    inside = np.ones(first.size, np.bool_)
    inside[pair] = np.isin(low * row_count + high, kept)
    a, b, ca, cb = first[inside], second[inside], one[inside], other[inside]
    both = b < row_count
    a2, b2, cross = a[both], b[both], ca[both] * cb[both]
    rows, across = np.concatenate((a, b2, a2, b2)), np.concatenate((a, b2, b2, a2))
    values = np.concatenate((ca**2, cb[both] ** 2, cross, cross))
    return sparse.coo_array((values, (rows, across)), shape=(row_count, row_count)).tocsc()
