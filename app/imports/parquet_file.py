"""The rows of a Parquet file whose columns are those of the template, a few thousand at a time."""

import importlib.util
from collections.abc import Generator
from datetime import date, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from app.imports.faults import FileRefused
from app.imports.rows import MAX_COLUMNS, MAX_ROWS, Cell, Progress, Row
from chains.late import LateModule

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]
else:
    # Half a second to load, and not everybody has it: it comes with the part for analysis.
    pa, pq = LateModule("pyarrow"), LateModule("pyarrow.parquet")

_ROWS_AT_ONCE = 2_000
_MOST_BYTES = 512 * 1024 * 1024
"""What all columns may unpack to, by their own words."""


def parquet_rows(file: IO[bytes], progress: Progress) -> Generator[Row, None, None]:
    """Give the heads, which are the columns' names, and the rows; numbered as if the heads were row 1.

    Raises FileRefused.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise FileRefused("no_parquet")
    file.seek(0)
    try:
        read = pq.ParquetFile(file)
        _refuse_unfit(read)
        yield Row(1, list(read.schema_arrow.names))
        number = 1
        for batch in read.iter_batches(batch_size=_ROWS_AT_ONCE):
            columns = [column.to_pylist() for column in batch.columns]
            for values in zip(*columns, strict=True):
                number += 1
                cells = [_cell(value) for value in values]
                if any(cell is not None for cell in cells):
                    yield Row(number, cells)
            progress.permille = min(999, number * 1000 // (read.metadata.num_rows + 1))
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        raise FileRefused("not_parquet") from None


def _refuse_unfit(read: "pq.ParquetFile") -> None:
    told = read.metadata
    if told.num_rows > MAX_ROWS:
        raise FileRefused("too_many_rows")
    if told.num_columns > MAX_COLUMNS:
        raise FileRefused("too_wide")
    if sum(told.row_group(number).total_byte_size for number in range(told.num_row_groups)) > _MOST_BYTES:
        raise FileRefused("unpacks_too_large")
    for field in read.schema_arrow:
        if not _is_plain(field.type):
            raise FileRefused("not_plain", column=field.name[:80])


def _is_plain(kind: "pa.DataType") -> bool:
    kinds = pa.types
    if kinds.is_dictionary(kind):
        return _is_plain(kind.value_type)
    return any(
        of_kind(kind)
        for of_kind in (
            kinds.is_string,
            kinds.is_large_string,
            kinds.is_integer,
            kinds.is_floating,
            kinds.is_decimal,
            kinds.is_boolean,
            kinds.is_date,
            kinds.is_timestamp,
            kinds.is_null,
        )
    )


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return value.strip() or None
    if value is None or isinstance(value, bool | Decimal):
        return value
    if isinstance(value, date | datetime):
        return f"{value.year:04d}-{value.month:02d}"
    # As it would be written: a float says 0.1, not its 55 digits.
    return Decimal(repr(value))
