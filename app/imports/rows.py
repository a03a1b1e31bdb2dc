"""Rows as both kinds of file give them."""

from dataclasses import dataclass
from decimal import Decimal

MAX_ROWS = 200_000
MAX_COLUMNS = 100


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that has no value to read; `code` says why."""

    code: str


Cell = str | Decimal | bool | BadCell | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its number as the spreadsheet shows it."""

    number: int
    cells: list[Cell]


@dataclass(slots=True)
class Progress:
    """How much of the file has been read, in thousandths of its bytes."""

    permille: int = 0
    is_1904: bool = False
    """Whether the workbook counts its days from 1904 on, as those of old Macintoshes do."""
