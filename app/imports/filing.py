"""Filing the ledgers of a file, some at a time, each time in one transaction with how far it has come.

A worker that takes over after another begins behind the last transaction: no ledger is filed twice, none is left out.
"""

import uuid
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from sqlalchemy import insert

from app.audit import service as audit
from app.auth.subjects import SCOPES_OF, Subject
from app.clock import local_date
from app.db.base import table_of
from app.db.session import WriteSession
from app.domain.errors import Fault
from app.domain.periods import Month, MonthError
from app.imports import repository
from app.imports.csv_file import csv_rows
from app.imports.earlier import Earlier
from app.imports.entries import Entry, entries_of
from app.imports.faults import FileRefused, Note, Severity
from app.imports.models import FileKind, Import, ImportedLedger, ImportMode
from app.imports.ndjson_file import ndjson_entries, ndjson_rows
from app.imports.parquet_file import parquet_rows
from app.imports.rows import Progress, Row
from app.imports.workbook import workbook_rows
from app.ledgers.service import Command, Filer, Intent, Outcome, Result, file
from app.outbox.jobs import JobContext, LeaseLost

AT_ONCE = 200
"""Ledgers a transaction: others who write wait no longer than filing these takes."""
MAX_ATOMIC = 1_000
MAX_PREVIEWED = 1_000


@dataclass(frozen=True, slots=True)
class Task:
    """An import that is being carried out."""

    context: JobContext
    made: Import
    source: IO[bytes]
    origin: audit.Origin | None = None
    """The request that brought the file, if it is known: its ledgers are recorded as coming from there."""

    @property
    def filer(self) -> Filer:
        now = self.context.now()
        this_month = Month.of(local_date(now, self.context.settings.timezone))
        return Filer(sender_of(self.made), now, this_month, self.origin)


def sender_of(made: Import) -> Subject:
    """On whose behalf a file is filed."""
    return Subject(made.subject_id, made.subject_name, made.role, SCOPES_OF[made.role], made.enterprise_id)


def rows_of(made: Import, source: IO[bytes], progress: Progress) -> Generator[Row, None, None]:
    """The rows of the file that was sent. Raises FileRefused."""
    source.seek(0)
    if made.kind is FileKind.XLSX:
        return workbook_rows(source, progress)
    if made.kind is FileKind.PARQUET:
        return parquet_rows(source, progress)
    if made.kind is FileKind.NDJSON:
        return ndjson_rows(source, made.size, progress)
    return csv_rows(source, made.size, progress)


def _entries(made: Import, source: IO[bytes], progress: Progress) -> Generator[Entry, None, None]:
    """The ledgers of the file that was sent. Raises FileRefused."""
    if made.kind is FileKind.NDJSON:
        yield from ndjson_entries(source, made.size, progress)
        return
    # Closed here and now: a refusal must not leave a reader behind that still holds the file.
    with closing(rows_of(made, source, progress)) as rows:
        yield from entries_of(rows, progress)


def file_all(task: Task) -> None:
    """File what has not been filed yet. Raises FileRefused, and LeaseLost when another worker has gone on with it."""
    progress = Progress()
    done = task.made.ledgers_done
    with closing(_entries(task.made, task.source, progress)) as entries:
        if task.made.mode is ImportMode.ATOMIC:
            _skip(entries, done)
            _file_together(task, list(islice(entries, MAX_ATOMIC + 1)), progress)
        elif task.made.dry_run:
            _preview(task, entries, progress)
        else:
            _skip(entries, done)
            while batch := list(islice(entries, AT_ONCE)):
                file_batch(task, batch, done, progress, dry_run=False)
                done += len(batch)


def _skip(entries: Iterator[Entry], count: int) -> None:
    next(islice(entries, count, count), None)


def _preview(task: Task, entries: Iterator[Entry], progress: Progress) -> None:
    """Judge all and keep nothing: what filing would find on file by then is judged along with each batch."""
    done, earlier = task.made.ledgers_done, Earlier()
    for entry in islice(entries, done):
        earlier.add(_commands([entry]))
    while batch := list(islice(entries, MAX_PREVIEWED)):
        file_batch(task, batch, done, progress, dry_run=True, earlier=earlier)
        done += len(batch)


