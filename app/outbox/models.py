"""Jobs that wait for a worker, the periods that were begun, and the events that others may follow."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, Integer, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, text_enum
from app.db.types import Json, UtcDateTime

# SQLite counts only INTEGER primary keys; its INTEGER holds 64 bits all the same.
_Counted = BigInteger().with_variant(Integer(), "sqlite")
# The predicate of a partial index; an upsert must name it word for word.
WAITING_WITH_KEY = text("state = 'waiting' AND key IS NOT NULL")
_RUNNING_WITH_KEY = text("state = 'running' AND key IS NOT NULL")


class JobState(StrEnum):
    """Where a job stands. One that is done is no longer there."""

    WAITING = "waiting"
    RUNNING = "running"
    DEAD = "dead"


class Job(Base):
    """Work that a transaction asked for. A worker may take it from `due_at` on: when it is to run, or when a lease ends."""

    __tablename__ = "jobs"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    key: Mapped[str | None] = mapped_column(String(200))
    payload: Mapped[Any] = mapped_column(Json)
    state: Mapped[JobState] = mapped_column(text_enum(JobState, "job_state"))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer)
    lock_token: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    worker: Mapped[str | None] = mapped_column(String(120))
    last_error: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_jobs_due_at", "due_at"),
        Index(
            "ix_jobs_running_key",
            "kind",
            "key",
            sqlite_where=_RUNNING_WITH_KEY,
            postgresql_where=_RUNNING_WITH_KEY,
        ),
        Index(
            "uq_jobs_waiting_key",
            "kind",
            "key",
            unique=True,
            sqlite_where=WAITING_WITH_KEY,
            postgresql_where=WAITING_WITH_KEY,
        ),
    )


class PeriodicRun(Base):
    """The last period for which a periodic job was enqueued; whoever moves it forward enqueues the job."""

    __tablename__ = "periodic_runs"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    period_start: Mapped[datetime] = mapped_column(UtcDateTime)
    enqueued_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Event(Base):
    """Something that happened. `number` is its order of writing, `position` its place in the feed, given after the commit.

    Who may see it stands in the row: the region and the enterprise it is about, and those of the other party.
    """

    __tablename__ = "events"

    number: Mapped[int] = mapped_column(_Counted, Identity(always=True), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid)
    position: Mapped[int | None] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(String(64))
    schema_version: Mapped[int] = mapped_column(Integer)
    site_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    enterprise_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    region: Mapped[str | None] = mapped_column(String(6))
    counterpart_enterprise_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    counterpart_region: Mapped[str | None] = mapped_column(String(6))
    payload: Mapped[Any] = mapped_column(Json)
    request_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_events_id", "id", unique=True),
        Index("uq_events_position", "position", unique=True),
        Index("ix_events_enterprise_id_position", "enterprise_id", "position"),
        Index(
            "ix_events_counterpart_enterprise_id_position",
            "counterpart_enterprise_id",
            "position",
            sqlite_where=text("counterpart_enterprise_id IS NOT NULL"),
            postgresql_where=text("counterpart_enterprise_id IS NOT NULL"),
        ),
        Index(
            "ix_events_unplaced",
            "number",
            sqlite_where=text("position IS NULL"),
            postgresql_where=text("position IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )
