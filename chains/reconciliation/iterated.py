"""The rows of components too large to factor: their scaled system and how it is iterated."""

from collections.abc import Callable

from chains.arrays import np
from chains.balance import Floats, Ints, total_by
from chains.reconciliation.gradients import (
    FACTOR_LIMIT,
    PLAIN_LIMIT,
    Descent,
    ScaledColumns,
    conjugate_gradients,
    precondition,
    unit_diagonal,
)

#: restarts with the factor
_REFINEMENTS = 2


class IteratedRows:
    """D^-½ S D^-½ for `rows` (l,); `scale` (l,) is D^-½ and `null` (l,) the scaled null vectors or 0.

    The factor is made when scaling alone has failed once, and kept: later right sides would fail alike.
    """

    def __init__(self, rows: Ints, columns: ScaledColumns, scale: Floats, null: Floats, label: Ints) -> None:
        self.rows = rows
        self._columns = columns
        self._scale = scale
        self._matrix = unit_diagonal(columns, rows.size)
        self._null = null
        self._label = np.unique(label, return_inverse=True)[1] if bool(null.any()) else None
        self._factor: Callable[[Floats], Floats] | None = None

    def solve(self, right: Floats, tolerance: float) -> Descent:
        """S⁻¹ `right` (l,) or (l, k)."""
        scale = self._scale if right.ndim == 1 else self._scale[:, None]
        part = self._without_null(right * scale)
        iterations, start = 0, None
        if self._factor is None:
            done = conjugate_gradients(self._matrix, part, tolerance=tolerance, limit=PLAIN_LIMIT)
            if done.relative_residual <= 2.0 * tolerance:
                return Descent(done.solution * scale, done.iterations, done.relative_residual)
            iterations, start = done.iterations, done.solution
            self._factor = precondition(self._columns, self._matrix)
        for _ in range(_REFINEMENTS):
            done = conjugate_gradients(
                self._matrix,
                part,
                tolerance=tolerance,
                limit=FACTOR_LIMIT,
                start=start,
                preconditioner=self._factor,
            )
            iterations, start = iterations + done.iterations, done.solution
            if done.relative_residual <= 2.0 * tolerance or not done.iterations:
                break
        return Descent(done.solution * scale, iterations, done.relative_residual)

    def _without_null(self, part: Floats) -> Floats:
        """Take rounding along the null vectors of closed components out of a right side."""
        if self._label is None:
            return part
        count = int(self._label.max()) + 1
        size = total_by(self._label, np.square(self._null), count)
        share = np.zeros((count, *part.shape[1:]))
        np.add.at(share, self._label, (part.T * self._null).T)
        share = (share.T / np.where(size > 0.0, size, 1.0)).T
        return np.asarray(part - (share[self._label].T * self._null).T)
