"""A demo city of each kind with its snapshot, shared by a module; and a Spark Connect server of two workers."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.databases import fill_demo, filled_database
from support.run import Run

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.engine import make_engines
from app.db.session import Database
from app.ids import new_id
from app.settings import Settings
from app.snapshots.service import Place, take

NOW = datetime(2026, 1, 10, 8, tzinfo=UTC)
ADMIN = Subject(new_id(), "tests", Role.ADMIN, SCOPES_OF[Role.ADMIN])
_START_S = 60


def untold(_table: str, done: int, of: int) -> None:
    """Nobody looks at this progress, yet it never runs ahead."""
    assert 0 < done <= of


@dataclass(frozen=True)
class City:
    """The demo city: its database, and the snapshot that was taken of it."""

    url: str
    database: Database
    folder: Path


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def city(
    request: pytest.FixtureRequest, run: Run, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[City]:
    if request.param == "postgresql":
        from support.postgres import PostgresUnavailable, running_postgres

        try:
            running_postgres(run)
        except PostgresUnavailable as reason:
            pytest.skip(f"NOT TESTED ON POSTGRESQL: no server could be started here ({reason})")
    folder = tmp_path_factory.mktemp("city")
    with filled_database(request.param, run, folder, fill_demo) as url:
        engines = make_engines(Settings(database_url=url))
        database = Database(engines)
        take(database, Place(str(folder / "snapshot")), NOW, untold)
        yield City(url, database, folder / "snapshot")
        engines.dispose()


@pytest.fixture(scope="session")
def spark_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Spark Connect server with a driver and two workers that it plans stages for."""
    program = Path(sys.executable).parent / "sail"
    if not program.exists():
        pytest.skip("NOT TESTED ON SPARK CONNECT: the wheel pysail is not installed")
    started = sys.modules["__main__"]
    if not hasattr(started, "__file__"):
        # A worker of pytest-xdist is `python -c`, which Spark's client takes for a doctest of its own.
        started.__file__ = __file__
    log = tmp_path_factory.mktemp("sail") / "log"
    cluster = {
        "SAIL_MODE": "local-cluster",
        "SAIL_CLUSTER__WORKER_INITIAL_COUNT": "2",
        "SAIL_CLUSTER__WORKER_TASK_SLOTS": "2",
        "RUST_LOG": "info",
    }
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(program), "spark", "server", "--port", str(port)]
    with log.open("wb") as written:
        process = subprocess.Popen(command, env=os.environ | cluster, stdout=written, stderr=written)
    try:
        _wait(process, port, log)
        yield f"sc://127.0.0.1:{port}"
        # Two workers did the work, or this was no cluster at all.
        assert log.read_text().count("server is ready on port") >= 3
    finally:
        process.terminate()
        process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    until = time.monotonic() + _START_S
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(log.read_text(errors="replace")[-2000:])
