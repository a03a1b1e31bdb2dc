"""Files of ledgers: read, checked, filed and given out again; beside openpyxl, which only reads, and COPY, which only stores.

    .venv/bin/python -m bench.bulk [--rows 20000] [--rounds 3] [--databases sqlite,postgresql] [--sizes 10000,100000,200000]

All rates are rows per second of processor time, those of server, worker and PostgreSQL together, so that what else the machine
does blurs them little. “Read and checked” is the file as ledgers ready to be filed. “End to end” is the file over HTTP to a real
server, whose worker files it for good and writes the answered workbook: versions, transfers of both sides, rollup, receipts,
audit and events of every ledger. COPY stores the bare rows under the same key and does none of it: it is the floor. Nothing is
asserted: the exit code is 0 whatever the figures.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg
from rich.console import Console
from rich.table import Table

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.auth.tokens import API_AUDIENCE, issue
from app.clock import system_clock
from app.ids import new_id
from app.settings import Settings
from bench.bulk_files import FILES, HEADS
from bench.goals import Line, table_of
from bench.ingest_world import fill
from bench.servers import OURS, Server, postgres, served

_ROOT = Path(__file__).resolve().parent.parent
_PATIENCE_S = 1_200
_SAID = {"openpyxl": "read by openpyxl", "rows": "read", "checked": "read and checked"}
_LIMITS = {"max_bulk_bytes": "1000000000", "rate_limit_client": "6000000/minute"}


Figure = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Read:
    """One reading in a process of its own."""

    seconds: float
    rows: int
    peak_mb: float


def read(what: str, kind: str, path: Path) -> Read:
    done = subprocess.run(
        [sys.executable, "-m", "bench.bulk_reading", what, kind, str(path)],
        cwd=_ROOT,
        check=True,
        capture_output=True,
    )
    return Read(**json.loads(done.stdout))


def readings(folder: Path, rows: int, rounds: int) -> tuple[list[Line], list[Figure], float]:
    """Each kind of file read, and read and checked, with openpyxl in the same rounds; and how much openpyxl reads."""
    paths = {kind: folder / f"{rows}.{kind}" for kind in FILES}
    asked = [("openpyxl", "xlsx"), *((what, kind) for kind in FILES for what in ("rows", "checked"))]
    seconds: dict[tuple[str, str], list[float]] = {each: [] for each in asked}
    for _ in range(rounds):
        for what, kind in asked:
            seconds[what, kind].append(read(what, kind, paths[kind]).seconds)
    reference = seconds["openpyxl", "xlsx"]
    figures = [
        (f"{kind}: {_SAID[what]}, rows/s", f"{rows / statistics.median(spent):,.0f}")
        for (what, kind), spent in seconds.items()
    ]
    lines = []
    for what in ("rows", "checked"):
        ratios = [one / own for one, own in zip(reference, seconds[what, "xlsx"], strict=True)]
        said = f"xlsx {_SAID[what]} / openpyxl reading alone"
        lines.append(Line(said, 6, statistics.median(ratios), at_least=True))
    return lines, figures, rows / statistics.median(reference)


def memory(folder: Path, sizes: Sequence[int]) -> list[Line]:
    """The most memory that reading and checking needs, by rows."""
    lines = []
    for kind in FILES:
        peaks = [read("checked", kind, folder / f"{size}.{kind}").peak_mb for size in sizes]
        note = ", ".join(f"{size:,}: {peak:,.0f} MB" for size, peak in zip(sizes, peaks, strict=True))
        lines.append(Line(f"{kind}: memory, most rows / fewest", 1.25, peaks[-1] / peaks[0], note))
    return lines


class Meter:
    """Processor seconds of a server and of the backends of a PostgreSQL, by process: those that end drop out."""

    def __init__(self, server: Server, url: str) -> None:
        self._server = server.process
        self._postmaster: psutil.Process | None = None
        if url.startswith("postgresql"):
            with psycopg.connect(url) as connection:
                self._postmaster = psutil.Process(connection.info.backend_pid).parent()

    def spent(self) -> dict[int, float]:
        watched = [self._server, *(self._postmaster.children() if self._postmaster else ())]
        found = {}
        for each in watched:
            with each.oneshot():
                times = each.cpu_times()
                found[each.pid] = times.user + times.system
        return found

    def since(self, before: Mapping[int, float]) -> float:
        return sum(seconds - before.get(pid, 0.0) for pid, seconds in self.spent().items())

    def memory_mb(self) -> float:
        return float(self._server.memory_info().rss) / 1e6


class Client:
    """Sends files and follows them."""

    def __init__(self, server: Server) -> None:
        self._root = f"http://127.0.0.1:{server.port}"
        subject = Subject(new_id(), "bench", Role.ADMIN, SCOPES_OF[Role.ADMIN])
        secret = Settings().secret_key.get_secret_value()
        token = issue(
            subject, secret=secret, audience=API_AUDIENCE, now=system_clock(), lifetime=timedelta(hours=3)
        )
        self._headers = {"Authorization": f"Bearer {token}"}

    def imported(self, path: Path, *, dry_run: bool) -> dict[str, Any]:
        """Send a file and wait until it has ended."""
        told = self._json(f"/v1/imports?dry_run={str(dry_run).lower()}", path.read_bytes())
        until = time.monotonic() + _PATIENCE_S
        while told["state"] in ("queued", "running") and time.monotonic() < until:
            time.sleep(0.5)
            told = self._json(f"/v1/imports/{told['id']}")
        if told["state"] != "done" or told["summary"]["rejected"]:
            raise RuntimeError(json.dumps(told))
        return told

    def exported(self, kind: str) -> int:
        """Take all ledgers as a file; answers its bytes."""
        with self._open(f"/v1/ledgers/export?format={kind}") as answer:
            return sum(len(piece) for piece in iter(lambda: answer.read(1 << 16), b""))

    def _json(self, path: str, body: bytes | None = None) -> dict[str, Any]:
        with self._open(path, body) as answer:
            told: dict[str, Any] = json.loads(answer.read())
            return told

    def _open(self, path: str, body: bytes | None = None) -> Any:
        asked = urllib.request.Request(self._root + path, data=body, headers=self._headers)  # noqa: S310 - our own server
        return urllib.request.urlopen(asked, timeout=_PATIENCE_S)  # noqa: S310 - same


@contextmanager
def running(url: str, folder: Path) -> Iterator[tuple[Client, Meter]]:
    """A filled database with a server whose worker files what is sent."""
    fill(url)
    with served("ours", OURS, folder, database_url=url, worker_in_server="true", **_LIMITS) as server:
        yield Client(server), Meter(server, url)


@dataclass(frozen=True, slots=True)
class Reference:
    """What filing a kind of file is held against: what it does, its rows a second, and the goal."""

    what: str
    a_second: float
    goal: float


def end_to_end(
    url: Callable[[], str], name: str, folder: Path, rows: int, references: Mapping[str, Reference]
) -> tuple[list[Line], list[Figure]]:
    """Each kind of file into an empty database: previewed, filed, answered; then given out again."""
    lines, figures = [], []
    for kind in FILES:
        with tempfile.TemporaryDirectory() as made, running(url(), Path(made)) as (client, meter):
            for dry_run in (True, False):
                before = meter.spent()
                client.imported(folder / f"{rows}.{kind}", dry_run=dry_run)
                rate = rows / meter.since(before)
                said = "previewed" if dry_run else "filed and answered"
                figures.append((f"{name}: {kind} {said}, rows/s", f"{rate:,.0f}"))
            if kind in references:
                against = references[kind]
                said = f"{name}: {kind} filed / {against.what}"
                lines.append(Line(said, against.goal, rate / against.a_second, at_least=True))
            if kind == "xlsx":
                figures += exports(client, meter, name, rows)
    return lines, figures


def exports(client: Client, meter: Meter, name: str, rows: int) -> list[Figure]:
    """The ledgers that are on file given out as each kind of file."""
    figures = []
    for kind in FILES:
        before, held = meter.spent(), meter.memory_mb()
        size = client.exported(kind)
        rate, grown = rows / meter.since(before), meter.memory_mb() - held
        told = f"{rate:,.0f} ({size / 1e6:,.1f} MB; the server grew by {grown:,.0f} MB)"
        figures.append((f"{name}: {kind} given out, rows/s", told))
    return figures


def copied(url: str, path: Path, rows: int) -> float:
    """Rows a second of COPY from the same CSV into a bare table with the same unique key."""
    with psycopg.connect(url, autocommit=True) as connection:
        masses = ", ".join(f'"{head}" {"numeric" if head.endswith("tonnes") else "text"}' for head in HEADS)
        connection.execute(f"CREATE TABLE bare ({masses}, UNIQUE (site, month, waste))")
        backend = psutil.Process(connection.info.backend_pid)
        before = time.process_time() + sum(backend.cpu_times()[:2])
        with connection.cursor() as cursor, cursor.copy("COPY bare FROM STDIN (FORMAT csv, HEADER)") as copy:
            copy.write(path.read_bytes())
        return float(rows / (time.process_time() + sum(backend.cpu_times()[:2]) - before))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument(
        "--sizes", default="10000,100000,200000", help="rows of the files whose memory is looked at"
    )
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for count in {options.rows, *sizes}:
            for kind, write in FILES.items():
                write(folder / f"{count}.{kind}", count)
        lines, figures, openpyxl = readings(folder, options.rows, options.rounds)
        lines += memory(folder, sizes)
        references = {"xlsx": Reference("openpyxl reading alone", openpyxl, 6)}
        for name, url in databases(options.databases, folder, stack).items():
            if name == "PostgreSQL":
                file = folder / f"{options.rows}.csv"
                rate = statistics.median(copied(url(), file, options.rows) for _ in range(options.rounds))
                references["csv"] = Reference("COPY of bare rows", rate, 0.7)
                figures.append(("PostgreSQL: COPY of bare rows, rows/s", f"{rate:,.0f}"))
            found = end_to_end(url, name, folder, options.rows, references)
            lines, figures = lines + found[0], figures + found[1]
    console, title = Console(width=150), f"Files of ledgers, {options.rows:,} rows"
    console.print(table_of(f"{title}: goals and what was measured here", lines))
    told = Table("what", "measured", title=title)
    for figure in figures:
        told.add_row(*figure)
    console.print(told)


def databases(wanted: str, folder: Path, stack: ExitStack) -> dict[str, Callable[[], str]]:
    """What gives the URL of an empty database, by the name of its kind."""
    found: dict[str, Callable[[], str]] = {}
    if "sqlite" in wanted:
        found["SQLite"] = lambda: f"sqlite:///{folder / new_id().hex}.db"
    if "postgresql" in wanted:
        found["PostgreSQL"] = stack.enter_context(postgres()).new
    return found


if __name__ == "__main__":
    main()
