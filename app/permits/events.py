"""What is told of permits: received, changed, unmatched. Who is matched later is told by matching.py."""

from collections.abc import Sequence

from app.outbox.events import NewEvent
from app.permits.commands import Outcome, Result

_TOLD = {Outcome.CREATED: "permit.received", Outcome.CHANGED: "permit.changed"}


def of_results(results: Sequence[Result]) -> list[NewEvent]:
    """One event for each new version, and one more for a permit that came for the first time and has no site."""
    events = []
    for result in results:
        if result.outcome not in _TOLD:
            continue
        events.append(_event(_TOLD[result.outcome], result))
        if result.outcome is Outcome.CREATED and result.holder is None:
            events.append(_event("permit.unmatched", result))
    return events


def _event(kind: str, result: Result) -> NewEvent:
    holder, content = result.holder, result.content
    assert content is not None  # noqa: S101 - only what was refused has none
    validity = content.validity
    return NewEvent(
        kind,
        {
            "permit": content.number,
            "version": result.version,
            "site": None if holder is None else holder.code,
            "effective_from": str(result.effective_from),
            "valid_until": None if validity is None else validity.last.isoformat(),
            "content_sha256": result.content_sha256,
        },
        region=content.region if holder is None else holder.region,
        enterprise_id=result.enterprise_id if holder is None else holder.enterprise_id,
        site_id=None if holder is None else holder.site_id,
    )
