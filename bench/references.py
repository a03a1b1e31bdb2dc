"""What the engine is measured against: each does the bare arithmetic on the same network, and nothing else."""

from itertools import count

import networkx as nx
import numpy as np
from scipy import sparse
from scipy.sparse.linalg import cg

from bench.networks import FATES, BalanceCase, FateCase
from chains.balance import OUTSIDE, Floats
from chains.reconciliation.normal import TOLERANCE

_MASS = 1e-9


def power_series(case: FateCase) -> int:
    """B ← Q B + R in scipy CSR until the mass closes; the number of sweeps."""
    found = case.fate.copy()
    for sweeps in count():
        if np.abs(1.0 - found.sum(axis=1)).max() <= _MASS:
            return sweeps
        found = case.flow @ found + case.fate
    raise AssertionError("unreachable")


def graph_of(case: FateCase) -> "nx.DiGraph[int]":
    """Build the network as a networkx graph; `share` on the edges."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    table = case.flow.tocoo()
    rows = zip(table.row.tolist(), table.col.tolist(), table.data.tolist(), strict=True)
    graph.add_weighted_edges_from(rows, "share")
    return graph


def propagation(graph: "nx.DiGraph[int]", source: int, fate: Floats) -> dict[str, float]:
    """One tonne from one source, step by step along the edges of a networkx graph, to its fates."""
    totals = dict.fromkeys(FATES, 0.0)
    front = {source: 1.0}
    while sum(front.values()) > _MASS:
        following: dict[int, float] = {}
        for state, mass in front.items():
            for kind, share in zip(FATES, fate[state], strict=True):
                totals[kind] += mass * share
            for _, target, share in graph.out_edges(state, data="share"):
                following[target] = following.get(target, 0.0) + mass * share
        front = following
    return totals


def scaled_gradients(case: BalanceCase) -> int:
    """Assemble D^-½ S D^-½ and solve it by scipy's conjugate gradients to our tolerance; the iterations.

    No merger of reports, no classes, no components, no bounds, no check.
    """
    network, variance = case.network, np.square(case.reports.sigma)
    size, source, target = network.node_count, network.source, network.target
    leaves, arrives = source != OUTSIDE, target != OUTSIDE
    diagonal = np.bincount(source[leaves], variance[leaves], size)
    diagonal += np.bincount(target[arrives], variance[arrives], size)
    scale = 1.0 / np.sqrt(diagonal)
    inner = leaves & arrives
    a, b = source[inner], target[inner]
    cross = -variance[inner] * scale[a] * scale[b]
    own = np.arange(size)
    entries = np.concatenate((cross, cross, np.ones(size)))
    places = (np.concatenate((a, b, own)), np.concatenate((b, a, own)))
    system = sparse.coo_array((entries, places), shape=(size, size)).tocsr()
    steps = 0

    def step(_: Floats) -> None:
        nonlocal steps
        steps += 1

    cg(system, network.imbalance(case.reports.value) * scale, rtol=TOLERANCE, callback=step)
    return steps
