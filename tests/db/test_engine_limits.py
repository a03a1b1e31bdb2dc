"""Connections to PostgreSQL have the limits of the settings: how long a statement takes, how many there are of a process."""

from collections.abc import Iterator

import pytest
from sqlalchemy import QueuePool, text
from sqlalchemy.exc import OperationalError

from app.db.engine import Engines, make_engines
from app.settings import Settings

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


@pytest.fixture
def limited(empty_database: str) -> Iterator[Engines]:
    limits = {"statement_timeout_ms": 20, "lock_timeout_ms": 10, "pool_size": 3}
    made = make_engines(Settings(database_url=empty_database, read_database_url=empty_database, **limits))
    yield made
    made.dispose()


def test_a_statement_that_takes_too_long_is_ended(limited: Engines) -> None:
    for engine in (limited.write, limited.replica):
        assert engine is not None
        with engine.connect() as connection, pytest.raises(OperationalError, match="statement timeout"):
            connection.execute(text("SELECT pg_sleep(60)"))


def test_a_lock_that_does_not_come_is_given_up(limited: Engines) -> None:
    with limited.write.connect() as holder, limited.write.connect() as waiter:
        holder.execute(text("SELECT pg_advisory_xact_lock(7)"))
        with pytest.raises(OperationalError, match="lock timeout"):
            waiter.execute(text("SELECT pg_advisory_xact_lock(7)"))


def test_a_transaction_that_is_forgotten_ends_and_connections_are_counted(limited: Engines) -> None:
    assert isinstance(limited.write.pool, QueuePool)
    assert limited.write.pool.size() == 3
    with limited.write.connect() as connection:
        assert connection.scalar(text("SHOW idle_in_transaction_session_timeout")) == "1min"
