"""A copy of the whole database in one file, made while it is in use, and put back into an empty one.

SQLite copies itself; PostgreSQL is copied by its own programs (`pg_dump`, `pg_restore`), which must be of the
server's major version or newer.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import inspect, make_url

from app.db.engine import make_engines
from app.settings import Settings

Progress = Callable[[int, int], None]
"""Told how much is done, of how much."""

_PAGES_AT_ONCE = 1_000
_SQLITE_SIDE_FILES = ("-wal", "-shm", "-journal")
_ERROR_CHARACTERS = 2_000


class CopyFailed(Exception):  # noqa: N818 - a fact about the copy
    """The database could not be copied; the text says why."""


def copy_out(settings: Settings, file: Path, tell: Progress) -> None:
    """Copy the database as it is at one moment into `file`. Raises CopyFailed."""
    if settings.is_sqlite:
        _copy_sqlite_out(_sqlite_file(settings), file, tell)
        return
    _postgresql(settings, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={file}")


def copy_in(settings: Settings, file: Path) -> None:
    """Put what `copy_out` made into a database without tables, whole or not at all. Raises CopyFailed."""
    if not settings.is_sqlite:
        options = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
        _postgresql(settings, "pg_restore", *options, str(file), target="--dbname")
        return
    target = _sqlite_file(settings)
    target.parent.mkdir(parents=True, exist_ok=True)
    growing = target.with_name(f"{target.name}.restored")
    shutil.copyfile(file, growing)
    _refuse_damaged(growing)
    # What is left of the empty database would be read as changes of the one that comes.
    for side in _SQLITE_SIDE_FILES:
        target.with_name(target.name + side).unlink(missing_ok=True)
    growing.replace(target)


def has_tables(settings: Settings) -> bool:
    """Whether there is anything that a copy could run over."""
    if settings.is_sqlite and not _sqlite_file(settings).exists():
        return False
    engines = make_engines(settings)
    try:
        return bool(inspect(engines.read).get_table_names())
    finally:
        engines.dispose()


def _sqlite_file(settings: Settings) -> Path:
    if settings.sqlite_path is None:
        raise CopyFailed("HUANLIAN_DATABASE_URL names no file")
    return settings.sqlite_path


def _copy_sqlite_out(source: Path, file: Path, tell: Progress) -> None:
    if not source.exists():
        raise CopyFailed(f"{source}: there is no database")

    def progress(_status: int, remaining: int, total: int) -> None:
        tell(total - remaining, total)

    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as original,
        closing(sqlite3.connect(file)) as copy,
    ):
        # A snapshot: without it every write in between would begin the copy anew, for ever on a busy day.
        original.execute("BEGIN")
        original.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        original.backup(copy, pages=_PAGES_AT_ONCE, progress=progress)
        copy.execute("PRAGMA journal_mode=DELETE")
    _refuse_damaged(file)


def _refuse_damaged(file: Path) -> None:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
        try:
            (told,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            told = str(error)
    if told != "ok":
        raise CopyFailed(f"{file}: {told}")


def _postgresql(settings: Settings, name: str, *options: str, target: str = "--dbname") -> None:
    url = make_url(settings.sqlalchemy_url)
    # The password travels in the environment: arguments can be read by everybody on the machine.
    plain = url.set(drivername="postgresql", password=None).render_as_string()
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    command = [_program(settings, name), *options, target, plain]
    # Only what the operator has set: a program of their choice, their own database and a file they named.
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise CopyFailed(done.stderr.strip()[-_ERROR_CHARACTERS:] or f"{name}: exit {done.returncode}")


def _program(settings: Settings, name: str) -> str:
    folder = settings.postgres_programs
    found = shutil.which(name, path=str(folder) if folder else None)
    if found is None:
        place = folder or "PATH"
        raise CopyFailed(
            f"{name}: not in {place}; install PostgreSQL's client programs or set HUANLIAN_POSTGRES_PROGRAMS"
        )
    return found
