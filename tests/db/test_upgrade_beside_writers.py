"""Upgrades while people file, on PostgreSQL: who waits for a lock gives way and comes back, indexes are built beside writers."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from app.db.engine import Engines, make_engines
from app.db.locks import UPGRADE
from app.db.online import create_index, drop_index, seen_as_of_a_lock
from app.db.upgrade import current_revision, upgrade
from app.settings import Settings

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


@pytest.fixture
def empty(empty_database: str) -> Iterator[Engines]:
    made = make_engines(Settings(database_url=empty_database, lock_timeout_ms=4321))
    yield made
    made.dispose()


def test_an_upgrade_gives_way_and_comes_back(empty: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade(empty.write, "0010")
    with empty.write.connect() as busy:
        busy.execute(text("LOCK TABLE ledger_flows IN ROW EXCLUSIVE MODE"))
        pauses: list[float] = []

        def rest(seconds: float) -> None:
            """Whoever holds the lock ends, and the first steps are done meanwhile."""
            assert current_revision(empty.write) == "0010"
            pauses.append(seconds)
            busy.rollback()

        monkeypatch.setattr("app.db.upgrade.time.sleep", rest)
        upgrade(empty.write, "0012", pause_s=2.0)
    assert pauses == [2.0]
    assert current_revision(empty.write) == "0012"
    with empty.write.connect() as connection:
        assert connection.scalar(text("SHOW lock_timeout")) == "4321ms"
        assert connection.scalar(text("SHOW statement_timeout")) == "30s"


def test_two_upgrades_come_one_after_the_other(empty: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    with empty.write.connect() as other:
        held = {"key": UPGRADE}
        other.execute(text("SELECT pg_advisory_lock(:key)"), held)
        pauses: list[float] = []

        def rest(seconds: float) -> None:
            assert current_revision(empty.write) is None
            pauses.append(seconds)
            other.execute(text("SELECT pg_advisory_unlock(:key)"), held)

        monkeypatch.setattr("app.db.upgrade.time.sleep", rest)
        upgrade(empty.write, "0001", pause_s=3.0)
    assert pauses == [3.0]
    assert current_revision(empty.write) == "0001"


def test_what_fails_for_another_reason_is_not_tried_again(
    empty: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade(empty.write, "0010")
    with empty.write.begin() as connection:
        connection.execute(text("ALTER TABLE ledger_flows ADD COLUMN product_grams bigint"))
    monkeypatch.setattr("app.db.upgrade.time.sleep", lambda _: pytest.fail("it was tried again"))
    with pytest.raises(ProgrammingError, match="already exists"):
        upgrade(empty.write, "0012")
    assert current_revision(empty.write) == "0010"


def _things(engines: Engines) -> None:
    with engines.write.begin() as connection:
        connection.execute(text("CREATE TABLE things (number integer, kind integer)"))
        connection.execute(text("INSERT INTO things SELECT n, n % 3 FROM generate_series(1, 30) n"))


def _index(engines: Engines) -> list[tuple[str, bool]]:
    found = (
        "SELECT relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
        "WHERE indrelid = 'things'::regclass"
    )
    with engines.write.connect() as connection:
        return [(name, valid) for name, valid in connection.execute(text(found))]


def test_an_index_that_was_cut_off_is_made_again(empty: Engines) -> None:
    _things(empty)
    with (
        empty.write.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        pytest.raises(IntegrityError, match="could not create unique index"),
    ):
        connection.execute(text("CREATE UNIQUE INDEX CONCURRENTLY ix_things ON things (kind)"))
    assert _index(empty) == [("ix_things", False)]
    with empty.write.connect() as connection:
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with Operations.context(context), context.begin_transaction(_per_migration=True):
            create_index("ix_things", "things", ["kind"])
            assert _index(empty) == [("ix_things", True)]
            drop_index("ix_things", "things")
    assert _index(empty) == []


def _build_an_index(engines: Engines) -> None:
    with engines.write.connect() as connection:
        connection.execute(text("SET lock_timeout = '1ms'"))
        connection.commit()
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with Operations.context(context), context.begin_transaction(_per_migration=True):
            create_index("ix_things", "things", ["kind"])
            assert connection.scalar(text("SHOW lock_timeout")) == "1ms"


def test_an_index_waits_for_whoever_began_before_it(empty: Engines) -> None:
    _things(empty)
    waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'virtualxid'")
    with empty.write.connect() as older, ThreadPoolExecutor(1) as pool:
        older.execution_options(isolation_level="REPEATABLE READ")
        older.execute(text("SELECT 1"))
        built = pool.submit(_build_an_index, empty)
        with empty.write.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher:
            while not built.done() and not watcher.scalar(waits):
                pass
        older.rollback()
        built.result()
    assert _index(empty) == [("ix_things", True)]


def test_sums_that_were_left_half_made_are_made_anew(empty: Engines) -> None:
    upgrade(empty.write, "0017")
    left = (
        "CREATE TABLE sent_sums (half integer)",
        "CREATE FUNCTION keep_sent_sums() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER keep_sent_sums_insert AFTER INSERT ON transfers EXECUTE FUNCTION keep_sent_sums()",
    )
    with empty.write.begin() as connection:
        for statement in left:
            connection.execute(text(statement))
    upgrade(empty.write, "0018")
    assert current_revision(empty.write) == "0018"
    with empty.write.connect() as connection:
        assert connection.execute(text("SELECT folded FROM sent_sums")).all() == []


def test_what_a_lock_saw_is_what_was_before_it(empty: Engines) -> None:
    _things(empty)
    write, count = text("INSERT INTO things VALUES (31, 1)"), text("SELECT count(*) FROM things")
    with (
        empty.write.connect() as migration,
        empty.write.connect() as writer,
        seen_as_of_a_lock(migration, "things") as past,
    ):
        writer.execute(text("SET lock_timeout = '10ms'"))
        writer.commit()
        with pytest.raises(OperationalError, match="lock timeout"):
            writer.execute(write)
        writer.rollback()
        migration.commit()
        writer.execute(write)
        writer.commit()
        assert past.scalar(count) == 30
        past.execute(text("INSERT INTO things VALUES (0, 0)"))
    with empty.write.connect() as connection:
        assert connection.scalar(count) == 32
