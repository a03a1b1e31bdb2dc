"""Sending again: one delivery, or all that a webhook wants from a place of the feed on; and a ping to try it out."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import insert

from app.audit import service as audit
from app.auth.subjects import Subject
from app.db.base import table_of
from app.db.session import WriteSession
from app.domain.errors import Message
from app.http.problems import Conflict, NotFound
from app.outbox import feed
from app.outbox.jobs import JobContext, enqueue
from app.webhooks import asking, fan_out, history, repository, service
from app.webhooks.events import PING
from app.webhooks.models import Delivery, DeliveryState, Webhook

REPLAY = "webhooks.replay"


class WebhookIsDisabled(Conflict):
    code = "webhook_disabled"
    title = Message(
        "此 webhook 已停用，请先用 PATCH 启用", "This webhook is disabled; enable it first, with PATCH"
    )


def one(
    session: WriteSession, subject: Subject, webhook_id: uuid.UUID, delivery_id: uuid.UUID, now: datetime
) -> Delivery:
    """Send one again as if it was new, now; also one that waits for its next attempt. Raises NotFound."""
    webhook = _enabled(session, subject, webhook_id)
    delivery = session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.webhook_id != webhook.id:
        raise NotFound
    if delivery.state is not DeliveryState.PENDING or delivery.attempts:
        delivery.state, delivery.attempts = DeliveryState.PENDING, 0
        delivery.first_attempt_at = delivery.next_attempt_at = delivery.ended_at = None
        history.record(session, subject, webhook, "replayed", now)
    _hurry(session, webhook, now)
    return delivery


def since(
    session: WriteSession, subject: Subject, webhook_id: uuid.UUID, after: int, now: datetime
) -> tuple[int, int]:
    """Have all events after a place of the feed sent again; answers from where to where. Newer ones come by themselves."""
    webhook = _enabled(session, subject, webhook_id)
    after = min(after, webhook.cursor)
    if after < webhook.cursor:
        who: list[JsonValue] = [subject.role.value, str(subject.id), subject.name]
        enqueue(session, REPLAY, {**_payload(webhook.id, after, webhook.cursor), "by": who}, now=now)
    return after, webhook.cursor


def ping(session: WriteSession, subject: Subject, webhook_id: uuid.UUID, now: datetime) -> Delivery:
    """Send a message of no meaning, once, before everything else."""
    webhook = _enabled(session, subject, webhook_id)
    row = fan_out.new_delivery(webhook.id, None, 0, "", PING, now)
    # In a lane of its own, so that it neither waits for anything nor holds anything up.
    session.execute(insert(table_of(Delivery)), [row | {"lane": f"ping {row['id'].hex}"}])
    history.record(session, subject, webhook, "pinged", now)
    _hurry(session, webhook, now)
    return session.get_one(Delivery, row["id"])


def _enabled(session: WriteSession, subject: Subject, webhook_id: uuid.UUID) -> Webhook:
    webhook = service.found(session, subject, webhook_id, lock=True)
    if webhook.disabled_at is not None:
        raise WebhookIsDisabled
    return webhook


def _hurry(session: WriteSession, webhook: Webhook, now: datetime) -> None:
    """Somebody says that the receiver is back: no more rest."""
    webhook.paused_until = None
    session.flush()
    asking.ask(session, webhook.id, now)


def go_on(context: JobContext, payload: Mapping[str, JsonValue]) -> None:
    """Make one page of a replay pending; the next page is asked for in the same transaction."""
    webhook_id, after, upto = uuid.UUID(str(payload["webhook"])), payload["after"], payload["upto"]
    if not isinstance(after, int) or not isinstance(upto, int):
        raise TypeError("after and upto of a replay are numbers")
    now = context.now()
    with context.database.writing() as session:
        webhook = repository.locked(session, webhook_id)
        owner = None if webhook is None else repository.owner_of(session, webhook)
        if webhook is not None and owner is not None:
            page = feed.events_after(session, owner, after, fan_out.PAGE)
            chosen = [
                event
                for event in page.items
                if (event.position or 0) <= upto and fan_out.is_wanted(webhook, event)
            ]
            fan_out.put(session, webhook_id, chosen, now, again=True)
            if isinstance(by := payload.get("by"), list):
                kind, actor_id, name = (str(part) for part in by)
                actor = audit.Actor(kind, uuid.UUID(actor_id), name)
                history.record(session, actor, webhook, "replayed", now)
            asking.ask(session, webhook_id, now)
            if page.has_more and page.cursor < upto:
                enqueue(session, REPLAY, _payload(webhook_id, page.cursor, upto), now=now)
        context.complete(session)


def _payload(webhook_id: uuid.UUID, after: int, upto: int) -> Mapping[str, JsonValue]:
    return {"webhook": str(webhook_id), "after": after, "upto": upto}
