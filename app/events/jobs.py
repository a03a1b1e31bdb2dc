"""What a worker does for the feed: old events are let go, at night, a few at a time so that no writer waits long."""

from collections.abc import Mapping
from datetime import time, timedelta

from pydantic import JsonValue

from app.events import pruning
from app.outbox.jobs import Handler, JobContext
from app.outbox.schedules import Daily, Periodic

PRUNE = "events.prune"


def prune(context: JobContext, _payload: Mapping[str, JsonValue]) -> None:
    """Let go of what is older than the setting says."""
    before = context.now() - timedelta(days=context.settings.events_days)
    has_more = True
    while has_more:
        with context.database.writing() as session:
            has_more = pruning.prune(session, before) == pruning.AT_ONCE


HANDLERS: Mapping[str, Handler] = {PRUNE: prune}
PERIODIC = (Periodic("events", PRUNE, Daily(time(3, 40))),)
