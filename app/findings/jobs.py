"""Work of the findings: again what a filing or a statement touched, and everything every night.

The evaluation follows the events and not a call in every service that changes something: an event is written in the
transaction of its change, a batch of them makes one job, and what publishes none (a draft) changes no finding.
"""

from collections.abc import Mapping
from datetime import time

from pydantic import JsonValue

from app.findings import evaluation
from app.findings.changes import ANY, PERMITS, registered, rules_of_reference, site_months
from app.findings.partitions import Parts, touched
from app.findings.partitions_register import touched_by_register
from app.findings.reading_permits import sites_dealing_with
from app.findings.reading_sites import When
from app.findings.registry import PERMIT_RULES
from app.outbox import feed
from app.outbox.jobs import Handler, JobContext
from app.outbox.schedules import Daily, Periodic

TOUCH = "findings.touch"
FULL = "findings.full"


def touch(context: JobContext, payload: Mapping[str, JsonValue]) -> None:
    """Evaluate again what the events of a stretch of the feed touch."""
    with context.database.reading() as session:
        events = feed.between(session, _place(payload, "after"), _place(payload, "upto"), ANY)
        permitted = {
            str(each.payload["site"]) for each in events if each.type in PERMITS and each.payload["site"]
        }
        dealing = sites_dealing_with(session, permitted)
        parts = touched(session, site_months(events)) | touched_by_register(session, registered(events))
    evaluation.evaluate(context.database, parts, _when(context))
    if dealing:
        evaluation.evaluate(context.database, Parts(sites=dealing), _when(context), PERMIT_RULES)
    if rules := rules_of_reference(events):
        evaluation.evaluate_all(context.database, _when(context), rule_ids=rules)


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
SUBSCRIPTIONS: Mapping[str, frozenset[str]] = {TOUCH: ANY}
