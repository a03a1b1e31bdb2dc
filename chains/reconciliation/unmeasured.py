"""The flows nobody measured: which of them the balances fix, and their values.

An unmeasured flow is observable ⇔ no set of unmeasured flows that contains it can circulate unseen, that is ⇔
it is a coloop of the unmeasured graph. With all yields 1 that is “a bridge of the graph with the boundary
node” (Crowe 1983; Narasimhan & Jordache 2000, ch. 3); with yields a cycle whose gains multiply to something
else than 1 pins its own flow, so the graph is a gain graph (Zaslavsky 1989) and a component is *balanced*
when it has no such cycle and no flow across the boundary. Linear time: whether a cut of a tree is crossed,
and by what, is read off sums of random 64-bit labels (cycle-space sampling, Pritchard & Thurimella 2011; the
labels are seeded, the chance of an error is e·2⁻⁶⁴).
"""

from dataclasses import dataclass

from chains.arrays import np
from chains.balance import OUTSIDE, Flags, Floats, Ints, Network, total_by
from chains.reconciliation.forest import GAIN_TOLERANCE, Forest, spanning_forest

_LABEL_SEED = 20260101


@dataclass(frozen=True, slots=True, eq=False)
class UnmeasuredGraph:
    """The unmeasured flows of a network, in three kinds, and the forest over those with two ends.

    `inner` (two different nodes) and `half` (boundary, or a loop that loses mass) index flows of the network;
    flows that touch no balance are in neither. `half_node`, `half_coefficient` are (h,); `closes` (c,) picks
    for each component the flow that takes up its imbalance: an inner edge number, inner.size + a half number,
    or −1 where it is balanced.
    """

    network: Network
    inner: Ints
    half: Ints
    half_node: Ints
    half_coefficient: Floats
    forest: Forest
    potential: Floats
    closes: Ints
    observable: Flags

    @property
    def balanced(self) -> Flags:
        """(c,): components whose balances leave one condition on the measured flows."""
        return self.closes < 0

    def closing_column(self) -> Floats:
        """(n,).

        Potential × coefficient of the closing flow of each unbalanced component at its ends, else 0.
        """
        column = np.zeros(self.network.node_count)
        closing = self.closes[self.closes >= 0]
        inner = self.inner[closing[closing < self.inner.size]]
        np.add.at(column, self.network.source[inner], -1.0)
        np.add.at(column, self.network.target[inner], self.network.yields[inner])
        half = closing[closing >= self.inner.size] - self.inner.size
        column[self.half_node[half]] = self.half_coefficient[half]
        return column * self.potential

    def solve(self, demand: Floats) -> Floats:
        """(m,): unmeasured flows x_u with A_u x_u = `demand` (n,), 0 elsewhere.

        Observable flows have their only value; the others one of many (those off the forest carry nothing).
        """
        weighted = demand * self.potential
        masses = np.zeros(self.network.flow_count)
        open_ = self.closes >= 0
        if bool(open_.any()):
            column = self.closing_column()
            label, count = self.forest.label, self.forest.count
            need = total_by(label, weighted, count)
            gives = total_by(label, column, count)
            amount = np.zeros(count)
            amount[open_] = need[open_] / gives[open_]
            masses[self._closing_flows()] = amount[open_]
            weighted = weighted - column * amount[label]
        below = self.forest.sums_below(weighted)
        child, flow, sign = self._tree()
        masses[flow] = sign * below[child] / self.potential[self.network.source[flow]]
        return masses

    def weights_on_demand(self, weights: Floats) -> Floats:
        """Apply the adjoint of `solve`: q (n,) or (n, k) with qᵀ demand = `weights`ᵀ solve(demand).

        `weights` is (m,) or (m, k); what lies on measured flows is ignored.
        """
        child, flow, sign = self._tree()
        at_child = np.zeros((self.network.node_count, *weights.shape[1:]))
        scale = sign / self.potential[self.network.source[flow]]
        at_child[child] = (weights[flow].T * scale).T
        q = self.forest.sums_to_root(at_child)
        open_ = self.closes >= 0
        if bool(open_.any()):
            column = self.closing_column()
            label, count = self.forest.label, self.forest.count
            gives = total_by(label, column, count)
            rest = np.zeros((count, *weights.shape[1:]))
            rest[open_] = weights[self._closing_flows()]
            np.add.at(rest, label, -(q.T * column).T)
            rest[open_] = (rest[open_].T / gives[open_]).T
            rest[~open_] = 0.0
            q = q + rest[label]
        return (q.T * self.potential).T

    def _closing_flows(self) -> Ints:
        closing = self.closes[self.closes >= 0]
        return np.concatenate((self.inner, self.half))[closing]

    def _tree(self) -> tuple[Ints, Ints, Floats]:
        """Children, flow to the parent, and +1 where the flow runs towards the child."""
        child = np.flatnonzero(self.forest.edge >= 0)
        flow = self.inner[self.forest.edge[child]]
        return child, flow, np.where(self.forest.child_is_head[child], 1.0, -1.0)


