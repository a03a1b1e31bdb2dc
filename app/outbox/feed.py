"""The feed of events: places given after the commit, by one relay at a time, so that nobody's cursor passes an event by.

A number drawn while writing says nothing about the order of commits: a reader that has seen 8 would never see the 7
that commits later. So an event has no place until it is committed and seen by the relay, and the relays of several
workers take turns. Places are given in the order of writing and never change.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, update

from app.auth.subjects import Subject
from app.auth.visibility import visible_to
from app.db.base import table_of
from app.db.session import ReadSession, WriteSession
from app.outbox.events import TOPICS
from app.outbox.jobs import enqueue
from app.outbox.models import Event

BATCH = 2_000
_RELAY_LOCK = 7_311_402_215


@dataclass(frozen=True, slots=True)
class Placed:
    """The places `after` + 1 to `upto` were given to events of these types."""

    after: int
    upto: int
    types: frozenset[str]


@dataclass(frozen=True, slots=True)
class Page:
    """Some events in the order of the feed; `cursor` is where to go on, also when there were none."""

    items: list[Event]
    cursor: int
    has_more: bool


def has_unplaced(session: ReadSession) -> bool:
    """Whether events wait for their place."""
    return session.execute(select(exists(select(Event.number).where(Event.position.is_(None))))).scalar_one()


def place(
    session: WriteSession, *, now: datetime, subscriptions: Mapping[str, Collection[str]]
) -> Placed | None:
    """Give the next places to at most BATCH events, and enqueue the jobs that wait for such events.

    A job waits for types, or with `topic.*` for all of a topic. None when there is nothing to place, or another relay is
    at it. Jobs get `{"after", "upto"}`: see `between`.
    """
    if not _is_only_relay(session):
        return None
    placed = _place(session)
    if placed is not None:
        for kind, types in sorted(subscriptions.items()):
            if any(wants(types, each) for each in placed.types):
                enqueue(session, kind, {"after": placed.after, "upto": placed.upto}, now=now)
    return placed


def wants(types: Collection[str], event_type: str) -> bool:
    """Whether a type is among these, by itself or as one of a topic (`ledger.*`)."""
    return event_type in types or f"{event_type.partition('.')[0]}.*" in types


def _is_only_relay(session: WriteSession) -> bool:
    if session.get_bind().dialect.name != "postgresql":
        return True  # the single writer
    is_locked: bool = session.execute(select(func.pg_try_advisory_xact_lock(_RELAY_LOCK))).scalar_one()
    return is_locked


def _place(session: WriteSession) -> Placed | None:
    table = table_of(Event)
    after = session.scalar(select(func.max(table.c.position))) or 0
    next_ones = (
        select(table.c.number)
        .where(table.c.position.is_(None))
        .order_by(table.c.number)
        .limit(BATCH)
        .subquery("next_ones")
    )
    ranked = select(
        next_ones.c.number, func.row_number().over(order_by=next_ones.c.number).label("rank")
    ).subquery("ranked")
    given = (
        update(table)
        .where(table.c.number == ranked.c.number)
        .values(position=after + ranked.c.rank)
        .returning(table.c.type)
    )
    types = session.execute(given).scalars().all()
    return Placed(after, after + len(types), frozenset(types)) if types else None


def between(session: ReadSession, after: int, upto: int, types: Collection[str]) -> Sequence[Event]:
    """The events of these types at the places `after` + 1 to `upto`, whoever may see them: for handlers of jobs."""
    query = select(Event).where(Event.position > after, Event.position <= upto, Event.type.in_(sorted(types)))
    return session.scalars(query.order_by(Event.position)).all()


def first_kept(session: ReadSession) -> int:
    """The place at which the feed begins now; 0 when there is none. What was before it has been let go."""
    return session.scalar(select(func.min(Event.position))) or 0


def events_after(
    session: ReadSession, subject: Subject, cursor: int, limit: int, types: Collection[str] = ()
) -> Page:
    """The next events that `subject` may see. The cursor moves on over those of others, so that no poll reads them again."""
    # First how far the feed goes: whatever is placed while we read lies beyond and is left to the next poll.
    last = session.scalar(select(func.max(Event.position))) or 0
    query = select(Event).where(Event.position > cursor, Event.position <= last, _visible(subject))
    if types:
        query = query.where(Event.type.in_(sorted(types)))
    found = session.scalars(query.order_by(Event.position).limit(limit + 1)).all()
    items, has_more = list(found[:limit]), len(found) > limit
    if has_more:
        return Page(items, _position(items[-1]), has_more=True)
    return Page(items, max(cursor, last), has_more=False)


def _visible(subject: Subject) -> ColumnElement[bool]:
    """Rows about the subject or its territory, as either party, of topics that its scopes open."""
    mine = or_(
        visible_to(
            subject, region=Event.region, enterprises=(Event.enterprise_id, Event.counterpart_enterprise_id)
        ),
        visible_to(subject, region=Event.counterpart_region),
    )
    open_topics = sorted(topic for topic, scope in TOPICS.items() if scope is None or scope in subject.scopes)
    return and_(
        mine, or_(false(), *(Event.type.startswith(f"{topic}.", autoescape=True) for topic in open_topics))
    )


def _position(event: Event) -> int:
    assert event.position is not None  # noqa: S101 - the query asked for placed ones
    return event.position


def event_document(event: Event) -> dict[str, Any]:
    """An event as it leaves the house, by the feed and by webhooks."""
    return {
        "id": str(event.id),
        "type": event.type,
        "schema_version": event.schema_version,
        "timestamp": _utc(event.occurred_at),
        "region": event.region,
        "data": event.payload,
    }


def _utc(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
