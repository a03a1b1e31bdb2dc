"""Files of permits: kept at once and taken in by the worker; whoever sent one follows how far it has come."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from sqlalchemy import ColumnElement, select, true

from app.audit import service as audit
from app.audit.service import Actor
from app.auth.subjects import Role, Scope, Subject
from app.db.session import Database, ReadSession, WriteSession
from app.domain.errors import Message
from app.http.problems import Conflict, NotFound, PayloadTooLarge
from app.ids import new_id
from app.outbox.jobs import enqueue
from app.permits.columns import mapping_of
from app.permits.files import format_of
from app.permits.models import ImportState, Part, PermitImport, PermitImportRow
from app.permits.pieces import PIECES

JOB = "permits.import"
ENDED = (ImportState.DONE, ImportState.FAILED)


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it was sent; `operator` when it came by the command line."""

    name: str
    mapping: str
    source: IO[bytes]
    most_bytes: int
    operator: Actor | None = None


def keep_file(session: WriteSession, subject: Subject, sent: Sent, now: datetime) -> PermitImport:
    """Keep a file that is to be taken in. Raises UnreadableFile, Invalid, PayloadTooLarge."""
    mapping_of(session, sent.mapping)
    made = _import(subject, sent, now)
    session.add(made)
    session.flush()
    made.size, made.sha256 = PIECES.keep(session, made.id, Part.UPLOADED, sent.source)
    if made.size > sent.most_bytes:
        raise PayloadTooLarge
    session.flush()
    change = audit.Change(
        "permit_import.kept",
        "permit_import",
        str(made.id),
        after=made.sha256,
        region=audit.territory(subject.region),
    )
    audit.record(session, sent.operator or subject, [change], now=now)
    return made


def _import(subject: Subject, sent: Sent, now: datetime) -> PermitImport:
    return PermitImport(
        id=new_id(),
        name=sent.name,
        format=format_of(sent.source),
        mapping=sent.mapping,
        sha256="",
        size=0,
        state=ImportState.WAITING,
        rows_done=0,
        rows_total=None,
        counts={},
        failure=None,
        subject={
            "name": subject.name,
            "role": subject.role.value,
            "region": subject.region,
            "operator": None if sent.operator is None else sent.operator.name,
        },
        subject_id=subject.id,
        created_at=now,
        finished_at=None,
    )


def ask_for(session: WriteSession, made: PermitImport, now: datetime) -> None:
    """Let the worker take it in."""
    enqueue(session, JOB, {"import_id": str(made.id)}, now=now, key=str(made.id))


def sender_of(made: PermitImport) -> Subject:
    """On whose behalf a file is taken in: with the territory that the sender had, and no right but this one."""
    said = made.subject
    return Subject(
        made.subject_id,
        said["name"],
        Role(said["role"]),
        frozenset({Scope.PERMITS_WRITE, Scope.PERMITS_READ}),
        region=said["region"],
    )


def operator_of(made: PermitImport) -> Actor | None:
    """Who sent a file by the command line, None for whoever sent one over HTTP."""
    name = made.subject["operator"]
    return None if name is None else Actor("operator", None, name)


def _visible(subject: Subject) -> ColumnElement[bool]:
    """A file holds what its sender may see, so only that one sees it, and an administrator."""
    return true() if subject.role is Role.ADMIN else PermitImport.subject_id == subject.id


def one(session: ReadSession, subject: Subject, import_id: uuid.UUID) -> PermitImport:
    """Give an import of the subject's own. Raises NotFound."""
    found = session.scalar(select(PermitImport).where(PermitImport.id == import_id, _visible(subject)))
    if found is None:
        raise NotFound
    return found


def rows(
    session: ReadSession, subject: Subject, import_id: uuid.UUID, *, after: int, limit: int
) -> tuple[Sequence[PermitImportRow], int | None]:
    """What became of each row, and the cursor of the next page. Raises NotFound."""
    one(session, subject, import_id)
    query = select(PermitImportRow).where(PermitImportRow.import_id == import_id, PermitImportRow.row > after)
    found = list(session.scalars(query.order_by(PermitImportRow.row).limit(limit + 1)))
    return found[:limit], found[limit - 1].row if len(found) > limit else None


def answered(
    database: Database, subject: Subject, import_id: uuid.UUID
) -> tuple[PermitImport, Iterator[bytes]]:
    """The file with what became of each row, in pieces. Raises NotFound, Conflict."""
    with database.reading() as session:
        made = one(session, subject, import_id)
        if not PIECES.has(session, import_id, Part.ANSWERED):
            raise Conflict(
                Message(
                    "尚未处理完，或文件已不再保存", "it has not ended yet, or its files are no longer kept"
                )
            )
    return made, PIECES.contents(database, import_id, Part.ANSWERED)


def document(made: PermitImport) -> dict[str, Any]:
    """An import as it is answered."""
    names = (
        "id",
        "name",
        "mapping",
        "sha256",
        "size",
        "rows_done",
        "rows_total",
        "counts",
        "failure",
    )
    return {name: getattr(made, name) for name in names} | {
        "format": made.format.value,
        "state": made.state.value,
        "created_at": made.created_at,
        "finished_at": made.finished_at,
    }


def row_document(row: PermitImportRow) -> dict[str, Any]:
    """A row's outcome as it is answered."""
    return {"row": row.row, "permit": row.permit, "outcome": row.outcome.value, "notes": row.notes}
