"""What other rooms ask of ledgers."""

from app.ledgers.against_log import flaws_against_log
from app.ledgers.bulk import file_bulk, read_ledger
from app.ledgers.carrying import carried_over
from app.ledgers.commands import Command, Filer, Intent, Outcome, Result
from app.ledgers.decisions import close_month, decide
from app.ledgers.file import file
from app.ledgers.on_file import FiledReceipt, on_file
from app.ledgers.reading import LedgerQuery, page
from app.ledgers.rollups import differences_from_lines
from app.ledgers.schemas import LedgerIn

__all__ = [
    "Command",
    "FiledReceipt",
    "Filer",
    "Intent",
    "LedgerIn",
    "LedgerQuery",
    "Outcome",
    "Result",
    "carried_over",
    "close_month",
    "decide",
    "differences_from_lines",
    "file",
    "file_bulk",
    "flaws_against_log",
    "on_file",
    "page",
    "read_ledger",
]
