"""The rows of a workbook, written as text below its heads: several times as fast as cell by cell through a library.

XlsxWriter makes the workbook with its heads, formats, drop-downs and filters, and one row in which each format stands once.
This row says how the formats are numbered; the real rows go in its place, straight into the archive.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache
from typing import IO
from xml.sax.saxutils import escape

from app.http.spreadsheet import safe_cell
from app.imports.rows import BadCell, Cell

NO_VALUE = "#VALUE!"
SAMPLE_ROW = 1
"""Where the formats stand, counted from 0."""
_SHEET = "xl/worksheets/sheet1.xml"
_SAMPLE = re.compile(r'<row r="2"[^>]*>(.*?)</row>', re.DOTALL)
_SAMPLE_CELL = re.compile(r'<c r="([A-Z]+)2"( s="[0-9]+")?/>')
# Whoever believes how large a sheet says it is would stop behind the heads.
_DIMENSION = re.compile(r"<dimension [^>]*/>")
_MOST_CHARACTERS = 32_767
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_CELLS_KEPT = 4_096


class SheetRows:
    """Takes the rows of a sheet, one after the other."""

    def __init__(self, part: IO[bytes], columns: Sequence[tuple[str, str]]) -> None:
        """`columns`: the letters of each, and how its format is written."""
        self._part = part
        self._columns = columns

    def put(self, row: int, cells: Sequence[Cell], words: Sequence[str] = (), format_at: int = 0) -> None:
        """Write a row, counted from 0: each cell as what it is, in the format that the sample has at its place.

        `words` go behind the cells' columns, all in the format at that place of the sample.
        """
        number = row + 1
        written = [
            f'<c r="{letters}{number}"{style}{_body(cell)}'
            for (letters, style), cell in zip(self._columns, cells, strict=False)
            if cell is not None
        ]
        if words:
            _, style = self._columns[format_at]
            behind = self._columns[-len(words) :]
            written += [
                f'<c r="{letters}{number}"{style}{_text(text)}'
                for (letters, _), text in zip(behind, words, strict=True)
            ]
        # A lone surrogate has no place in a file.
        self._part.write(f'<row r="{number}">{"".join(written)}</row>'.encode("utf-8", "replace"))


@lru_cache(maxsize=_CELLS_KEPT, typed=True)
def _body(cell: Cell) -> str:
    """What stands behind place and format of a cell; most cells are like others."""
    if isinstance(cell, Decimal) and cell.is_finite():
        return f"><v>{float(cell):.16G}</v></c>"
    if isinstance(cell, bool):
        return f' t="b"><v>{int(cell)}</v></c>'
    return _text(NO_VALUE if isinstance(cell, BadCell) else str(cell))


def _text(text: str) -> str:
    """A text; what a spreadsheet would take for a formula is disarmed, what XML cannot hold written as Excel does."""
    told = _LOOKS_ESCAPED.sub("_x005F_", safe_cell(text)[:_MOST_CHARACTERS])
    if not told.isprintable():
        told = _NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", told)
    return f' t="inlineStr"><is><t xml:space="preserve">{escape(told)}</t></is></c>'


@contextmanager
def rows_written(frame: IO[bytes], target: IO[bytes]) -> Iterator[SheetRows]:
    """Copy a workbook to `target`, with rows in the place of its sample."""
    with zipfile.ZipFile(frame) as made, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in made.namelist():
            if name != _SHEET:
                packed.writestr(name, made.read(name))
        sheet = _DIMENSION.sub("", made.read(_SHEET).decode())
        sample = _SAMPLE.search(sheet)
        if sample is None:
            raise ValueError("the first sheet has no row with its formats")
        with packed.open(_SHEET, "w") as part:
            part.write(sheet[: sample.start()].encode())
            yield SheetRows(part, _SAMPLE_CELL.findall(sample[1]))
            part.write(sheet[sample.end() :].encode())
