"""Writing down what was done to a client or a person. Without a region: only administrators read of it."""

from datetime import datetime

from app.audit import service as audit
from app.auth.subjects import Subject
from app.db.session import WriteSession

By = Subject | audit.Actor | None
"""Who does it: an administrator, or None for whoever works at the machine's command line."""


def record(
    session: WriteSession,
    by: By,
    action: str,
    object_id: str,
    before: str | None,
    after: str | None,
    now: datetime,
) -> None:
    """Write one change down, in the transaction of the change."""
    change = audit.Change(action, action.partition(".")[0], object_id, before, after)
    audit.record(session, by or audit.operator(), [change], now=now)
