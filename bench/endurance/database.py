"""A PostgreSQL that forgets nothing it has acknowledged, and the wire to it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

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
        with psycopg.connect(admin_url, autocommit=True) as connection:
            # The server of the tests forgets in a crash what it has acknowledged; a real one must not.
            connection.execute("ALTER SYSTEM SET synchronous_commit = on")
            connection.execute("SELECT pg_reload_conf()")
        name = running.create()
        socket = Path(running.socket) / f".s.PGSQL.{running.port}"
        yield Prepared(running.url(name), admin_url, socket, name, running.user)
    finally:
        run.end()
