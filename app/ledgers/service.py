"""What other rooms ask of ledgers."""

from app.ledgers.bulk import file_bulk
from app.ledgers.commands import Command, Filer, Intent, Outcome, Result
from app.ledgers.decisions import close_month, decide
from app.ledgers.file import file
from app.ledgers.rollups import differences_from_lines

__all__ = [
    "Command",
    "Filer",
    "Intent",
    "Outcome",
    "Result",
    "close_month",
    "decide",
    "differences_from_lines",
    "file",
    "file_bulk",
]
