"""One reading of a file in a process of its own: `python -m bench.bulk_reading WHAT KIND FILE` prints seconds, rows, memory.

WHAT: `openpyxl` reads the workbook and looks at nothing; `rows` takes the cells of each row; `checked` makes ledgers of them
that are ready to be filed. The reader's limit of rows is lifted, so that its memory can be seen beyond it.
"""

import json
import sys
import time
from pathlib import Path
from typing import IO
from unittest.mock import patch

from app.imports import entries, ndjson_file, parquet_file
from app.imports.csv_file import csv_rows
from app.imports.entries import entries_of
from app.imports.ndjson_file import ndjson_entries, ndjson_rows
from app.imports.parquet_file import parquet_rows
from app.imports.rows import Progress
from app.imports.workbook import workbook_rows

_NO_LIMIT = 10**9


def by_openpyxl(path: Path) -> int:
    """How many rows openpyxl reads, in its fastest way."""
    import openpyxl  # type: ignore[import-untyped]  # noqa: PLC0415 - its memory is not ours

    book = openpyxl.load_workbook(path, read_only=True)
    return sum(1 for _ in book.worksheets[0].iter_rows(values_only=True)) - 1


def rows_of(kind: str, file: IO[bytes], size: int) -> int:
    """How many rows our reader gives."""
    progress = Progress()
    given = {
        "csv": lambda: csv_rows(file, size, progress),
        "ndjson": lambda: ndjson_rows(file, size, progress),
        "parquet": lambda: parquet_rows(file, progress),
        "xlsx": lambda: workbook_rows(file, progress),
    }
    return sum(1 for _ in given[kind]()) - 1


def checked(kind: str, file: IO[bytes], size: int) -> int:
    """How many rows stand in ledgers that are ready to be filed."""
    progress = Progress()
    read = (
        ndjson_entries(file, size, progress)
        if kind == "ndjson"
        else entries_of(
            {
                "csv": lambda: csv_rows(file, size, progress),
                "parquet": lambda: parquet_rows(file, progress),
                "xlsx": lambda: workbook_rows(file, progress),
            }[kind](),
            progress,
        )
    )
    return sum(len(entry.ledger.lines) for entry in read if entry.ledger is not None)


def main() -> None:
    what, kind, name = sys.argv[1:]
    path = Path(name)
    lifted = [patch.object(module, "MAX_ROWS", _NO_LIMIT) for module in (entries, ndjson_file, parquet_file)]
    for each in lifted:
        each.start()
    if kind == "parquet":
        import pyarrow.parquet  # type: ignore[import-untyped]  # noqa: F401, PLC0415 - loaded once a process, not once a file

    before = time.process_time()
    with path.open("rb") as file:
        if what == "openpyxl":
            count = by_openpyxl(path)
        else:
            count = (rows_of if what == "rows" else checked)(kind, file, path.stat().st_size)
    seconds = time.process_time() - before
    print(json.dumps({"seconds": seconds, "rows": count, "peak_mb": peak_mb()}))


def peak_mb() -> float:
    """The most memory that this program had; getrusage would tell that of the program that started it."""
    (line,) = (
        each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM")
    )
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
