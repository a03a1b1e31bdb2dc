"""What is told of webhooks themselves, to their owners and nobody else."""

from pydantic import JsonValue

from app.outbox.events import NewEvent
from app.webhooks.models import Delivery, Webhook

TOPIC = "webhook"
PING = "webhook.pinged"


def disabled(webhook: Webhook) -> NewEvent:
    """A webhook was switched off, and not by its owner."""
    reason = None if webhook.disabled_reason is None else webhook.disabled_reason.value
    return _about(webhook, "webhook.disabled", reason=reason)


def given_up(webhook: Webhook, delivery: Delivery) -> NewEvent:
    """An event was not received within three days."""
    event = None if delivery.event_id is None else str(delivery.event_id)
    return _about(webhook, "webhook.delivery_given_up", delivery=str(delivery.id), event=event)


def _about(webhook: Webhook, event_type: str, **more: JsonValue) -> NewEvent:
    return NewEvent(
        event_type,
        {"webhook": str(webhook.id), "description": webhook.description, **more},
        # A territory as the code of its whole: those above see it, those below do not.
        region=None if webhook.region is None else webhook.region.ljust(6, "0"),
        enterprise_id=webhook.enterprise_id,
    )
