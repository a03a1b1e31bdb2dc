"""Webhooks and deliveries as they are told."""

from collections.abc import Sequence

from app.db.session import ReadSession
from app.domain.errors import Message
from app.http.answers import TextOut
from app.webhooks import repository
from app.webhooks.models import Delivery, DisabledReason, Webhook
from app.webhooks.schemas import DeliveryOut, SigningSecretOut, WebhookOut

_NOTICES = {
    DisabledReason.OWNER: Message("已由所有者停用", "Disabled by its owner"),
    DisabledReason.GONE: Message(
        "接收方答复 410（不再接收），已停用；启用后从停止处继续",
        "Disabled: the receiver answered 410. Once enabled, it goes on where it stopped",
    ),
    DisabledReason.FAILING: Message(
        "连续多日投递失败，已停用；启用后从停止处继续",
        "Disabled: nothing was received for days. Once enabled, it goes on where it stopped",
    ),
    DisabledReason.CLIENT_DISABLED: Message("客户端已停用", "Its client was disabled"),
    DisabledReason.KEY_CHANGED: Message(
        "服务密钥已更换，签名密钥失效；请更换签名密钥后启用",
        "The service's key has changed and the signing secrets with it: rotate the secret, then enable",
    ),
}


def webhooks_out(session: ReadSession, webhooks: Sequence[Webhook]) -> list[WebhookOut]:
    ids = [webhook.id for webhook in webhooks]
    pending = repository.pending_counts(session, ids)
    secrets = repository.secrets_of(session, ids)
    return [
        WebhookOut(
            id=webhook.id,
            owner=webhook.owner_name,
            url=webhook.url,
            types=webhook.types,
            description=webhook.description,
            enabled=webhook.disabled_at is None,
            disabled_at=webhook.disabled_at,
            disabled_reason=webhook.disabled_reason,
            notice=None if webhook.disabled_reason is None else TextOut.of(_NOTICES[webhook.disabled_reason]),
            failing_since=webhook.failing_since,
            failures=webhook.failures,
            paused_until=webhook.paused_until,
            last_delivered_at=webhook.last_delivered_at,
            pending=pending.get(webhook.id, 0),
            cursor=str(webhook.cursor),
            secrets=[
                SigningSecretOut(id=secret.id, created_at=secret.created_at, ends_at=secret.ends_at)
                for secret in secrets
                if secret.webhook_id == webhook.id
            ],
            created_at=webhook.created_at,
        )
        for webhook in webhooks
    ]


def webhook_out(session: ReadSession, webhook: Webhook) -> WebhookOut:
    return webhooks_out(session, [webhook])[0]


def delivery_out(delivery: Delivery) -> DeliveryOut:
    return DeliveryOut(
        id=delivery.id,
        event=delivery.event_id,
        cursor=str(delivery.position),
        type=delivery.type,
        state=delivery.state,
        attempts=delivery.attempts,
        created_at=delivery.created_at,
        first_attempt_at=delivery.first_attempt_at,
        last_attempt_at=delivery.last_attempt_at,
        next_attempt_at=delivery.next_attempt_at,
        ended_at=delivery.ended_at,
        response_status=delivery.response_status,
        failure=delivery.failure,
        latency_ms=delivery.latency_ms,
        excerpt=delivery.excerpt,
    )
