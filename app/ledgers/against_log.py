"""Whether the ledgers in the database are those that the audit log recorded."""

import uuid
from collections.abc import Iterator, Sequence

from sqlalchemy import select

from app.audit.models import AuditEntry
from app.db.session import ReadSession
from app.domain.audit.flaws import Flaw
from app.ledgers.documents import sha256_of
from app.ledgers.models import LedgerVersion
from app.ledgers.receipts import FILINGS

_AT_ONCE = 500


def flaws_against_log(session: ReadSession) -> Iterator[Flaw]:
    """Name the filings whose content is not what the log recorded, and those that are gone."""
    last = 0
    while True:
        query = select(AuditEntry).where(AuditEntry.action.in_(FILINGS), AuditEntry.ordinal > last)
        entries = session.scalars(query.order_by(AuditEntry.ordinal).limit(_AT_ONCE)).all()
        yield from _flaws(session, entries)
        if len(entries) < _AT_ONCE:
            return
        last = entries[-1].ordinal
        session.expunge_all()


def _flaws(session: ReadSession, entries: Sequence[AuditEntry]) -> Iterator[Flaw]:
    ledgers = {uuid.UUID(entry.object_id) for entry in entries}
    query = select(LedgerVersion.ledger_id, LedgerVersion.number, LedgerVersion.body, LedgerVersion.sha256)
    kept = {
        (str(ledger_id), number): (body, sha256)
        for ledger_id, number, body, sha256 in session.execute(
            query.where(LedgerVersion.ledger_id.in_(sorted(ledgers)))
        )
    }
    for entry in entries:
        named = f"{entry.object_id} v{entry.version}"
        filed = kept.get((entry.object_id, entry.version or 0))
        if filed is None:
            yield Flaw(entry.number, "ledger", "missing", more=named)
        elif sha256_of(filed[0]) != entry.after:
            yield Flaw(entry.number, "ledger", "changed", more=named)
        elif filed[1] != entry.after:
            yield Flaw(entry.number, "ledger/receipt", "changed", more=named)
