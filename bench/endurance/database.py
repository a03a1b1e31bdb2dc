"""A PostgreSQL that forgets nothing it has acknowledged, and the wire to it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

_TESTS = Path(__file__).resolve().parent.parent.parent / "tests"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A database of a running server: straight, as an operator reaches it, and the socket a wire leads to."""

    url: str
    admin_url: str
    socket: Path
    name: str
    user: str

    def through(self, port: int) -> str:
        """The same database over a wire on loopback."""
        return f"postgresql://{self.user}@127.0.0.1:{port}/{self.name}?sslmode=disable"


@contextmanager
def prepared() -> Iterator[Prepared]:
    """Start a PostgreSQL as the tests do, and end it with the block."""
    sys.path.insert(0, str(_TESTS))
    from support.postgres import running_postgres  # noqa: PLC0415 - found after the line above
    from support.run import Run  # noqa: PLC0415 - same

    run = Run.begin()
    try:
        running = running_postgres(run)
        admin_url = running.url("postgres")
        name = running.create()
        with psycopg.connect(admin_url, autocommit=True) as connection:
            # The server of the tests forgets in a crash what it has acknowledged; a real one must not. Said of the
            # database, because the tests say it on the server's command line, which a setting of the system is below.
            durable = sql.SQL("ALTER DATABASE {} SET synchronous_commit = on")
            connection.execute(durable.format(sql.Identifier(name)))
        with psycopg.connect(running.url(name)) as connection:
            found = connection.execute("SHOW synchronous_commit").fetchone()
        if found != ("on",):
            raise RuntimeError(f"this server may forget what it has acknowledged: {found}")
        socket = Path(running.socket) / f".s.PGSQL.{running.port}"
        yield Prepared(running.url(name), admin_url, socket, name, running.user)
    finally:
        run.end()
