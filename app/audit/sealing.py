"""Giving entries their place in the chain, after the commit and one by one, so that no writer waits for another.

A number drawn while writing says nothing about the order of commits (see outbox/feed.py): the sealer takes what is
committed, in the order of writing, and there is only one at a time.
"""

from typing import Any

from sqlalchemy import bindparam, exists, select, update

from app.audit.documents import document
from app.audit.models import AuditEntry
from app.db.base import table_of
from app.db.locks import lock_names
from app.db.session import ReadSession, WriteSession
from app.domain.audit.chain import GENESIS, sealed

BATCH = 500
"""Entries sealed in one transaction: on SQLite other writers wait no longer than that takes, some 50 ms."""

LOCK = "audit:chain"


def has_unsealed(session: ReadSession) -> bool:
    """Whether entries wait for their seal."""
    return session.execute(
        select(exists(select(AuditEntry.ordinal).where(AuditEntry.number.is_(None))))
    ).scalar_one()


def head(session: ReadSession) -> tuple[int, str]:
    """The number and seal of the last sealed entry; 0 and GENESIS before the first."""
    query = select(AuditEntry.number, AuditEntry.seal).where(AuditEntry.number.is_not(None))
    found = session.execute(query.order_by(AuditEntry.number.desc()).limit(1)).one_or_none()
    return (0, GENESIS) if found is None else (found.number, found.seal)


def seal_some(session: WriteSession) -> int:
    """Seal at most BATCH entries; answers how many. Holds the chain until the transaction ends."""
    lock_names(session, [LOCK])
    waiting = select(AuditEntry).where(AuditEntry.number.is_(None)).order_by(AuditEntry.ordinal).limit(BATCH)
    entries = session.scalars(waiting).all()
    if not entries:
        return 0
    number, previous = head(session)
    rows: list[dict[str, Any]] = []
    for entry in entries:
        number += 1
        row = sealed(previous, document(entry) | {"number": number})
        places = {"number": number, "marks": row.marks, "previous": previous, "seal": row.seal}
        rows.append({"of": entry.ordinal, **places})
        previous = row.seal
    session.connection().execute(_SEALING, rows)
    return len(rows)


_TABLE = table_of(AuditEntry)
_SEALING = (
    update(_TABLE)
    .where(_TABLE.c.ordinal == bindparam("of"), _TABLE.c.number.is_(None))
    .values({name: bindparam(name) for name in ("number", "marks", "previous", "seal")})
)
