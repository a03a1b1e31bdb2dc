"""The rows of an .xlsx, read as a stream: a row at a time, whatever the size of the sheet.

A reader that loads a whole sheet needs memory for every cell between the first and the last; here only the shared
texts are kept, and they are bounded. Values only: of a formula the result that a program stored, and a formula
without a result or a cell in error is told as such instead of passing for an empty cell.

Rows as programs write them are taken apart by one expression (plain_rows.py), all others by the parser.
"""

import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache, partial
from typing import IO
from xml.parsers import expat

from app.imports.faults import FileRefused
from app.imports.plain_rows import Cutter, Shape, Token, shape_of, tokens
from app.imports.rows import MAX_COLUMNS, BadCell, Cell, Progress, Row
from app.imports.workbook_parts import (
    Book,
    Feed,
    open_book,
    parser_with,
    pieces_of,
    refuse_swollen_directory,
)

_MAX_CELL_CHARACTERS = 32_767
"""The longest text that a spreadsheet itself keeps in a cell."""
_NOT_COMPUTED = BadCell("not_computed")
_IN_ERROR = BadCell("cell_in_error")
_ROW_END = b"</row>"
_VALUES_KEPT = 4_096
_MOST_SHAPES = 1_000
"""Kinds with styles that values are kept of; cells of others are for the parser."""


def workbook_rows(file: IO[bytes], progress: Progress) -> Generator[Row, None, None]:
    """Give the rows of the sheet with the ledgers that are not empty. Raises FileRefused."""
    refuse_swollen_directory(file)
    try:
        with zipfile.ZipFile(file) as packed:
            book = open_book(packed)
            progress.is_1904 = book.is_1904
            with packed.open(book.sheet) as stream:
                yield from _rows_of(stream, book, progress)
    except (
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        EOFError,
        KeyError,
        ValueError,
        RuntimeError,
        OSError,
    ):
        raise FileRefused("not_a_workbook") from None


