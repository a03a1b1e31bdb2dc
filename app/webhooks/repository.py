"""Where webhooks and their deliveries are kept."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, true
from sqlalchemy.orm import aliased

from app.auth.models import Client
from app.auth.subjects import Role, Scope, Subject
from app.auth.succession import former_ids
from app.db.session import ReadSession, WriteSession
from app.outbox.models import Event
from app.webhooks.models import Delivery, DeliveryState, Webhook, WebhookSecret


def mine(subject: Subject) -> ColumnElement[bool]:
    """A webhook is its owner's, whoever else sees the same events; an administrator sees all."""
    return true() if subject.role is Role.ADMIN else Webhook.owner_id == subject.id


def find(session: ReadSession, subject: Subject, webhook_id: uuid.UUID, *, lock: bool) -> Webhook | None:
    query = select(Webhook).where(Webhook.id == webhook_id, mine(subject))
    return session.scalar(query.with_for_update() if lock else query)


def locked(session: WriteSession, webhook_id: uuid.UUID) -> Webhook | None:
    """A webhook that nobody else changes until the transaction ends."""
    return session.scalar(select(Webhook).where(Webhook.id == webhook_id).with_for_update())


def page(session: ReadSession, subject: Subject, after: uuid.UUID | None, limit: int) -> Sequence[Webhook]:
    query = select(Webhook).where(mine(subject)).order_by(Webhook.id).limit(limit)
    return session.scalars(query if after is None else query.where(Webhook.id > after)).all()


def count_of(session: ReadSession, owner_id: uuid.UUID) -> int:
    return session.scalar(select(func.count()).where(Webhook.owner_id == owner_id)) or 0


def enabled(session: ReadSession) -> Sequence[Webhook]:
    return session.scalars(select(Webhook).where(Webhook.disabled_at.is_(None)).order_by(Webhook.id)).all()


def owner_of(session: ReadSession, webhook: Webhook) -> Subject | None:
    """The subject whose sight decides what is sent; None when its client was shut out."""
    if session.scalar(select(exists().where(Client.id == webhook.owner_id, Client.disabled_at.is_not(None)))):
        return None
    return Subject(
        webhook.owner_id,
        webhook.owner_name,
        webhook.role,
        frozenset(Scope(scope) for scope in webhook.scopes.split()),
        webhook.enterprise_id,
        webhook.region,
        former_ids(session, webhook.enterprise_id),
    )


def secrets_of(session: ReadSession, webhook_ids: Sequence[uuid.UUID]) -> Sequence[WebhookSecret]:
    """All secrets of the webhooks, the newest first."""
    query = select(WebhookSecret).where(WebhookSecret.webhook_id.in_(webhook_ids))
    return session.scalars(query.order_by(WebhookSecret.created_at.desc(), WebhookSecret.id.desc())).all()


def pending_counts(session: ReadSession, webhook_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    query = (
        select(Delivery.webhook_id, func.count())
        .where(Delivery.webhook_id.in_(webhook_ids), Delivery.state == DeliveryState.PENDING)
        .group_by(Delivery.webhook_id)
    )
    return dict(session.execute(query).all())


def remove(session: WriteSession, webhook_id: uuid.UUID) -> None:
    """Take a webhook away with all that is known of its deliveries."""
    session.execute(delete(Delivery).where(Delivery.webhook_id == webhook_id))
    session.execute(delete(WebhookSecret).where(WebhookSecret.webhook_id == webhook_id))
    session.execute(delete(Webhook).where(Webhook.id == webhook_id))


def deliveries_page(
    session: ReadSession,
    webhook_id: uuid.UUID,
    *,
    state: DeliveryState | None,
    before: uuid.UUID | None,
    limit: int,
) -> Sequence[Delivery]:
    """Deliveries of a webhook, the newest first."""
    query = (
        select(Delivery).where(Delivery.webhook_id == webhook_id).order_by(Delivery.id.desc()).limit(limit)
    )
    if state is not None:
        query = query.where(Delivery.state == state)
    return session.scalars(query if before is None else query.where(Delivery.id < before)).all()


def _sendable(webhook_id: uuid.UUID, now: datetime) -> ColumnElement[bool]:
    """Pending, and nothing before it in its lane waits for its next attempt."""
    waiting = aliased(Delivery)
    held_lanes = select(waiting.lane).where(
        waiting.webhook_id == webhook_id,
        waiting.state == DeliveryState.PENDING,
        waiting.next_attempt_at > now,
    )
    return and_(
        Delivery.webhook_id == webhook_id,
        Delivery.state == DeliveryState.PENDING,
        Delivery.lane.not_in(held_lanes),
    )


def sendable(
    session: ReadSession, webhook_id: uuid.UUID, now: datetime, limit: int
) -> list[tuple[Delivery, Event | None]]:
    """What may be sent now, in the order of the feed; of one lane as many as come one after the other."""
    query = (
        select(Delivery, Event)
        .outerjoin(Event, Event.id == Delivery.event_id)
        .where(_sendable(webhook_id, now))
        .order_by(Delivery.position, Delivery.id)
        .limit(limit)
    )
    return [(delivery, event) for delivery, event in session.execute(query)]


def next_due(session: ReadSession, webhook_id: uuid.UUID, now: datetime) -> datetime | None:
    """When there is something to send; None when nothing is pending."""
    if session.scalar(select(exists().where(_sendable(webhook_id, now)))):
        return now
    pending = and_(Delivery.webhook_id == webhook_id, Delivery.state == DeliveryState.PENDING)
    return session.scalar(select(func.min(Delivery.next_attempt_at)).where(pending))


def ended_before(moment: datetime) -> ColumnElement[bool]:
    """Deliveries that are over since before a moment."""
    return and_(Delivery.ended_at < moment, Delivery.state != DeliveryState.PENDING)
