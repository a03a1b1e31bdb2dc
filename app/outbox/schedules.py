"""Jobs that come again: at most once a period, however many workers there are, and once for what was missed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from pydantic import JsonValue
from sqlalchemy.dialects import postgresql, sqlite

from app.db.base import table_of
from app.db.session import ReadSession, WriteSession
from app.outbox.jobs import enqueue
from app.outbox.models import PeriodicRun

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Schedule(Protocol):
    """Says when periods begin."""

    def period_start(self, now: datetime, timezone: str) -> datetime:
        """When the period that holds `now` began, in UTC; people's days are those of `timezone`."""


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day, from this time on the wall on."""

    at: time

    def period_start(self, now: datetime, timezone: str) -> datetime:
        zone = ZoneInfo(timezone)
        today = datetime.combine(now.astimezone(zone).date(), self.at, zone).astimezone(UTC)
        if today <= now:
            return today
        yesterday = now.astimezone(zone).date() - timedelta(days=1)
        return datetime.combine(yesterday, self.at, zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Every:
    """Again and again after `step`, counted from midnight UTC when it divides a day."""

    step: timedelta

    def period_start(self, now: datetime, timezone: str) -> datetime:  # noqa: ARG002 - a step knows no wall
        return now - (now - _EPOCH) % self.step


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job of `kind` for every period of `schedule`."""

    name: str
    kind: str
    schedule: Schedule
    payload: dict[str, JsonValue] = field(default_factory=dict)


def last_begun(session: ReadSession) -> dict[str, datetime]:
    """The period last begun, by name."""
    table = table_of(PeriodicRun)
    return {row.name: row.period_start for row in session.execute(table.select())}


def begin_period(session: WriteSession, periodic: Periodic, start: datetime, now: datetime) -> bool:
    """Enqueue the job of the period that began at `start`; False when that was done already, by whomever.

    A name that was never seen begins at once: a new installation has its first nightly run without a night.
    """
    table = table_of(PeriodicRun)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"name": periodic.name, "period_start": start, "enqueued_at": now}
    statement = dialect.insert(table).values(row)
    moved = statement.on_conflict_do_update(
        index_elements=["name"],
        set_={"period_start": statement.excluded.period_start, "enqueued_at": statement.excluded.enqueued_at},
        where=table.c.period_start < statement.excluded.period_start,
    ).returning(table.c.name)
    if session.execute(moved).one_or_none() is None:
        return False
    enqueue(session, periodic.kind, periodic.payload, now=now, key=f"periodic:{periodic.name}")
    return True
