"""Reconciliation: speed against the bare scaled conjugate gradients, growth over sizes, hard cases.

    .venv/bin/python -m bench.engine_reconciliation [--rounds 3] [--largest 100000] [--tests]

Networks: ten flows a state, tonnages over six orders of magnitude, every flow reported with an error of 1, 2
or 5 %. The reference assembles D^-½ S D^-½ with scipy and solves it by scipy's conjugate gradients to the
same tolerance: no merger, no classes, no components, no bounds, no check. It runs in the same rounds; a ratio
is formed within its round, figures are medians. `solve` is everything up to bounded masses, `tests` what
follows: deviations of all flows by 64 random-sign solves, the suspects exact again, serial elimination.
"""

import argparse
import itertools
import math
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import sparse
from scipy.sparse.linalg import cg

from chains.balance import OUTSIDE, Floats, Network
from chains.reconciliation import Reports, reconcile, solve
from chains.reconciliation.normal import TOLERANCE

FLOWS_PER_STATE = 10
ERRORS = (0.01, 0.02, 0.05)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A network and its reports."""

    network: Network
    reports: Reports


def case_of(network: Network, masses: Floats, seed: int) -> Case:
    random = np.random.default_rng(seed)
    sigma = random.choice(ERRORS, masses.size) * masses
    value = masses + sigma * random.normal(size=masses.size)
    return Case(network, Reports(np.arange(masses.size), value, sigma))


def random_network(size: int, seed: int = 1) -> Case:
    """Draw flows between random states; generation and export close every balance."""
    random = np.random.default_rng(seed)
    links = (FLOWS_PER_STATE - 2) * size
    source, target = random.integers(0, size, links), random.integers(0, size, links)
    between = np.exp(random.normal(5.0, 1.5, links))
    surplus = np.bincount(target, between, size) - np.bincount(source, between, size)
    entering = np.maximum(-surplus, 0.0) + np.exp(random.normal(4.0, 1.0, size))
    own, outside = np.arange(size), np.full(size, OUTSIDE)
    network = Network(
        size,
        np.concatenate((source, outside, own)),
        np.concatenate((target, own, outside)),
        np.ones(links + 2 * size),
    )
    return case_of(network, np.concatenate((between, entering, entering + surplus)), seed)


def chain(size: int) -> Case:
    """Build one line of states."""
    at = np.arange(size)
    network = Network(size, np.append(OUTSIDE, at), np.append(at, OUTSIDE), np.ones(size + 1))
    return case_of(network, np.full(size + 1, 1000.0), 2)


def ping_pong(size: int) -> Case:
    """Build pairs that ship 99.9 % back and forth, one pair after the other."""
    pairs = size // 2
    a, b = 2 * np.arange(pairs), 2 * np.arange(pairs) + 1
    source = np.concatenate((a, b, [OUTSIDE], b))
    target = np.concatenate((b, a, [0], a[1:], [OUTSIDE]))
    masses = np.concatenate((np.full(pairs, 1000.0), np.full(pairs, 999.0), np.ones(pairs + 1)))
    return case_of(Network(2 * pairs, source, target, np.ones(source.size)), masses, 3)


def bare(case: Case) -> int:
    """Solve S λ = A y and nothing else; return the iterations."""
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

    def count(_: Floats) -> None:
        nonlocal steps
        steps += 1

    cg(system, network.imbalance(case.reports.value) * scale, rtol=TOLERANCE, callback=count)
    return steps


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of each round."""

    reference: list[float]
    own: list[float]
    whole: list[float]

    def row(self, case: Case) -> list[str]:
        found, _ = solve(case.network, case.reports)
        ratio = statistics.median(o / r for o, r in zip(self.own, self.reference, strict=True))
        extra = [w - o for w, o in zip(self.whole, self.own, strict=False)]
        return [
            f"{case.network.node_count:,}",
            f"{case.network.flow_count:,}",
            f"{statistics.median(self.reference):.3f}",
            f"{statistics.median(self.own):.3f}",
            f"{ratio:.2f}",
            f"{found.iterations or 'factored'} / {bare(case)}",
            f"{float(np.abs(found.residual).max()):.1e}",
            f"{statistics.median(extra):.2f}" if extra else "–",
        ]


def measure(case: Case, rounds: int, *, tests: bool) -> Measured:
    measured = Measured([], [], [])
    for _ in range(rounds):
        measured.reference.append(timed(lambda: bare(case)))
        measured.own.append(timed(lambda: solve(case.network, case.reports)))
        if tests:
            measured.whole.append(timed(lambda: reconcile(case.network, case.reports)))
    return measured


def sizes_table(largest: int, rounds: int, *, tests: bool) -> Table:
    table = Table(title=f"random networks, {FLOWS_PER_STATE} flows a state, {rounds} rounds")
    for head in ("states", "flows", "bare CG s", "solve s", "ratio", "iterations", "residual t", "tests s"):
        table.add_column(head, justify="right")
    size, times = 1_000, []
    while size <= largest:
        case = random_network(size)
        measured = measure(case, rounds, tests=tests)
        table.add_row(*measured.row(case))
        times.append(statistics.median(measured.own))
        size *= 10
    growth = ", ".join(f"{math.log10(b / a):.2f}" for a, b in itertools.pairwise(times))
    table.caption = (
        f"growth exponent of solve per decade: {growth} (1,000 states are factored, more are iterated)"
    )
    return table


def hard_table(size: int, rounds: int) -> Table:
    table = Table(title=f"hard shapes, {size:,} states")
    for head in ("network", "solve s", "against random", "iterations", "residual t", "J/dof"):
        table.add_column(head, justify="right")
    cases = {"random": random_network(size), "one chain": chain(size), "ping-pong 99.9 %": ping_pong(size)}
    runs: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            runs[name].append(timed(lambda case=case: solve(case.network, case.reports)))
    for name, case in cases.items():
        found, _ = solve(case.network, case.reports)
        ratio = statistics.median(t / r for t, r in zip(runs[name], runs["random"], strict=True))
        dof = int(found.equations.components.rank.sum())
        table.add_row(
            name,
            f"{statistics.median(runs[name]):.3f}",
            f"{ratio:.2f}",
            str(found.iterations),
            f"{float(np.abs(found.residual).max()):.1e}",
            f"{float(found.statistic.sum()) / dof:.3f}",
        )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--largest", type=int, default=100_000)
    parser.add_argument("--tests", action="store_true", help="time the statistical tests too")
    options = parser.parse_args()
    console = Console(width=140)
    console.print(sizes_table(options.largest, options.rounds, tests=options.tests))
    console.print(hard_table(min(options.largest, 100_000), options.rounds))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    console.print(f"peak memory {peak:.2f} GB")


if __name__ == "__main__":
    main()
