"""Databases for tests: a template of each kind is migrated and filled once a run, each test gets a copy.

A cloned PostgreSQL database with its removal takes about 65 ms; to empty the tables of one takes 55 ms before
it is filled again, and would let sequences and locks leak.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from support.postgres import running_postgres
from support.run import Run

from app.db.engine import make_engines
from app.db.session import Database
from app.db.upgrade import upgrade
from app.settings import Settings
from seed.load import load_reference

KINDS = ("sqlite", "postgresql")
FILLED_AT = datetime(2026, 1, 1, tzinfo=UTC)


@contextmanager
def empty_database(kind: str, run: Run, folder: Path) -> Iterator[str]:
    """Give the URL of a database without any table. SQLite's file is made in `folder`."""
    if kind == "sqlite":
        yield _sqlite_url(folder / "huanlian.db")
        return
    postgres = running_postgres(run)
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


@contextmanager
def filled_database(
    kind: str, run: Run, folder: Path, fill: Callable[[str], None] | None = None
) -> Iterator[str]:
    """Give the URL of a database that is migrated to head and has what `fill` puts into it: the reference data."""
    fill = fill or fill_reference
    if kind == "sqlite":
        file = folder / "huanlian.db"
        shutil.copyfile(_sqlite_template(run, fill), file)
        yield _sqlite_url(file)
        return
    postgres = running_postgres(run)
    name = postgres.create(postgres.template(f"huanlian_{fill.__name__}", fill))
    yield postgres.url(name)
    postgres.drop(name)


def fill_reference(url: str) -> None:
    """Migrate to head, load the reference data, leave nobody connected."""
    engines = make_engines(Settings(database_url=url))
    try:
        upgrade(engines.write)
        with Database(engines).writing() as session:
            load_reference(session, FILLED_AT)
    finally:
        engines.dispose()


def fill_demo(url: str) -> None:
    """Put the demo city into it too: some ten seconds, once a run."""
    from seed.demo_load import load_demo

    fill_reference(url)
    engines = make_engines(Settings(database_url=url))
    try:
        load_demo(Database(engines), FILLED_AT)
    finally:
        engines.dispose()


def _sqlite_template(run: Run, fill: Callable[[str], None]) -> Path:
    file = run.directory / f"{fill.__name__}.db"
    with run.alone(f"sqlite-{fill.__name__}"):
        if not file.exists():
            growing = file.with_suffix(".growing")
            fill(_sqlite_url(growing))
            # The last connection to close has folded the write-ahead log into the file.
            growing.rename(file)
    return file


def _sqlite_url(file: Path) -> str:
    return f"sqlite:///{file}"
