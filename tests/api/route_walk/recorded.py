"""Whether a request that changed something is in the audit log, with who sent it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.route_walk.city import City, Kind
from api.route_walk.entry import Entry
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth.models import Client, User

LOG = {"audit_entries"}
# What the service does for itself: what it still has to do, and what it has told.
OWN_BUSINESS = {"jobs", "periodic_runs", "events"}


def assert_recorded(
    entry: Entry, city: City, answer: Any, before: Mapping[str, str], after: Mapping[str, str]
) -> None:
    """A request that changed a table is in the log under its request's id, and under who sent it."""
    changed = {name for name in after if after[name] != before[name]} - LOG - OWN_BUSINESS
    with city.sessions.reading() as session:
        written = session.scalars(
            select(AuditEntry).where(AuditEntry.request_id == _request_id(answer))
        ).all()
        expected = _id_of(session, entry)
    if changed:
        assert written, f"{entry.name} changed {sorted(changed)} and left nothing in the audit log"
    for each in written:
        assert each.actor_id == expected, f"{entry.name}: {each.action} is not under who sent it"
        assert each.address, f"{entry.name}: {each.action} does not say from where"
    if not changed:
        assert not written, f"{entry.name} changed nothing, and the audit log says it did"


def _request_id(answer: Any) -> Any:
    return UUID(answer.headers["x-request-id"])


def _id_of(session: Any, entry: Entry) -> Any:
    if entry.right is Kind.NOBODY:
        return None
    if entry.page:
        return session.scalar(select(User.id).where(User.username == entry.right.name.lower()))
    return session.scalar(select(Client.id).where(Client.name == entry.right.value))
