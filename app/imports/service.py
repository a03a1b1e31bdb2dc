"""Imports: a file is kept at once and filed by the worker; whoever sent it follows how far it has come."""

import codecs
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from app.audit import service as audit
from app.audit.service import Actor
from app.auth.subjects import Role, Subject
from app.db.session import Database, ReadSession, WriteSession
from app.domain.errors import Fault, Message
from app.domain.periods import Month
from app.enterprises import service as enterprises
from app.enterprises.models import Enterprise
from app.http.problems import Conflict, Forbidden, Invalid, NotFound, PayloadTooLarge
from app.ids import new_id
from app.imports import repository
from app.imports.choices import Choice, Choices, choices, named_parties
from app.imports.columns import BY_KEY
from app.imports.csv_file import csv_rows
from app.imports.faults import CELLS, REFUSALS, FileRefused
from app.imports.models import FileKind, Import, ImportedLedger, ImportMode, ImportState, Part
from app.imports.pieces import PIECES
from app.imports.report import outcome_words, sentence
from app.imports.rows import MAX_ROWS, BadCell, Cell, Progress, Row
from app.imports.template import write_template
from app.imports.workbook import workbook_rows
from app.outbox.jobs import enqueue

__all__ = [
    "CELLS",
    "MAX_ROWS",
    "BadCell",
    "Cell",
    "Choice",
    "Choices",
    "FileRefused",
    "Progress",
    "Request",
    "Row",
    "UnreadableFile",
    "all_ledgers",
    "answered",
    "choices",
    "csv_rows",
    "document",
    "keep",
    "ledger_document",
    "ledgers",
    "named_parties",
    "one",
    "outcome_words",
    "page",
    "sentence",
    "start",
    "start_again",
    "workbook_rows",
    "write_template_for",
]

JOB = "import"
_ZIP = b"PK\x03\x04"
_PARQUET = b"PAR1"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Request:
    """How a file is to be filed."""

    name: str
    mode: ImportMode = ImportMode.EACH
    dry_run: bool = False


class UnreadableFile(Invalid):
    code = "unreadable_file"
    title = Message("不能读取这个文件", "this file cannot be read")


def start(
    session: WriteSession, subject: Subject, source: IO[bytes], asked: Request, now: datetime, most_bytes: int
) -> Import:
    """Keep a file and ask for its filing. Raises Forbidden, UnreadableFile, PayloadTooLarge."""
    return _asked_for(session, keep(session, subject, source, asked, now, most_bytes), now)


def keep(
    session: WriteSession,
    subject: Subject,
    source: IO[bytes],
    asked: Request,
    now: datetime,
    most_bytes: int,
    operator: Actor | None = None,
) -> Import:
    """Keep a file that the caller itself will carry out, at the command line an operator. Raises as `start` does."""
    kind = _kind_of(source)
    made = _import(session, subject, asked, kind, now)
    session.add(made)
    session.flush()
    made.size, made.sha256 = PIECES.keep(session, made.id, Part.UPLOADED, source)
    if made.size > most_bytes:
        raise PayloadTooLarge
    _record(session, operator or subject, made, now)
    return made


def _record(session: WriteSession, by: Subject | Actor, made: Import, now: datetime) -> None:
    owner = None if made.enterprise_id is None else session.get_one(Enterprise, made.enterprise_id)
    region = None if owner is None else owner.region
    change = audit.Change(repository.KEPT, "import", str(made.id), after=made.sha256, region=region)
    audit.record(session, by, [change], now=now)


def start_again(session: WriteSession, subject: Subject, import_id: uuid.UUID, now: datetime) -> Import:
    """File for good what was previewed. Raises NotFound, Conflict, Forbidden."""
    seen = one(session, subject, import_id)
    if not seen.dry_run or seen.state is not ImportState.DONE:
        raise Conflict(Message("只有完成的预览可以正式提交", "only a finished preview can be filed"))
    made = _import(session, subject, Request(seen.name, seen.mode), seen.kind, now)
    made.size, made.sha256 = seen.size, seen.sha256
    session.add(made)
    session.flush()
    PIECES.copy(session, seen.id, made.id, Part.UPLOADED)
    _record(session, subject, made, now)
    return _asked_for(session, made, now)


def _asked_for(session: WriteSession, made: Import, now: datetime) -> Import:
    session.flush()
    enqueue(session, JOB, {"import_id": str(made.id)}, now=now, key=str(made.id))
    return made


def _import(session: ReadSession, subject: Subject, asked: Request, kind: FileKind, now: datetime) -> Import:
    if subject.role not in (Role.ENTERPRISE, Role.ADMIN):
        raise Forbidden(Message("只有企业可以填报台账", "only an enterprise files ledgers"))
    owner = subject.enterprise_id
    return Import(
        id=new_id(),
        enterprise_id=None if owner is None else enterprises.last_successor(session, owner),
        subject_id=subject.id,
        subject_name=subject.name,
        role=subject.role,
        name=asked.name,
        kind=kind,
        size=0,
        sha256="",
        mode=asked.mode,
        dry_run=asked.dry_run,
        state=ImportState.QUEUED,
        done_permille=0,
        rows_done=0,
        ledgers_done=0,
        created=0,
        unchanged=0,
        amended=0,
        rejected=0,
        with_warnings=0,
        saved=False,
        faults=[],
        created_at=now,
        ended_at=None,
    )


