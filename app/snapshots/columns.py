"""How a column of the database stands in Parquet: masses as int64 grams, months as the date of their first day."""

import uuid
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Float, Integer, Uuid

from app.db.types import MonthDate, UtcDateTime
from app.domain.periods import Month
from chains.late import LateModule

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]
else:
    # Half a second to load; the service itself does without it.
    pa = LateModule("pyarrow")


def schema_of(columns: Sequence[ColumnElement[Any]]) -> "pa.Schema":
    """The Arrow schema of a list of columns."""
    return pa.schema([pa.field(str(column.key), _arrow_type(column.type)) for column in columns])


def record_batch(rows: Sequence[Sequence[Any]], schema: "pa.Schema") -> "pa.RecordBatch":
    """Rows of the database as columns of that schema."""
    columns: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else ((),) * len(schema)
    arrays = [
        pa.array(_plain(values), type=field.type) for values, field in zip(columns, schema, strict=True)
    ]
    return pa.record_batch(arrays, schema=schema)


def _arrow_type(kind: Any) -> "pa.DataType":
    # The first that fits: a BigInteger is an Integer too.
    types = (
        (MonthDate, pa.date32()),
        (UtcDateTime, pa.timestamp("us", tz="UTC")),
        (Uuid, pa.string()),
        (Boolean, pa.bool_()),
        (BigInteger, pa.int64()),
        (Integer, pa.int32()),
        (Float, pa.float64()),
    )
    return next((told for known, told in types if isinstance(kind, known)), pa.string())


def _plain(values: Sequence[Any]) -> Sequence[Any]:
    """Months, ids and members of enumerations as Arrow takes them; everything else already is."""
    known = next((value for value in values if value is not None), None)
    if isinstance(known, Month):
        return [None if value is None else value.first_day for value in values]
    if isinstance(known, uuid.UUID):
        return [None if value is None else str(value) for value in values]
    if isinstance(known, StrEnum):
        return [None if value is None else value.value for value in values]
    return values
