"""A network of flows as arrays, and its mass balance.

Nodes are 0 … n−1, flows 0 … m−1. A flow leaves `source`, and `yields` times its mass arrives at `target`;
OUTSIDE stands for the world beyond the boundary, which keeps no balance. The balance of a node is Σ yield·x
(in) − Σ x (out) = 0; in matrix form A x = 0 with A[source, j] = −1 and A[target, j] = yield (Narasimhan &
Jordache 2000, ch. 3, with yields).
"""

from dataclasses import dataclass
from typing import TypeAlias

from chains import arrays
from chains.arrays import np

Floats: TypeAlias = arrays.Floats
Ints: TypeAlias = arrays.Longs
Flags: TypeAlias = arrays.Flags

OUTSIDE = -1


def total_by(index: Ints, values: Floats, size: int) -> Floats:
    """(size,): the sum of `values` at each index, as floats even when there is nothing to sum."""
    return np.bincount(index, weights=values, minlength=size).astype(np.float64, copy=False)


class NetworkError(ValueError):
    """Arrays that are no network.

    The text is for developers, files are checked by `reconciliation.documents`.
    """


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Flows between nodes. Shapes: `source`, `target`, `yields` are (m,); a yield is a fraction in (0, 1]."""

    node_count: int
    source: Ints
    target: Ints
    yields: Floats

    def __post_init__(self) -> None:
        if not self.source.shape == self.target.shape == self.yields.shape or self.source.ndim != 1:
            raise NetworkError("source, target and yields must be of one length")
        for ends in (self.source, self.target):
            if ends.size and (ends.min() < OUTSIDE or ends.max() >= self.node_count):
                raise NetworkError("a flow ends at a node that does not exist")
        if not bool(np.all((self.yields > 0.0) & (self.yields <= 1.0))):
            raise NetworkError("a yield lies outside (0, 1]")

    @property
    def flow_count(self) -> int:
        return int(self.source.size)

    def imbalance(self, masses: Floats) -> Floats:
        """Compute A x, (n,): what arrives less what leaves at each node, in the unit of `masses` (m,)."""
        size = self.node_count + 1
        arriving = total_by(self.target + 1, self.yields * masses, size)
        leaving = total_by(self.source + 1, masses, size)
        return np.asarray((arriving - leaving)[1:])

    def seen_from_flows(self, potential: Floats) -> Floats:
        """Compute Aᵀ p, (m,) or (m, k), for a node potential (n,) or (n, k); outside it is 0."""
        padded = np.concatenate((potential, np.zeros((1, *potential.shape[1:]))))
        return np.asarray((padded[self.target].T * self.yields).T - padded[self.source])
