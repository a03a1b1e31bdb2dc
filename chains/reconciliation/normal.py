"""S λ = r by connected component: S = A V Aᵀ, dense where small, conjugate gradients where large."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chains.arrays import np
from chains.balance import Flags, Floats, Ints, total_by
from chains.late import LateModule
from chains.reconciliation.contraction import Contraction
from chains.reconciliation.dense import DenseBatch, factor
from chains.reconciliation.forest import GAIN_TOLERANCE, spanning_forest
from chains.reconciliation.gradients import ScaledColumns
from chains.reconciliation.iterated import IteratedRows

if TYPE_CHECKING:
    from scipy import sparse
    from scipy.sparse import csgraph
else:
    sparse = LateModule("scipy.sparse")
    csgraph = LateModule("scipy.sparse.csgraph")

#: a component above this many rows is never factored densely
DENSE_ROWS = 1_000
#: floats all dense factors together may hold (400 MB); components beyond it are iterated, largest first
DENSE_FLOATS = 50_000_000
#: what a solve is brought to, as ‖residual‖/‖right side‖ of the scaled system
TOLERANCE = 1e-11


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Connected components of the rows. `deficient` (c,) ones are closed.

    No flow leaves them, one balance follows from the others, and `null` (r,) holds the weights with which it
    does (0 elsewhere).
    """

    label: Ints
    size: Ints
    deficient: Flags
    null: Floats

    @property
    def count(self) -> int:
        return int(self.size.size)

    @property
    def rank(self) -> Ints:
        """(c,): independent balances = degrees of freedom of the χ² test."""
        return self.size - self.deficient


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """λ (r,) or (r, k) with the iterations spent and the relative residual reached on the iterated part."""

    value: Floats
    iterations: int
    relative_residual: float


@dataclass(frozen=True, slots=True, eq=False)
class NormalEquations:
    """The factored system; `columns` of the contraction carry `variance` (k,)."""

    contraction: Contraction
    variance: Floats
    diagonal: Floats
    components: Components
    batches: tuple[DenseBatch, ...]
    iterated: IteratedRows | None

    @property
    def method(self) -> str:
        used = ["dense Cholesky"] if self.batches else []
        used += ["scaled conjugate gradients"] if self.iterated else []
        return " + ".join(used) or "no balance to solve"

    def gather(self, per_column: Floats) -> Floats:
        """Compute A u, (r,) or (r, c): rows of `per_column` (k,) or (k, c)."""
        c = self.contraction
        if per_column.ndim == 2:
            width = per_column.shape[1]
            return np.stack([self.gather(per_column[:, i]) for i in range(width)], axis=1)
        size = c.row_count + 1
        total = total_by(c.first, c.first_coefficient * per_column, size)
        total += total_by(c.second, c.second_coefficient * per_column, size)
        return total[:-1]

    def spread(self, per_row: Floats) -> Floats:
        """Aᵀ λ, (k,) or (k, c)."""
        c = self.contraction
        padded = np.concatenate((per_row, np.zeros((1, *per_row.shape[1:]))))
        one, other = c.first_coefficient, c.second_coefficient
        if per_row.ndim == 2:
            one, other = one[:, None], other[:, None]
        return np.asarray(one * padded[c.first] + other * padded[c.second])

    def solve(self, right: Floats, tolerance: float = TOLERANCE) -> Solution:
        """λ = S⁻¹ `right` (r,) or (r, k); on a closed component the solution of least norm in its scale."""
        value = np.zeros_like(right)
        for batch in self.batches:
            batch.solve(right, value)
        if self.iterated is None:
            return Solution(value, 0, 0.0)
        done = self.iterated.solve(right[self.iterated.rows], tolerance)
        value[self.iterated.rows] = done.solution
        return Solution(value, done.iterations, done.relative_residual)