def _rows_of(stream: IO[bytes], book: Book, progress: Progress) -> Iterator[Row]:
    reader = _SheetReader(book)
    feed = Feed(parser_with(reader.start, reader.end, reader.text))
    cutter = Cutter(feed.give)
    read = 0
    for piece in pieces_of(stream):
        for rows in cutter.cut(piece):
            _read(rows, reader, feed)
        read += len(piece)
        progress.permille = min(999, read * 1000 // max(1, book.sheet_bytes))
        yield from reader.taken()
    cutter.close()
    feed.end()
    yield from reader.taken()


def _read(rows: bytes, reader: "_SheetReader", feed: Feed) -> None:
    """Read whole rows; where one of them is for the parser, each by itself, so that they stay in their order."""
    if reader.read(rows):
        return
    for row in rows.split(_ROW_END)[:-1]:
        if not reader.read(row + _ROW_END):
            feed.give(row + _ROW_END)


@dataclass(slots=True)
class _Open:
    """The cell being read."""

    column: int
    kind: str
    style: int
    has_formula: bool = False


class _SheetReader:
    """Takes whole rows, or the events of the parser, and leaves finished rows to be taken."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._rows: deque[Row] = deque()
        self._shapes: dict[str, Shape] = {}
        self._readers: dict[str, Callable[[str], Cell]] = {}
        self._columns = _Columns()
        self._number = 0
        self._cells: dict[int, Cell] = {}
        self._next_column = 0
        self._cell: _Open | None = None
        self._wanted = False
        self._texts: list[str] = []
        self._length = 0

    def taken(self) -> Iterator[Row]:
        """The finished rows, each once."""
        while self._rows:
            yield self._rows.popleft()

    def read(self, rows: bytes) -> bool:
        """Read whole rows; False, and nothing read, when something in them is for the parser."""
        found = tokens(rows.decode())
        if found is None or not self._knows_shapes(found):
            return False
        readers, columns = self._readers, self._columns
        cells: list[Cell] = []
        for number, letters, attributes, formula, value, inline, _ in found:
            if letters:
                cell = (
                    self._result(attributes, value or inline)
                    if formula
                    else readers[attributes](value or inline)
                )
                column = columns[letters]
                if cell is not None:
                    if column == len(cells):
                        cells.append(cell)
                    else:
                        _place(cells, column, cell)
            elif number:
                self._finish(cells)
                self._number, cells = int(number), []
        self._finish(cells)
        return True

    def _finish(self, cells: list[Cell]) -> None:
        if len(cells) > MAX_COLUMNS:
            raise FileRefused("too_wide", row=self._number)
        if cells:
            self._rows.append(Row(self._number, cells))

    def _knows_shapes(self, found: list[Token]) -> bool:
        for attributes in {token[2] for token in found} - self._shapes.keys():
            shape = shape_of(attributes)
            if shape is None or len(self._shapes) >= _MOST_SHAPES:
                return False
            self._shapes[attributes] = shape
            self._readers[attributes] = self._reader(*shape)
        return True

    def _reader(self, kind: str, style: int) -> Callable[[str], Cell]:
        """What reads the cells of one kind and style; what stands in many of them is read once."""
        return lru_cache(maxsize=_VALUES_KEPT)(partial(self._bounded, _Open(0, kind, style)))

    def _result(self, attributes: str, text: str) -> Cell:
        return self._bounded(_Open(0, *self._shapes[attributes], has_formula=True), text)

    def _bounded(self, cell: _Open, text: str) -> Cell:
        if len(text) > _MAX_CELL_CHARACTERS:
            raise FileRefused("cell_too_long", row=self._number)
        return self._value(cell, text)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "row":
            self._number = int(attributes.get("r") or self._number + 1)
            self._cells, self._next_column = {}, 0
        elif local == "c":
            self._open(attributes)
        elif self._cell is not None and local == "f":
            self._cell.has_formula = True
        elif self._cell is not None and local in ("v", "t"):
            self._wanted = True

    def _open(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r", "")
        column = _column_of(reference) if reference else self._next_column
        self._next_column = column + 1
        self._cell = _Open(column, attributes.get("t", "n"), int(attributes.get("s", "0")))
        self._texts, self._length = [], 0

    def text(self, data: str) -> None:
        if self._wanted:
            self._length += len(data)
            if self._length > _MAX_CELL_CHARACTERS:
                raise FileRefused("cell_too_long", row=self._number)
            self._texts.append(data)

    def end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        if local in ("v", "t"):
            self._wanted = False
        elif local == "c" and self._cell is not None:
            self._close(self._cell)
            self._cell = None
        elif local == "row" and self._cells:
            width = max(self._cells) + 1
            self._rows.append(Row(self._number, [self._cells.get(place) for place in range(width)]))

    def _close(self, cell: _Open) -> None:
        value = self._value(cell, "".join(self._texts))
        if value is None:
            return
        if cell.column >= MAX_COLUMNS:
            raise FileRefused("too_wide", row=self._number)
        self._cells[cell.column] = value

    def _value(self, cell: _Open, text: str) -> Cell:
        if cell.kind == "e":
            return _IN_ERROR
        # A text that is empty is a result too; a number that is empty is none.
        if cell.has_formula and not text and cell.kind != "str":
            return _NOT_COMPUTED
        if cell.kind == "s":
            return self._book.shared(text) or None
        if cell.kind == "b":
            return text.strip() == "1"
        if cell.kind in ("str", "inlineStr", "d"):
            return text or None
        return _number(text, is_share=cell.style in self._book.share_styles)


def _place(cells: list[Cell], column: int, cell: Cell) -> None:
    """Put a cell behind empty ones, or in the place of one that stands there already."""
    cells.extend([None] * (column + 1 - len(cells)))
    cells[column] = cell


class _Columns(dict[str, int]):
    """The places of columns by their letters, each worked out once."""

    def __missing__(self, letters: str) -> int:
        self[letters] = _column_of(letters)
        return self[letters]


def _number(text: str, *, is_share: bool) -> Cell:
    """Read a number as the spreadsheet shows it: 15 digits, so that 0.1 + 0.2 is 0.3; a share of a hundred as “27%”."""
    if not text.strip():
        return None
    try:
        number = Decimal(f"{float(text):.15g}")
    except (InvalidOperation, ValueError, OverflowError):
        return text
    if is_share and number.is_finite():
        return f"{(number * 100).normalize():f}%"
    return number


def _column_of(reference: str) -> int:
    """Find the place of a cell by its letters: A1 → 0, AB7 → 27."""
    place = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        place = place * 26 + ord(letter) - 64
    if not 1 <= place <= 16_384:
        raise ValueError(reference[:20])
    return place - 1
