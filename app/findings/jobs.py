"""Work of the findings: again what a filing or a statement touched, and everything every night.

The evaluation follows the events and not a call in every service that changes something: an event is written in the
transaction of its change, a batch of them makes one job, and what publishes none (a draft) changes no finding.
"""

from collections.abc import Mapping
from datetime import time

from pydantic import JsonValue

from app.domain.periods import Month
from app.findings import evaluation
from app.findings.reading_sites import When
from app.outbox import feed
from app.outbox.jobs import Handler, JobContext
from app.outbox.schedules import Daily, Periodic

TOUCH = "findings.touch"
FULL = "findings.full"
TOUCHING = frozenset(
    {
        "ledger.submitted",
        "ledger.amended",
        "transfer.confirmed",
        "transfer.corrected",
        "transfer.disputed",
    }
)
"""The events after which some finding may differ."""


def touch(context: JobContext, payload: Mapping[str, JsonValue]) -> None:
    """Evaluate again what the events of a stretch of the feed touch."""
    with context.database.reading() as session:
        events = feed.between(session, _place(payload, "after"), _place(payload, "upto"), TOUCHING)
    changed = {
        (str(event.payload[name]), Month.parse(event.payload["month"]))
        for event in events
        for name in ("site", "sender", "receiver")
        if event.payload.get(name) is not None
    }
    if changed:
        evaluation.evaluate_touched(context.database, changed, _when(context))


def full(context: JobContext, payload: Mapping[str, JsonValue]) -> None:
    """Evaluate everything, or everything by one rule whose parameters changed."""
    rule = payload.get("rule")
    evaluation.evaluate_all(
        context.database, _when(context), rule_ids=[rule] if isinstance(rule, str) else None
    )


def _place(payload: Mapping[str, JsonValue], name: str) -> int:
    place = payload[name]
    if not isinstance(place, int):
        raise TypeError(f"{name} of a stretch of the feed is a number")
    return place


def _when(context: JobContext) -> When:
    return When(context.now(), context.settings.timezone)


HANDLERS: Mapping[str, Handler] = {TOUCH: touch, FULL: full}
PERIODIC = (Periodic("findings", FULL, Daily(time(2, 30))),)
SUBSCRIPTIONS: Mapping[str, frozenset[str]] = {TOUCH: TOUCHING}
