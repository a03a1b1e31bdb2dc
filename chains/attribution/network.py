"""A network of flows as arrays, and the shares it gives.

Units: masses in tonnes [t]; a share is tonnes per tonne of what passes through a state [1]. Shapes: n
states, m flows, k fate rows, F fates. Everything is numpy columns: at 10⁶ states a graph object takes half
a minute and 1.9 GB to build, the arrays below take a tenth of a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from chains import arrays
from chains.arrays import np
from chains.late import LateModule

if TYPE_CHECKING:
    import scipy.sparse as sp
else:
    sp = LateModule("scipy.sparse")

Floats: TypeAlias = arrays.Floats
Flags: TypeAlias = arrays.Flags
Index: TypeAlias = arrays.Index
Ints: TypeAlias = arrays.Ints
Matrix: TypeAlias = "sp.csr_array[np.float64, tuple[int, int]]"

UNTRACKED = "untracked"
AIR = "air"

# In and out of a state that differ by less than this part of the larger one differ by rounding of the sums.
ROUNDING = 1e-12


def times(matrix: Matrix | sp.csc_array[np.float64], x: Floats) -> Floats:
    """Product of a sparse matrix (n, m) and an array (m, k) as the array (n, k) it is."""
    product: Any = matrix @ x
    return np.asarray(product, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class FlowNetwork:
    """What is known of every state: inputs [t], flows [t] with what arrives per tonne sent [1], fates [t].

    `inputs` has shape (n,). `sender`, `receiver`, `tonnes`, `arriving`, `rest` have shape (m,): a flow
    takes `tonnes` out of its sender, brings `tonnes · arriving` to its receiver, and the rest goes to the
    fate `rest` (an index into `fates`). `fate_state`, `fate`, `fate_tonnes` have shape (k,). All masses are
    finite and ≥ 0, all `arriving` within 0…1: the readers see to that (chains.attribution.files,
    app/chain_runs). Rows may repeat and come in any order.
    """

    inputs: Floats
    sender: Ints
    receiver: Ints
    tonnes: Floats
    arriving: Floats
    rest: Ints
    fate_state: Ints
    fate: Ints
    fate_tonnes: Floats
    fates: tuple[str, ...]

    @property
    def size(self) -> int:
        """Number of states n."""
        return len(self.inputs)


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Where a tonne in a state goes next: every row of (`flow` `fate`) sums to 1.

    `flow` Q, n × n, share of what passes through state i that arrives at state j. `fate` R, n × F, share
    that ends in fate f; the column UNTRACKED takes what comes in and is not accounted for. `source` (n,)
    [t] = inputs + unexplained. `received`, `sent` (n,) [t] are the two sides of each state's balance:
    `unexplained` = max(0, sent − received) is a source nobody reported, `untracked` = max(0, received −
    sent) a fate nobody reported.
    """

    flow: Matrix
    fate: Floats
    fates: tuple[str, ...]
    source: Floats
    received: Floats
    sent: Floats
    unexplained: Floats
    untracked: Floats

    @property
    def size(self) -> int:
        """Number of states n."""
        return len(self.source)


def shares_of(network: FlowNetwork) -> Shares:
    """Shares of each state from its tonnes.

    Through state i pass T_i = max(received_i, sent_i) tonnes; Q_ij = Σ tonnes · arriving / T_i, R_if =
    (fates + rests) / T_i. What came in and was not sent is the fate UNTRACKED; what was sent and never came
    in is an unexplained source, so that the books close. A state through which nothing passes gives all of
    it to UNTRACKED. Rows are summed in one fixed order, so the order they came in changes no bit.
    """
    network = _in_order(network)
    size, fates = network.size, network.fates
    if UNTRACKED not in fates:
        fates = (*fates, UNTRACKED)
    ends = _fate_tonnes(network, len(fates))
    arrived = network.tonnes * network.arriving
    received = network.inputs + _summed(network.receiver, arrived, size)
    sent = _summed(network.sender, network.tonnes, size) + _summed(
        network.fate_state, network.fate_tonnes, size
    )
    gap = received - sent
    gap[np.abs(gap) <= ROUNDING * np.maximum(received, sent)] = 0.0
    untracked, unexplained = np.maximum(gap, 0.0), np.maximum(-gap, 0.0)
    ends[:, fates.index(UNTRACKED)] += untracked
    through = np.where(gap > 0, received, sent)
    idle = through == 0
    ends[idle, fates.index(UNTRACKED)] = 1.0
    through[idle] = 1.0
    ends /= through[:, None]
    return Shares(
        flow=_flow_shares(network, arrived, through),
        fate=ends,
        fates=fates,
        source=network.inputs + unexplained,
        received=received,
        sent=sent,
        unexplained=unexplained,
        untracked=untracked,
    )


