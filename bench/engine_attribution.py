"""Fates of every tonne: speed against two references in the same interleaved rounds, growth, hard cases.

    .venv/bin/python -m bench.engine_attribution [--rounds 3] [--largest 1000000]

Networks: ~5 flows a state, most of them onward, 2–10 % of them back, four fates, states in no helpful order.
References on the very same shares: (1) plain networkx propagation of one source, step by step along the edges
of a DiGraph until 1e-9 of the tonne is left; (2) a bare scipy CSR power series B ← Q B + R, stopped on mass.
Figures are medians over the rounds; a ratio is formed within its round.
"""

import argparse
import math
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import networkx as nx
import numpy as np
import scipy.sparse as sp
from rich.console import Console
from rich.table import Table

from chains.attribution.fates import FateModel
from chains.attribution.network import UNTRACKED, Floats, Matrix, Shares
from chains.attribution.solver import Solution

FATES = ("product", "disposed", "stored", "air")
MASS = 1e-9


@dataclass(frozen=True, slots=True)
class Case:
    """Shares of a network: Q (n, n), R (n, 4)."""

    flow: Matrix
    fate: Floats

    def shares(self) -> Shares:
        size, nothing = self.flow.shape[0], np.zeros(self.flow.shape[0])
        fate = np.column_stack([self.fate, nothing])
        ones = np.ones(size)
        return Shares(self.flow, fate, (*FATES, UNTRACKED), ones, ones, ones, nothing, nothing)


def network(size: int, *, back: float = 0.05, seed: int = 1) -> Case:
    """Draw a network; the numbering is shuffled, so that it helps nobody."""
    random = np.random.default_rng(seed)
    links = 5 * size
    start = random.integers(0, size, links)
    onward = start + 1 + (random.random(links) * (size - start)).astype(np.int64)
    end = np.minimum(size - 1, onward)
    turns = random.random(links) < back
    end[turns] = (random.random(np.count_nonzero(turns)) * (start[turns] + 1)).astype(np.int64)
    place = random.permutation(size)
    weight = random.random(links)
    fate = random.random((size, len(FATES))) * 0.625
    return _shares(sp.csr_array((weight, (place[start], place[end])), shape=(size, size)), fate)


def ping_pong(size: int, pairs: int = 500, kept: float = 0.999, seed: int = 2) -> Case:
    """Take the easy network; `pairs` of its states ship the share `kept` of all they have to each other."""
    easy = network(size)
    chosen = np.random.default_rng(seed).permutation(size)[: 2 * pairs].reshape(pairs, 2)
    keep = np.ones(size)
    keep[chosen] = 1.0 - kept
    ends = (np.concatenate([chosen[:, 0], chosen[:, 1]]), np.concatenate([chosen[:, 1], chosen[:, 0]]))
    inner = sp.csr_array((np.full(2 * pairs, kept), ends), shape=(size, size))
    return _shares(sp.csr_array(sp.diags_array(keep) @ easy.flow + inner), easy.fate * keep[:, None])


def _shares(flow: Matrix, fate: Floats) -> Case:
    total = flow.sum(axis=1) + fate.sum(axis=1)
    scaled = sp.csr_array(sp.diags_array(1.0 / total) @ flow)
    scaled.sum_duplicates()
    indices, ends = scaled.indices.astype(np.int32), scaled.indptr.astype(np.int32)
    return Case(sp.csr_array((scaled.data, indices, ends), shape=flow.shape), fate / total[:, None])


def fates(case: Case) -> Solution:
    return FateModel(case.shares()).fates()


def power_series(case: Case) -> int:
    """Bare reference: B ← Q B + R; the number of sweeps."""
    found, sweeps = case.fate.copy(), 0
    while np.abs(1.0 - found.sum(axis=1)).max() > MASS:
        found = case.flow @ found + case.fate
        sweeps += 1
    return sweeps


