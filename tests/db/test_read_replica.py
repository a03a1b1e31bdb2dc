"""A replica answers what machines read; writing, signing in and the worker keep to the primary."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import MILL, WORKS, People
from pydantic import ValidationError
from starlette.testclient import TestClient
from support.clock import SettableClock
from support.databases import filled_database
from support.run import Run

from app.db.engine import make_engines
from app.db.session import Database
from app.main import create_app
from app.settings import Settings

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


@pytest.fixture
def behind(database_kind: str, run: Run, tmp_path: Path) -> Iterator[str]:
    """A second database, as far behind as can be: it never hears of anything."""
    with filled_database(database_kind, run, tmp_path) as url:
        yield url


@pytest.fixture
def on_both(database: str, behind: str, clock: SettableClock) -> Iterator[People]:
    settings = Settings(database_url=database, read_database_url=behind)
    engines = make_engines(settings)
    with TestClient(create_app(settings, clock=clock)) as client:
        yield People(client, Database(engines), clock())
    engines.dispose()


def test_machines_read_the_replica(on_both: People, behind: str, clock: SettableClock) -> None:
    # Clients and tokens are of the primary: who was shut out there stays out, however far behind the replica is.
    on_both.register(MILL)
    assert on_both.client.get(f"/v1/enterprises/{MILL}", headers=on_both.admin).status_code == 404
    alone = Settings(database_url=behind)
    engines = make_engines(alone)
    with TestClient(create_app(alone, clock=clock)) as client:
        People(client, Database(engines), clock()).register(WORKS)
    engines.dispose()
    assert on_both.client.get(f"/v1/enterprises/{WORKS}", headers=on_both.admin).status_code == 200


def test_nothing_is_written_to_the_replica(database: str, behind: str) -> None:
    engines = make_engines(Settings(database_url=database, read_database_url=behind))
    assert engines.replica is not None
    with engines.replica.connect() as connection:
        assert connection.exec_driver_sql("SHOW default_transaction_read_only").scalar() == "on"
    engines.dispose()


def test_sqlite_has_no_replica(database: str) -> None:
    with pytest.raises(ValidationError, match="SQLite has no replica"):
        Settings(database_url="sqlite:///x.db", read_database_url=database)
