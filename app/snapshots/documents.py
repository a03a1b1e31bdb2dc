"""Answers as JSON and CSV: masses as exact decimals in tonnes."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from app.domain.quantities import tonnes_text
from app.http.spreadsheet import safe_cell
from app.snapshots.questions import Answer, Item


def document(answer: Answer, scope: Mapping[str, Any]) -> dict[str, Any]:
    """An answer as JSON, with its scope as answers about rates write theirs."""
    return {
        "question": answer.question,
        "scope": scope,
        "as_of": answer.as_of.isoformat(),
        "items": [{"group": dict(item.group), **figures(item)} for item in answer.items],
    }


def figures(item: Item) -> dict[str, int | str]:
    """Counts, then masses in tonnes, each name with its unit."""
    masses = {f"{name}_tonnes": tonnes_text(grams) for name, grams in item.grams.items()}
    return {**item.counts, **masses}


def csv_text(answer: Answer) -> str:
    """An answer as CSV: a header line, then one row a group; without any group, nothing but its absence."""
    file = io.StringIO()
    writer = csv.writer(file)
    for number, item in enumerate(answer.items):
        told = figures(item)
        if number == 0:
            writer.writerow([*item.group, *told])
        writer.writerow([safe_cell(str(value)) for value in (*item.group.values(), *told.values())])
    return file.getvalue()