def _file_together(task: Task, entries: Sequence[Entry], progress: Progress) -> None:
    """All or nothing: with one that is refused, the others are judged and none is kept."""
    if len(entries) > MAX_ATOMIC:
        raise FileRefused("too_many_for_atomic")
    if entries:
        unreadable = any(entry.ledger is None for entry in entries)
        file_batch(task, entries, 0, progress, dry_run=task.made.dry_run or unreadable)


def file_batch(
    task: Task,
    entries: Sequence[Entry],
    done: int,
    progress: Progress,
    *,
    dry_run: bool,
    earlier: Earlier | None = None,
) -> None:
    """File some ledgers and keep what became of them, in one transaction."""
    atomic = task.made.mode is ImportMode.ATOMIC
    with task.context.database.writing() as session:
        made = repository.held(session, task.made.id)
        if made is None or made.ledgers_done != done:
            raise LeaseLost
        results = _file(session, entries, task.filer, earlier, dry_run=dry_run, atomic=atomic)
        kept = [
            _kept(made.id, done + place, entry, result)
            for place, (entry, result) in enumerate(zip(entries, results, strict=True))
        ]
        session.execute(insert(table_of(ImportedLedger)), kept)
        _count(made, kept)
        made.saved = made.saved or (not dry_run and _is_saved(made, kept))
        made.ledgers_done = done + len(entries)
        made.rows_done = entries[-1].last_row
        made.done_permille = progress.permille


def _is_saved(made: Import, kept: Iterable[dict[str, Any]]) -> bool:
    outcomes = [row["outcome"] for row in kept]
    if made.mode is ImportMode.ATOMIC and Outcome.REJECTED.value in outcomes:
        return False
    return any(outcome in (Outcome.CREATED.value, Outcome.AMENDED.value) for outcome in outcomes)


def _file(
    session: WriteSession,
    entries: Sequence[Entry],
    filer: Filer,
    earlier: Earlier | None,
    *,
    dry_run: bool,
    atomic: bool,
) -> list[Result | None]:
    """File those that could be read; None for the others."""
    commands = _commands(entries)
    before = [] if earlier is None else earlier.near(commands)
    judged = file(session, [*before, *commands], filer, dry_run=dry_run, atomic=atomic) if commands else []
    if earlier is not None:
        earlier.add(commands)
    results = iter(judged[len(before) :])
    return [None if entry.ledger is None else next(results) for entry in entries]


def _commands(entries: Iterable[Entry]) -> list[Command]:
    return [
        Command(entry.ledger.content(), Intent.UPSERT, draft=entry.ledger.draft, reason=entry.ledger.reason)
        for entry in entries
        if entry.ledger is not None
    ]


def _kept(import_id: uuid.UUID, position: int, entry: Entry, result: Result | None) -> dict[str, Any]:
    """The row that says what became of a ledger."""
    outcome = Outcome.REJECTED if result is None else result.outcome
    filed = result if result is not None and outcome is not Outcome.REJECTED else None
    return {
        "import_id": import_id,
        "position": position,
        "first_row": entry.first_row,
        "last_row": entry.last_row,
        "site": entry.site,
        "month": _month(entry.month),
        "outcome": outcome.value,
        "ledger_id": filed.ledger_id if filed else None,
        "version": filed.version if filed else None,
        "notes": [note.document() for note in sorted(_notes(entry, result), key=_gravity)],
    }


def _gravity(note: Note) -> int:
    return ("error", "warning", "info").index(note.severity)


def _month(text: str | None) -> Month | None:
    try:
        return None if text is None else Month.parse(text)
    except MonthError:
        return None


def _notes(entry: Entry, result: Result | None) -> Iterator[Note]:
    yield from entry.notes
    if result is None:
        return
    if result.problem is not None:
        problem = result.problem
        for fault in problem.errors or (Fault("", problem.code, problem.detail),):
            yield entry.note(fault)
    for warn in result.warnings:
        row, column = entry.place(warn.pointer)
        severity: Severity = "info" if warn.severity == "info" else "warning"
        yield Note(row, column, warn.rule, severity, entry.told(warn.pointer, warn.message))


def _count(made: Import, kept: Sequence[dict[str, Any]]) -> None:
    for row in kept:
        setattr(made, row["outcome"], getattr(made, row["outcome"]) + 1)
        warned = any(note["severity"] == "warning" for note in row["notes"])
        if warned and row["outcome"] != Outcome.REJECTED.value:
            made.with_warnings += 1
