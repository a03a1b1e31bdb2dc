"""Rates as CSV: a header line, then one row an item, safe to open in a spreadsheet."""

import csv
import io

from app.http.spreadsheet import safe_cell
from app.rates.schemas import RateItemOut, RatesOut

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
    "interval_95_low",
    "interval_95_high",
    "interval_95_reason",
    "reconciliation",
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
        *_interval(item),
    ]


def _interval(item: RateItemOut) -> tuple[str, str, str, str]:
    interval = item.interval_95
    if interval is None:
        return "", "", item.interval_95_reason or "", ""
    return interval.low, interval.high, "", str(interval.reconciliation)
