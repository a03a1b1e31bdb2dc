"""Sending what is pending of one webhook: one event after the other, each result kept at once.

One job a webhook (its key is the webhook's id), so that nobody gets two requests of us at a time and no receiver holds
up more than one worker. A run takes a few seconds; what is left is asked for again in the transaction that ends it.
A worker that dies after sending and before keeping the result sends the same event again, with the same id.
"""

import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from app.db.session import ReadSession
from app.http.client import OutboundClient, OutboundFailed, open_client
from app.outbox.feed import event_document
from app.outbox.jobs import JobContext
from app.outbox.models import Event
from app.webhooks import asking, attempts, repository, results, signing
from app.webhooks.attempts import Attempt
from app.webhooks.models import Delivery, DisabledReason, Webhook

_log = structlog.get_logger("huanlian.webhooks")
TIMEOUT_SECONDS = 15.0
_RUN_SECONDS = 10.0
_BATCH = 100
_MAX_ANSWER = 4 * attempts.MAX_EXCERPT


@dataclass(frozen=True, slots=True)
class _Target:
    """A webhook as it was when the batch was read; `changed_at` tells whether it still is."""

    webhook_id: uuid.UUID
    url: str
    secrets: Sequence[str]
    changed_at: datetime


def run(context: JobContext, webhook_id: uuid.UUID) -> None:
    """Send for a few seconds, then see to it that the rest is sent."""
    until = time.monotonic() + _RUN_SECONDS
    target, batch = _next_batch(context, webhook_id)
    if batch:
        with open_client(
            context.settings, timeout_seconds=TIMEOUT_SECONDS, max_body_bytes=_MAX_ANSWER
        ) as client:
            while target is not None and batch and time.monotonic() < until:
                if not _send_batch(context, client, target, batch, until):
                    break
                target, batch = _next_batch(context, webhook_id)
    with context.database.writing() as session:
        asking.ask(session, webhook_id, context.now())
        context.complete(session)


def _next_batch(
    context: JobContext, webhook_id: uuid.UUID
) -> tuple[_Target | None, list[tuple[Delivery, Event | None]]]:
    now = context.now()
    with context.database.reading() as session:
        webhook = session.get(Webhook, webhook_id)
        if webhook is None or webhook.disabled_at is not None:
            return None, []
        if webhook.paused_until is not None and webhook.paused_until > now:
            return None, []
        hindrance = _hindrance(context, session, webhook)
        if not isinstance(hindrance, DisabledReason):
            # After a failure a single event is sent to see whether the receiver is back.
            limit = 1 if webhook.failures else _BATCH
            target = _Target(webhook_id, webhook.url, hindrance, webhook.changed_at)
            return target, repository.sendable(session, webhook_id, now, limit)
    with context.database.writing() as session:
        found = repository.locked(session, webhook_id)
        if found is not None:
            results.disable(session, found, hindrance, now)
    return None, []


def _hindrance(context: JobContext, session: ReadSession, webhook: Webhook) -> DisabledReason | Sequence[str]:
    """The secrets to sign with, or why nothing can be sent."""
    if repository.owner_of(session, webhook) is None:
        return DisabledReason.CLIENT_DISABLED
    secret_key = context.settings.secret_key.get_secret_value()
    secrets = [
        secret
        for row in repository.secrets_of(session, [webhook.id])
        if (row.ends_at is None or row.ends_at > context.now())
        and signing.fingerprint(secret := signing.derived(secret_key, row.id)) == row.secret_sha256
    ]
    return secrets or DisabledReason.KEY_CHANGED


def _send_batch(
    context: JobContext,
    client: OutboundClient,
    target: _Target,
    batch: Sequence[tuple[Delivery, Event | None]],
    until: float,
) -> bool:
    """Send these in order, at most until then; False when the webhook is to be left alone for now."""
    for delivery, event in batch:
        if time.monotonic() >= until:
            return True
        attempt = _send(context, client, target, delivery, event)
        _tell(target, delivery, event, attempt)
        with context.database.writing() as session:
            now = context.now()
            if not results.keep(session, target.webhook_id, target.changed_at, delivery, attempt, now):
                return False
    return True


def _tell(target: _Target, delivery: Delivery, event: Event | None, attempt: Attempt) -> None:
    """In the log, under the id of the request that the event came of; never where it was sent, which may hold a secret."""
    asked_by = None if event is None or event.request_id is None else str(event.request_id)
    _log.info(
        "webhook_attempt",
        webhook=str(target.webhook_id),
        message=str(delivery.event_id or delivery.id),
        request_id=asked_by,
        status=attempt.status,
        failure=attempt.failure,
        ms=attempt.latency_ms,
    )


def _send(
    context: JobContext, client: OutboundClient, target: _Target, delivery: Delivery, event: Event | None
) -> Attempt:
    message_id = delivery.event_id or delivery.id
    document = _ping(delivery) if event is None else event_document(event)
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    headers = signing.headers(target.secrets, message_id, context.now(), body)
    begun = time.monotonic()
    try:
        answer = client.request(
            "POST",
            target.url,
            headers={"content-type": "application/json", **headers},
            content=body.encode(),
        )
    except OutboundFailed as error:
        return attempts.failed(error, time.monotonic() - begun)
    return attempts.answered(answer, context.now())


def _ping(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": str(delivery.id),
        "type": delivery.type,
        "schema_version": 1,
        "timestamp": delivery.created_at.isoformat().replace("+00:00", "Z"),
        "region": None,
        "data": {"webhook": str(delivery.webhook_id)},
    }
