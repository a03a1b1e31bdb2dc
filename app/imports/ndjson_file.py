"""Ledgers line by line, each the JSON of `POST /v1/ledgers`: for machines that keep them so. One line in memory at a time."""

import codecs
import json
from collections.abc import Generator, Iterator
from typing import IO, Any

from app.imports.entries import Entry, Places
from app.imports.faults import FileRefused
from app.imports.rows import MAX_ROWS, Progress, Row
from app.ledgers.service import LedgerIn, read_ledger

MAX_LINE_BYTES = 2 * 1024 * 1024


def ndjson_entries(file: IO[bytes], size: int, progress: Progress) -> Generator[Entry, None, None]:
    """Give the ledger of each line that is not empty. Raises FileRefused."""
    count = 0
    for number, line in _lines(file, size, progress):
        count += 1
        if count > MAX_ROWS:
            raise FileRefused("too_many_rows", row=number)
        yield _entry(number, line)
    if count == 0:
        raise FileRefused("empty")


def ndjson_rows(file: IO[bytes], size: int, progress: Progress) -> Generator[Row, None, None]:
    """Give site and month of each line below their heads, for the answer that goes back."""
    yield Row(0, ["site", "month"])
    for number, line in _lines(file, size, progress):
        yield Row(number, [*_identity(line)])


def _lines(file: IO[bytes], size: int, progress: Progress) -> Iterator[tuple[int, bytes]]:
    file.seek(0)
    number = read = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            raise FileRefused("line_too_long", row=number)
        read += len(line)
        progress.permille = min(999, read * 1000 // max(1, size))
        line = line.removeprefix(codecs.BOM_UTF8).strip()
        if line:
            yield number, line


def _entry(number: int, line: bytes) -> Entry:
    site, month = _identity(line)
    entry = Entry(number, number, site, month, None, [], Places(), is_document=True)
    read = read_ledger(line)
    if isinstance(read, LedgerIn):
        entry.ledger = read
    else:
        entry.notes += [entry.note(fault) for fault in read.errors]
    return entry


def _identity(line: bytes) -> tuple[str | None, str | None]:
    """Whose ledger a line says it is, readable or not."""
    try:
        told: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(told, dict):
        return None, None
    site, month = told.get("site"), told.get("month")
    return (
        site[:64] if isinstance(site, str) else None,
        month[:7] if isinstance(month, str) else None,
    )
