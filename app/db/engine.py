"""Engines: one for reading, one for writing.

SQLite: the write engine has a pool of one and opens with BEGIN IMMEDIATE (a deferred BEGIN that turns into a write fails
with “database is locked” at once, whatever the busy timeout), and a lock file beside the database lets several processes
queue fairly. The read engine cannot write. PostgreSQL: one pool, with lock and statement timeouts on every connection,
commits that are on disk before they are acknowledged, and a wire whose silence is noticed.
"""

import fcntl
import math
import os
import sqlite3
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from app.db.durability import commit_durably
from app.db.patience import Patient, bounded
from app.settings import Settings

_BUSY_TIMEOUT_S = 30
# Else an error's text, and so the log, would hold what was to be stored.
_HIDE_PARAMETERS = True
# A replica refuses writes anyway; whoever names the primary here by mistake gets the same refusal.
_READ_ONLY = "-c default_transaction_read_only=on"
# A wire that is cut says nothing. Ours is asked after 20 s of silence and given up 20 s later, or when what was sent is not
# acknowledged for 20 s; the server, which holds locks for us, does the same with its end within a minute.
_WIRE = {
    "keepalives": 1,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 20_000,
}
_SERVERS_END = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"


@dataclass(frozen=True, slots=True)
class Engines:
    """The two doors to the database; the same engine twice on PostgreSQL. A replica may be some moments behind.

    `bounded` is the door for reading whose statements end after `statement_timeout_ms` on SQLite too.
    """

    read: Engine
    write: Engine
    bounded: Engine
    replica: Engine | None = None

    def dispose(self) -> None:
        for engine in (self.read, self.write, self.replica):
            if engine is not None:
                engine.dispose()


def make_engines(settings: Settings) -> Engines:
    """Engines for the database that the settings name. Nothing is connected yet."""
    if settings.is_sqlite:
        return _sqlite_engines(settings)
    engine = _postgresql_engine(settings, settings.sqlalchemy_url)
    if settings.durable_commits:
        event.listen(engine, "connect", commit_durably)
    behind = settings.sqlalchemy_read_url
    replica = None if behind is None else _postgresql_engine(settings, behind, _READ_ONLY)
    return Engines(read=engine, write=engine, bounded=engine, replica=replica)


def wire_of(url: str, connect_seconds: int) -> dict[str, Any]:
    """How long a connection to PostgreSQL is waited for and when its wire counts as cut; what the URL says of it stands."""
    wire = {"connect_timeout": connect_seconds, **_WIRE}
    said = make_url(url).query
    return {name: value for name, value in wire.items() if name not in said}


def _postgresql_engine(settings: Settings, url: str, more: str = "") -> Engine:
    # Compiling a question (jit) takes longer than answering any of ours; years of lines are asked of a snapshot.
    options = (
        f"-c lock_timeout={settings.lock_timeout_ms} -c statement_timeout={settings.statement_timeout_ms} "
        f"-c timezone=UTC -c jit=off -c idle_in_transaction_session_timeout=60000 {_SERVERS_END} {more}"
    )
    wire = wire_of(url, settings.database_connect_seconds)
    return create_engine(
        url,
        pool_size=settings.pool_size,
        max_overflow=settings.pool_size,
        pool_pre_ping=True,
        hide_parameters=_HIDE_PARAMETERS,
        connect_args={"options": options, "application_name": "huanlian", **wire},
    )


def _sqlite_engines(settings: Settings) -> Engines:
    path = settings.sqlite_path
    if path is None:
        raise ValueError("HUANLIAN_DATABASE_URL: SQLite needs a file, e.g. sqlite:///var/huanlian.db")
    path.parent.mkdir(parents=True, exist_ok=True)
    connect_args = {"timeout": _BUSY_TIMEOUT_S, "check_same_thread": False}
    write = create_engine(
        settings.database_url,
        pool_size=1,
        max_overflow=0,
        pool_timeout=_BUSY_TIMEOUT_S,
        hide_parameters=_HIDE_PARAMETERS,
        connect_args=connect_args,
    )
    read = create_engine(
        settings.database_url,
        pool_size=settings.pool_size,
        max_overflow=32,
        connect_args=connect_args | {"factory": Patient},
        hide_parameters=_HIDE_PARAMETERS,
    )
    event.listen(write, "connect", _on_connect_write)
    event.listen(read, "connect", _on_connect_read)
    event.listen(read, "begin", _begin_snapshot)
    _WriterQueue(f"{path}.lock").attach(write)
    return Engines(read=read, write=write, bounded=bounded(read, settings.statement_timeout_ms))


def _pragmas(connection: sqlite3.Connection, *pragmas: str) -> None:
    # sqlite3's own transaction control is off: BEGIN is emitted below.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_connect_write(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    _pragmas(connection, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")


def _on_connect_read(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    _pragmas(connection, "query_only=ON")


def _begin_snapshot(connection: Connection) -> None:
    patient: Any = connection.connection.dbapi_connection
    if isinstance(patient, Patient):
        # Whoever had the connection before may have had less time; a bounded engine sets the moment at each statement.
        patient.until = math.inf
    # One request reads one moment: in WAL mode a deferred transaction is a snapshot from its first query on.
    connection.exec_driver_sql("BEGIN")


class _WriterQueue:
    """BEGIN IMMEDIATE behind a file lock, so that writers of several processes queue instead of polling."""

    def __init__(self, lock_path: str) -> None:
        self._lock_path = lock_path
        self._fd: int | None = None

    def attach(self, engine: Engine) -> None:
        event.listen(engine, "begin", self._begin)
        event.listen(engine, "checkin", self._on_checkin)

    def _begin(self, connection: Connection) -> None:
        if self._fd is None:
            self._fd = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def _on_checkin(self, _dbapi: Any, _entry: ConnectionPoolEntry) -> None:
        if self._fd is not None:
            fcntl.flock(self._fd, fcntl.LOCK_UN)
