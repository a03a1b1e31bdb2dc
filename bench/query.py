"""One region's rate over HTTP, on many lines in PostgreSQL; beside the sum over the lines themselves; by size.

    .venv/bin/python -m bench.query [--lines 100000,1000000] [--full] [--requests 300]

`--full` is 10 million lines, some minutes of filling. The lines are made in the database, five wastes for each site's month,
with the rollup that filing would have kept. The same figure is then asked for over HTTP (token, limits and all), and as
PostgreSQL adds it up from the lines of the region: without an index to help it, and with those there are. Medians and the
99th percentile over the requests; growth is the exponent of time over size. Nothing is asserted.
"""

import argparse
import math
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from rich.console import Console

from bench.goals import Line, table_of
from bench.ingest import UNLIMITED
from bench.pressing import Pressed, press, request
from bench.query_world import MONTHS, REGION, fill, lines_in, sum_of_region
from bench.servers import OURS, PostgresDatabases, postgres, served

SIZES = (100_000, 1_000_000)
FULL = 10_000_000
GOAL_P99_MS, GOAL_TIMES = 20, 100
ADDRESS = f"/v1/rates?metric=utilization.new_waste&region={REGION}&from={MONTHS[0]}&to={MONTHS[-1]}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What one size took: the answers over HTTP, and the sums over the lines [ms]."""

    lines: int
    answers: Pressed
    heap_ms: float
    index_ms: float

    @property
    def p50_ms(self) -> float:
        return self.answers.quantile_ms(0.5)


def measure(databases: PostgresDatabases, size: int, requests: int) -> Measured:
    url = databases.new()
    token = fill(url, size)
    asked = request("GET", ADDRESS, token)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = UNLIMITED | {"database_url": url, "worker_in_server": "false"}
        with served("ours", OURS, folder, **settings) as server:
            for count in (20, requests):
                supply = iter([asked] * count)
                answers = press(server.port, supply, connections=1, seconds=60, process=server.process)
    if set(answers.statuses) != {200}:
        raise RuntimeError(f"the service answered {dict(answers.statuses)}")
    with psycopg.connect(url) as connection:
        stored = lines_in(connection)
        heap = _timed(connection, index=False)
        return Measured(stored, answers, heap, _timed(connection, index=True))


def _timed(connection: "psycopg.Connection[tuple[object, ...]]", *, index: bool) -> float:
    """The median of three sums over the lines of the region [ms]."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        sum_of_region(connection, index=index)
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def goals(found: Sequence[Measured]) -> list[Line]:
    """The goals of asking, on the largest size."""
    last, first = found[-1], found[0]
    on = f"on {last.lines:,} lines"
    lines = [
        Line(
            f"one region's rate over HTTP {on}: p99, ms",
            GOAL_P99_MS,
            last.answers.quantile_ms(0.99),
            f"p50 {last.p50_ms:.1f} ms, {last.answers.cpu_us:,.0f} µs of CPU",
        ),
        Line(
            f"the sum over the raw heap {on} / over HTTP",
            GOAL_TIMES,
            last.heap_ms / last.p50_ms,
            f"heap {last.heap_ms:,.0f} ms, with indexes {last.index_ms:,.0f} ms",
            at_least=True,
        ),
    ]
    if last.lines > first.lines:
        growth = math.log(last.p50_ms / first.p50_ms) / math.log(last.lines / first.lines)
        sizes = ", ".join(f"{each.lines:,}: {each.p50_ms:.1f} ms" for each in found)
        lines.append(Line("growth of the rate with the lines, exponent", 0.3, growth, sizes))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", default=",".join(map(str, SIZES)))
    parser.add_argument("--full", action="store_true", help="10 million lines too")
    parser.add_argument("--requests", type=int, default=300)
    options = parser.parse_args()
    sizes = [int(size) for size in options.lines.split(",")] + ([FULL] if options.full else [])
    with postgres() as databases:
        found = [measure(databases, size, options.requests) for size in sizes]
    Console(width=130).print(table_of("Asking: goals and what was measured here", goals(found)))


if __name__ == "__main__":
    main()
