"""The balances that only measured flows enter: unmeasured flows contracted away, every flow classified.

A balanced component of the unmeasured graph becomes one row, Σ p_v · (balance of v), in which its unmeasured
flows cancel; an unbalanced one joins the boundary. A measured flow is redundant ⇔ its column survives: its
ends lie in different rows, or in one row with another gain (Mah, Stanley & Downing 1976; Crowe 1983).
"""

from dataclasses import dataclass
from enum import IntEnum

from chains.arrays import Codes, np
from chains.balance import Flags, Floats, Ints, Network, total_by
from chains.reconciliation.forest import GAIN_TOLERANCE
from chains.reconciliation.unmeasured import UnmeasuredGraph, unmeasured_graph


class FlowClass(IntEnum):
    """What the network knows of a flow beyond its own report."""

    REDUNDANT = 0
    NONREDUNDANT = 1
    OBSERVABLE = 2
    UNOBSERVABLE = 3


@dataclass(frozen=True, slots=True, eq=False)
class Contraction:
    """Rows 0 … `row_count`−1. `row` (n,) is row_count for nodes in no row.

    `weight` (n,) is a node's part p_v in its row.

    `columns` lists the redundant flows (k,). Column j has `first_coefficient` in row `first` and
    `second_coefficient` in row `second`; the latter is row_count with coefficient 0 when the column has one
    entry.
    """

    network: Network
    flow_class: Codes
    row: Ints
    weight: Floats
    row_count: int
    columns: Ints
    first: Ints
    second: Ints
    first_coefficient: Floats
    second_coefficient: Floats
    unmeasured: UnmeasuredGraph | None

    def rows_of(self, per_node: Floats) -> Floats:
        """(r,): Σ p_v · `per_node` over the nodes of each row."""
        return total_by(self.row, per_node * self.weight, self.row_count + 1)[:-1]

    def to_nodes(self, per_row: Floats) -> Floats:
        """(n,): p_v · value of the node's row, 0 for nodes in no row."""
        return np.append(per_row, 0.0)[self.row] * self.weight


def contract(network: Network, measured: Flags) -> Contraction:
    """Classify all flows and build the rows; linear in nodes and flows."""
    if bool(measured.all()):
        graph = None
        row, weight, row_count = (
            np.arange(network.node_count),
            np.ones(network.node_count),
            network.node_count,
        )
    else:
        graph = unmeasured_graph(network, np.flatnonzero(~measured))
        row_count = int(np.count_nonzero(graph.balanced))
        row_of_component = np.where(graph.balanced, np.cumsum(graph.balanced) - 1, row_count)
        row, weight = row_of_component[graph.forest.label], graph.potential
    flows = np.arange(network.flow_count) if graph is None else np.flatnonzero(measured)
    first, second, one, other = _columns(network, flows, row, weight, row_count)
    live = one != 0.0
    flow_class = np.full(network.flow_count, FlowClass.UNOBSERVABLE, np.int8)
    flow_class[flows] = np.where(live, FlowClass.REDUNDANT, FlowClass.NONREDUNDANT)
    if graph is not None:
        flow_class[graph.observable] = FlowClass.OBSERVABLE
    if not bool(live.all()):
        flows, first, second, one, other = (part[live] for part in (flows, first, second, one, other))
    return Contraction(network, flow_class, row, weight, row_count, flows, first, second, one, other, graph)


def _columns(
    network: Network, flows: Ints, row: Ints, weight: Floats, row_count: int
) -> tuple[Ints, Ints, Floats, Floats]:
    """Rows and coefficients of `flows`: a zero column has coefficient 0, a single entry stands first."""
    rows, weights = np.append(row, row_count), np.append(weight, 0.0)
    source, target = network.source[flows], network.target[flows]
    first, second = rows[source], rows[target]
    one = np.where(first < row_count, -weights[source], 0.0)
    other = np.where(second < row_count, network.yields[flows] * weights[target], 0.0)
    joined = (first == second) & (first < row_count)
    if bool(joined.any()):
        total = one + other
        closes = np.abs(total) <= GAIN_TOLERANCE * np.maximum(np.abs(one), np.abs(other))
        one = np.where(joined, np.where(closes, 0.0, total), one)
        other = np.where(joined, 0.0, other)
        second = np.where(joined, row_count, second)
    swap = one == 0.0
    if bool(swap.any()):
        first, second = np.where(swap, second, first), np.where(swap, first, second)
        one, other = np.where(swap, other, one), np.where(swap, 0.0, other)
        second = np.where(other == 0.0, row_count, second)
    return first, second, one, other
