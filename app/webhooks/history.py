"""What is written into the audit log of a webhook: what its owner decided, and why the service switched it off."""

from datetime import datetime
from typing import Any

from app.audit import service as audit
from app.auth.subjects import Subject
from app.db.session import WriteSession
from app.webhooks.models import Webhook, WebhookSecret

SERVICE = audit.worker("webhooks")


def state(webhook: Webhook) -> str:
    """The hash of what can be decided about a webhook; how it fares is not part of it."""
    decided: dict[str, Any] = {
        name: getattr(webhook, name)
        for name in ("owner_id", "url", "types", "description", "scopes", "disabled_reason")
    }
    return audit.digest(decided)


def record(
    session: WriteSession,
    by: Subject | audit.Actor,
    webhook: Webhook,
    action: str,
    now: datetime,
    *,
    before: str | None = None,
    after: str | None = None,
) -> None:
    """Write down `webhook.<action>`; what is not changed but only done has no hashes."""
    region = audit.territory(webhook.region)
    change = audit.Change(f"webhook.{action}", "webhook", str(webhook.id), before, after, region=region)
    audit.record(session, by, [change], now=now)


def record_secret(
    session: WriteSession, by: Subject, webhook: Webhook, secret: WebhookSecret, now: datetime
) -> None:
    """Write down that a secret was made, by its id."""
    record(session, by, webhook, "secret_added", now, after=audit.digest(secret))
