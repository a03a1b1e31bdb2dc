"""`huanlian db partition` as an operator meets it, and the other commands on a database that it has been at."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from builders import WORKS, People, ledger
from db.partitioned import fill_partitioned, partition
from sqlalchemy import text
from support.clock import SettableClock
from support.databases import empty_database, filled_database
from support.postgres import running_postgres
from support.run import Run
from typer.testing import CliRunner

from app.cli import cli
from app.db.backup import back_up, put_back
from app.db.engine import Engines, make_engines
from app.db.online import create_index, drop_index
from app.db.partitions.layout import has_promise, layout_of
from app.db.session import Database
from app.db.upgrade import schema_differences, upgrade
from app.outbox.jobs import JobContext
from app.rates.proof import differences
from app.settings import Settings
from app.transfers import jobs

ON_POSTGRESQL = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


@pytest.fixture
def quarters(run: Run, tmp_path: Path) -> Iterator[str]:
    """A database that is partitioned by quarter from 2025 on."""
    with filled_database("postgresql", run, tmp_path, fill_partitioned) as url:
        yield url


@pytest.fixture
def parted(quarters: str, database_kind: str) -> Iterator[Engines]:
    assert database_kind == "postgresql"
    made = make_engines(Settings(database_url=quarters))
    yield made
    made.dispose()


def command(*words: str) -> tuple[int, str]:
    told = CliRunner().invoke(cli, ["db", *words])
    return told.exit_code, told.output


@ON_POSTGRESQL
def test_what_an_operator_reads(engines: Engines, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", database)
    status, told = command("partition", "--by", "month", "--dry-run")
    assert (status, "nothing was changed" in told) == (0, True)
    with engines.read.connect() as connection:
        assert layout_of(connection) is None
    status, told = command("partition", "--by", "month")
    assert (status, "已分区 partitioned. 核对 check: huanlian db check" in told) == (0, True)
    assert command("check")[0] == 0
    status, told = command("partition")
    assert (status, told.splitlines()[1:]) == (0, ["新建 made: -; 移入 moved: 0"])
    status, told = command("partition", "--dry-run")
    assert (status, told.splitlines()[1:]) == (0, ["缺少 missing: -; 未作任何改动 nothing was changed"])
    assert command("partition", "--by", "year")[0] == 1
    assert command("partition", "--by", "week")[0] == 2
    assert command("upgrade")[0] == command("recount")[0] == command("check")[0] == 0


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_sqlite_has_no_partitions(
    database: str,
    sessions: Database,
    settings: Settings,
    clock: SettableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", database)
    status, told = command("partition")
    assert (status, "SQLite 没有分区" in told, "SQLite has no partitions" in told) == (1, True, True)
    jobs.make_ahead(JobContext(sessions, settings, clock), {})


@ON_POSTGRESQL
def test_a_database_of_an_older_schema_is_refused(
    engines: Engines, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", database)
    with engines.write.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0017'"))
    status, told = command("partition")
    assert (status, "huanlian db upgrade" in told) == (1, True)


def test_an_empty_database_is_to_be_upgraded_first(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with empty_database("postgresql", run, tmp_path) as url:
        monkeypatch.setenv("HUANLIAN_DATABASE_URL", url)
        status, told = command("partition")
    assert status == 1
    assert told.strip().splitlines() == [
        "数据库结构不是最新 the schema is not the newest: huanlian db upgrade"
    ]


@ON_POSTGRESQL
def test_a_process_that_is_killed_leaves_nothing_that_refuses_anybody(
    engines: Engines, database: str, settings: Settings, sessions: Database, clock: SettableClock
) -> None:
    with engines.write.connect() as busy, engines.read.connect() as watcher:
        busy.execute(
            text("LOCK TABLE enterprises IN ROW EXCLUSIVE MODE")
        )  # so the last lock is not to be had
        environment = os.environ | {"HUANLIAN_DATABASE_URL": database}
        words = [sys.executable, "-c", "from app.cli import main; main()", "db", "partition"]
        with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE) as running:
            while not has_promise(watcher) and running.poll() is None:
                watcher.rollback()
            watcher.rollback()
            running.send_signal(signal.SIGKILL)
        assert running.returncode == -signal.SIGKILL
    context = JobContext(sessions, settings, clock)
    with engines.read.connect() as connection:
        assert has_promise(connection)
        while has_promise(connection):  # until the server has noticed that nobody is there
            connection.rollback()
            jobs.make_ahead(context, {})
    partition(database, date(2026, 1, 10))
    assert schema_differences(engines.write) == []


@ON_POSTGRESQL
def test_a_backup_comes_back_in_parts(
    people: People, database: str, sessions: Database, run: Run, tmp_path: Path
) -> None:
    (mill,), _ = people.register(), people.register(WORKS)
    assert people.file(ledger(mill, "2025-11")).status_code == 201
    partition(database, date(2026, 1, 10))
    assert people.file(ledger(mill, "2025-12")).status_code == 201
    programs = running_postgres(run).programs
    if not (programs / "pg_restore").exists():
        pytest.skip("NOT TESTED: BACKUP OF POSTGRESQL: no pg_restore")
    kept = {"attachments_folder": tmp_path / "attachments", "postgres_programs": programs}
    source = Settings(database_url=database, **kept)
    back_up(source, tmp_path / "backup.tar", people.now, lambda *_: None)
    with empty_database("postgresql", run, tmp_path) as url:
        target = Settings(database_url=url, **kept)
        put_back(target, tmp_path / "backup.tar", lambda *_: None)
        engines = make_engines(target)
        upgrade(engines.write)
        assert schema_differences(engines.write) == []
        with Database(engines).reading() as restored, sessions.reading() as original:
            assert layout_of(restored.connection()) == layout_of(original.connection())
            both = [session.execute(text("TABLE transfers")).all() for session in (restored, original)]
            assert both[0] == both[1]
            assert len(both[0]) == 2
            assert differences(restored) == []
        engines.dispose()


@ON_POSTGRESQL
def test_a_migration_gives_each_part_an_index_and_then_the_whole(parted: Engines) -> None:
    valid = text(
        "SELECT count(*) FILTER (WHERE indisvalid), count(*) FROM pg_index WHERE indexrelid::regclass::text ~ 'by_purpose'"
    )

    def change(what: str) -> None:
        with parted.write.connect() as connection:
            context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
            with Operations.context(context), context.begin_transaction(_per_migration=True):
                if what == "create":
                    create_index("ix_transfers_by_purpose", "transfers", ["purpose"])
                else:
                    drop_index("ix_transfers_by_purpose", "transfers")

    with parted.write.connect() as connection:
        for what, count in (("create", 7), ("create", 7), ("drop", 0)):
            change(what)
            assert tuple(connection.execute(valid).one()) == (count, count)
            connection.rollback()
