"""Fixtures of the whole suite. What costs something is imported and started when a test asks for it.

`database` gives a test its own migrated database with the reference data, once on SQLite and once on
PostgreSQL; `settings`, `engines`, `sessions`, `app`, `client` and `server` stand on it. Tests of pure
code ask for none of them and so load neither SQLAlchemy nor FastAPI.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.clock import SettableClock
from support.run import Run

if TYPE_CHECKING:
    from builders import People
    from fastapi import FastAPI
    from starlette.testclient import TestClient
    from support.served import Server

    from app.db.engine import Engines
    from app.db.session import Database
    from app.settings import Settings

RUN = pytest.StashKey[Run]()


def pytest_configure(config: pytest.Config) -> None:
    # What the person at the keyboard has set for a service of their own must not steer the tests.
    for name in [name for name in os.environ if name.startswith("HUANLIAN_")]:
        del os.environ[name]
    _draw_plain_tracebacks()
    told = getattr(config, "workerinput", None)
    config.stash[RUN] = Run.join(told["run"], told["workerid"]) if told else Run.begin()


def _draw_plain_tracebacks() -> None:
    """Until a test configures logging itself: structlog would draw every local, minutes for a long statement."""
    import structlog

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
        ]
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    if RUN in config.stash:
        config.stash[RUN].end()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist where the run's folder is."""
    node.workerinput["run"] = str(node.config.stash[RUN].directory)


@pytest.fixture(scope="session")
def run(request: pytest.FixtureRequest) -> Run:
    return request.config.stash[RUN]


@pytest.fixture
def clock() -> SettableClock:
    """2026-01-10 08:00 UTC until the test says otherwise."""
    return SettableClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest, run: Run) -> str:
    """Every test that asks for a database runs on both kinds."""
    kind: str = request.param
    if kind == "postgresql":
        from support.postgres import PostgresUnavailable, running_postgres

        try:
            running_postgres(run)
        except PostgresUnavailable as reason:
            pytest.skip(f"NOT TESTED ON POSTGRESQL: no server could be started here ({reason})")
    return kind


@pytest.fixture
def database(database_kind: str, run: Run, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the URL of a fresh database, migrated to head, with the reference data; marked `demo_city`, with that too."""
    from support.databases import fill_demo, fill_reference, filled_database

    fill = fill_demo if request.node.get_closest_marker("demo_city") else fill_reference
    with filled_database(database_kind, run, tmp_path, fill) as url:
        yield url


@pytest.fixture
def empty_database(database_kind: str, run: Run, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a database without any table."""
    from support.databases import empty_database

    with empty_database(database_kind, run, tmp_path) as url:
        yield url


@pytest.fixture
def settings(database: str) -> "Settings":
    from app.settings import Settings

    return Settings(database_url=database)


@pytest.fixture
def engines(settings: "Settings") -> "Iterator[Engines]":
    from app.db.engine import make_engines

    made = make_engines(settings)
    yield made
    made.dispose()


@pytest.fixture
def sessions(engines: "Engines") -> "Database":
    """Open sessions: `with sessions.writing() as session:`."""
    from app.db.session import Database

    return Database(engines)


@pytest.fixture
def app(settings: "Settings", clock: SettableClock) -> "FastAPI":
    from app.main import create_app

    return create_app(settings, clock=clock)


@pytest.fixture
def client(app: "FastAPI") -> "Iterator[TestClient]":
    """Talk to the service in this process; an unhandled exception fails the test."""
    from starlette.testclient import TestClient

    with TestClient(app) as talking:
        yield talking


@pytest.fixture
def server(database: str, tmp_path: Path) -> "Iterator[Server]":
    """Run the service as its own process; `server.url`, `server.kill()`, `server.start()` again."""
    from support.served import Server

    running = Server({"database_url": database}, tmp_path)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def people(client: "TestClient", sessions: "Database", clock: SettableClock) -> "People":
    """Speak to the service as whoever a test needs."""
    from builders import People

    return People(client, sessions, clock())
