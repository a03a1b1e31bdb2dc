"""From the feed to deliveries: each webhook has a place in the feed, and what lies beyond it is made a delivery once.

What a webhook gets is what its owner would be shown by `GET /v1/events`, by the same function; so nothing is sent of
a transaction that was rolled back, and nothing is passed by.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.db.base import table_of
from app.db.session import Database, ReadSession, WriteSession
from app.ids import new_id
from app.outbox import feed
from app.outbox.models import Event
from app.webhooks import asking, events, repository, results
from app.webhooks.models import Delivery, DeliveryState, DisabledReason, Webhook

PAGE = 500
_LAZY = 5_000
"""A webhook that wants nothing of what it is shown keeps its old place for so long, to spare the writing."""


def all_webhooks(database: Database, now: datetime) -> None:
    """Bring every enabled webhook to the end of the feed."""
    with database.reading() as session:
        ids = [webhook.id for webhook in repository.enabled(session)]
    for webhook_id in ids:
        while _one_page(database, webhook_id, now):
            pass


def last_position(session: ReadSession) -> int:
    """How far the feed goes."""
    return session.scalar(select(func.max(Event.position))) or 0


def _one_page(database: Database, webhook_id: uuid.UUID, now: datetime) -> bool:
    """Make deliveries of some events; whether there are more."""
    with database.reading() as session:
        webhook = session.get(Webhook, webhook_id)
        if webhook is None or webhook.disabled_at is not None:
            return False
        owner = repository.owner_of(session, webhook)
        page = None if owner is None else feed.events_after(session, owner, webhook.cursor, PAGE)
    if page is None:
        with database.writing() as session:
            found = repository.locked(session, webhook_id)
            if found is not None:
                results.disable(session, found, DisabledReason.CLIENT_DISABLED, now)
        return False
    chosen = [event for event in page.items if is_wanted(webhook, event)]
    if not chosen and not page.has_more and page.cursor - webhook.cursor < _LAZY:
        return False
    with database.writing() as session:
        # Whoever moves the webhook on makes its deliveries; another worker may have been quicker.
        moved = (
            update(Webhook)
            .where(Webhook.id == webhook_id, Webhook.cursor == webhook.cursor, Webhook.disabled_at.is_(None))
            .values(cursor=page.cursor)
            .returning(Webhook.id)
        )
        if session.scalar(moved) is not None:
            put(session, webhook_id, chosen, now, again=False)
            asking.ask(session, webhook_id, now)
    return page.has_more


def is_wanted(webhook: Webhook, event: Event) -> bool:
    """Whether its owner chose such events. What is told of a webhook itself is not sent to it: that would never end."""
    types: Collection[str] = webhook.types
    is_chosen = not types or feed.wants(types, event.type)
    return is_chosen and not _is_about(webhook, event)


def _is_about(webhook: Webhook, event: Event) -> bool:
    topic = event.type.partition(".")[0]
    return topic == events.TOPIC and event.payload.get("webhook") == str(webhook.id)


def put(
    session: WriteSession, webhook_id: uuid.UUID, chosen: Sequence[Event], now: datetime, *, again: bool
) -> None:
    """Make these pending for a webhook; those that were over, only when they are wanted `again`."""
    if not chosen:
        return
    table = table_of(Delivery)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values([_row(webhook_id, event, now) for event in chosen])
    key = ["webhook_id", "event_id"]
    if again:
        fresh = ("state", "attempts", "first_attempt_at", "next_attempt_at", "ended_at")
        renewed = {name: statement.excluded[name] for name in fresh}
        over = table.c.state != DeliveryState.PENDING
        session.execute(statement.on_conflict_do_update(index_elements=key, set_=renewed, where=over))
    else:
        session.execute(statement.on_conflict_do_nothing(index_elements=key))


def _row(webhook_id: uuid.UUID, event: Event, now: datetime) -> dict[str, Any]:
    lane = "" if event.site_id is None else event.site_id.hex
    return new_delivery(webhook_id, event.id, event.position or 0, lane, event.type, now)


def new_delivery(
    webhook_id: uuid.UUID,
    event_id: uuid.UUID | None,
    position: int,
    lane: str,
    event_type: str,
    now: datetime,
) -> dict[str, Any]:
    """The row of a delivery that was not tried yet."""
    untried = (
        "first_attempt_at",
        "last_attempt_at",
        "next_attempt_at",
        "ended_at",
        "response_status",
        "failure",
        "latency_ms",
        "excerpt",
    )
    return {
        "id": new_id(),
        "webhook_id": webhook_id,
        "event_id": event_id,
        "position": position,
        "lane": lane,
        "type": event_type,
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "created_at": now,
        **dict.fromkeys(untried),
    }
