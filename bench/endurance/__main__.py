"""`python -m bench.endurance [--kills 50] [--database sqlite|postgresql|both] [--seed 1]`: faults, and what is left of the data.

Writers file, amend and send bulk calls while the server and two workers are killed, clocks are wrong, and — on PostgreSQL —
connections are cut and late and the database crashes; on SQLite the disk fills up. Then everything is started once more, what was
begun is brought to its answer, and the database is asked whether it holds what was acknowledged. Exit 1 when it does not.
"""

import argparse
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from rich.console import Console
from rich.table import Table

from app.auth.subjects import Role
from app.clients import service as clients
from app.clock import system_clock
from app.db.engine import make_engines
from app.db.session import Database
from app.settings import Settings
from bench import ingest_world
from bench.endurance.checking import Check, checks
from bench.endurance.database import prepared
from bench.endurance.disturbing import Disturber, Process, together, wait_for
from bench.endurance.proxy import Wire
from bench.endurance.writers import Acknowledged, Writer

_WRITERS = 12
_PATIENCE_S = 240
_RECEIVER = Path(__file__).resolve().parent.parent.parent / "tests" / "support" / "receiver.py"


@contextmanager
def _receiver(folder: Path) -> Iterator[str]:
    (folder / "mode").write_text("ok")
    (folder / "received").touch()
    with subprocess.Popen(
        [sys.executable, str(_RECEIVER), str(folder)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None  # noqa: S101 - for the types; PIPE was asked for
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/"
        finally:
            process.kill()


def _subscribe(database_url: str, address: str, receiver: str) -> None:
    """An administrator's webhook for everything that happens to ledgers."""
    engines = make_engines(Settings(database_url=database_url))
    with Database(engines).writing() as session:
        made = clients.create_client(session, name="endurance", role=Role.ADMIN, now=system_clock())
    engines.dispose()
    with httpx2.Client(base_url=address, timeout=30) as talk:
        grant = {"grant_type": "client_credentials"}
        token = talk.post("/oauth/token", data=grant, auth=(made.client_id, made.client_secret)).json()
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        told = talk.post("/v1/webhooks", json={"url": receiver, "types": ["ledger.*"]}, headers=headers)
        told.raise_for_status()


class Endurance:
    """One run on one database."""

    def __init__(self, folder: Path, url: str, direct_url: str, kills: int, seed: int, servers: int) -> None:
        self.folder, self.direct_url, self.kills, self.seed = folder, direct_url, kills, seed
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        settings = {
            "database_url": url,
            "worker_in_server": "false",
            "outbound_allow_private": "true",
            "job_lease_seconds": "2",
            "worker_poll_seconds": "0.2",
            "rate_limits": "false",
            "access_token_seconds": "3600",
        }
        self.server = Process(
            ["serve", "--host", "127.0.0.1", "--port", str(port), "--workers", str(servers)],
            settings,
            folder / "server.log",
        )
        self.workers = [Process(["worker"], settings, folder / f"worker{number}.log") for number in range(2)]
        self.disturber = Disturber(self.server, self.workers, self.address, seed)
        self.told: dict[str, Acknowledged] = {}

    def run(self, wire: Wire | None, admin_url: str | None) -> list[Check]:
        """Disturb, let everything come to rest, check."""
        tokens = ingest_world.fill(self.direct_url)
        self.server.start()
        wait_for(self.address)
        with _receiver(self.folder) as receiver:
            _subscribe(self.direct_url, self.address, receiver)
            for worker in self.workers:
                worker.start()
            try:
                self._disturbed(tokens, wire, admin_url)
                return self._rested()
            finally:
                for process in (self.server, *self.workers):
                    process.end()

    def _disturbed(self, tokens: list[str], wire: Wire | None, admin_url: str | None) -> None:
        stop = threading.Event()
        writers = [
            Writer(ingest_world.code(number), tokens[number], self.address, self.seed + number, stop)
            for number in range(_WRITERS)
        ]
        for writer in writers:
            writer.start()
            self.told[writer.site] = writer.told
        does = self.disturber
        tasks = [lambda: does.kill_servers(self.kills), lambda: does.kill_workers(self.kills)]
        if wire is not None:
            tasks.append(lambda: does.disturb_wire(wire, self.kills // 2))
        if admin_url is not None:
            tasks.append(lambda: does.crash_postgres(admin_url, max(1, self.kills // 10)))
        together(*tasks)
        if wire is None:
            does.fill_disk(self.folder / "huanlian.db", max(1, self.kills // 10))
        # The last server has the right clock: what is still begun is brought to its answer by it.
        self.server.end()
        self.server.start()
        stop.set()
        for writer in writers:
            writer.join(_PATIENCE_S)
            if writer.is_alive():
                writer.told.complaints.append(f"{writer.site}: a request had no answer to the end")

    def _rested(self) -> list[Check]:
        """Let the workers deliver what is left, end everybody politely, and look."""
        engines = make_engines(Settings(database_url=self.direct_url))
        database = Database(engines)
        until = time.monotonic() + _PATIENCE_S
        while True:
            found = list(checks(database, self.told, self.folder / "received"))
            if not found[-1].wrong or time.monotonic() > until:
                break
            time.sleep(2.0)
        for process in (self.server, *self.workers):
            process.end(signal.SIGTERM)
        engines.dispose()
        return found


def _on_sqlite(kills: int, seed: int) -> tuple[Endurance, list[Check]]:
    folder = Path(tempfile.mkdtemp(prefix="huanlian-endurance-"))
    url = f"sqlite:///{folder}/huanlian.db"
    run = Endurance(folder, url, url, kills, seed, servers=1)
    return run, run.run(None, None)


def _on_postgres(kills: int, seed: int) -> tuple[Endurance, list[Check]]:
    with prepared() as database:
        folder = Path(tempfile.mkdtemp(prefix="huanlian-endurance-"))
        wire = Wire(database.socket)
        run = Endurance(folder, database.through(wire.port), database.url, kills, seed, servers=2)
        return run, run.run(wire, database.admin_url)


def _show(console: Console, kind: str, run: Endurance, found: list[Check]) -> bool:
    counts: Counter[str] = Counter(run.disturber.counts)
    for told in run.told.values():
        counts.update(told.counts)
    table = Table("what", "count", title=f"{kind}: what was done")
    for name, number in sorted(counts.items()):
        table.add_row(name, f"{number:,}")
    console.print(table)
    table = Table("what must hold", "looked at", "wrong", title=f"{kind}: what is left")
    for check in found:
        table.add_row(check.what, f"{check.looked_at:,}", f"{len(check.wrong):,}")
    console.print(table)
    for check in found:
        for line in check.wrong[:5]:
            console.print(f"  {line}", markup=False)
    return not any(check.wrong for check in found)


def main() -> int:
    """Run and print; exit 1 when anything is lost, doubled or half there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=50, help="servers and workers killed, each")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    console = Console(width=110)
    runs = {"sqlite": _on_sqlite, "postgresql": _on_postgres}
    sound = True
    for kind in runs if asked.database == "both" else [asked.database]:
        run, found = runs[kind](asked.kills, asked.seed)
        good = _show(console, kind, run, found)
        if good:
            shutil.rmtree(run.folder)
        else:
            console.print(f"kept for a look: {run.folder}")
        sound = sound and good
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
