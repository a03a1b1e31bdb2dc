"""Where events are sent: each address, how it fares, what did not arrive and can be sent again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.auth.sessions import PageSession
from app.auth.subjects import Role, Scope
from app.db.session import ReadSession
from app.http.dependencies import Now, Reading, SettingsDep, Writing
from app.web import flash, numbers
from app.web.access import reader, writer
from app.web.admin.parts import shown
from app.web.languages import Language
from app.web.page_route import PageRoute
from app.web.rendering import language_for
from app.web.texts import text
from app.webhooks import replaying, repository, service
from app.webhooks.models import Delivery, DeliveryState, Webhook

router = APIRouter(prefix="/admin/deliveries", route_class=PageRoute, include_in_schema=False)

_ROLES = frozenset({Role.ADMIN})
Admin = Annotated[PageSession, Depends(reader(Scope.ADMIN, roles=_ROLES))]
Sender = Annotated[PageSession, Depends(writer(Scope.ADMIN, roles=_ROLES))]
_WEBHOOKS = 100
_DELIVERIES = 10


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A delivery that did not arrive."""

    id: str
    words: str
    answer: str
    at: str


@dataclass(frozen=True, slots=True)
class WebhookLine:
    """An address with how it fares."""

    id: str
    url: str
    owner: str
    words: str
    failing: str
    disabled: bool
    missing: tuple[DeliveryLine, ...]


@router.get("")
def show(request: Request, visit: Admin, session: Reading, settings: SettingsDep) -> Response:
    """List the webhooks of everybody, with what did not arrive."""
    webhooks = repository.page(session, visit.subject, None, _WEBHOOKS)
    pending = repository.pending_counts(session, [webhook.id for webhook in webhooks])
    language = language_for(request)
    lines = tuple(
        _line(webhook, pending.get(webhook.id, 0), _missing(session, webhook), language, settings.timezone)
        for webhook in webhooks
    )
    return shown(request, visit, "deliveries", {"webhooks": lines})


@router.post("/{webhook_id}/enable")
def enable(webhook_id: uuid.UUID, visit: Sender, session: Writing, now: Now) -> Response:
    """Send to an address again, what was missed too."""
    webhook = service.found(session, visit.subject, webhook_id, lock=True)
    service.enable(session, visit.subject, webhook, now, skip_missed=False)
    return flash.go("/admin/deliveries", "admin.webhook_enabled")


@router.post("/{webhook_id}/{delivery_id}/replay")
def replay(
    webhook_id: uuid.UUID, delivery_id: uuid.UUID, visit: Sender, session: Writing, now: Now
) -> Response:
    """Send one event again."""
    replaying.one(session, visit.subject, webhook_id, delivery_id, now)
    return flash.go("/admin/deliveries", "admin.replayed")


def _missing(session: ReadSession, webhook: Webhook) -> list[Delivery]:
    """Give the newest deliveries that were given up or tried in vain."""
    states = (DeliveryState.GIVEN_UP, DeliveryState.PENDING)
    found: list[Delivery] = []
    for state in states:
        found += repository.deliveries_page(session, webhook.id, state=state, before=None, limit=_DELIVERIES)
    return [one for one in found if one.state is DeliveryState.GIVEN_UP or one.attempts]


def _line(
    webhook: Webhook, pending: int, missing: Sequence[Delivery], language: Language, timezone: str
) -> WebhookLine:
    last, since = webhook.last_delivered_at, webhook.failing_since
    failing = ""
    if since is not None:
        failing = text(
            "admin.deliveries.failing",
            language,
            since=numbers.moment(since, timezone),
            count=numbers.count(webhook.failures),
        )
    return WebhookLine(
        id=str(webhook.id),
        url=webhook.url,
        owner=text(
            "admin.deliveries.owner", language, owner=webhook.owner_name, pending=numbers.count(pending)
        ),
        words=text("admin.deliveries.last", language, at=numbers.moment(last, timezone))
        if last
        else text("admin.deliveries.never", language),
        failing=failing,
        disabled=webhook.disabled_at is not None,
        missing=tuple(_delivery(one, language, timezone) for one in missing),
    )


def _delivery(one: Delivery, language: Language, timezone: str) -> DeliveryLine:
    words = text(
        "admin.deliveries.one",
        language,
        type=one.type,
        state=text(f"admin.deliveries.state.{one.state.value}", language),
        attempts=numbers.count(one.attempts),
    )
    answer = one.failure or ""
    if one.response_status is not None:
        answer = text("admin.deliveries.answer", language, status=str(one.response_status))
    at = one.last_attempt_at or one.created_at
    return DeliveryLine(str(one.id), words, answer, numbers.moment(at, timezone))
