"""The worker's side of the table of jobs: take one, keep it, say how it went."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, not_, or_, select, update

from app.db.base import table_of
from app.db.session import ReadSession, WriteSession
from app.ids import new_id
from app.outbox.jobs import Lease, put_back
from app.outbox.models import Job, JobState
from app.outbox.retries import RetryPolicy

MAX_ERROR = 1_000
"""Characters of a failure that are kept."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job in the hands of a worker. `attempts` counts this run."""

    lease: Lease
    kind: str
    payload: Any
    attempts: int
    request_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """How many jobs of a kind are in a state, and since when the oldest of them is due."""

    kind: str
    state: JobState
    jobs: int
    oldest_due_at: datetime


def is_anything_due(session: ReadSession, kinds: Collection[str], now: datetime) -> bool:
    """Whether a claim could find something: asked before claiming, so that idle workers never write."""
    return session.execute(select(_due(kinds, now))).scalar_one()


def claim(
    session: WriteSession,
    kinds: Collection[str],
    *,
    worker: str,
    now: datetime,
    lease_for: timedelta,
    after: str | None = None,
) -> Claimed | None:
    """Take the job that has been due for longest, of the kinds this worker knows; None when there is none.

    Of the kind that it has just done (`after`) only when no other kind waits: else a thousand long jobs of one kind
    would hold up for hours what takes a moment.
    Also taken: a job whose lease has ended, because its worker died. Never taken: a job of a key of which another
    one is running. Others' uncommitted claims are skipped, not waited for.
    """
    until = now + lease_for
    others = [kind for kind in kinds if kind != after]
    other = _take(session, others, worker, now, until) if after is not None else None
    return other or _take(session, kinds, worker, now, until)


def _take(
    session: WriteSession, kinds: Collection[str], worker: str, now: datetime, until: datetime
) -> Claimed | None:
    table = table_of(Job)
    chosen = (
        select(table.c.id)
        .where(_takeable(kinds, now))
        .order_by(table.c.due_at, table.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    token = new_id()
    taken = (
        update(table)
        .where(table.c.id == chosen)
        .values(
            state=JobState.RUNNING,
            lock_token=token,
            worker=worker,
            due_at=until,
            attempts=table.c.attempts + 1,
        )
        .returning(table.c.id, table.c.kind, table.c.payload, table.c.attempts, table.c.request_id)
    )
    row = session.execute(taken).one_or_none()
    if row is None:
        return None
    return Claimed(Lease(row.id, token), row.kind, row.payload, row.attempts, row.request_id)


def _due(kinds: Collection[str], now: datetime) -> ColumnElement[bool]:
    return exists(select(Job.id).where(_takeable(kinds, now)))


def _takeable(kinds: Collection[str], now: datetime) -> ColumnElement[bool]:
    table = table_of(Job)
    other = table.alias("other")
    same_key_runs = exists(
        select(other.c.id)
        .where(other.c.kind == table.c.kind, other.c.key == table.c.key, other.c.state == JobState.RUNNING)
        .correlate(table)
    )
    fresh = and_(table.c.state == JobState.WAITING, or_(table.c.key.is_(None), not_(same_key_runs)))
    abandoned = table.c.state == JobState.RUNNING
    return and_(table.c.due_at <= now, table.c.kind.in_(sorted(kinds)), or_(fresh, abandoned))


def renew(session: WriteSession, leases: Sequence[Lease], until: datetime) -> None:
    """Keep jobs for longer. A lease that was lost stays lost."""
    table = table_of(Job)
    for lease in sorted(leases, key=lambda lease: lease.job_id):
        mine = and_(table.c.id == lease.job_id, table.c.lock_token == lease.token)
        session.execute(update(table).where(mine).values(due_at=until))


def fail(
    session: WriteSession, lease: Lease, *, error: str, policy: RetryPolicy, now: datetime
) -> JobState | None:
    """Let a failed job wait for its next run, or bury it as a dead letter. None when the lease was lost."""
    table = table_of(Job)
    mine = and_(table.c.id == lease.job_id, table.c.lock_token == lease.token)
    row = session.execute(select(table).where(mine).with_for_update()).mappings().one_or_none()
    if row is None:
        return None
    told = {"last_error": error[:MAX_ERROR], "failed_at": now}
    pause = policy.pause(lease.job_id, row["attempts"])
    if pause is None:
        ended = {"state": JobState.DEAD, "lock_token": None, "due_at": now, **told}
        session.execute(update(table).where(mine).values(ended))
        return JobState.DEAD
    session.execute(delete(table).where(mine))
    put_back(session, {**row, **told, "due_at": now + pause})
    return JobState.WAITING


def page(
    session: ReadSession, *, state: JobState | None = None, kind: str | None = None, limit: int = 50
) -> list[Job]:
    """Some jobs, those due for longest first."""
    query = select(Job).order_by(Job.due_at, Job.id).limit(limit)
    if state is not None:
        query = query.where(Job.state == state)
    if kind is not None:
        query = query.where(Job.kind == kind)
    return list(session.scalars(query))


def is_there(session: ReadSession, job_id: uuid.UUID) -> bool:
    """Whether the job waits, runs or lies dead; one that is done is gone."""
    return session.get(Job, job_id) is not None


def is_asked_for(session: ReadSession, kind: str) -> bool:
    """Whether a job of the kind waits or runs."""
    alive = exists(select(Job.id).where(Job.kind == kind, Job.state != JobState.DEAD))
    return session.execute(select(alive)).scalar_one()


def retry_dead(
    session: WriteSession, *, now: datetime, job_id: uuid.UUID | None = None, kind: str | None = None
) -> list[uuid.UUID]:
    """Let dead letters wait again with a clean count: one by id, or all, or all of a kind. Answers which."""
    table = table_of(Job)
    query = select(table).where(table.c.state == JobState.DEAD).order_by(table.c.id).with_for_update()
    if job_id is not None:
        query = query.where(table.c.id == job_id)
    if kind is not None:
        query = query.where(table.c.kind == kind)
    rows = session.execute(query).mappings().all()
    for row in rows:
        session.execute(delete(table).where(table.c.id == row["id"]))
        put_back(session, {**row, "attempts": 0, "due_at": now})
    return [row["id"] for row in rows]


def queue_depths(session: ReadSession) -> list[QueueDepth]:
    """What waits, runs and lies dead, by kind: for metrics and for people."""
    query = (
        select(Job.kind, Job.state, func.count(), func.min(Job.due_at))
        .group_by(Job.kind, Job.state)
        .order_by(Job.kind, Job.state)
    )
    return [QueueDepth(kind, state, jobs, oldest) for kind, state, jobs, oldest in session.execute(query)]