def _in_order(network: FlowNetwork) -> FlowNetwork:
    """Put the rows in one fixed order: by sender, receiver, then the figures."""
    pair = network.sender.astype(np.int64) * network.size + network.receiver
    flows = _order(pair, (network.rest, network.arriving, network.tonnes))
    pair = network.fate_state.astype(np.int64) * len(network.fates) + network.fate
    ends = _order(pair, (network.fate_tonnes,))
    return FlowNetwork(
        inputs=network.inputs,
        sender=network.sender[flows],
        receiver=network.receiver[flows],
        tonnes=network.tonnes[flows],
        arriving=network.arriving[flows],
        rest=network.rest[flows],
        fate_state=network.fate_state[ends],
        fate=network.fate[ends],
        fate_tonnes=network.fate_tonnes[ends],
        fates=network.fates,
    )


def _order(pair: Index, figures: tuple[Floats | Ints, ...]) -> Index:
    """Sort rows by pair, and by their figures only where a pair repeats, which is much faster than by all."""
    order = np.argsort(pair)
    again = np.zeros(len(order), dtype=np.bool_)
    equal = pair[order[1:]] == pair[order[:-1]]
    again[1:] |= equal
    again[:-1] |= equal
    repeated = order[again]
    if len(repeated):
        order[again] = repeated[np.lexsort((*(figure[repeated] for figure in figures), pair[repeated]))]
    return order


def _summed(index: Index, values: Floats, size: int) -> Floats:
    """Sum of the values of each index 0…size−1."""
    return np.asarray(np.bincount(index, values, size), dtype=np.float64)


def _fate_tonnes(network: FlowNetwork, fates: int) -> Floats:
    """Tonnes (n, F) from each state to each fate: reported, or lost on the way (tonnes · (1 − arriving))."""
    size = network.size
    place = network.fate_state.astype(np.int64) * fates + network.fate
    total = _summed(place, network.fate_tonnes, size * fates)
    losing = network.arriving < 1.0
    place = network.sender[losing].astype(np.int64) * fates + network.rest[losing]
    total += _summed(place, network.tonnes[losing] * (1.0 - network.arriving[losing]), size * fates)
    return total.reshape(size, fates)


def _flow_shares(network: FlowNetwork, arrived: Floats, through: Floats) -> Matrix:
    """Q (n × n) from rows in order: repeated pairs summed, empty ones left out."""
    size = network.size
    moving = arrived > 0
    sender, receiver, arrived = network.sender[moving], network.receiver[moving], arrived[moving]
    first = np.ones(len(sender), dtype=np.bool_)
    first[1:] = (sender[1:] != sender[:-1]) | (receiver[1:] != receiver[:-1])
    starts = np.flatnonzero(first)
    tonnes = np.add.reduceat(arrived, starts) if len(starts) else arrived
    sender, receiver = sender[starts], receiver[starts]
    row_ends = np.zeros(size + 1, dtype=np.int32)
    np.cumsum(np.bincount(sender, minlength=size), out=row_ends[1:])
    return sp.csr_array((tonnes / through[sender], receiver, row_ends), shape=(size, size))