def unmeasured_graph(network: Network, flows: Ints) -> UnmeasuredGraph:
    """Classify `flows`, the unmeasured flows of `network`."""
    source, target, yields = network.source[flows], network.target[flows], network.yields[flows]
    loop = (source == target) & (source != OUTSIDE)
    crosses = (source == OUTSIDE) != (target == OUTSIDE)
    inner = flows[(source != OUTSIDE) & (target != OUTSIDE) & ~loop]
    half = flows[crosses | (loop & (np.abs(np.log(yields)) > GAIN_TOLERANCE))]
    half_node = np.maximum(network.source[half], network.target[half])
    half_coefficient = np.where(network.source[half] == OUTSIDE, 0.0, -1.0) + np.where(
        network.target[half] == OUTSIDE, 0.0, network.yields[half]
    )
    forest = spanning_forest(
        network.node_count, network.source[inner], network.target[inner], np.log(network.yields[inner])
    )
    off_tree = ~forest.in_tree(inner.size)
    unbalanced = off_tree & (np.abs(forest.mismatch) > GAIN_TOLERANCE)
    label = forest.label[network.source[inner]]
    half_label = forest.label[half_node]
    openings = np.bincount(label[unbalanced], minlength=forest.count)
    openings = openings + np.bincount(half_label, minlength=forest.count)

    observable = np.zeros(network.flow_count, np.bool_)
    observable[inner[unbalanced]] = openings[label[unbalanced]] == 1
    observable[half] = openings[half_label] == 1
    tree = forest.edge >= 0
    fixed = _fixed_tree_edges(
        _Openings(network.source[inner], network.target[inner], half_node, unbalanced, openings), forest
    )
    observable[inner[forest.edge[tree]]] = fixed[tree]

    closes = np.full(forest.count, -1)
    closes[label[unbalanced][::-1]] = np.flatnonzero(unbalanced)[::-1]
    closes[half_label[::-1]] = inner.size + np.arange(half.size)[::-1]
    return UnmeasuredGraph(
        network, inner, half, half_node, half_coefficient, forest, forest.potential(), closes, observable
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Openings:
    """What keeps components from being balanced: `unbalanced` edges (e,) among tail–head, and half edges.

    `count` (c,) is the number of both in each component.
    """

    tail: Ints
    head: Ints
    half_node: Ints
    unbalanced: Flags
    count: Ints


def _fixed_tree_edges(openings: _Openings, forest: Forest) -> Flags:
    """(n,): whether the edge from a node to its parent is a coloop.

    A bridge is one when a side of it is balanced; another tree edge when everything that crosses its cut is
    exactly what unbalances the component, all with one gain: then the component falls into balance without
    it.
    """
    half_node = openings.half_node
    crossing = np.flatnonzero(~forest.in_tree(openings.tail.size))
    tail, head = openings.tail[crossing], openings.head[crossing]
    opens = openings.unbalanced[crossing]
    turned = opens & (forest.mismatch[crossing] < 0.0)
    tail, head = np.where(turned, head, tail), np.where(turned, tail, head)

    name = np.random.default_rng(_LABEL_SEED).integers(1, 2**64, crossing.size, np.uint64)
    marks = np.zeros(forest.label.size, np.uint64)
    np.add.at(marks, head, name)
    np.subtract.at(marks, tail, name)
    crossed = forest.sums_below(marks)
    whole = np.zeros(forest.count, np.uint64)
    np.add.at(whole, forest.label[tail[opens]], name[opens])

    counted = np.zeros(forest.label.size, np.uint64)
    np.add.at(counted, tail[opens], np.uint64(1))
    np.add.at(counted, half_node, np.uint64(1))
    inside = forest.sums_below(counted).astype(np.int64)
    total = openings.count[forest.label]
    bridge = (crossed == 0) & ((inside == 0) | (inside == total))

    one_gain = _one_gain(forest, crossing[opens], forest.label[tail[opens]])
    one_gain &= np.bincount(forest.label[half_node], minlength=forest.count) == 0
    same = (crossed == whole[forest.label]) | (crossed == (np.uint64(0) - whole[forest.label]))
    return np.asarray(bridge | ((crossed != 0) & (total > 0) & one_gain[forest.label] & same))


def _one_gain(forest: Forest, edges: Ints, label: Ints) -> Flags:
    """(c,): whether all unbalanced edges of a component share one gain (in their turned direction)."""
    size = np.abs(forest.mismatch[edges])
    least, most = np.full(forest.count, np.inf), np.zeros(forest.count)
    np.minimum.at(least, label, size)
    np.maximum.at(most, label, size)
    with np.errstate(invalid="ignore"):
        return np.asarray(most - least <= GAIN_TOLERANCE)
