"""The jobs of the log: seal what was written, anchor the day."""

from collections.abc import Callable, Mapping
from datetime import time

from pydantic import JsonValue

from app.audit import anchors, sealing
from app.clock import local_date
from app.db.session import ReadSession
from app.outbox.jobs import Handler, JobContext
from app.outbox.schedules import Daily, Periodic

SEAL = "audit.seal"
ANCHOR = "audit.anchor"


def seal(context: JobContext, _: Mapping[str, JsonValue]) -> None:
    """Seal whatever waits for it, batch by batch; what is sealed stays sealed when the worker dies in between."""
    has_more = True
    while has_more:
        with context.database.writing() as session:
            has_more = sealing.seal_some(session) == sealing.BATCH


def anchor(context: JobContext, payload: Mapping[str, JsonValue]) -> None:
    """Anchor the day; whatever was written before is sealed first."""
    seal(context, payload)
    with context.database.writing() as session:
        now = context.now()
        anchors.take(session, local_date(now, context.settings.timezone), now)
        context.complete(session)


HANDLERS: Mapping[str, Handler] = {SEAL: seal, ANCHOR: anchor}
PERIODIC = (Periodic("audit.anchor", ANCHOR, Daily(time(0, 10))),)
WAITING: Mapping[str, Callable[[ReadSession], bool]] = {SEAL: sealing.has_unsealed}
