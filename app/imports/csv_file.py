"""The rows of a .csv, read as a stream: UTF-8, what a Chinese spreadsheet saves, or its “Unicode text”."""

import codecs
import csv
import io
from collections.abc import Generator
from typing import IO

from app.imports.faults import FileRefused
from app.imports.rows import MAX_COLUMNS, Cell, Progress, Row

_READ_BYTES = 256 * 1024


def csv_rows(file: IO[bytes], size: int, progress: Progress) -> Generator[Row, None, None]:
    """Give the rows that are not empty. Raises FileRefused."""
    encoding = _encoding_of(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        delimiter = _delimiter(text.readline(_READ_BYTES))
        text.seek(0)
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        for number, cells in enumerate(reader, 1):
            progress.permille = min(999, file.tell() * 1000 // max(1, size))
            row = _row(number, cells)
            if row is not None:
                yield row
    except csv.Error:
        raise FileRefused("not_csv") from None
    finally:
        text.detach()


def _row(number: int, texts: list[str]) -> Row | None:
    cells: list[Cell] = [text.strip() or None for text in texts]
    while cells and cells[-1] is None:
        cells.pop()
    if len(cells) > MAX_COLUMNS:
        raise FileRefused("too_wide", row=number)
    return Row(number, cells) if cells else None


def _encoding_of(file: IO[bytes]) -> str:
    """Try to read all of it, a piece at a time."""
    file.seek(0)
    head = file.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates: tuple[str, ...] = ("utf-16",)
    else:
        candidates = ("utf-8-sig", "gb18030")
    for encoding in candidates:
        if _reads_as(file, encoding):
            return encoding
    raise FileRefused("not_text")


def _reads_as(file: IO[bytes], encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(_READ_BYTES):
            if "\0" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(heads: str) -> str:
    """What parts the heads: spreadsheets save commas, semicolons or tabs, by language and format."""
    return max(",;\t", key=heads.count)
