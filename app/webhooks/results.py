"""How an attempt ended, kept with the delivery and with the webhook; and the end of a webhook's patience."""

import uuid
from datetime import datetime

from sqlalchemy import update

from app.audit import service as audit
from app.auth.subjects import Subject
from app.db.session import WriteSession
from app.outbox.events import publish
from app.webhooks import attempts, events, history, repository
from app.webhooks.attempts import Attempt
from app.webhooks.models import Delivery, DeliveryState, DisabledReason, Webhook


def keep(
    session: WriteSession,
    webhook_id: uuid.UUID,
    seen_at: datetime,
    delivery: Delivery,
    attempt: Attempt,
    now: datetime,
) -> bool:
    """Keep how an attempt ended; whether the next may follow at once. `seen_at` is the webhook's `changed_at` of then."""
    webhook = repository.locked(session, webhook_id)
    if webhook is None or not _keep_delivery(session, webhook, delivery, attempt, now):
        return False
    if attempt.has_arrived:
        webhook.failures, webhook.failing_since, webhook.paused_until = 0, None, None
        webhook.last_delivered_at = now
        return webhook.disabled_at is None and webhook.changed_at == seen_at
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or now
    webhook.paused_until = now + attempts.rest(webhook.failures, attempt.wish)
    if attempt.status == attempts.GONE:
        disable(session, webhook, DisabledReason.GONE, now)
    elif now - webhook.failing_since >= attempts.DISABLE_AFTER:
        disable(session, webhook, DisabledReason.FAILING, now)
    return False


def _keep_delivery(
    session: WriteSession, webhook: Webhook, seen: Delivery, attempt: Attempt, now: datetime
) -> bool:
    """Write the attempt into its row; False when somebody else has meanwhile."""
    first = seen.first_attempt_at or now
    count = seen.attempts + 1
    ping = seen.event_id is None
    again = None if attempt.has_arrived or ping else attempts.next_attempt(count, first, now, attempt.wish)
    state = _state(attempt, again)
    # Another worker may have taken over, or the owner asked for a replay: their word stands.
    unchanged = (
        Delivery.id == seen.id,
        Delivery.state == DeliveryState.PENDING,
        Delivery.attempts == seen.attempts,
    )
    kept = session.scalar(
        update(Delivery)
        .where(*unchanged)
        .values(
            state=state,
            attempts=count,
            first_attempt_at=first,
            last_attempt_at=now,
            next_attempt_at=again,
            ended_at=None if state is DeliveryState.PENDING else now,
            response_status=attempt.status,
            failure=attempt.failure,
            latency_ms=attempt.latency_ms,
            excerpt=attempt.excerpt,
        )
        .returning(Delivery.id)
    )
    if kept is not None and state is DeliveryState.GIVEN_UP and not ping:
        publish(session, [events.given_up(webhook, seen)], now=now)
    return kept is not None


def _state(attempt: Attempt, again: datetime | None) -> DeliveryState:
    if attempt.has_arrived:
        return DeliveryState.DELIVERED
    return DeliveryState.GIVEN_UP if again is None else DeliveryState.PENDING


def disable(
    session: WriteSession,
    webhook: Webhook,
    reason: DisabledReason,
    now: datetime,
    *,
    by: Subject | audit.Actor = history.SERVICE,
) -> None:
    """Send nothing any more until it is switched on again; its owner hears of it unless it was somebody's wish."""
    if webhook.disabled_at is not None:
        return
    before = history.state(webhook)
    webhook.disabled_at, webhook.disabled_reason, webhook.changed_at = now, reason, now
    history.record(session, by, webhook, "disabled", now, before=before, after=history.state(webhook))
    if reason is not DisabledReason.OWNER:
        publish(session, [events.disabled(webhook)], now=now)
