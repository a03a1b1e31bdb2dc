"""Rates as CSV: a header line, then one row an item, safe to open in a spreadsheet."""

import csv
import io
import re

from app.rates.schemas import RatesOut

_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SCOPE = ("enterprise", "region", "base", "park", "site", "waste", "from", "to")


def csv_text(answer: RatesOut, group_by: str | None) -> str:
    """Write the answer; every row repeats the metric, the scope and the moment it stands on."""
    file = io.StringIO()
    writer = csv.writer(file)
    group_column = [] if group_by is None else [f"group_{group_by}"]
    rows = [_row(answer, number) for number in range(len(answer.items))]
    writer.writerow([*group_column, *_COLUMNS])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return file.getvalue()


_COLUMNS = (
    "metric",
    "metric_version",
    *_SCOPE,
    "value",
    "percent",
    "numerator_tonnes",
    "denominator_tonnes",
    "numerator",
    "denominator",
    "reason",
    "ledgers_filed",
    "ledgers_expected",
    "sent_tonnes",
    "confirmed_tonnes",
    "warnings",
    "as_of",
)


def _row(answer: RatesOut, number: int) -> list[str]:
    item = answer.items[number]
    scope = [answer.scope.get(name, "") for name in _SCOPE]
    figures = (
        item.value,
        item.percent,
        item.numerator_tonnes,
        item.denominator_tonnes,
        item.numerator,
        item.denominator,
        item.reason,
        item.coverage.ledgers_filed,
        item.coverage.ledgers_expected,
        item.coverage.sent_tonnes,
        item.coverage.confirmed_tonnes,
    )
    return [
        *item.group.values(),
        answer.metric.id,
        str(answer.metric.version),
        *(text if isinstance(text, str) else " ".join(text) for text in scope),
        *("" if figure is None else str(figure) for figure in figures),
        " ".join(item.warnings),
        answer.as_of.isoformat(),
    ]


def safe_cell(text: str) -> str:
    """Disarm what a spreadsheet would take for a formula; a plain number stays one."""
    if text.startswith(_STARTS_A_FORMULA) and _PLAIN_NUMBER.fullmatch(text) is None:
        return "'" + text
    return text
