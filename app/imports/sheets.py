"""Writing workbooks: our sheet with its heads, drop-downs and formats; row by row, so that memory does not grow."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import IO, Any

from app.http.spreadsheet import safe_cell
from app.imports.columns import Column, Kind, head_text
from app.imports.rows import BadCell, Cell
from app.imports.sheet_rows import NO_VALUE, SAMPLE_ROW
from app.imports.workbook_parts import SHEET_NAME
from chains.late import LateModule

# Only whoever writes a workbook needs it. It ships no types.
xlsxwriter: Any = LateModule("xlsxwriter")

LISTS_NAME = "名录 Lists"
_HEAD_HEIGHT = 48
_WIDTHS = {Kind.MASS: 14, Kind.PERCENT: 11, Kind.FLAG: 9, Kind.MONTH: 11, Kind.PURPOSE: 11, Kind.BASIS: 9}
_COLOURS = {"": "#E7EFEC", "received": "#F3EDE0", "used": "#E4EEF2", "disposed": "#F1EAEA", "sent": "#ECEAF3"}
_ACTIVITY_COLOUR = "#EFEFE8"


@contextmanager
def workbook(target: IO[bytes]) -> Iterator[Any]:
    """Open a workbook that is written a row at a time."""
    book = xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    yield book
    book.close()


class Sheet:
    """The sheet of ledgers in a workbook."""

    def __init__(self, book: Any, columns: Sequence[Column]) -> None:
        self.sheet = book.add_worksheet(SHEET_NAME)
        self._columns = columns
        base = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
        self._heads = {
            group: book.add_format(
                base
                | {"bold": True, "text_wrap": True, "valign": "top", "border": 1, "border_color": "#B8B8B0"}
                | {"bg_color": _COLOURS.get(group, _ACTIVITY_COLOUR)}
            )
            for group in {column.group for column in columns} | {""}
        }
        self._formats = {
            None: book.add_format(base | {"num_format": "@"}),
            Kind.MASS: book.add_format(base | {"num_format": "#,##0.######"}),
            Kind.PERCENT: book.add_format(base | {"num_format": "0.###"}),
        }
        self.wrapped = book.add_format(base | {"text_wrap": True, "valign": "top"})
        self.warned = book.add_format(base | {"text_wrap": True, "valign": "top", "bg_color": "#FBF0D9"})
        self.refused = book.add_format(
            base | {"text_wrap": True, "valign": "top", "bg_color": "#F9DEDC", "font_color": "#8C1D18"}
        )

    def write_heads(self, more: Sequence[str] = ()) -> None:
        self.sheet.freeze_panes(1, 3)
        self.sheet.set_row(0, _HEAD_HEIGHT)
        for place, column in enumerate(self._columns):
            width = _WIDTHS.get(column.kind, 20)
            self.sheet.set_column(place, place, width, self._format(column))
            self.sheet.write_string(0, place, head_text(column), self._heads[column.group])
        for offset, text in enumerate(more):
            place = len(self._columns) + offset
            self.sheet.set_column(place, place, 16 if not offset else 60)
            self.sheet.write_string(0, place, text, self._heads[""])

    def _format(self, column: Column) -> Any:
        return self._formats.get(column.kind, self._formats[None])

    def write(self, row: int, place: int, cell: Cell) -> None:
        """Write a value as what it is; what a spreadsheet would take for a formula is disarmed."""
        style = self._format(self._columns[place])
        if isinstance(cell, Decimal):
            self.sheet.write_number(row, place, float(cell), style)
        elif isinstance(cell, bool):
            self.sheet.write_boolean(row, place, cell, style)
        elif isinstance(cell, BadCell):
            self.sheet.write_string(row, place, NO_VALUE, style)
        elif cell is not None:
            self.sheet.write_string(row, place, safe_cell(cell), style)

    def write_sample(self, more: int = 0) -> None:
        """Show every column's format, for rows that are written past the library, and of `more` columns the three for words."""
        formats = [self._format(column) for column in self._columns]
        for place, style in enumerate([*formats, *(self.wrapped, self.warned, self.refused)[:more]]):
            self.sheet.write_blank(SAMPLE_ROW, place, None, style)

    def offer(self, lists: Mapping[str, tuple[int, int]], last_row: int) -> None:
        """Put the drop-downs and the bounds of numbers on the columns; `lists`: key → (column, length) on the list sheet."""
        for place, column in enumerate(self._columns):
            rule = _rule(column, lists.get(column.key))
            if rule:
                self.sheet.data_validation(1, place, last_row, place, rule)


def _rule(column: Column, listed: tuple[int, int] | None) -> dict[str, Any]:
    """What a cell may hold. A warning that can be passed over: a new partner or a pasted code is no mistake."""
    if listed is not None:
        letter = _letters(listed[0])
        source = f"='{LISTS_NAME}'!${letter}$2:${letter}${listed[1] + 1}"
        return _told(
            {"validate": "list", "source": source},
            "请从下拉列表选择，或填写代码 / Choose from the list, or write a code",
        )
    if column.kind is Kind.MASS:
        rule = {"validate": "decimal", "criteria": ">=", "value": 0}
        return _told(rule, "应为吨数，不能为负 / A number of tonnes, not negative")
    if column.kind is Kind.PERCENT:
        rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100}
        return _told(rule, "应为 0 到 100 的百分数 / Per cent, 0 to 100")
    return {}


def _told(rule: dict[str, Any], message: str) -> dict[str, Any]:
    return rule | {"error_type": "warning", "error_title": "请核对 / Please check", "error_message": message}


def _letters(place: int) -> str:
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def write_lists(book: Any, lists: Mapping[str, Sequence[str]]) -> dict[str, tuple[int, int]]:
    """Write the entries of the drop-downs, one column each; key → (column, length)."""
    sheet = book.add_worksheet(LISTS_NAME)
    shown = {key: entries for key, entries in lists.items() if entries}
    sheet.set_column(0, len(shown), 28)
    for row in range(max((len(entries) for entries in shown.values()), default=0) + 1):
        for place, (key, entries) in enumerate(shown.items()):
            if row == 0:
                sheet.write_string(0, place, key)
            elif row <= len(entries):
                sheet.write_string(row, place, safe_cell(entries[row - 1]))
    return {key: (place, len(entries)) for place, (key, entries) in enumerate(shown.items())}
