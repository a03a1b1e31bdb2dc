"""Cells that leave for a spreadsheet."""

import re

_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """Disarm what a spreadsheet would take for a formula; a plain number stays one."""
    if text.startswith(_STARTS_A_FORMULA) and _PLAIN_NUMBER.fullmatch(text) is None:
        return "'" + text
    return text