def propagation(graph: "nx.DiGraph[int]", source: int, fate: Floats) -> dict[str, float]:
    """Plain networkx reference: one tonne from one source, step by step along the edges, to its fates."""
    totals = dict.fromkeys(FATES, 0.0)
    front = {source: 1.0}
    while sum(front.values()) > MASS:
        following: dict[int, float] = {}
        for state, mass in front.items():
            for kind, share in zip(FATES, fate[state], strict=True):
                totals[kind] += mass * share
            for _, target, share in graph.out_edges(state, data="share"):
                following[target] = following.get(target, 0.0) + mass * share
        front = following
    return totals


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratios(console: Console, rounds: int, size: int = 100_000) -> None:
    """Compare with both references, in interleaved rounds."""
    case = network(size)
    start = time.perf_counter()
    graph: nx.DiGraph[int] = nx.DiGraph()
    coo = case.flow.tocoo()
    graph.add_weighted_edges_from(
        zip(coo.row.tolist(), coo.col.tolist(), coo.data.tolist(), strict=True), "share"
    )
    building = time.perf_counter() - start
    source = int(coo.row[0])
    ours, series, walked = [], [], []
    for _ in range(rounds):
        ours.append(timed(lambda: fates(case)))
        series.append(timed(lambda: power_series(case)))
        walked.append(timed(lambda: propagation(graph, source, case.fate)))
    table = Table(
        title=f"Four fates of all {size:,} states, {case.flow.nnz:,} flows; median of {rounds} rounds"
    )
    for head in ("program", "s", "ratio to ours, same round"):
        table.add_column(head, justify="left" if head == "program" else "right")
    table.add_row("ours (sets, order, solve)", f"{statistics.median(ours):.3f}", "1")
    for name, times in (("bare CSR power series", series), ("networkx, one source", walked)):
        ratio = statistics.median(other / own for other, own in zip(times, ours, strict=True))
        table.add_row(name, f"{statistics.median(times):.3f}", f"{ratio:.2f}")
    table.add_row("(building the networkx graph)", f"{building:.1f}", "")
    console.print(table)


def growth(console: Console, rounds: int, largest: int) -> None:
    """Time over sizes and shares of back flows, and the exponent of the growth."""
    table = Table(title=f"Growth; median of {rounds} rounds")
    for head in ("states", "back flows", "s", "power series s", "sweeps", "mass error", "method", "exponent"):
        table.add_column(head, justify="right")
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000) if size <= largest]
    for back in (0.02, 0.05, 0.10):
        medians: list[float] = []
        for size in sizes:
            case = network(size, back=back)
            times, series = [], []
            for _ in range(rounds):
                times.append(timed(lambda case=case: fates(case)))
                series.append(timed(lambda case=case: power_series(case)))
            done = fates(case)
            medians.append(statistics.median(times))
            exponent = f"{_slope(sizes[: len(medians)], medians):.2f}" if size == sizes[-1] else ""
            table.add_row(
                f"{size:,}", f"{back:.0%}", f"{medians[-1]:.4f}", f"{statistics.median(series):.4f}",
                str(done.iterations), f"{done.mass_error:.1e}", done.method, exponent,
            )  # fmt: skip
    console.print(table)


def _slope(sizes: list[int], times: list[float]) -> float:
    """Exponent p of time ~ size^p by least squares of the logarithms."""
    if len(sizes) < 2:
        return math.nan
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def hard(console: Console, rounds: int, size: int = 100_000) -> None:
    """Compare the pairs at 99.9 % with the easy network of the same size."""
    easy, pairs = network(size), ping_pong(size)
    ratio = []
    for _ in range(rounds):
        own = timed(lambda: fates(easy))
        ratio.append(timed(lambda: fates(pairs)) / own)
    done = fates(pairs)
    table = Table(title=f"500 pairs at 99.9 % among {size:,} states")
    for head in ("time / easy case", "sweeps", "mass error", "method"):
        table.add_column(head, justify="right")
    table.add_row(
        f"{statistics.median(ratio):.1f}", str(done.iterations), f"{done.mass_error:.1e}", done.method
    )
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--largest", type=int, default=1_000_000)
    options = parser.parse_args()
    console = Console(width=140)
    ratios(console, options.rounds)
    hard(console, options.rounds)
    growth(console, options.rounds, options.largest)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    console.print(f"Peak memory of the whole run: {peak:.2f} GB")


if __name__ == "__main__":
    main()
