"""Findings as CSV: a header line, then one row a finding, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from app.http.spreadsheet import safe_cell

_COLUMNS = (
    "id",
    "rule",
    "severity",
    "state",
    "site",
    "site_name",
    "region",
    "counterpart",
    "waste",
    "from",
    "to",
    "tonnes",
    "sigma_tonnes",
    "present",
    "assignee",
    "deadline",
    "opened_at",
    "closed_at",
)


def csv_text(items: Iterable[Mapping[str, Any]]) -> str:
    """Write findings as they are listed, with their explanations in both languages at the end."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([*_COLUMNS, "explanation_zh", "explanation_en"])
    for item in items:
        told = item["explanation"]
        cells = [*(_cell(item[name]) for name in _COLUMNS), told["zh"], told["en"]]
        writer.writerow([safe_cell(cell) for cell in cells])
    return file.getvalue()


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
