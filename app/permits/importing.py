"""Taking in a file: some permits at a time, each batch in one transaction with how far the file has been read."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import IO, Any

from sqlalchemy import insert, select

from app.clock import local_date
from app.db.base import table_of
from app.db.session import WriteSession
from app.outbox.jobs import JobContext, LeaseLost
from app.permits.answer_file import write_answer
from app.permits.columns import mapping_of
from app.permits.commands import Outcome as Received
from app.permits.commands import Receiver, Result
from app.permits.entries import Entry
from app.permits.files import UnreadableFile, permits_of
from app.permits.imports import ENDED, operator_of, sender_of
from app.permits.models import ImportState, Outcome, Part, PermitImport, PermitImportRow
from app.permits.pieces import PIECES
from app.permits.receiving import receive

AT_ONCE = 100
Told = Callable[[PermitImport], None]
_ENDED_AS = {
    Received.CREATED: Outcome.CREATED,
    Received.CHANGED: Outcome.CHANGED,
    Received.UNCHANGED: Outcome.UNCHANGED,
    Received.REJECTED: Outcome.REJECTED,
}


def carry_out(context: JobContext, import_id: uuid.UUID, told: Told = lambda _made: None) -> None:
    """Take in what has not been taken in yet of a file; one that has ended stays as it is.

    A worker that is killed loses the batch it was at and nothing else: the next one skips the rows that are done.
    """
    with context.database.writing() as session:
        made = _held(session, import_id)
        if made is None or made.state in ENDED:
            context.complete(session)
            return
        made.state = ImportState.RUNNING
        mapping = mapping_of(session, made.mapping)
    with PIECES.spooled(context.database, import_id, Part.UPLOADED) as source:
        try:
            with closing(permits_of(made.format, source, mapping)) as entries:
                done = _take_all(context, made, entries, told)
        except UnreadableFile as problem:
            _end(context, import_id, None, problem)
            return
        with write_answer(context.database, done, source) as answer:
            _end(context, import_id, answer, None)


def _take_all(context: JobContext, made: PermitImport, entries: Iterator[Entry], told: Told) -> PermitImport:
    fresh = (entry for entry in entries if entry.rows[0] > made.rows_done)
    while batch := list(islice(fresh, AT_ONCE)):
        with context.database.writing() as session:
            held = _held(session, made.id)
            if held is None or held.rows_done != made.rows_done:
                # Another worker has taken the file over.
                raise LeaseLost
            _take(context, session, held, batch)
        made = held
        told(made)
    return made


def _take(context: JobContext, session: WriteSession, made: PermitImport, batch: Sequence[Entry]) -> None:
    now = context.now()
    today = local_date(now, context.settings.timezone)
    receiver = Receiver(sender_of(made), now, today, f"import:{made.id}", operator_of(made))
    good = [entry.incoming for entry in batch if entry.incoming is not None]
    results = iter(receive(session, good, receiver))
    rows: list[dict[str, Any]] = []
    for entry in batch:
        rows += _rows(made.id, entry, next(results) if entry.incoming is not None else None)
    session.execute(insert(table_of(PermitImportRow)), rows)
    counts = Counter(made.counts)
    counts.update(row["outcome"].value for row in rows)
    made.counts = dict(sorted(counts.items()))
    made.rows_done = batch[-1].rows[-1]
    session.flush()


def _rows(import_id: uuid.UUID, entry: Entry, result: Result | None) -> Iterator[dict[str, Any]]:
    """What became of each row of a permit: the same for all, each with what is said of itself."""
    outcome, notes = Outcome.REJECTED, list(entry.notes)
    if result is not None:
        outcome = _ENDED_AS[result.outcome]
        if outcome in (Outcome.CREATED, Outcome.CHANGED) and result.holder is None:
            outcome = Outcome.UNMATCHED
        faults = () if result.problem is None else result.problem.errors
        notes += [entry.note(fault, "error") for fault in faults]
        notes += [entry.note(fault, "warning") for fault in result.warnings]
    for row in entry.rows:
        yield {
            "import_id": import_id,
            "row": row,
            "permit": None if entry.number is None else entry.number[:64],
            "outcome": outcome,
            "notes": [note.document() for note in notes if note.row == row],
        }


def _held(session: WriteSession, import_id: uuid.UUID) -> PermitImport | None:
    return session.scalar(select(PermitImport).where(PermitImport.id == import_id).with_for_update())


def _end(
    context: JobContext, import_id: uuid.UUID, answer: IO[bytes] | None, problem: UnreadableFile | None
) -> None:
    """Say how it ended. What was taken in before the place where a file broke stays, and is counted."""
    with context.database.writing() as session:
        made = _held(session, import_id)
        if made is None or made.state in ENDED:
            raise LeaseLost
        PIECES.forget(session, import_id, Part.ANSWERED)
        made.finished_at = context.now()
        if answer is not None:
            PIECES.keep(session, import_id, Part.ANSWERED, answer)
            made.state, made.rows_total = ImportState.DONE, made.rows_done
        if problem is not None:
            fault = problem.errors[0]
            made.state = ImportState.FAILED
            made.failure = {
                "code": fault.code,
                "pointer": fault.pointer,
                "zh": fault.message.zh,
                "en": fault.message.en,
            }
        context.complete(session)
