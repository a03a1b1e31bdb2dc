"""The anchors of the log: taken each night, told as an event, to be published where the operator cannot take them back."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from app.audit.models import AuditAnchor, AuditEntry
from app.audit.sealing import LOCK, head
from app.db.locks import lock_names
from app.db.session import ReadSession, WriteSession
from app.domain.audit.anchors import Anchor
from app.domain.audit.merkle import root_of
from app.outbox.events import NewEvent, publish


def take(session: WriteSession, day: date, now: datetime) -> Anchor | None:
    """Anchor what was sealed since the anchor before; None when nothing was, or the day has its anchor already."""
    lock_names(session, [LOCK])
    if session.get(AuditAnchor, day) is not None:
        return None
    last = session.scalar(select(AuditAnchor.number).order_by(AuditAnchor.number.desc()).limit(1)) or 0
    number, seal = head(session)
    if number <= last:
        return None
    made = Anchor(day, last + 1, number, seal, root_of(seals_between(session, last + 1, number)))
    session.add(AuditAnchor(day=day, first=made.first, number=number, seal=seal, root=made.root, at=now))
    session.flush()
    publish(session, [NewEvent("audit.anchored", dict(made.document()), region=None)], now=now)
    return made


def seals_between(session: ReadSession, first: int, last: int) -> Sequence[str]:
    """The seals of the entries `first` to `last`, in their order."""
    query = select(AuditEntry.seal).where(AuditEntry.number >= first, AuditEntry.number <= last)
    return [seal for seal in session.scalars(query.order_by(AuditEntry.number)) if seal is not None]


def page(session: ReadSession, *, before: int | None = None, limit: int = 50) -> Sequence[AuditAnchor]:
    """Some anchors, the newest first; `before` is the number of the last one seen."""
    query = select(AuditAnchor).order_by(AuditAnchor.number.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditAnchor.number < before)
    return session.scalars(query).all()


def all_anchors(session: ReadSession) -> list[Anchor]:
    """Every anchor, the oldest first."""
    return [anchor_of(kept) for kept in session.scalars(select(AuditAnchor).order_by(AuditAnchor.number))]


def covering(session: ReadSession, number: int) -> Anchor | None:
    """The anchor that covers an entry; None before it is taken."""
    query = select(AuditAnchor).where(AuditAnchor.number >= number).order_by(AuditAnchor.number).limit(1)
    kept = session.scalar(query)
    return None if kept is None else anchor_of(kept)


def anchor_of(kept: AuditAnchor) -> Anchor:
    """An anchor as the domain knows it."""
    return Anchor(kept.day, kept.first, kept.number, kept.seal, kept.root)
