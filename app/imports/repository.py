"""Queries on imports; nobody sees another enterprise's."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select

from app.audit import service as audit
from app.audit.models import AuditEntry
from app.auth.subjects import Subject
from app.auth.visibility import visible_to
from app.db.base import table_of
from app.db.session import ReadSession, WriteSession
from app.imports.models import Import, ImportedLedger, ImportPiece, ImportState

KEPT = "import.kept"
_ENDED = (ImportState.DONE, ImportState.REFUSED, ImportState.FAILED)


def _visible(subject: Subject) -> ColumnElement[bool]:
    return visible_to(subject, enterprises=(Import.enterprise_id,))


def one(session: ReadSession, subject: Subject, import_id: uuid.UUID) -> Import | None:
    return session.scalar(select(Import).where(Import.id == import_id, _visible(subject)))


def page(session: ReadSession, subject: Subject, *, before: uuid.UUID | None, limit: int) -> list[Import]:
    """Some imports, the newest first."""
    query = select(Import).where(_visible(subject))
    if before is not None:
        query = query.where(Import.id < before)
    return list(session.scalars(query.order_by(Import.id.desc()).limit(limit)))


def held(session: WriteSession, import_id: uuid.UUID) -> Import | None:
    """An import as it is now; nobody else changes it until the transaction ends."""
    return session.scalar(select(Import).where(Import.id == import_id).with_for_update())


def ledgers(
    session: ReadSession, import_id: uuid.UUID, *, after: int, limit: int, outcome: str | None = None
) -> Sequence[ImportedLedger]:
    """What became of some of the ledgers, in the order of the file."""
    query = select(ImportedLedger).where(
        ImportedLedger.import_id == import_id, ImportedLedger.position > after
    )
    if outcome is not None:
        query = query.where(ImportedLedger.outcome == outcome)
    return session.scalars(query.order_by(ImportedLedger.position).limit(limit)).all()


def origin(session: ReadSession, import_id: uuid.UUID) -> audit.Origin:
    """The request that brought a file, as the audit log has it; what came at the command line has none."""
    kept = select(AuditEntry.request_id, AuditEntry.address).where(
        AuditEntry.object_kind == "import",
        AuditEntry.object_id == str(import_id),
        AuditEntry.action == KEPT,
    )
    found = session.execute(kept.limit(1)).one_or_none()
    return audit.Origin(None, None) if found is None else audit.Origin(found.request_id, found.address)


def ended_before(session: ReadSession, moment: datetime) -> list[uuid.UUID]:
    query = select(Import.id).where(Import.created_at < moment, Import.state.in_(_ENDED))
    return list(session.scalars(query.order_by(Import.id)))


def delete_import(session: WriteSession, import_id: uuid.UUID) -> None:
    for model in (ImportPiece, ImportedLedger):
        table = table_of(model)
        session.execute(delete(table).where(table.c.import_id == import_id))
    table = table_of(Import)
    session.execute(delete(table).where(table.c.id == import_id))
