"""What a worker does for webhooks: new events become deliveries, deliveries are sent, old ones are forgotten."""

import uuid
from collections.abc import Mapping
from datetime import timedelta

from pydantic import JsonValue
from sqlalchemy import delete

from app.outbox.events import TOPICS
from app.outbox.jobs import Handler, JobContext
from app.outbox.retries import RetryPolicy
from app.outbox.schedules import Every, Periodic
from app.webhooks import asking, delivering, fan_out, replaying, repository
from app.webhooks.asking import DELIVER, FAN_OUT
from app.webhooks.models import Delivery
from app.webhooks.replaying import REPLAY

TIDY = "webhooks.tidy"
KEEP_FOR = timedelta(days=30)
"""A delivery that is over stays in the log for so long."""

# Attempts at a receiver are counted with the delivery. A job itself fails only when the database does or its worker is
# killed, and that must never end the deliveries of a webhook.
_FOREVER = RetryPolicy(attempts=1_000_000, first=timedelta(seconds=2), longest=timedelta(minutes=5))


def spread(context: JobContext, _payload: Mapping[str, JsonValue]) -> None:
    """Make deliveries of the events that have got their places."""
    fan_out.all_webhooks(context.database, context.now())


def deliver(context: JobContext, payload: Mapping[str, JsonValue]) -> None:
    """Send what is pending of one webhook; with the door shut it stays pending, and `tidy` asks again."""
    if context.settings.outbound:
        delivering.run(context, uuid.UUID(str(payload["webhook"])))


def tidy(context: JobContext, _payload: Mapping[str, JsonValue]) -> None:
    """Forget old deliveries, and ask for those that nobody has asked for."""
    now = context.now()
    with context.database.writing() as session:
        session.execute(delete(Delivery).where(repository.ended_before(now - KEEP_FOR)))
    fan_out.all_webhooks(context.database, now)
    with context.database.reading() as session:
        ids = asking.waiting(session)
    for webhook_id in ids:
        with context.database.writing() as session:
            asking.ask(session, webhook_id, now)


HANDLERS: Mapping[str, Handler] = {FAN_OUT: spread, DELIVER: deliver, REPLAY: replaying.go_on, TIDY: tidy}
PERIODIC = (Periodic("webhooks", TIDY, Every(timedelta(hours=1))),)
SUBSCRIPTIONS: Mapping[str, frozenset[str]] = {FAN_OUT: frozenset(f"{topic}.*" for topic in TOPICS)}
POLICIES: Mapping[str, RetryPolicy] = dict.fromkeys((FAN_OUT, DELIVER, REPLAY), _FOREVER)
