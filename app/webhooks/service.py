"""Webhooks: made, changed, given a new secret, taken away."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import update

from app.auth.subjects import Subject
from app.db.locks import lock_names
from app.db.session import ReadSession, WriteSession
from app.domain.errors import Fault, Message
from app.http.addresses import AddressGuard
from app.http.client import OutboundFailed, check_url
from app.http.problems import Conflict, Invalid, NotFound
from app.ids import new_id
from app.outbox.events import TOPICS
from app.settings import Settings
from app.webhooks import asking, fan_out, history, repository, results, signing
from app.webhooks.models import Delivery, DeliveryState, DisabledReason, Webhook, WebhookSecret

MAX_WEBHOOKS = 20
MAX_SECRETS = 2
SKIPPED = "skipped"

_BAD_URL = Message(
    "须为 https 网址，不含用户名、口令和片段",
    "this must be an https URL without user name, password and fragment",
)
_REFUSED_ADDRESS = Message(
    "不向内网、本机或其他特殊地址发送，除非服务的设置允许",
    "private, loopback and other special addresses are refused unless the service's settings allow them",
)
_UNKNOWN_TOPIC = Message("没有此类事件", "there are no such events")
_UNREADABLE_TOPIC = Message(
    "当前令牌的权限看不到此类事件", "the scopes of this token do not show such events"
)


class TooManyWebhooks(Conflict):
    code = "too_many_webhooks"
    title = Message(
        f"每个客户端最多 {MAX_WEBHOOKS} 个 webhook", f"A client has at most {MAX_WEBHOOKS} webhooks"
    )


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an owner may decide about a webhook. `types` names types or topics (`ledger.*`); none means all."""

    url: str
    types: Sequence[str]
    description: str | None


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret just made: `text` is told this once. `ends` are those that sign no longer, or not for long."""

    id: uuid.UUID
    text: str
    previous_ends_at: datetime | None


def create(
    session: WriteSession, subject: Subject, wishes: Wishes, settings: Settings, now: datetime
) -> tuple[Webhook, NewSecret]:
    """Make a webhook for what the subject may see from now on. Raises Invalid, TooManyWebhooks."""
    _check(wishes, subject, settings)
    lock_names(session, [f"webhooks of {subject.id}"])
    if repository.count_of(session, subject.id) >= MAX_WEBHOOKS:
        raise TooManyWebhooks
    webhook = Webhook(
        id=new_id(),
        owner_id=subject.id,
        owner_name=subject.name,
        role=subject.role,
        enterprise_id=subject.enterprise_id,
        region=subject.region,
        scopes=" ".join(sorted(subject.scopes)),
        url=wishes.url,
        description=wishes.description,
        types=list(wishes.types),
        cursor=fan_out.last_position(session),
        failures=0,
        created_at=now,
        changed_at=now,
    )
    session.add(webhook)
    session.flush()
    history.record(session, subject, webhook, "created", now, after=history.state(webhook))
    return webhook, _add_secret(session, subject, webhook, settings, now)


def found(session: ReadSession, subject: Subject, webhook_id: uuid.UUID, *, lock: bool = False) -> Webhook:
    """One's own webhook. Raises NotFound."""
    webhook = repository.find(session, subject, webhook_id, lock=lock)
    if webhook is None:
        raise NotFound
    return webhook


def change(
    session: WriteSession,
    subject: Subject,
    webhook: Webhook,
    wishes: Wishes,
    settings: Settings,
    now: datetime,
) -> None:
    """Give a webhook another address or other events. What is pending goes to the new address. Raises Invalid."""
    _check(wishes, subject, settings)
    before = history.state(webhook)
    webhook.url, webhook.types, webhook.description = wishes.url, list(wishes.types), wishes.description
    webhook.changed_at = now
    history.record(session, subject, webhook, "changed", now, before=before, after=history.state(webhook))


