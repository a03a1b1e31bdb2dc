"""Asking for work: a job is written in the caller's own transaction, so it exists exactly when the change does.

Handlers run at least once: a worker may die after the work and before it said so. Write them so that a second run
changes nothing, or let them end the job in the very transaction of their effect (`JobContext.complete`).
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from pydantic import JsonValue
from sqlalchemy import case, delete
from sqlalchemy.dialects import postgresql, sqlite

from app.clock import Clock
from app.db.base import table_of
from app.db.session import Database, WriteSession
from app.ids import new_id
from app.outbox.models import WAITING_WITH_KEY, Job, JobState
from app.settings import Settings


class LeaseLost(Exception):  # noqa: N818 - a fact about the job
    """Another worker has taken the job over, because this one was not heard of for too long."""


class JobFailed(Exception):  # noqa: N818 - a fact about the job
    """A handler's refusal in words that may be kept and shown. Of any other exception only name and place are kept."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run a job: good as long as the job still has this token."""

    job_id: uuid.UUID
    token: uuid.UUID


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a handler works with."""

    database: Database
    settings: Settings
    clock: Clock
    lease: Lease | None = None

    def now(self) -> datetime:
        """The present moment in UTC."""
        return self.clock()

    def complete(self, session: WriteSession) -> None:
        """End the job in the caller's transaction, so that effect and end are committed together: exactly once.

        Raises LeaseLost when another worker has taken over; let it rise, so that the effect is rolled back.
        """
        if self.lease is not None and not settle(session, self.lease):
            raise LeaseLost


Handler = Callable[[JobContext, Mapping[str, JsonValue]], None]


def enqueue(
    session: WriteSession,
    kind: str,
    payload: Mapping[str, JsonValue],
    *,
    now: datetime,
    key: str | None = None,
    not_before: datetime | None = None,
) -> uuid.UUID:
    """Ask for work when the caller's transaction commits; answers the job's id.

    With a `key` at most one job of this kind and key waits: asking again answers the waiting one's id, gives it the
    newer payload and the sooner of both times. A job that is already running does not count, since it may have
    looked before this change; the new one runs after it, never beside it. On PostgreSQL the waiting job stays
    locked until the transaction ends, so that no worker takes it too early: enqueue late in a transaction, and
    several keys in sorted order.
    """
    row = {
        "id": new_id(),
        "kind": kind,
        "key": key,
        "payload": dict(payload),
        "due_at": not_before or now,
        "attempts": 0,
        "last_error": None,
        "request_id": current_request(),
        "created_at": now,
        "failed_at": None,
    }
    return _put(session, row, folding=("payload",))


def current_request() -> uuid.UUID | None:
    """The id of the request that is being answered, so that the worker's log lines can be found by it."""
    told = structlog.contextvars.get_contextvars().get("request_id")
    return uuid.UUID(told) if isinstance(told, str) else None


def put_back(session: WriteSession, row: Mapping[str, Any]) -> uuid.UUID:
    """Let a job that was taken out of the table wait again.

    When another of its key was asked for meanwhile, that one does the work, and remembers the failures.
    """
    return _put(session, row, folding=("last_error", "failed_at"))


def _put(session: WriteSession, row: Mapping[str, Any], folding: Iterable[str]) -> uuid.UUID:
    table = table_of(Job)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    waiting = {**row, "state": JobState.WAITING, "lock_token": None, "worker": None}
    statement = dialect.insert(table).values(waiting)
    old, new = table.c, statement.excluded
    changes: dict[str, Any] = {name: new[name] for name in folding}
    changes["due_at"] = case((new.due_at < old.due_at, new.due_at), else_=old.due_at)
    changes["attempts"] = case((new.attempts > old.attempts, new.attempts), else_=old.attempts)
    folded = statement.on_conflict_do_update(
        index_elements=["kind", "key"], index_where=WAITING_WITH_KEY, set_=changes
    ).returning(table.c.id)
    found: uuid.UUID = session.execute(folded).scalar_one()
    return found


def settle(session: WriteSession, lease: Lease) -> bool:
    """Take a finished job away; False when the lease was lost."""
    table = table_of(Job)
    done = delete(table).where(table.c.id == lease.job_id, table.c.lock_token == lease.token)
    return bool(session.connection().execute(done).rowcount)
