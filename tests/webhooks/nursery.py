"""Workers that are killed one after the other; `python nursery.py RECEIVED KILLS SEED`.

Each is forked from this process, which has done such work before, so that it works at once. It is killed when some
more messages have arrived in the file RECEIVED. A last one is left to work until standard input ends. All have the
same clock, which runs 20 times as fast as the wall's, so that leases end within the patience of a test. They linger
before and after each message and each writing of deliveries, so that death meets them there as well as in between.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

from app.db.engine import make_engines
from app.db.session import Database
from app.http.client import OutboundClient
from app.observability import logs
from app.settings import Settings
from app.webhooks import fan_out, jobs
from app.worker.loop import Worker
from app.worker.registry import SliceJobs, gather

_SPEED = 20
_PATIENCE_SECONDS = 20
_BEGUN = time.time()


def linger() -> None:
    time.sleep(random.uniform(0, 0.006))


def lingering(step: Callable[..., Any]) -> Callable[..., Any]:
    """The same step, with a moment before and after."""

    @wraps(step)
    def lingered(*arguments: Any, **named: Any) -> Any:
        linger()
        done = step(*arguments, **named)
        linger()
        return done

    return lingered


def fast_clock() -> datetime:
    """The moment it would be if time flew since this program began."""
    return datetime.fromtimestamp(_BEGUN, UTC) + timedelta(seconds=(time.time() - _BEGUN) * _SPEED)


def worker_of(database: Database) -> Worker:
    registry = gather([SliceJobs(jobs.HANDLERS, jobs.PERIODIC, jobs.SUBSCRIPTIONS, jobs.POLICIES)])
    return Worker(database, Settings(), registry, clock=fast_clock)


def fork_worker(database: Database) -> int:
    """Start a worker; answers its process id."""
    child = os.fork()
    if child:
        return child
    random.seed(os.getpid())
    worker_of(database).start()
    signal.pause()
    os._exit(0)


def main(received: Path, kills: int, chance: random.Random) -> None:
    """Kill, and at the end let live."""
    settings = Settings()
    logs.configure(settings)
    database = Database(make_engines(settings))
    worker_of(database).drain()
    # What was compiled stays; a connection must not be shared with a child.
    database.engines.dispose()
    OutboundClient.request = lingering(OutboundClient.request)  # type: ignore[method-assign]
    fan_out.put = lingering(fan_out.put)
    print("ready", flush=True)  # noqa: T201 - from now on the test has something new for each worker
    for _ in range(kills):
        child = fork_worker(database)
        enough = _lines(received) + chance.randint(1, 2)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while _lines(received) < enough and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.02))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        print("killed", flush=True)  # noqa: T201 - the test counts these lines
    child = fork_worker(database)
    with suppress(KeyboardInterrupt):
        sys.stdin.read()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _lines(file: Path) -> int:
    return file.read_bytes().count(b"\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3])))
