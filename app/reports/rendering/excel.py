"""A document as a workbook: one sheet that says what it is, then one sheet a table; figures are numbers, texts disarmed."""

import io
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.domain.rates import fixed_text
from app.http.spreadsheet import safe_cell
from app.reports.document import FEN_PER_YUAN, Cell, Day, Document, Mass, Money, Number, Rate, Table, Whole
from app.reports.rendering.paper import label, moment, provenance_lines
from app.reports.rendering.written import Language, head, is_figure, reason_words, said, written
from chains.late import LateModule

xlsxwriter: Any = LateModule("xlsxwriter")
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SIGNIFICANT_DIGITS = 15
"""As many as a cell keeps; a figure with more is written as text."""
_MOST_LETTERS = 32_767
"""Of one cell."""
_WIDTHS = (9.0, 46.0)
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_SHEET_NAME = 31
_FIRST_SHEET = Message("说明", "About")
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def workbook(document: Document, language: Language) -> bytes:
    """The file. Nothing in it is a formula or a link; rows are written as they come."""
    file = io.BytesIO()
    made = document.provenance.as_of.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        book.set_properties({"title": said(document.title, language), "author": "Huanlian", "created": made})
        formats = _Formats(book)
        names = _sheet_names(document, language)
        _about(book.add_worksheet(names[0]), document, language, formats)
        tables = [table for section in document.sections for table in section.tables]
        for name, table in zip(names[1:], tables, strict=True):
            _table(book.add_worksheet(name), table, language, formats)
    return file.getvalue()


class _Formats:
    """The formats of a book, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def get(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"valign": "top", **properties})
        return self._made[key]


def _sheet_names(document: Document, language: Language) -> list[str]:
    """Titles as names of sheets: 31 letters, no two alike whatever their case."""
    wanted = [said(_FIRST_SHEET, language)]
    wanted += [said(table.title, language) for section in document.sections for table in section.tables]
    names: list[str] = []
    taken: set[str] = set()
    for number, text in enumerate(wanted):
        clean = _NOT_IN_SHEET_NAMES.sub(" ", text).strip() or str(number)
        name = clean[:_SHEET_NAME].strip()
        if name.lower() in taken or name.lower() == "history":
            name = f"{clean[: _SHEET_NAME - 4].strip()} {number}"
        taken.add(name.lower())
        names.append(name)
    return names


def _about(page: Any, document: Document, language: Language, formats: _Formats) -> None:
    """Title, scope, paragraphs and provenance, one line below the other."""
    page.set_column(0, 0, 22)
    page.set_column(1, 1, 110)
    wrapped, bold = formats.get(text_wrap=True), formats.get(bold=True, text_wrap=True)
    for line, (name, words) in enumerate(_about_lines(document, language)):
        page.write_string(line, 0, _text(name), bold)
        page.write_string(line, 1, _text(words), wrapped)


def _about_lines(document: Document, language: Language) -> Iterable[tuple[str, str]]:
    yield said(document.title, language), said(document.subtitle, language)
    yield label("period", language), said(document.period.words, language)
    for words in document.scope:
        yield label("scope", language), said(words, language)
    yield label("as_of", language), moment(document.provenance)
    for section in document.sections:
        for words in section.paragraphs:
            yield said(section.title, language), said(words, language)
    for name, lines in provenance_lines(document.provenance, language):
        for line in lines:
            yield name, line


def _table(page: Any, table: Table, language: Language, formats: _Formats) -> None:
    heads = [head(column, language) for column in table.columns]
    places = _places(table)
    for index, text in enumerate(heads):
        page.set_column(index, index, _width(table, index, text, language))
    bold = formats.get(bold=True, text_wrap=True, bottom=1)
    for index, text in enumerate(heads):
        page.write_string(0, index, _text(text), bold)
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    totals_from = len(table.rows) - table.total_rows
    for line, row in enumerate(table.rows, start=1):
        look = {"bold": True} if line > totals_from else {}
        for index, cell in enumerate(row):
            _write(page, (line, index), cell, language, formats, {**look, "places": places[index]})
    for offset, note in enumerate(table.notes, start=len(table.rows) + 2):
        page.write_string(offset, 0, _text(said(note, language)))


def _places(table: Table) -> list[int]:
    """Decimals that the masses of each column need, so that all its figures stand under each other."""
    found = [0] * len(table.columns)
    for row in table.rows:
        for index, cell in enumerate(row):
            if isinstance(cell, Mass) and cell.grams is not None:
                found[index] = max(found[index], len(tonnes_text(cell.grams).partition(".")[2]))
    return found


def _width(table: Table, index: int, text: str, language: Language) -> float:
    """As wide as the widest of the first hundred cells, within limits; Chinese letters count twice."""
    sample = [written(row[index], language) for row in table.rows[:100]]
    widest = max((sum(1 if letter.isascii() else 2 for letter in cell) for cell in sample), default=0)
    low, high = _WIDTHS
    return min(max(widest + 2, len(text) * 1.2, low), high)


def _write(
    page: Any,
    at: tuple[int, int],
    cell: Cell,
    language: Language,
    formats: _Formats,
    look: Mapping[str, Any],
) -> None:
    places = look["places"]
    plain = {name: value for name, value in look.items() if name != "places"}
    if isinstance(cell, Day):
        if cell.day is not None:
            moment_of_day = datetime.combine(cell.day, datetime.min.time())
            page.write_datetime(*at, moment_of_day, formats.get(num_format="yyyy-mm-dd", **plain))
        return
    number = _number(cell, places)
    if number is not None:
        value, shape = number
        page.write_number(*at, value, formats.get(num_format=shape, **plain))
        return
    text = _in_words(cell, language)
    if text:
        page.write_string(
            *at, _text(text), formats.get(**({} if is_figure(cell) else {"text_wrap": True}), **plain)
        )


def _number(cell: Cell, places: int) -> tuple[float, str] | None:
    """The figure of a cell with its format; None when it has none, or more digits than a cell keeps."""
    if isinstance(cell, Rate):
        return None if cell.value is None else (float(fixed_text(cell.value, 8)), "0.00%")
    if isinstance(cell, Mass) and cell.grams is not None:
        return _held(tonnes_text(cell.grams), places)
    if isinstance(cell, Whole) and cell.value is not None:
        return _held(str(cell.value), 0)
    if isinstance(cell, Money) and cell.fen is not None:
        return _held(fixed_text(Fraction(cell.fen, FEN_PER_YUAN), 2), 2)
    if isinstance(cell, Number) and cell.value is not None:
        return _held(fixed_text(Fraction(cell.value), cell.places), cell.places)
    return None


def _held(decimal: str, places: int) -> tuple[float, str] | None:
    digits = len(Decimal(decimal).normalize().as_tuple().digits)
    shape = "#,##0." + "0" * places if places else "#,##0"
    return (float(decimal), shape) if digits <= _SIGNIFICANT_DIGITS else None


def _in_words(cell: Cell, language: Language) -> str:
    """What stands where no number can: text, the reason of a missing rate, nothing for what is unknown."""
    if isinstance(cell, Rate):
        return reason_words(cell.reason, language)
    if isinstance(cell, Mass):
        return "" if cell.grams is None else tonnes_text(cell.grams)
    text = written(cell, language)
    return "" if is_figure(cell) and text == reason_words(None, language) else text


def _text(text: str) -> str:
    return safe_cell(text)[:_MOST_LETTERS]
