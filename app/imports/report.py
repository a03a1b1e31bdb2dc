"""The same workbook back: every row as it was sent, with what became of it in both languages."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from tempfile import TemporaryFile
from typing import IO, Any

from app.db.session import Database
from app.domain.errors import Message
from app.imports import repository
from app.imports.choices import choices, texts_for
from app.imports.columns import BY_KEY, RESULT_HEADS, heads_of
from app.imports.filing import rows_of, sender_of
from app.imports.models import FileKind, Import, ImportedLedger
from app.imports.rows import Progress, Row
from app.imports.sheet_rows import SheetRows, rows_written
from app.imports.sheets import Sheet, workbook, write_lists
from app.ledgers.service import Outcome

_AT_ONCE = 500
_OUTCOMES = {
    Outcome.CREATED.value: Message("新增", "created"),
    Outcome.UNCHANGED.value: Message("未变", "unchanged"),
    Outcome.AMENDED.value: Message("已修订", "amended"),
    Outcome.REJECTED.value: Message("未收", "rejected"),
}
_PREVIEWED = Message("（预览，未保存）", " (preview, not saved)")
_NOT_SAVED = Message(
    "（同一文件有未收的台账，全部未保存）", " (not saved: a ledger of this file was rejected)"
)


def outcome_words(made: Import, outcome: str) -> Message:
    """What became of a ledger, in words; of a preview and of a refused whole also that nothing was saved."""
    words = _OUTCOMES[outcome]
    if made.dry_run:
        return Message(words.zh + _PREVIEWED.zh, words.en + _PREVIEWED.en)
    if made.rejected and not made.saved and outcome in (Outcome.CREATED.value, Outcome.AMENDED.value):
        return Message(words.zh + _NOT_SAVED.zh, words.en + _NOT_SAVED.en)
    return words


def write_report(database: Database, made: Import, source: IO[bytes]) -> IO[bytes]:
    """Write the workbook to a file of its own. Row numbers are those of the file that was sent."""
    target: IO[bytes] = TemporaryFile()  # noqa: SIM115 - the caller closes it
    answered = _answered(database, made.id)
    with closing(rows_of(made, source, Progress())) as rows, TemporaryFile() as frame:
        first = next(rows)
        kept = [place for place, head in enumerate(heads_of(first)) if head is not None]
        _write_frame(database, made, first, kept, frame)
        with rows_written(frame, target) as written:
            ledger = next(answered, None)
            for row in rows:
                while ledger is not None and ledger.last_row < row.number:
                    ledger = next(answered, None)
                _write_row(written, made, row, kept, ledger)
    target.seek(0)
    return target


def _write_frame(database: Database, made: Import, first: Row, kept: Sequence[int], frame: IO[bytes]) -> None:
    """Write the workbook without its rows: heads, formats, and the drop-downs of the template, so that who mends chooses."""
    columns = [head.column for head in heads_of(first) if head is not None]
    last = made.rows_done - 1 + _heads_above(made)
    with database.reading() as session:
        offered = choices(session, sender_of(made), None)
    with workbook(frame) as book:
        sheet = Sheet(book, columns)
        sheet.write_heads([f"{head.zh}\n{head.en}" for head in RESULT_HEADS])
        _restore_heads(sheet, first, kept)
        sheet.write_sample(len(RESULT_HEADS))
        lists = {column.key: texts_for(column.key, column.kind, offered) for column in columns}
        sheet.offer(write_lists(book, lists), max(1, last))
        sheet.sheet.autofilter(0, 0, max(1, last), len(columns) + len(RESULT_HEADS) - 1)


def _restore_heads(sheet: Sheet, first: Row, kept: Sequence[int]) -> None:
    """Leave the heads as they were sent: a head may name another unit than ours."""
    for place, source in enumerate(kept):
        sheet.sheet.write_string(0, place, str(first.cells[source]))


def _answered(database: Database, import_id: uuid.UUID) -> Iterator[ImportedLedger]:
    after = -1
    while True:
        with database.reading() as session:
            found = repository.ledgers(session, import_id, after=after, limit=_AT_ONCE)
        if not found:
            return
        yield from found
        after = found[-1].position


def _write_row(
    written: SheetRows, made: Import, row: Row, kept: Sequence[int], ledger: ImportedLedger | None
) -> None:
    place_of_row = row.number - 1 + _heads_above(made)
    given = len(row.cells)
    cells = [row.cells[source] if source < given else None for source in kept]
    if ledger is None or not ledger.first_row <= row.number <= ledger.last_row:
        written.put(place_of_row, cells)
        return
    notes = [note for note in ledger.notes if note["row"] == row.number]
    outcome = outcome_words(made, ledger.outcome)
    words = (
        f"{outcome.zh} / {outcome.en}",
        _sentences(ledger, notes, "zh"),
        _sentences(ledger, notes, "en"),
    )
    written.put(place_of_row, cells, words, len(kept) + _mood(ledger, notes))


def _heads_above(made: Import) -> int:
    """How many rows the workbook has more than the file: lines of JSON have no heads of their own."""
    return int(made.kind is FileKind.NDJSON)


def _mood(ledger: ImportedLedger, notes: Sequence[dict[str, Any]]) -> int:
    """Which of the formats for words a row has: 0 all is well, 1 something is remarkable, 2 refused."""
    if ledger.outcome == Outcome.REJECTED.value:
        return 2
    return int(any(note["severity"] != "info" for note in notes))


def _sentences(ledger: ImportedLedger, notes: Sequence[dict[str, Any]], language: str) -> str:
    """All that is said of a row; a good row of a rejected ledger says where the trouble is."""
    if notes:
        return "\n".join(sentence(note, language) for note in notes)
    if ledger.outcome != Outcome.REJECTED.value or not ledger.notes:
        return ""
    rows = sorted({note["row"] for note in ledger.notes if note["severity"] == "error"})
    listed = ", ".join(str(row) for row in rows[:10])
    return f"见第 {listed} 行" if language == "zh" else f"see row {listed}"


def sentence(note: dict[str, Any], language: str) -> str:
    """A note with the name of its column in front."""
    column = BY_KEY.get(note["column"] or "")
    text: str = note["message"][language]
    if column is None:
        return text
    return f"{column.head.zh}：{text}" if language == "zh" else f"{column.head.en}: {text}"
