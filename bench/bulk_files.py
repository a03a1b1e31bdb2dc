"""Files of made ledgers, as enterprises and their programs send them: five wastes a site's month, one row each."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import xlsxwriter

from app.domain.periods import Month
from bench.ingest_world import SITES, code

LINES = 5
_FIRST = Month(2010, 1)
HEADS = (
    "site",
    "month",
    "waste",
    "basis",
    "method",
    "opening_stock_tonnes",
    "generated_tonnes",
    "used.process",
    "used.tonnes",
    "sent.to",
    "sent.tonnes",
    "sent.purpose",
    "closing_stock_tonnes",
)
Cells = tuple[str | Decimal, ...]


def rows(count: int) -> Iterator[Cells]:
    """So many rows, month by month through all sites; each line balances."""
    for number in range(count):
        ledger, line = divmod(number, LINES)
        month, site = divmod(ledger, SITES)
        generated = 100 + (site * 31 + line * 17 + month) % 900
        used, sent = generated // 4, generated // 2
        yield (
            code(site),
            str(_FIRST.plus(month)),
            f"SW0{line + 1}",
            "wet",
            "weighbridge",
            Decimal(0),
            Decimal(f"{generated}.25"),
            "cement_blending",
            Decimal(used),
            code((site + 7 * line + 1) % SITES),
            Decimal(sent),
            "use",
            Decimal(f"{generated - used - sent}.25"),
        )


def _xlsx(path: Path, count: int) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADS)
        for number, row in enumerate(rows(count), 1):
            for place, cell in enumerate(row):
                if isinstance(cell, Decimal):
                    sheet.write_number(number, place, float(cell))
                else:
                    sheet.write_string(number, place, cell)


def _csv(path: Path, count: int) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADS)
        writer.writerows(rows(count))


def _parquet(path: Path, count: int) -> None:
    figure = pa.decimal128(18, 6)
    masses = {name for name in HEADS if name.endswith("tonnes")}
    schema = pa.schema([pa.field(name, figure if name in masses else pa.string()) for name in HEADS])
    columns = [
        pa.array(values, type=field.type)
        for values, field in zip(zip(*rows(count), strict=True), schema, strict=True)
    ]
    pq.write_table(pa.table(columns, schema=schema), path)


def _ndjson(path: Path, count: int) -> None:
    with path.open("w") as file:
        body: dict[str, Any] = {}
        for number, row in enumerate(rows(count)):
            if number % LINES == 0:
                body = {"site": row[0], "month": row[1], "lines": []}
            body["lines"].append(_line(dict(zip(HEADS, row, strict=True))))
            if number % LINES == LINES - 1 or number == count - 1:
                file.write(json.dumps(body) + "\n")


def _line(row: Mapping[str, str | Decimal]) -> dict[str, Any]:
    told = {name: str(value) for name, value in row.items()}
    plain = {name: told[name] for name in HEADS[2:] if "." not in name}
    used = {"process": told["used.process"], "tonnes": told["used.tonnes"]}
    sent = {"to": told["sent.to"], "tonnes": told["sent.tonnes"], "purpose": told["sent.purpose"]}
    return plain | {"used": [used], "sent": [sent]}


FILES: Mapping[str, Callable[[Path, int], None]] = {
    "csv": _csv,
    "ndjson": _ndjson,
    "parquet": _parquet,
    "xlsx": _xlsx,
}
