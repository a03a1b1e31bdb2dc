"""Cholesky of small components, all components of one size in one batch."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chains.arrays import np
from chains.balance import Floats, Ints

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: what is added to the unit diagonal when rounding has made a scaled matrix indefinite
_RIDGE = 1e-13
#: floats one block of a batched product may hold
_BLOCK = 1 << 22


@dataclass(frozen=True, slots=True, eq=False)
class DenseBatch:
    """c components of s rows: `rows` (c, s) and `root` (c, s, s) with S⁻¹ = rootᵀ root on the range of S."""

    rows: Ints
    root: Floats

    def solve(self, right: Floats, into: Floats) -> None:
        """Write S⁻¹ `right` (r,) or (r, k) at the rows of this batch."""
        part = right[self.rows]
        flat = part.reshape(*self.rows.shape, -1)
        image = np.matmul(self.root.transpose(0, 2, 1), np.matmul(self.root, flat))
        into[self.rows] = image.reshape(part.shape)

    def inverse_diagonal(self, into: Floats) -> None:
        """Write diag S⁻¹ at the rows of this batch."""
        into[self.rows] = np.einsum("cij,cij->cj", self.root, self.root)

    def leverages(
        self, place: Ints, position: Ints, other_position: Ints, one: Floats, other: Floats
    ) -> Floats:
        """aᵀ S⁻¹ a per column, as ‖root a‖²: a sum of squares loses nothing where S⁻¹ itself would cancel.

        `place` is the component's number in the batch; positions are rows within it (−1: no second entry).
        """
        answer = np.empty(place.size)
        span = max(1, _BLOCK // max(1, self.rows.shape[1]))
        for begin in range(0, place.size, span):
            part = slice(begin, begin + span)
            image = self.root[place[part], :, position[part]] * one[part, None]
            image += self.root[place[part], :, other_position[part]] * other[part, None]
            answer[part] = np.einsum("ij,ij->i", image, image)
        return answer


def factor(rows: Ints, scaled: Floats, diagonal: Floats, null: Floats) -> DenseBatch:
    """Factor matrices (c, s, s) of unit diagonal.

    `diagonal` (r,) is diag S, `null` (r,) the null vectors of S (or 0).

    A null vector is filled in before factoring: right sides and columns are orthogonal to it, so no answer
    sees it.
    """
    scale = np.sqrt(diagonal[rows])
    scale[scale == 0.0] = 1.0
    missing = null[rows] * scale
    size = np.sqrt(np.einsum("cs,cs->c", missing, missing))
    missing /= np.where(size > 0.0, size, 1.0)[:, None]
    scaled = scaled + missing[:, :, None] * missing[:, None, :]
    identity = np.broadcast_to(np.eye(rows.shape[1]), scaled.shape)
    root = np.linalg.solve(_cholesky(scaled), identity) / scale[:, None, :]
    return DenseBatch(rows, root)


def _cholesky(scaled: Floats) -> "NDArray[np.floating]":
    try:
        return np.linalg.cholesky(scaled)
    except np.linalg.LinAlgError:
        return np.linalg.cholesky(scaled + _RIDGE * np.eye(scaled.shape[-1]))
