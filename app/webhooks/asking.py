"""Jobs of webhooks, asked for in the transaction that makes them needed."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app.db.session import ReadSession, WriteSession
from app.outbox.jobs import enqueue
from app.webhooks import repository
from app.webhooks.models import Delivery, DeliveryState, Webhook

DELIVER = "webhooks.deliver"
FAN_OUT = "webhooks.fan_out"


def ask(session: WriteSession, webhook_id: uuid.UUID, now: datetime) -> None:
    """Have a webhook's pending events sent as soon as they may be."""
    webhook = session.get(Webhook, webhook_id)
    due = repository.next_due(session, webhook_id, now)
    if webhook is None or webhook.disabled_at is not None or due is None:
        return
    not_before = max(due, webhook.paused_until or due)
    enqueue(
        session, DELIVER, {"webhook": str(webhook_id)}, key=str(webhook_id), now=now, not_before=not_before
    )


def ask_for_missed(session: WriteSession, webhook_id: uuid.UUID, now: datetime) -> None:
    """Have made deliveries of what lies beyond a webhook's place in the feed, and what is pending sent."""
    enqueue(session, FAN_OUT, {}, key="missed", now=now)
    ask(session, webhook_id, now)


def waiting(session: ReadSession) -> Sequence[uuid.UUID]:
    """Enabled webhooks for which something is pending."""
    pending = select(Delivery.webhook_id).where(Delivery.state == DeliveryState.PENDING).distinct()
    query = select(Webhook.id).where(Webhook.disabled_at.is_(None), Webhook.id.in_(pending))
    return session.scalars(query.order_by(Webhook.id)).all()
