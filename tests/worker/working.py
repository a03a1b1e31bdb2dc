"""A worker on the test's database and clock, with handlers that the test writes."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import JsonValue
from sqlalchemy import select
from support.clock import SettableClock

from app.db.session import Database
from app.outbox.jobs import JobContext, enqueue
from app.outbox.models import Job
from app.outbox.retries import RetryPolicy
from app.settings import Settings
from app.worker.loop import Worker
from app.worker.registry import SliceJobs, gather

Do = Callable[[JobContext, Mapping[str, JsonValue]], None]


class Bench:
    """Everything a test of jobs does: ask for work, let a worker do it, look at what is left."""

    def __init__(self, sessions: Database, settings: Settings, clock: SettableClock) -> None:
        self.sessions, self.settings, self.clock = sessions, settings, clock

    def worker(self, do: Do, *, name: str = "w1", policy: RetryPolicy | None = None, **more: Any) -> Worker:
        """A worker whose only kind is `test.note`."""
        policies = {} if policy is None else {"test.note": policy}
        registry = gather([SliceJobs({"test.note": do}, policies=policies, **more)])
        return Worker(self.sessions, self.settings, registry, clock=self.clock, name=name)

    def ask(self, number: int = 0, *, kind: str = "test.note", **more: Any) -> Any:
        with self.sessions.writing() as session:
            return enqueue(session, kind, {"n": number}, now=self.clock(), **more)

    def jobs(self) -> list[Job]:
        with self.sessions.reading() as session:
            return list(session.scalars(select(Job).order_by(Job.created_at, Job.id)))
