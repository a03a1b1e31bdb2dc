"""One job: its handler is called, and the table of jobs told how it went."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

import structlog

from app.clock import Clock
from app.db.session import Database
from app.outbox import queue
from app.outbox.errors import described
from app.outbox.jobs import JobContext, JobFailed, LeaseLost, settle
from app.outbox.models import JobState
from app.settings import Settings
from app.worker.registry import Registry

_log = structlog.get_logger("huanlian.worker")


class Ending(StrEnum):
    """How a run ended."""

    DONE = "done"
    FAILED = "failed"
    """It waits for its next run."""
    DEAD = "dead"
    """It is a dead letter: nobody runs it again unless told to."""
    LOST = "lost"
    """Another worker has taken the job over."""


@dataclass(frozen=True, slots=True)
class Runner:
    """What running a job takes."""

    database: Database
    settings: Settings
    registry: Registry
    clock: Clock

    def run(self, claimed: queue.Claimed) -> Ending:
        """Run a claimed job to its end. Whatever the handler raises is kept with the job, never raised."""
        with _named(claimed):
            ending, error = self._end_of(claimed)
            log = _log.info if ending is Ending.DONE else _log.warning
            log("job", ending=ending.value, attempts=claimed.attempts, error=error)
        return ending

    def _end_of(self, claimed: queue.Claimed) -> tuple[Ending, str | None]:
        try:
            self._refuse_killer(claimed)
            context = JobContext(self.database, self.settings, self.clock, claimed.lease)
            self.registry.handlers[claimed.kind](context, claimed.payload)
        except LeaseLost:
            return Ending.LOST, None
        except Exception as error:  # noqa: BLE001 - a handler may fail in any way; the worker goes on
            return self._failed(claimed, described(error))
        with self.database.writing() as session:
            if settle(session, claimed.lease) or not queue.is_there(session, claimed.lease.job_id):
                return Ending.DONE, None
        return Ending.LOST, None

    def _refuse_killer(self, claimed: queue.Claimed) -> None:
        """A job that ended each of its workers is not given another one to end."""
        runs_before = claimed.attempts - 1
        if runs_before >= self.registry.policy(claimed.kind).attempts:
            raise JobFailed(f"its worker ended without a word in the last of {runs_before} runs")

    def _failed(self, claimed: queue.Claimed, error: str) -> tuple[Ending, str]:
        policy = self.registry.policy(claimed.kind)
        with self.database.writing() as session:
            state = queue.fail(session, claimed.lease, error=error, policy=policy, now=self.clock())
        endings = {JobState.WAITING: Ending.FAILED, JobState.DEAD: Ending.DEAD}
        return (Ending.LOST if state is None else endings[state]), error


@contextmanager
def _named(claimed: queue.Claimed) -> Iterator[None]:
    names = {"job": str(claimed.lease.job_id), "kind": claimed.kind}
    if claimed.request_id is not None:
        names["request_id"] = str(claimed.request_id)
    with structlog.contextvars.bound_contextvars(**names):
        yield