def _kind_of(source: IO[bytes]) -> FileKind:
    """Look at the first bytes: a name says nothing."""
    source.seek(0)
    head = source.read(4096)
    if not head.strip():
        raise _unreadable("empty")
    if head.startswith(_OLE):
        # A workbook with a password is wrapped in the same container as the old format.
        raise _unreadable("old_workbook")
    if head.startswith(_ZIP):
        return FileKind.XLSX
    if head.startswith(_PARQUET):
        return FileKind.PARQUET
    if head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{"):
        return FileKind.NDJSON
    # Two bytes a character, with a mark in front: a spreadsheet's “Unicode text”.
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _unreadable("not_text")
    return FileKind.CSV


def _unreadable(code: str) -> UnreadableFile:
    return UnreadableFile(REFUSALS[code], errors=[Fault("", code, REFUSALS[code])])


def one(session: ReadSession, subject: Subject, import_id: uuid.UUID) -> Import:
    """One import, or NotFound when there is none that this subject may see."""
    found = repository.one(session, subject, import_id)
    if found is None:
        raise NotFound
    return found


def page(
    session: ReadSession, subject: Subject, before: uuid.UUID | None = None, limit: int = 50
) -> tuple[list[Import], uuid.UUID | None]:
    """Some imports, the newest first, and the id to go on from."""
    found = repository.page(session, subject, before=before, limit=limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def ledgers(
    session: ReadSession,
    subject: Subject,
    import_id: uuid.UUID,
    *,
    after: int = -1,
    limit: int = 50,
    outcome: str | None = None,
) -> tuple[Sequence[ImportedLedger], int | None]:
    """What became of some of the ledgers of a file, and the position to go on from. Raises NotFound."""
    one(session, subject, import_id)
    found = repository.ledgers(session, import_id, after=after, limit=limit + 1, outcome=outcome)
    return found[:limit], found[limit - 1].position if len(found) > limit else None


def all_ledgers(session: ReadSession, subject: Subject, import_id: uuid.UUID) -> Iterator[ImportedLedger]:
    """What became of all of them, in the order of the file. Raises NotFound."""
    after: int | None = -1
    while after is not None:
        found, after = ledgers(session, subject, import_id, after=after, limit=500)
        yield from found


def answered(database: Database, subject: Subject, import_id: uuid.UUID) -> Iterator[bytes]:
    """The workbook with what became of each row, in pieces. Raises NotFound, and Conflict before it is written."""
    with database.reading() as session:
        found = one(session, subject, import_id)
        if found.state is ImportState.REFUSED:
            text = Message(
                "文件没有被读取，没有可下载的结果", "the file was not read, so there is no result to take"
            )
            raise Conflict(text)
        if not PIECES.has(session, import_id, Part.ANSWERED):
            raise Conflict(
                Message("结果尚未生成，请稍后再试", "the result is not ready yet; try again later")
            )
    return PIECES.contents(database, import_id, Part.ANSWERED)


def write_template_for(
    session: ReadSession, subject: Subject, site: str | None, month: Month, target: IO[bytes]
) -> None:
    """Write the template for a site, or for all of one's sites. Raises NotFound for a site that is not one's own."""
    if site is not None and site not in {choice.code for choice in choices(session, subject, site).sites}:
        raise NotFound
    write_template(session, subject, site, month, target)


def document(made: Import) -> dict[str, Any]:
    """An import as it is answered."""
    return {
        "id": str(made.id),
        "name": made.name,
        "kind": made.kind.value,
        "size": made.size,
        "sha256": made.sha256,
        "mode": made.mode.value,
        "dry_run": made.dry_run,
        "state": made.state.value,
        "progress_percent": made.done_permille // 10,
        "rows_done": made.rows_done,
        "saved": made.saved,
        "summary": {
            "created": made.created,
            "unchanged": made.unchanged,
            "amended": made.amended,
            "rejected": made.rejected,
            "with_warnings": made.with_warnings,
        },
        "faults": made.faults,
        "created_at": made.created_at.isoformat(),
        "ended_at": None if made.ended_at is None else made.ended_at.isoformat(),
    }


def ledger_document(found: ImportedLedger) -> dict[str, Any]:
    """What became of one ledger, as it is answered; each note names its column as the template heads it."""
    return {
        "position": found.position,
        "first_row": found.first_row,
        "last_row": found.last_row,
        "site": found.site,
        "month": None if found.month is None else str(found.month),
        "outcome": found.outcome,
        "ledger": None if found.ledger_id is None else str(found.ledger_id),
        "version": found.version,
        "notes": [_named(note) for note in found.notes],
    }


def _named(note: dict[str, Any]) -> dict[str, Any]:
    column = BY_KEY.get(note["column"] or "")
    head = None if column is None else {"zh": column.head.zh, "en": column.head.en}
    return note | {"head": head}