def enable(
    session: WriteSession, subject: Subject, webhook: Webhook, now: datetime, *, skip_missed: bool
) -> None:
    """Send again: what is pending and what was missed in the order of the feed, or only what comes from now on."""
    before = history.state(webhook)
    if webhook.disabled_at is not None:
        webhook.disabled_at = webhook.disabled_reason = None
        webhook.failures, webhook.failing_since, webhook.paused_until = 0, None, None
        webhook.changed_at = now
    history.record(session, subject, webhook, "enabled", now, before=before, after=history.state(webhook))
    fresh = {"attempts": 0, "first_attempt_at": None, "next_attempt_at": None}
    over = {"state": DeliveryState.GIVEN_UP, "failure": SKIPPED, "ended_at": now}
    pending = update(Delivery).where(
        Delivery.webhook_id == webhook.id, Delivery.state == DeliveryState.PENDING
    )
    session.execute(pending.values(over if skip_missed else fresh))
    if skip_missed:
        webhook.cursor = fan_out.last_position(session)
    session.flush()
    asking.ask_for_missed(session, webhook.id, now)


def disable(session: WriteSession, subject: Subject, webhook: Webhook, now: datetime) -> None:
    """Send nothing until it is enabled again; what is pending stays so."""
    results.disable(session, webhook, DisabledReason.OWNER, now, by=subject)


def remove(session: WriteSession, subject: Subject, webhook: Webhook, now: datetime) -> None:
    """Take a webhook away, with all that is known of its deliveries."""
    history.record(session, subject, webhook, "deleted", now, before=history.state(webhook))
    repository.remove(session, webhook.id)


def rotate(
    session: WriteSession,
    subject: Subject,
    webhook: Webhook,
    settings: Settings,
    now: datetime,
    *,
    previous_lives: timedelta,
) -> NewSecret:
    """Give a webhook a new secret. Until the previous one ends, both sign; one before that ends now."""
    ends_at = now + previous_lives
    for number, secret in enumerate(repository.secrets_of(session, [webhook.id])):
        if number == 0 and (secret.ends_at is None or secret.ends_at > ends_at):
            secret.ends_at = ends_at
        elif number > 0 and (secret.ends_at is None or secret.ends_at > now):
            secret.ends_at = now
    webhook.changed_at = now
    made = _add_secret(session, subject, webhook, settings, now)
    return NewSecret(made.id, made.text, ends_at)


def _add_secret(
    session: WriteSession, subject: Subject, webhook: Webhook, settings: Settings, now: datetime
) -> NewSecret:
    secret_id = new_id()
    text = signing.derived(settings.secret_key.get_secret_value(), secret_id)
    kept = WebhookSecret(
        id=secret_id, webhook_id=webhook.id, secret_sha256=signing.fingerprint(text), created_at=now
    )
    session.add(kept)
    session.flush()
    history.record_secret(session, subject, webhook, kept, now)
    return NewSecret(secret_id, text, None)


def _check(wishes: Wishes, subject: Subject, settings: Settings) -> None:
    guard = AddressGuard.of(settings)
    faults = []
    try:
        check_url(wishes.url, guard)
    except OutboundFailed:
        faults.append(Fault("/url", "bad_url", _BAD_URL))
    else:
        # Names are resolved when something is sent, each time anew; an answer today would say little.
        if guard.refuses_as_written(urlsplit(wishes.url).hostname or ""):
            faults.append(Fault("/url", "refused_address", _REFUSED_ADDRESS))
    for number, each in enumerate(wishes.types):
        topic = each.partition(".")[0]
        if topic not in TOPICS:
            faults.append(Fault(f"/types/{number}", "unknown_topic", _UNKNOWN_TOPIC))
        elif (scope := TOPICS[topic]) is not None and scope not in subject.scopes:
            faults.append(Fault(f"/types/{number}", "topic_not_readable", _UNREADABLE_TOPIC))
    if faults:
        raise Invalid(errors=faults)
