"""Cells of an export as the values that a permit's JSON has. What cannot be read goes on as it stands and is refused there."""

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from app.imports.service import BadCell, Cell
from app.permits.columns import ColumnMapping, plain

_DAY_ZERO = date(1899, 12, 30)
_DAY_ZERO_1904 = date(1904, 1, 1)
_DAYS = range(32_874, 109_575)
"""Days of spreadsheets from 1990 to 2199."""
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ].*)?|(\d{4})(\d\d)(\d\d)")
_NUMBER = re.compile(r"([\d.,]+)\s*(.*)", re.DOTALL)
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_LISTED = re.compile(r"[;；,，、\n]+")
_DEADLINE = re.compile(r"(?:次年)?(\d{1,2})\s*[-月]\s*(\d{1,2})日?前?")
_NEXT_MONTH = re.compile(r"次月(\d{1,2})日前?")
_MOST_CHARACTERS = 2_000
_FARTHEST = 15
"""Powers of ten beyond which no figure of a permit lies: one like 1E+400 would be written out in full."""


def text_of(cell: Cell) -> str | None:
    """A cell as text, in the width that is usual; None when there is nothing in it, or nothing that can be read."""
    if cell is None or isinstance(cell, BadCell):
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return f"{cell:f}" if cell.is_finite() and abs(cell.adjusted()) < _FARTHEST else str(cell)
    return unicodedata.normalize("NFKC", cell).strip()[:_MOST_CHARACTERS] or None


def day_of(cell: Cell, *, is_1904: bool) -> str | None:
    """A day as YYYY-MM-DD, from a spreadsheet's day number, 2025/3/1, 2025年3月1日 or 20250301."""
    text = text_of(cell)
    if text is None:
        return None
    match = _DAY.fullmatch(text)
    if match is not None:
        year, month, day = (match[i] or match[i + 3] for i in (1, 2, 3))
        return f"{year}-{int(month):02d}-{int(day):02d}"
    if isinstance(cell, Decimal) and cell == cell.to_integral_value() and int(cell) in _DAYS:
        return ((_DAY_ZERO_1904 if is_1904 else _DAY_ZERO) + timedelta(days=int(cell))).isoformat()
    return text


def figure_of(cell: Cell) -> tuple[str, str] | None:
    """(figure, unit behind it) of a cell: “50万t” → ("50", "万t"); thousands separators are taken off where they stand right."""
    text = text_of(cell)
    if text is None:
        return None
    match = _NUMBER.fullmatch(text)
    if match is None:
        return text, ""
    figure = match[1].replace(",", "") if _THOUSANDS.fullmatch(match[1]) else match[1]
    return _shortest(figure), match[2]


def _shortest(figure: str) -> str:
    """What a spreadsheet stores as 12.50 is 12.5."""
    try:
        return f"{Decimal(figure).normalize():f}"
    except InvalidOperation:
        return figure


def word_of(cell: Cell, field: str, mapping: ColumnMapping) -> str | None:
    """Our word for a cell of a column with set words."""
    text = text_of(cell)
    return None if text is None else mapping.values.get(field, {}).get(plain(text), text)


def words_of(cell: Cell, field: str, mapping: ColumnMapping) -> list[str]:
    """Our words for a cell that lists several, parted by a semicolon, a comma or a new line."""
    text = text_of(cell)
    known = mapping.values.get(field, {})
    parts = [] if text is None else [part.strip() for part in _LISTED.split(text) if part.strip()]
    return list(dict.fromkeys(known.get(plain(part), part) for part in parts))


def waste_of(cell: Cell, mapping: ColumnMapping) -> str | None:
    """The stream that a cell names by code, “SW02 粉煤灰”, or by a name that means one stream alone."""
    text = text_of(cell)
    return None if text is None else _stream(text, mapping)


def wastes_of(cell: Cell, mapping: ColumnMapping) -> list[str]:
    """The streams that a cell lists."""
    text = text_of(cell)
    parts = [] if text is None else [part.strip() for part in _LISTED.split(text) if part.strip()]
    return list(dict.fromkeys(_stream(part, mapping) for part in parts))


def _stream(text: str, mapping: ColumnMapping) -> str:
    return (
        mapping.wastes.get(plain(text)) or mapping.wastes.get(plain(text.split(maxsplit=1)[0])) or text[:80]
    )


def deadline_of(cell: Cell, period: str) -> dict[str, Any] | None:
    """“1-31” or 次年1月31日前 → one month after the period, on the 31st; 次月15日前 → one month after, on the 15th."""
    text = text_of(cell)
    if text is None:
        return None
    if match := _NEXT_MONTH.fullmatch(text):
        return {"period": period, "months_after": 1, "day": int(match[1])}
    if match := _DEADLINE.fullmatch(text):
        return {"period": period, "months_after": int(match[1]), "day": int(match[2])}
    return {"period": period, "months_after": text, "day": text}
