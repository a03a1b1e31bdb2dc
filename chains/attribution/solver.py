"""X = (I − Q)⁻¹ R and T = (I − Qᵀ)⁻¹ s, set by set along the condensation, stopped on mass.

Both run over the same stages: runs of states without loops are one triangular solve (a topological pass),
each large loop is solved on its own, so a difficult loop costs its own size and not the network's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chains.arrays import np
from chains.attribution.condensation import Condensed
from chains.attribution.loops import LargeLoop
from chains.attribution.network import Floats, Matrix, times
from chains.late import LateModule

if TYPE_CHECKING:
    import scipy.sparse as sp
    from scipy.sparse import linalg
else:
    sp = LateModule("scipy.sparse")
    linalg = LateModule("scipy.sparse.linalg")

MASS_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """`x` by state; `iterations`: sweeps of all loops; `mass_error`: largest share missing."""

    x: Floats
    iterations: int
    mass_error: float
    method: str


@dataclass(frozen=True, slots=True, eq=False)
class _Stage:
    """Positions first…last−1: `own` flows among them, `below` to positions before; the loop it is."""

    first: int
    last: int
    own: Matrix
    below: Matrix
    loop: LargeLoop | None


class Solver:
    """Prepared once for a network, then solves any number of right sides.

    `leaves` (n,): share that leaves the network from each state, 1 − Σ_j Q_ij, as data and not as that
    difference.
    """

    def __init__(self, condensed: Condensed, leaves: Floats) -> None:
        self._condensed = condensed
        self._leaves = leaves
        self._stages = _stages(condensed)
        self._loops = sum(stage.loop is not None for stage in self._stages)

    def fates(self, fate: Floats) -> Solution:
        """B = (I − Q)⁻¹ R, shape (n, F): shares of the final fates. Rows of (Q R) sum to 1."""
        used = fate.any(axis=0)
        done = self._backward(fate[:, used], lambda x: float(np.abs(1.0 - x.sum(axis=1)).max(initial=0.0)))
        x = np.zeros_like(fate)
        x[:, used] = done.x
        return replace(done, x=x)

    def met(self, right: Floats) -> Solution:
        """(I − Q)⁻¹ right, shape (n, k), right ≥ 0: what a tonne meets on its way, e.g. visits to one state.

        The share that leaves the network goes along as one column more; it must come to 1, which says when
        to stop.
        """
        done = self._backward(
            np.column_stack([right, self._leaves]), lambda x: float(np.abs(1.0 - x[:, -1]).max(initial=0.0))
        )
        return replace(done, x=done.x[:, :-1])

    def throughput(self, source: Floats) -> Solution:
        """(I − Qᵀ)⁻¹ source, shape (n, k), source ≥ 0 [t]: tonnes that pass, every pass counted."""
        condensed, sweeps, error, methods = self._condensed, 0, 0.0, set[str]()
        waiting = source[condensed.order]
        x = np.zeros_like(waiting)
        for stage in reversed(self._stages):
            here = waiting[stage.first : stage.last]
            if stage.loop is None:
                found = _triangular(stage.own, here, transposed=True)
            else:
                missing = _missing_of_sums(condensed.leaving[stage.first : stage.last], here)
                done = stage.loop.solve(here, missing, MASS_TOLERANCE / self._loops, transposed=True)
                found, sweeps, error = done.x, sweeps + done.iterations, error + done.deficit
                methods.add(done.method)
            x[stage.first : stage.last] = found
            waiting += times(stage.below.T, found)
        if condensed.eliminate is not None:
            x = np.where(condensed.eliminated[:, None], times(condensed.eliminate.T, x), x)
        return Solution(self._by_state(x), sweeps, error, self._method(methods))

    def _backward(self, right: Floats, missing: Callable[[Floats], float]) -> Solution:
        condensed, sweeps, error, methods = self._condensed, 0, 0.0, set[str]()
        right = right[condensed.order]
        if condensed.eliminate is not None:
            right = np.where(condensed.eliminated[:, None], times(condensed.eliminate, right), right)
        x = np.zeros_like(right)
        for stage in self._stages:
            here = right[stage.first : stage.last] + times(stage.below, x)
            if stage.loop is None:
                x[stage.first : stage.last] = _triangular(stage.own, here)
                continue
            # What the loop leads to may itself miss a little: its own part of the tolerance comes on top of
            # that.
            done = stage.loop.solve(here, missing, error + MASS_TOLERANCE / self._loops)
            x[stage.first : stage.last] = done.x
            sweeps, error = sweeps + done.iterations, max(error, done.deficit)
            methods.add(done.method)
        return Solution(self._by_state(x), sweeps, missing(x), self._method(methods))

    def _by_state(self, x: Floats) -> Floats:
        result = np.empty_like(x)
        result[self._condensed.order] = x
        return result

    def _method(self, of_loops: set[str]) -> str:
        parts = ["topological"]
        if self._condensed.eliminate is not None:
            parts.append("elimination")
        return " + ".join(parts + sorted(of_loops))


def _stages(condensed: Condensed) -> tuple[_Stage, ...]:
    """List the runs without loops and the large loops between them, in order of position."""
    ranges: list[tuple[int, int, bool]] = []
    done, size = 0, len(condensed.order)
    for first, last in condensed.large:
        if done < first:
            ranges.append((done, first, False))
        ranges.append((first, last, True))
        done = last
    if done < size:
        ranges.append((done, size, False))
    return tuple(_stage(condensed.flow, first, last, is_loop=loop) for first, last, loop in ranges)


def _stage(flow: Matrix, first: int, last: int, *, is_loop: bool) -> _Stage:
    start, end = flow.indptr[first], flow.indptr[last]
    columns, values = flow.indices[start:end], flow.data[start:end]
    rows = np.repeat(np.arange(last - first, dtype=np.int32), np.diff(flow.indptr[first : last + 1]))
    own = columns >= first
    size = last - first
    inner: Matrix = sp.csr_array((values[own], (rows[own], columns[own] - first)), shape=(size, size))
    below: Matrix = sp.csr_array((values[~own], (rows[~own], columns[~own])), shape=(size, flow.shape[0]))
    return _Stage(first, last, inner, below, LargeLoop(inner) if is_loop else None)


def _triangular(own: Matrix, right: Floats, *, transposed: bool = False) -> Floats:
    """(I − own)⁻¹ right, or its transpose: `own` is strictly lower triangular, so this is one pass."""
    if own.nnz == 0:
        return right.copy()
    system = (sp.eye_array(own.shape[0], format="csr") - own).tocsr()
    x: Floats = linalg.spsolve_triangular(
        system.T if transposed else system, right, lower=not transposed, unit_diagonal=True
    )
    return x


def _missing_of_sums(leaving: Floats, entered: Floats) -> Callable[[Floats], float]:
    """Share of what entered a loop that has not left it, the worst column."""
    total = entered.sum(axis=0)
    flows = total > 0

    def missing(x: Floats) -> float:
        left = (leaving @ x)[flows]
        return float(np.abs(1.0 - left / total[flows]).max(initial=0.0))

    return missing