def normal_equations(contraction: Contraction, variance: Floats) -> NormalEquations:
    """Assemble and factor S for the columns of `contraction` with `variance` (k,) > 0."""
    c = contraction
    size = c.row_count + 1
    diagonal = total_by(c.first, c.first_coefficient**2 * variance, size)
    diagonal += total_by(c.second, c.second_coefficient**2 * variance, size)
    diagonal = diagonal[:-1]
    sigma = np.sqrt(variance)
    scale = np.append(1.0 / np.sqrt(np.where(diagonal > 0.0, diagonal, 1.0)), 0.0)
    one = c.first_coefficient * sigma * scale[c.first]
    other = c.second_coefficient * sigma * scale[c.second]
    columns = ScaledColumns(c.first, c.second, one, other)
    components = _components(c)
    dense = _dense_components(components.size)
    batches = tuple(_batches(c, components, dense, diagonal, one * other)) if bool(dense.any()) else ()
    iterated = _iterated(columns, components, np.flatnonzero(~dense[components.label]), scale)
    return NormalEquations(c, variance, diagonal, components, batches, iterated)


def _components(c: Contraction) -> Components:
    pair = c.second < c.row_count
    a, b = c.first[pair], c.second[pair]
    places = (a.astype(np.int32), b.astype(np.int32))
    graph = sparse.coo_array((np.ones(a.size), places), shape=(c.row_count, c.row_count))
    count, found = csgraph.connected_components(graph, directed=False)
    label = found.astype(np.int64)
    closed = np.ones(int(count), np.bool_)
    closed[label[c.first[~pair]]] = False
    null = np.zeros(c.row_count)
    if bool(closed.any()):
        inside = closed[label[a]]
        tail, head = a[inside], b[inside]
        log_gain = np.log(-c.second_coefficient[pair][inside] / c.first_coefficient[pair][inside])
        forest = spanning_forest(c.row_count, tail, head, log_gain)
        closed[label[tail[np.abs(forest.mismatch) > GAIN_TOLERANCE]]] = False
        null = np.where(closed[label], forest.potential(), 0.0)
    return Components(label, np.bincount(label, minlength=int(count)), closed, null)


def _dense_components(size: Ints) -> Flags:
    order = np.argsort(size, kind="stable")
    held = np.cumsum(np.square(size[order]))
    dense = np.zeros(size.size, np.bool_)
    dense[order] = (held <= DENSE_FLOATS) & (size[order] <= DENSE_ROWS)
    return dense


def _batches(
    c: Contraction, components: Components, dense: Flags, diagonal: Floats, cross: Floats
) -> list[DenseBatch]:
    """Factors of all dense components; `cross` (k,) is the scaled off-diagonal entry of each column."""
    order = np.argsort(components.label, kind="stable")
    start = np.cumsum(components.size) - components.size
    position = np.empty(c.row_count, np.int64)
    position[order] = np.arange(c.row_count) - start[components.label[order]]
    of_column = components.label[c.first]
    pair = c.second < c.row_count
    batches: list[DenseBatch] = []
    for size in np.unique(components.size[dense]):
        chosen = np.flatnonzero(dense & (components.size == size))
        rows = order[start[chosen][:, None] + np.arange(size)]
        place = np.full(components.count, -1)
        place[chosen] = np.arange(chosen.size)
        mine = np.flatnonzero(pair & (place[of_column] >= 0))
        at = place[of_column[mine]] * size * size
        i, j = position[c.first[mine]], position[c.second[mine]]
        total = chosen.size * size * size
        flat = total_by(at + i * size + j, cross[mine], total)
        flat += total_by(at + j * size + i, cross[mine], total)
        matrices = flat.reshape(chosen.size, size, size)
        matrices += np.eye(size)
        batches.append(factor(rows, matrices, diagonal, components.null))
    return batches


def _iterated(
    columns: ScaledColumns, components: Components, rows: Ints, scale: Floats
) -> IteratedRows | None:
    """Gather the system of the iterated `rows`; `scale` (r + 1,) is D^-½."""
    if not rows.size:
        return None
    size = components.label.size
    if rows.size < size:
        local = np.full(size + 1, rows.size)
        local[rows] = np.arange(rows.size)
        mine = np.flatnonzero(local[columns.first] < rows.size)
        columns = ScaledColumns(
            local[columns.first[mine]], local[columns.second[mine]], columns.one[mine], columns.other[mine]
        )
    null = components.null[rows] / scale[rows]
    return IteratedRows(rows, columns, scale[rows], null, components.label[rows])
