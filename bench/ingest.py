"""Filing: what one server takes from 16 connections, beside services that only store. Goal, figure, ratio, ok or not.

    .venv/bin/python -m bench.ingest [--rounds 3] [--seconds 4] [--databases sqlite,postgresql]

Real servers on loopback, pressed one after the other in each round; a ratio is formed within its round, figures are medians
over the rounds. Ours has everything on: token, limits, validation, versions, idempotency, transfers, rollup, events, audit.
The peers store the same ledger without looking at it. PostgreSQL is that of the tests and does not flush, which favours
the peers: they would flush once a ledger. Nothing is asserted: the exit code is 0 whatever the figures.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.goals import Line, table_of
from bench.ingest_parts import parts
from bench.ingest_world import Requests, fill
from bench.pressing import Pressed, press
from bench.servers import OURS, Server, postgres, served

CONNECTIONS = 16
CREATED = 201
PEERS = {"drf": "bench.peers.drf_store", "orm": "bench.peers.orm_store", "floor": "bench.peers.floor"}
UNLIMITED = {"rate_limit_client": "6000000/minute", "rate_limit_address": "6000000/minute"}

Round = Mapping[str, Pressed]
_P99_PART = {"sqlite": 1 / 10, "postgresql": 1 / 3}


def measure(kind: str, rounds: int, seconds: float) -> list[Round]:
    """Start ours and the peers, each on an empty database of its own, and press them in turn."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = _databases(kind, folder, stack)
        own = url("ours")
        supply: dict[str, Iterator[bytes]] = {"ours": iter(Requests(fill(own)))}
        settings = UNLIMITED | {"database_url": own, "worker_in_server": "false"}
        running = [stack.enter_context(served("ours", OURS, folder, **settings))]
        for name, module in PEERS.items():
            command = ("-m", module, url(name))
            running.append(stack.enter_context(served(name, command, folder)))
            supply[name] = iter(Requests([]))
        for each in running:
            _pressed(each, supply[each.name], 1)
        return [
            {each.name: _pressed(each, supply[each.name], seconds) for each in running} for _ in range(rounds)
        ]


def _databases(kind: str, folder: Path, stack: ExitStack) -> Callable[[str], str]:
    if kind == "sqlite":
        return lambda name: f"sqlite:///{folder / name}.db"
    server = stack.enter_context(postgres())
    return lambda _name: server.new()


def _pressed(server: Server, requests: Iterator[bytes], seconds: float) -> Pressed:
    done = press(server.port, requests, connections=CONNECTIONS, seconds=seconds, process=server.process)
    if set(done.statuses) != {CREATED}:
        raise RuntimeError(f"{server.name} answered {dict(done.statuses)}")
    return done


def _median(rounds: Sequence[Round], figure: Callable[[Round], float]) -> float:
    return statistics.median(figure(each) for each in rounds)


def figures(kind: str, rounds: Sequence[Round]) -> Table:
    """What each of them did."""
    table = Table(title=f"{kind}: ledgers of 5 lines and 10 transfers, {CONNECTIONS} connections")
    for head in ("server", "a second", "p50 ms", "p99 ms", "CPU µs a ledger"):
        table.add_column(head, justify="left" if head == "server" else "right")
    for name in rounds[0]:
        table.add_row(
            name,
            f"{_median(rounds, lambda each, name=name: each[name].a_second):,.0f}",
            f"{_median(rounds, lambda each, name=name: each[name].quantile_ms(0.5)):.1f}",
            f"{_median(rounds, lambda each, name=name: each[name].quantile_ms(0.99)):.1f}",
            f"{_median(rounds, lambda each, name=name: each[name].cpu_us):,.0f}",
        )
    return table


def goals(kind: str, rounds: Sequence[Round]) -> list[Line]:
    """The goals of filing, each ratio formed within its round."""

    def times(peer: str) -> float:
        return _median(rounds, lambda each: each["ours"].a_second / each[peer].a_second)

    def slower(each: Round) -> float:
        best = min(("drf", "orm"), key=lambda name: each[name].quantile_ms(0.99))
        return each["ours"].quantile_ms(0.99) / each[best].quantile_ms(0.99)

    def cpu(peer: str) -> str:
        found = _median(rounds, lambda each: each[peer].cpu_us / each["ours"].cpu_us)
        return f"its CPU a ledger is {found:.2f} × ours"

    return [
        Line(f"{kind}: ledgers a second / DRF that stores", 6, times("drf"), cpu("drf"), at_least=True),
        Line(f"{kind}: ledgers a second / ORM that stores", 4, times("orm"), cpu("orm"), at_least=True),
        Line(f"{kind}: share of the floor", 0.4, times("floor"), cpu("floor"), at_least=True),
        Line(f"{kind}: p99 / the best peer's", _P99_PART[kind], _median(rounds, slower)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--databases", default="sqlite,postgresql")
    options = parser.parse_args()
    console = Console(width=130)
    lines: list[Line] = []
    for kind in options.databases.split(","):
        rounds = measure(kind, options.rounds, options.seconds)
        console.print(figures(kind, rounds))
        lines += goals(kind, rounds)
    lines += parts(options.rounds)
    console.print(table_of("Filing: goals and what was measured here", lines))


if __name__ == "__main__":
    main()
