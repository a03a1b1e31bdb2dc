"""The engine's one table: each goal of the design, what was measured here, and whether it is met.

    .venv/bin/python -m bench.engine [--rounds 3] [--largest 1000000]

A ratio is formed within its round, ours and the reference one after the other on the same network; figures are
medians over the rounds. Times are processor seconds of one thread, so that a busy machine does not blur them.
Growth is the exponent of time over size by least squares of the logarithms. Peak memory is that of a process of
its own, the network included. Nothing is asserted: the exit code is 0 whatever the figures.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import argparse
import gc
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.networks import BalanceCase, FateCase, onward, pairs_of_firms, reported, traded_back
from bench.references import graph_of, power_series, propagation, scaled_gradients
from chains.attribution.fates import FateModel
from chains.attribution.solver import Solution
from chains.reconciliation import solve

SIZES = (1_000, 10_000, 100_000, 1_000_000)
LOOPS = (0.02, 0.05, 0.10)


@dataclass(frozen=True, slots=True)
class Line:
    """One goal; `limit` is a lower bound when `at_least`."""

    what: str
    limit: float
    measured: float
    note: str = ""
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def fates(case: FateCase) -> Solution:
    return FateModel(case.shares()).fates()


def timed(work: Callable[[], object]) -> float:
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def ratio(rounds: int, ours: Callable[[], object], other: Callable[[], object]) -> tuple[float, float, float]:
    """Median of ours / other, and the medians of both [s]."""
    pairs = [(timed(ours), timed(other)) for _ in range(rounds)]
    one, two = (statistics.median(times) for times in zip(*pairs, strict=True))
    return statistics.median(a / b for a, b in pairs), one, two


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def attribution(size: int, rounds: int) -> list[Line]:
    case = onward(size)
    graph = graph_of(case)
    source = int(case.flow.tocoo().row[0])
    walked, slow, _ = ratio(rounds, lambda: propagation(graph, source, case.fate), lambda: fates(case))
    series, own, other = ratio(rounds, lambda: fates(case), lambda: power_series(case))
    pairs = pairs_of_firms(size)
    hard, _, _ = ratio(rounds, lambda: fates(pairs), lambda: fates(case))
    done = fates(pairs)
    return [
        Line(
            f"fates of all {size:,} states / networkx, one source",
            100.0,
            walked,
            f"{own:.3f} s, networkx {slow:.1f} s",
            at_least=True,
        ),
        Line("fates / bare CSR power series", 1.5, series, f"{own:.3f} s, series {other:.3f} s"),
        Line("500 pairs at 99.9 % / easy network", 20.0, hard, f"{done.iterations} sweeps, {done.method}"),
        Line("500 pairs at 99.9 %: mass error", 1e-9, done.mass_error),
    ]


def attribution_growth(sizes: Sequence[int], rounds: int) -> list[Line]:
    lines = []
    for back in LOOPS:
        seconds, bare, error = [], [], 0.0
        for size in sizes:
            case = onward(size, back=back)
            _, own, other = ratio(rounds, lambda case=case: fates(case), lambda case=case: power_series(case))
            seconds.append(own)
            bare.append(other)
            error = max(error, fates(case).mass_error)
        shown = ", ".join(f"{one:.3g}" for one in seconds)
        note = f"{shown} s; power series {exponent(sizes, bare):.2f}; mass error {error:.0e}"
        lines.append(
            Line(f"growth of fates, {back:.0%} of flows go back", 1.15, exponent(sizes, seconds), note)
        )
    return lines


def reconciliation(size: int, rounds: int) -> list[Line]:
    case = reported(size, 10)
    found, own, other = ratio(rounds, lambda: _reconciled(case), lambda: scaled_gradients(case))
    pairs = traded_back(size)
    hard, _, _ = ratio(rounds, lambda: _reconciled(pairs), lambda: _reconciled(case))
    answer, _ = solve(pairs.network, pairs.reports)
    left = float(np.abs(answer.residual).max()) / float(pairs.reports.value.max())
    return [
        Line(
            f"reconciliation, {size:,} states, {case.network.flow_count:,} flows / bare CG",
            2.0,
            found,
            f"{own:.2f} s, bare {other:.2f} s",
        ),
        Line("reconciliation, pairs at 99.9 % / easy network", 20.0, hard, f"{answer.iterations} iterations"),
        Line("reconciliation, pairs at 99.9 %: share of mass left open", 1e-9, left),
    ]


def _reconciled(case: BalanceCase) -> object:
    return solve(case.network, case.reports)


def reconciliation_growth(sizes: Sequence[int], rounds: int) -> list[Line]:
    """Up to 1,000 rows are factored densely, so the sizes that are iterated are shown by themselves too."""
    seconds, bare = [], []
    for size in sizes:
        case = reported(size, 5)
        _, own, other = ratio(
            rounds, lambda case=case: _reconciled(case), lambda case=case: scaled_gradients(case)
        )
        seconds.append(own)
        bare.append(other)
    lines = []
    for first in (0, 1):
        part = sizes[first:]
        if len(part) < 2:
            continue
        shown = ", ".join(f"{one:.3g}" for one in seconds[first:])
        note = f"{shown} s; bare CG {exponent(part, bare[first:]):.2f}"
        what = f"growth of reconciliation, {part[0]:,} … {part[-1]:,} states"
        lines.append(Line(what, 1.15, exponent(part, seconds[first:]), note))
    return lines


def peak(what: str, size: int) -> float:
    """GB that one solve takes at its most, in a process of its own."""
    command = [sys.executable, "-m", "bench.engine", "--peak", what, "--largest", str(size)]
    return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def _peak_here(what: str, size: int) -> float:
    if what == "fates":
        fates(onward(size))
    else:
        _reconciled(reported(size, 5))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def table_of(lines: Sequence[Line]) -> Table:
    table = Table(title="The engine: goals and what was measured here")
    for head in ("what", "goal", "measured", "", "of which"):
        table.add_column(head, justify="right" if head in {"goal", "measured"} else "left", overflow="fold")
    for line in lines:
        sign = "≥" if line.at_least else "≤"
        table.add_row(
            line.what,
            f"{sign} {line.limit:g}",
            f"{line.measured:.3g}",
            "ok" if line.met else "NOT",
            line.note,
        )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--largest", type=int, default=SIZES[-1])
    parser.add_argument("--peak", choices=("fates", "reconciliation"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak:
        print(_peak_here(options.peak, options.largest))
        return
    sizes = [size for size in SIZES if size <= options.largest]
    size = min(options.largest, 100_000)
    lines = [
        *attribution(size, options.rounds),
        *attribution_growth(sizes, options.rounds),
        *reconciliation(size, options.rounds),
        *reconciliation_growth(sizes, options.rounds),
        *(
            Line(f"peak memory, {what} at {sizes[-1]:,} states, GB", 4.0, peak(what, sizes[-1]))
            for what in ("fates", "reconciliation")
        ),
    ]
    Console(width=150).print(table_of(lines))


if __name__ == "__main__":
    main()
