"""A real PostgreSQL for the tests: one server a run, databases cloned from templates in it."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql
from support.run import Run

_KEEPER = Path(__file__).with_name("postgres_keeper.py")


class PostgresUnavailable(Exception):  # noqa: N818 - a fact about the machine, not a mistake
    """No server could be started; the text says what was tried."""


# One count a process: a test may ask for several databases, each through a server object of its own.
_numbers = count()


@dataclass(slots=True)
class Postgres:
    """A running server. Databases are made and dropped through it; URLs are SQLAlchemy's, over its socket."""

    run: Run
    socket: str
    port: int
    user: str
    programs: Path
    """The folder of the server's own programs."""

    def url(self, name: str) -> str:
        return f"postgresql://{self.user}@/{name}?host={self.socket}&port={self.port}"

    def create(self, template: str = "template0") -> str:
        """Make a database as a copy of `template` and say its name."""
        name = f"t_{self.run.worker}_{next(_numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._execute(statement, sql.Identifier(name), sql.Identifier(template))
        return name

    def drop(self, name: str) -> None:
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), sql.Identifier(name))

    def template(self, name: str, fill: Callable[[str], None]) -> str:
        """Have `fill(url)` fill a database once in the whole run; nobody may stay connected to it."""
        with self.run.alone(f"postgres-{name}"):
            done = self.run.directory / f"{name}.filled"
            if not done.exists():
                self.drop(name)
                self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0"), sql.Identifier(name))
                fill(self.url(name))
                done.touch()
        return name

    def _execute(self, statement: sql.SQL, *names: sql.Identifier) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.format(*names))


def running_postgres(run: Run) -> Postgres:
    """Start the run's server when nobody has yet. Raises PostgresUnavailable, the same for all who ask."""
    note = run.directory / "postgres.json"
    with run.alone("postgres-start"):
        if not note.exists():
            note.write_text(_start_keeper(run))
    told = json.loads(note.read_text())
    if "error" in told:
        raise PostgresUnavailable(told["error"])
    return Postgres(run, told["socket"], told["port"], told["user"], Path(told["programs"]))


def _start_keeper(run: Run) -> str:
    """Start it and read its one line. Nobody waits for it: the run's end stops it, its lock tells when."""
    log = run.directory / "keeper.log"
    answer, said = os.pipe()
    with os.fdopen(answer) as line:
        os.posix_spawn(
            sys.executable,
            [sys.executable, str(_KEEPER), str(run.alive_fifo), str(run.keeper_lock)],
            dict(os.environ),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, said, 1),
                (os.POSIX_SPAWN_OPEN, 2, str(log), os.O_WRONLY | os.O_CREAT, 0o600),
            ],
            # A session of its own: an interrupt at the terminal must not reach the server before the tests.
            setsid=True,
        )
        os.close(said)
        told = line.readline()
    return told or json.dumps({"error": f"the keeper died: {log.read_text(errors='replace')[-600:]}"})
