"""What the log can show of one write: its sealed entry, and the anchor that covers it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from app.audit import anchors
from app.audit.documents import sealed_row
from app.audit.models import AuditEntry
from app.db.session import ReadSession
from app.domain.audit.anchors import Anchor
from app.domain.audit.chain import Row


@dataclass(frozen=True, slots=True)
class Proof:
    """A sealed entry, the anchor over it, and all the seals that the anchor covers."""

    row: Row | None = None
    anchor: Anchor | None = None
    seals: tuple[str, ...] = ()


def proof_of(
    session: ReadSession, *, object_kind: str, object_id: str, version: int, actions: Collection[str]
) -> Proof:
    """Show the write that made this version of an object; nothing before it is sealed, or of one older than the log."""
    query = select(AuditEntry).where(
        AuditEntry.object_id == object_id,
        AuditEntry.object_kind == object_kind,
        AuditEntry.version == version,
        AuditEntry.action.in_(sorted(actions)),
    )
    entry = session.scalar(query.order_by(AuditEntry.ordinal).limit(1))
    row = None if entry is None else sealed_row(entry)
    if entry is None or row is None or entry.number is None:
        return Proof()
    anchor = anchors.covering(session, entry.number)
    if anchor is None:
        return Proof(row)
    return Proof(row, anchor, tuple(anchors.seals_between(session, anchor.first, anchor.number)))
