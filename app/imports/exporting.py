"""Ledgers as files that can be sent back unchanged: rows under the heads of the template, or the documents line by line.

A file is written page by page to a file on disk and sent from there: memory stays flat, and what goes wrong is told
before the first byte. One export has at most `MOST_LEDGERS`; more is asked for by months.
"""

import csv
import importlib.util
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.errors import Fault, Message
from app.http.problems import Invalid
from app.http.spreadsheet import safe_cell
from app.imports.columns import COLUMNS, Column, Kind, head_text
from app.imports.models import FileKind
from app.imports.rows import MAX_ROWS, Cell
from app.imports.sheet_rows import rows_written
from app.imports.sheets import Sheet, workbook
from app.ledgers.service import LedgerQuery, page
from chains.late import LateModule

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]
else:
    # Half a second to load, and not everybody has it: it comes with the part for analysis.
    pa, pq = LateModule("pyarrow"), LateModule("pyarrow.parquet")

MOST_LEDGERS = 50_000
_PAGE = 200
_ROWS_AT_ONCE = 5_000
_LISTS = ("received", "used", "disposed", "sent")
_OF_THE_LINE = tuple(column.key for column in COLUMNS if "." not in column.key)[2:-3]
_TONNES, _DECIMALS = 18, 6
_FIGURES = (Kind.MASS, Kind.PERCENT)

Rows = Iterator[dict[str, Cell]]


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of file: how it is written, and what it is called."""

    write: Callable[[Iterator[dict[str, Any]], IO[bytes]], None]
    media_type: str


def export(
    session: ReadSession, subject: Subject, query: LedgerQuery, kind: FileKind, target: IO[bytes]
) -> None:
    """Write the ledgers that the subject may see, by month. Raises Invalid when they are too many for one file."""
    if kind is FileKind.PARQUET and importlib.util.find_spec("pyarrow") is None:
        raise _refused(
            "format",
            "no_parquet",
            "本服务未安装 Parquet 组件，请改用其他格式",
            "this service writes no Parquet; ask for another format",
        )
    FORMS[kind].write(_ledgers(session, subject, query), target)


def _ledgers(session: ReadSession, subject: Subject, query: LedgerQuery) -> Iterator[dict[str, Any]]:
    count, cursor = 0, query.cursor
    while True:
        found, cursor = page(session, subject, replace(query, limit=_PAGE, cursor=cursor))
        session.expunge_all()
        count += len(found)
        if count > MOST_LEDGERS:
            raise _too_many(f"{MOST_LEDGERS:,} 份台账", f"{MOST_LEDGERS:,} ledgers")
        yield from found
        if cursor is None:
            return


def _too_many(zh: str, en: str) -> Invalid:
    return _refused(
        "to",
        "too_many",
        f"一个文件最多 {zh}，请缩小月份范围",
        f"one file has at most {en}; ask for fewer months",
    )


def _refused(parameter: str, code: str, zh: str, en: str) -> Invalid:
    return Invalid(errors=[Fault(f"#query/{parameter}", code, Message(zh, en))])


def rows_of_ledger(ledger: Mapping[str, Any]) -> Rows:
    """Lay a ledger out in rows, key → value: site and month in each, a line's further flows below its first."""
    head: dict[str, Cell] = {"site": ledger["site"], "month": ledger["month"]}
    rows = [row for line in ledger["lines"] for row in _rows_of_line(head, line)]
    for place, activity in enumerate(ledger["activity"]):
        if place == len(rows):
            rows.append(dict(head))
        rows[place] |= {f"activity.{key}": value for key, value in activity.items()}
    rows = rows or [dict(head)]
    rows[0] |= {"nil": ledger["nil"] or None, "signed_by": ledger["signed_by"]}
    yield from rows


def _rows_of_line(head: Mapping[str, Cell], line: Mapping[str, Any]) -> list[dict[str, Cell]]:
    stream = {"waste": line["waste"], "waste_code": line["waste_code"]}
    count = max(1, *(len(line[name]) for name in _LISTS))
    rows: list[dict[str, Cell]] = [{**head, **stream} for _ in range(count)]
    rows[0] |= {key: line[key] for key in _OF_THE_LINE}
    for name in _LISTS:
        for row, flow in zip(rows, line[name], strict=False):
            row |= {f"{name}.{key}": value for key, value in flow.items()}
    return rows


def _value(column: Column, row: Mapping[str, Cell]) -> Cell:
    value = row.get(column.key)
    return Decimal(value) if column.kind in _FIGURES and isinstance(value, str) else value


def _write_csv(ledgers: Iterator[dict[str, Any]], target: IO[bytes]) -> None:
    # With a mark in front, spreadsheets take it for UTF-8.
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([column.key for column in COLUMNS])
    for ledger in ledgers:
        for row in rows_of_ledger(ledger):
            writer.writerow([_text(row.get(column.key)) for column in COLUMNS])
    text.detach()


def _text(value: Cell) -> str:
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).lower()
    return safe_cell(str(value))


def _write_ndjson(ledgers: Iterator[dict[str, Any]], target: IO[bytes]) -> None:
    for ledger in ledgers:
        target.write(json.dumps(ledger, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


def _write_xlsx(ledgers: Iterator[dict[str, Any]], target: IO[bytes]) -> None:
    rows = (row for ledger in ledgers for row in rows_of_ledger(ledger))
    with TemporaryFile() as frame:
        with workbook(frame) as book:
            sheet = Sheet(book, COLUMNS)
            sheet.write_heads()
            sheet.write_sample()
        with rows_written(frame, target) as written:
            for number, row in enumerate(rows, 1):
                if number > MAX_ROWS:
                    raise _too_many(f"{MAX_ROWS:,} 行", f"{MAX_ROWS:,} rows")
                written.put(number, [_value(column, row) for column in COLUMNS])


def _write_parquet(ledgers: Iterator[dict[str, Any]], target: IO[bytes]) -> None:
    schema = pa.schema([pa.field(head_text(column).split("\n")[0], _type(column)) for column in COLUMNS])
    rows = (row for ledger in ledgers for row in rows_of_ledger(ledger))
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        while some := list(islice(rows, _ROWS_AT_ONCE)):
            arrays = [
                pa.array([_value(column, row) for row in some], type=field.type)
                for column, field in zip(COLUMNS, schema, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def _type(column: Column) -> "pa.DataType":
    if column.kind in _FIGURES:
        return pa.decimal128(_TONNES, _DECIMALS)
    return pa.bool_() if column.kind is Kind.FLAG else pa.string()


FORMS: Mapping[FileKind, Form] = {
    FileKind.CSV: Form(_write_csv, "text/csv; charset=utf-8"),
    FileKind.NDJSON: Form(_write_ndjson, "application/x-ndjson"),
    FileKind.XLSX: Form(_write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    FileKind.PARQUET: Form(_write_parquet, "application/vnd.apache.parquet"),
}
