"""The file back: every row as it was sent, with what became of it in both languages. JSON comes back as CSV."""

import csv
import io
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

from sqlalchemy import select

from app.db.session import Database
from app.domain.errors import Message
from app.http.spreadsheet import safe_cell
from app.imports.service import BadCell, Cell, Progress
from app.permits.cells import text_of
from app.permits.columns import ColumnMapping, mapping_of
from app.permits.files import rows_of
from app.permits.models import FileFormat, Outcome, PermitImport, PermitImportRow
from chains.late import LateModule

# Only whoever writes a workbook needs it. It ships no types.
xlsxwriter: Any = LateModule("xlsxwriter")

_AT_ONCE = 1_000
_HEADS = ("结果 outcome", "说明（中文）", "remarks (English)")
_OUTCOMES = {
    Outcome.CREATED: Message("新增", "created"),
    Outcome.UNCHANGED: Message("未变", "unchanged"),
    Outcome.CHANGED: Message("已变更", "changed"),
    Outcome.UNMATCHED: Message("已保存，未关联场所", "kept, no site matched"),
    Outcome.REJECTED: Message("未收", "rejected"),
}
_SEE = Message("见同一许可证的其他行", "see the other rows of this permit")


class _Table(Protocol):
    def write(self, cells: Sequence[Cell]) -> None: ...

    def close(self) -> None: ...


class _Workbook:
    """A workbook that is written a row at a time; texts stay texts whatever they begin with."""

    def __init__(self, target: IO[bytes]) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(target, options)
        self._sheet = self._book.add_worksheet("permits")
        self._row = 0

    def write(self, cells: Sequence[Cell]) -> None:
        for place, cell in enumerate(cells):
            if isinstance(cell, Decimal) and cell.is_finite() and abs(cell) < 10**15:
                self._sheet.write_number(self._row, place, cell)
            elif (text := _text(cell)) is not None:
                self._sheet.write_string(self._row, place, safe_cell(text))
        self._row += 1

    def close(self) -> None:
        self._book.close()


class _Csv:
    """UTF-8 with a mark in front, so that a spreadsheet reads the Chinese."""

    def __init__(self, target: IO[bytes]) -> None:
        self._text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
        self._writer = csv.writer(self._text)

    def write(self, cells: Sequence[Cell]) -> None:
        self._writer.writerow([safe_cell(_text(cell) or "") for cell in cells])

    def close(self) -> None:
        self._text.detach()


def _text(cell: Cell) -> str | None:
    """A text goes back as it came; of a cell in error the program that opens the file sees that there was one."""
    if isinstance(cell, BadCell):
        return "#VALUE!"
    return cell if isinstance(cell, str) else text_of(cell)


def write_answer(database: Database, made: PermitImport, source: IO[bytes]) -> IO[bytes]:
    """Write the answer to a file of its own; the caller closes it."""
    target: IO[bytes] = TemporaryFile()  # noqa: SIM115 - same
    table: _Table = _Workbook(target) if made.format is FileFormat.XLSX else _Csv(target)
    outcomes = _outcomes(database, made.id)
    if made.format is FileFormat.JSON:
        table.write(["item", "permit", *_HEADS])
        for outcome in outcomes:
            table.write([Decimal(outcome.row), outcome.permit, *_remarks(outcome, {})])
    else:
        with database.reading() as session:
            mapping = mapping_of(session, made.mapping)
        _write_rows(table, made, source, outcomes, mapping)
    table.close()
    target.seek(0)
    return target


def _write_rows(
    table: _Table,
    made: PermitImport,
    source: IO[bytes],
    outcomes: Iterator[PermitImportRow],
    mapping: ColumnMapping,
) -> None:
    """Put the columns of the outcome behind the heads' last one, whatever a row holds beyond that."""
    rows = rows_of(made.format, source, Progress())
    with closing(rows):
        heads = next(rows).cells
        width = len(heads)
        names = {field: text_of(heads[place]) or field for field, place in mapping.places(heads).items()}
        table.write([*heads, *_HEADS])
        outcome = next(outcomes, None)
        for row in rows:
            while outcome is not None and outcome.row < row.number:
                outcome = next(outcomes, None)
            cells = [*row.cells[:width], *[None] * (width - len(row.cells))]
            known = outcome is not None and outcome.row == row.number
            table.write([*cells, *(_remarks(outcome, names) if known and outcome is not None else ())])


def _remarks(row: PermitImportRow, names: Mapping[str, str]) -> tuple[str, str, str]:
    """Outcome and sentences; a column is named as the file names it."""
    words = _OUTCOMES[row.outcome]
    notes = row.notes
    if not notes and row.outcome is Outcome.REJECTED:
        return f"{words.zh} {words.en}", _SEE.zh, _SEE.en
    zh, en = ("\n".join(_sentence(note, language, names) for note in notes) for language in ("zh", "en"))
    return f"{words.zh} {words.en}", zh, en


def _sentence(note: dict[str, Any], language: str, names: Mapping[str, str]) -> str:
    text: str = note["message"][language]
    field = note["field"]
    return text if field is None else f"{names.get(field, field)}: {text}"


def _outcomes(database: Database, import_id: uuid.UUID) -> Iterator[PermitImportRow]:
    after = 0
    while True:
        query = select(PermitImportRow).where(
            PermitImportRow.import_id == import_id, PermitImportRow.row > after
        )
        with database.reading() as session:
            found = list(session.scalars(query.order_by(PermitImportRow.row).limit(_AT_ONCE)))
        if not found:
            return
        yield from found
        after = found[-1].row
