"""Cells as the values that a ledger's JSON has. What cannot be read goes on as it stands, so that filing says why not."""

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from app.imports.columns import Head, Kind
from app.imports.rows import Cell

_DAY_ZERO = date(1899, 12, 30)
_DAY_ZERO_1904 = date(1904, 1, 1)
_DAYS = range(32_874, 109_575)
"""Days of spreadsheets from 1990 to 2199; a bare number in a column of months is one of them."""
_MONTH = re.compile(
    r"(\d{4})(?:\s*[-/.年]\s*(\d{1,2})\s*月?(?:\s*[-/.]?\s*\d{1,2}\s*日?)?|(\d{2}))(?:[T ].*)?"
)
_SHORTEST = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{0,5}[1-9])?")
"""A figure as it is written back: nearly all are, and need no arithmetic."""
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_FLAGS = {"是": True, "有": True, "对": True, "√": True, "否": False, "无": False, "×": False}
_PURPOSES = {"利用": "use", "综合利用": "use", "处置": "dispose", "贮存": "store"}
_BASES = {"湿": "wet", "湿基": "wet", "干": "dry", "干基": "dry"}
_WORDS = {Kind.PURPOSE: _PURPOSES, Kind.BASIS: _BASES}
_FARTHEST = 15
"""Powers of ten beyond which no quantity lies: a figure like 1E+400 would be written out in full."""


def value_of(cell: Cell, head: Head, *, is_1904: bool = False) -> str | bool | None:
    """Read a cell for its column; None when there is nothing in it."""
    if isinstance(cell, str):
        # What is typed in full width means the same; a name stays as it was written.
        is_plain = head.column.kind is Kind.TEXT or cell.isascii()
        cell = (cell if is_plain else unicodedata.normalize("NFKC", cell)).strip()
    if cell is None or cell == "":
        return None
    kind = head.column.kind
    if kind in (Kind.MASS, Kind.PERCENT):
        return _figure(cell, head.factor, kind)
    if kind is Kind.MONTH:
        return _month(cell, is_1904=is_1904)
    if kind is Kind.FLAG:
        return _flag(cell)
    if kind is Kind.TEXT:
        return _text(cell)
    code = _code(cell)
    return _WORDS.get(kind, {}).get(code, code)


def _text(cell: Cell) -> str:
    """A number typed as a name stays that number: 7 and not 7.0."""
    if isinstance(cell, Decimal):
        return f"{cell:f}" if abs(cell.adjusted()) < _FARTHEST else str(cell)
    return str(cell)


def _code(cell: Cell) -> str:
    """The drop-downs show “SW02 粉煤灰”: the code stands before the name."""
    words = _text(cell).split(maxsplit=1)
    return words[0] if words else ""


def _figure(cell: Cell, factor: Decimal, kind: Kind) -> str:
    """A quantity in tonnes as decimal text; thousands separators are taken off where they stand right."""
    text = _text(cell)
    if factor == 1 and _SHORTEST.fullmatch(text):
        return text
    if kind is Kind.PERCENT:
        text = text.removesuffix("%").rstrip()
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    try:
        number = Decimal(text) if text.isascii() and "_" not in text else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number.adjusted()) > _FARTHEST:
        return text[:40]
    figure = f"{number * factor:f}"
    return figure.rstrip("0").rstrip(".") if "." in figure else figure


def _month(cell: Cell, *, is_1904: bool) -> str:
    if isinstance(cell, Decimal):
        whole = int(cell) if cell.is_finite() and abs(cell) < 10**7 else 0
        day_zero = _DAY_ZERO_1904 if is_1904 else _DAY_ZERO
        if whole in _DAYS:
            day = day_zero + timedelta(days=whole)
            return f"{day.year:04d}-{day.month:02d}"
    text = _text(cell)
    match = _MONTH.fullmatch(text)
    return f"{match[1]}-{int(match[2] or match[3]):02d}" if match else text


def _flag(cell: Cell) -> str | bool:
    if isinstance(cell, bool):
        return cell
    text = _text(cell)
    known = {**_FLAGS, "yes": True, "y": True, "true": True, "1": True}
    known |= {"no": False, "n": False, "false": False, "0": False}
    return known.get(text.casefold(), text)
