"""A worker in its own process, for tests that kill it; `python worker_program.py FOLDER CONCURRENCY`.

`test.effect` writes one event and ends its job in the same transaction. The first of them may be made to hang:
a file `hang` in the folder says so, `hanging` tells that it does. `test.alone` notes in files that it runs, and
finds out whether another run of the same job is there at the same time.
"""

import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from app.cli.worker import on_signals
from app.db.engine import make_engines
from app.db.session import Database
from app.outbox.events import NewEvent, publish
from app.outbox.jobs import JobContext
from app.settings import Settings
from app.worker.loop import Worker
from app.worker.registry import SliceJobs, gather

FOLDER = Path(sys.argv[1])
_told = threading.Event()


def effect(context: JobContext, payload: Mapping[str, JsonValue]) -> None:
    """Leave one event, once."""
    with context.database.writing() as session:
        publish(session, [NewEvent("site.touched", {"n": payload["n"]}, region=None)], now=context.now())
        context.complete(session)
        _hang_when_told("hang-before-commit")
    _hang_when_told("hang-after-commit")


def _hang_when_told(where: str) -> None:
    if (FOLDER / where).exists():
        (FOLDER / "hanging").touch()
        threading.Event().wait()


def alone(_context: JobContext, payload: Mapping[str, JsonValue]) -> None:
    """Run beside nobody of the same number."""
    mark = FOLDER / f"running-{payload['n']}"
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        (FOLDER / f"together-{payload['n']}").touch()
        return
    with (FOLDER / "runs").open("a") as runs:
        runs.write(f"{payload['n']}\n")
    mark.unlink()


def slow(_context: JobContext, _payload: Mapping[str, JsonValue]) -> None:
    """Go on until the test says so."""
    (FOLDER / "hanging").touch()
    while not (FOLDER / "go-on").exists():
        threading.Event().wait(0.02)
    (FOLDER / "finished").touch()


def main() -> None:
    """Work until told to stop."""
    on_signals(_told.set)
    settings = Settings()
    database = Database(make_engines(settings))
    handlers = {"test.effect": effect, "test.alone": alone, "test.slow": slow}
    worker = Worker(database, settings, gather([SliceJobs(handlers)]))
    worker.start(int(sys.argv[2]))
    (FOLDER / f"ready-{os.getpid()}").touch()
    _told.wait()
    worker.stop(settings.worker_grace_seconds)
    database.engines.dispose()


if __name__ == "__main__":
    main()
