"""Tables as an .xlsx: heads in Chinese with their units, every text disarmed, masses as numbers where a cell holds them."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.http.spreadsheet import safe_cell
from chains.late import LateModule

xlsxwriter: Any = LateModule("xlsxwriter")
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SIGNIFICANT_DIGITS = 15
"""As many as a cell keeps."""
_WIDTH = 18


@dataclass(frozen=True, slots=True)
class Tonnes:
    """A mass as the decimal text that the JSON has; None for an empty cell."""

    text: str | None


Cell = str | int | Tonnes | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: lines above the table, its heads, its rows."""

    name: str
    notes: Sequence[str]
    heads: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """The file. Rows are written as they come and not kept; nothing in it is a formula or a link."""
    file = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for sheet in sheets:
            _write(book.add_worksheet(sheet.name), sheet, bold)
    return file.getvalue()


def _write(page: Any, sheet: Sheet, bold: Any) -> None:
    page.set_column(0, max(0, len(sheet.heads) - 1), _WIDTH)
    line = 0
    for note in sheet.notes:
        page.write_string(line, 0, safe_cell(note))
        line += 1
    for column, head in enumerate(sheet.heads):
        page.write_string(line, column, safe_cell(head), bold)
    for row in sheet.rows:
        line += 1
        for column, cell in enumerate(row):
            _write_cell(page, line, column, cell)


def _write_cell(page: Any, line: int, column: int, cell: Cell) -> None:
    if isinstance(cell, Tonnes):
        number = None if cell.text is None else number_of(cell.text)
        if number is not None:
            page.write_number(line, column, number)
            return
        cell = cell.text
    if isinstance(cell, int):
        page.write_number(line, column, cell)
    elif cell is not None:
        page.write_string(line, column, safe_cell(cell))


def number_of(tonnes: str) -> float | None:
    """The number of a decimal text when a cell can hold all its digits, else None."""
    digits = len(Decimal(tonnes).normalize().as_tuple().digits)
    return float(tonnes) if digits <= _SIGNIFICANT_DIGITS else None
