"""Routes of webhooks. Whoever may read events over `GET /v1/events` may have the same events sent."""

import uuid
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.auth.dependencies import signed_in
from app.auth.subjects import Subject
from app.http.dependencies import Now, Reading, SettingsDep, Writing
from app.http.paging import Limit
from app.http.problems import NotFound
from app.webhooks import replaying, repository, service
from app.webhooks.answers import delivery_out, webhook_out, webhooks_out
from app.webhooks.models import Delivery, DeliveryState
from app.webhooks.schemas import (
    DeliveryOut,
    DeliveryPage,
    NewSigningSecretOut,
    NewWebhookOut,
    ReplayOut,
    RotationIn,
    WebhookIn,
    WebhookOut,
    WebhookPage,
    WebhookPatch,
)
from app.webhooks.service import Wishes

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

SignedIn = Annotated[Subject, Depends(signed_in)]


@router.post("", status_code=201)
def create_webhook(
    body: WebhookIn,
    subject: SignedIn,
    settings: SettingsDep,
    session: Writing,
    now: Now,
    response: Response,
) -> NewWebhookOut:
    """Have what you may see sent to an address from now on; the secret that signs it is told this once."""
    wishes = Wishes(body.url, body.types, body.description)
    webhook, secret = service.create(session, subject, wishes, settings, now)
    response.headers["Location"] = f"/v1/webhooks/{webhook.id}"
    response.headers["Cache-Control"] = "no-store"
    return NewWebhookOut(**dict(webhook_out(session, webhook)), secret=secret.text)


@router.get("")
def list_webhooks(
    subject: SignedIn, session: Reading, cursor: uuid.UUID | None = None, limit: Limit = 50
) -> WebhookPage:
    """List your webhooks in the order in which they were made."""
    rows = repository.page(session, subject, cursor, limit + 1)
    shown = rows[:limit]
    more = str(shown[-1].id) if len(rows) > limit else None
    return WebhookPage(items=webhooks_out(session, shown), next_cursor=more)


@router.get("/{webhook_id}")
def get_webhook(webhook_id: uuid.UUID, subject: SignedIn, session: Reading) -> WebhookOut:
    """Say how a webhook fares: what waits, since when it fails, why it is disabled."""
    return webhook_out(session, service.found(session, subject, webhook_id))


@router.patch("/{webhook_id}")
def change_webhook(
    webhook_id: uuid.UUID,
    body: WebhookPatch,
    subject: SignedIn,
    settings: SettingsDep,
    session: Writing,
    now: Now,
) -> WebhookOut:
    """Change address, events or description; enable it again or disable it."""
    webhook = service.found(session, subject, webhook_id, lock=True)
    wishes = Wishes(
        url=webhook.url if body.url is None else body.url,
        types=webhook.types if body.types is None else body.types,
        description=body.description if "description" in body.model_fields_set else webhook.description,
    )
    if body.model_fields_set & {"url", "types", "description"}:
        service.change(session, subject, webhook, wishes, settings, now)
    if body.enabled is True:
        service.enable(session, subject, webhook, now, skip_missed=body.skip_missed)
    elif body.enabled is False:
        service.disable(session, subject, webhook, now)
    session.flush()
    return webhook_out(session, webhook)


@router.delete("/{webhook_id}", status_code=204)
def delete_webhook(webhook_id: uuid.UUID, subject: SignedIn, session: Writing, now: Now) -> None:
    """Send nothing any more, and forget the deliveries."""
    webhook = service.found(session, subject, webhook_id, lock=True)
    service.remove(session, subject, webhook, now)


@router.post("/{webhook_id}/secret", status_code=201)
def rotate_signing_secret(
    webhook_id: uuid.UUID,
    body: RotationIn,
    subject: SignedIn,
    settings: SettingsDep,
    session: Writing,
    now: Now,
    response: Response,
) -> NewSigningSecretOut:
    """Give a webhook a new secret, told this once; for a while messages bear the signatures of both."""
    webhook = service.found(session, subject, webhook_id, lock=True)
    lives = timedelta(hours=body.previous_ends_in_hours)
    made = service.rotate(session, subject, webhook, settings, now, previous_lives=lives)
    response.headers["Cache-Control"] = "no-store"
    return NewSigningSecretOut(id=made.id, secret=made.text, previous_ends_at=made.previous_ends_at)


@router.get("/{webhook_id}/deliveries")
def list_deliveries(
    webhook_id: uuid.UUID,
    subject: SignedIn,
    session: Reading,
    state: DeliveryState | None = None,
    cursor: uuid.UUID | None = None,
    limit: Limit = 50,
) -> DeliveryPage:
    """List what was sent, waits or was given up, the newest first; what is over is kept for 30 days."""
    webhook = service.found(session, subject, webhook_id)
    rows = repository.deliveries_page(session, webhook.id, state=state, before=cursor, limit=limit + 1)
    shown = [delivery_out(row) for row in rows[:limit]]
    return DeliveryPage(items=shown, next_cursor=str(shown[-1].id) if len(rows) > limit else None)


@router.get("/{webhook_id}/deliveries/{delivery_id}")
def get_delivery(
    webhook_id: uuid.UUID, delivery_id: uuid.UUID, subject: SignedIn, session: Reading
) -> DeliveryOut:
    """Give one delivery, for instance that of a ping."""
    webhook = service.found(session, subject, webhook_id)
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or delivery.webhook_id != webhook.id:
        raise NotFound
    return delivery_out(delivery)


@router.post("/{webhook_id}/deliveries/{delivery_id}/replay", status_code=202)
def replay_delivery(
    webhook_id: uuid.UUID, delivery_id: uuid.UUID, subject: SignedIn, session: Writing, now: Now
) -> DeliveryOut:
    """Send one event again, with the same id, or try it now instead of later."""
    return delivery_out(replaying.one(session, subject, webhook_id, delivery_id, now))


@router.post("/{webhook_id}/replay", status_code=202)
def replay_deliveries(
    webhook_id: uuid.UUID,
    subject: SignedIn,
    session: Writing,
    now: Now,
    after: Annotated[
        str,
        Query(
            max_length=18,
            pattern=r"^[0-9]+$",
            description="a cursor of GET /v1/events; 0 for everything",
            examples=["1024"],
        ),
    ],
) -> ReplayOut:
    """Send all events after a cursor again, in order, with the same ids; those from before the webhook as well."""
    begin, end = replaying.since(session, subject, webhook_id, int(after), now)
    return ReplayOut(after=str(begin), upto=str(end))


@router.post("/{webhook_id}/ping", status_code=202)
def ping_webhook(
    webhook_id: uuid.UUID, subject: SignedIn, session: Writing, now: Now, response: Response
) -> DeliveryOut:
    """Send a signed message of no meaning, once; the delivery at Location tells how it went."""
    delivery = replaying.ping(session, subject, webhook_id, now)
    response.headers["Location"] = f"/v1/webhooks/{webhook_id}/deliveries/{delivery.id}"
    return delivery_out(delivery)
