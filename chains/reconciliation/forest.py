"""A spanning forest of a network with gains, and sums along it, without a loop over nodes.

Every edge (tail, head) ties two potentials: p_tail = gain · p_head. A forest gives each node the potential
its tree demands; the `mismatch` of an edge is the log of the gain around the cycle it closes, 0 when the
cycle is balanced. Sums along the trees run by pointer doubling: O(n log depth), exact for integers. Rank and
balance of such graphs are those of gain graphs (Zaslavsky 1989, frame matroids); with all yields 1 they are
the textbook graph results.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from chains.arrays import np
from chains.balance import Flags, Floats, Ints
from chains.late import LateModule

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse
    from scipy.sparse import csgraph
else:
    sparse = LateModule("scipy.sparse")
    csgraph = LateModule("scipy.sparse.csgraph")

#: two gains this close (in log) are one: yields carry six decimals, cycles some thousand edges
GAIN_TOLERANCE = 1e-9

#: what lies further below the largest of its tree than e^-230 is nothing, but its square must not be 0
_LEAST_LOG = -230.0

Number = TypeVar("Number", "np.float64", "np.uint64")


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """Trees over n nodes and e edges. `parent` and `edge` are n and −1 at roots; `mismatch` is (e,)."""

    label: Ints
    count: int
    parent: Ints
    edge: Ints
    child_is_head: Flags
    log_potential: Floats
    mismatch: Floats
    jumps: tuple[Ints, ...]

    def in_tree(self, edge_count: int) -> Flags:
        """(e,): whether an edge is in the forest."""
        flags = np.zeros(edge_count, np.bool_)
        flags[self.edge[self.edge >= 0]] = True
        return flags

    def potential(self) -> Floats:
        """(n,): potentials, largest of each tree 1."""
        top = np.full(self.count, -np.inf)
        np.maximum.at(top, self.label, self.log_potential)
        return np.asarray(np.exp(np.maximum(self.log_potential - top[self.label], _LEAST_LOG)))

    def sums_below(self, weight: "NDArray[Number]") -> "NDArray[Number]":
        """(n,): the sum of `weight` (n,) over each node's subtree, itself included.

        Unsigned integers wrap.
        """
        total = np.append(weight, weight.dtype.type(0))
        for jump in self.jumps:
            moved = total[:-1].copy()
            np.add.at(total, jump, moved)
        return total[:-1]

    def sums_to_root(self, weight: Floats) -> Floats:
        """(n,) or (n, k): the sum of `weight` over the path from each node to its root, both included."""
        total = np.concatenate((weight, np.zeros((1, *weight.shape[1:]))))
        for jump in self.jumps:
            total[:-1] += total[jump]
        return total[:-1]


def spanning_forest(node_count: int, tail: Ints, head: Ints, log_gain: Floats) -> Forest:
    """Breadth-first trees of the graph with edges tail–head (two different ends each)."""
    label, parent = _trees(node_count, tail, head)
    edge, child_is_head = _tree_edges(parent, tail, head)
    jumps = _jumps(parent)
    step = np.zeros(node_count)
    has = edge >= 0
    used = edge[has]
    step[has] = np.where(child_is_head[has], -log_gain[used], log_gain[used])
    bare = Forest(label, int(label.max(initial=-1)) + 1, parent, edge, child_is_head, step, log_gain, jumps)
    log_potential = bare.sums_to_root(step)
    mismatch = log_gain + log_potential[head] - log_potential[tail]
    mismatch[used] = 0.0
    return Forest(label, bare.count, parent, edge, child_is_head, log_potential, mismatch, jumps)


def _trees(node_count: int, tail: Ints, head: Ints) -> tuple[Ints, Ints]:
    """Component labels and parents; one search from a node above all roots walks every component."""
    ones = np.ones(tail.size)
    graph = sparse.coo_array((ones, (tail, head)), shape=(node_count, node_count)).tocsr()
    count, label = csgraph.connected_components(graph, directed=False)
    roots = np.empty(int(count), np.int64)
    roots[label[::-1]] = np.arange(node_count)[::-1]
    above = np.full(roots.size, node_count)
    rows = np.concatenate((tail, head, above))
    columns = np.concatenate((head, tail, roots))
    both = sparse.coo_array((np.ones(rows.size), (rows, columns)), shape=(node_count + 1,) * 2).tocsr()
    _, before = csgraph.breadth_first_order(both, node_count, directed=True, return_predecessors=True)
    return label.astype(np.int64), before[:-1].astype(np.int64)


def _tree_edges(parent: Ints, tail: Ints, head: Ints) -> tuple[Ints, Flags]:
    """For each node the first edge to its parent, and whether the node is that edge's head."""
    number = np.arange(tail.size)
    edge = np.full(parent.size, tail.size)
    down, up = parent[head] == tail, parent[tail] == head
    np.minimum.at(edge, head[down], number[down])
    np.minimum.at(edge, tail[up], number[up])
    edge[edge == tail.size] = -1
    child_is_head = np.zeros(parent.size, np.bool_)
    has = edge >= 0
    child_is_head[has] = head[edge[has]] == np.flatnonzero(has)
    return edge, child_is_head


def _jumps(parent: Ints) -> tuple[Ints, ...]:
    """Find the 1st, 2nd, 4th, … ancestor of every node, n once past the root."""
    nowhere = parent.size
    jumps: list[Ints] = []
    jump = parent
    while bool(np.any(jump != nowhere)):
        jumps.append(jump)
        padded = np.append(jump, nowhere)
        jump = padded[jump]
    return tuple(jumps)
