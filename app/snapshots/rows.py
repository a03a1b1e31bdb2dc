"""Reading the database for a snapshot: its marks month by month, and its rows as Parquet.

Through SQLAlchemy on SQLite. On PostgreSQL by COPY within the same transaction: ten times the rows in a second, for no
row becomes an object of Python on its way.
"""

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy.dialects import postgresql

from app.db.session import ReadSession
from app.domain.periods import Month
from app.rates.service import AnySelect
from app.snapshots.columns import record_batch, schema_of
from chains.late import LateModule

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.csv as pacsv  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]
else:
    # Half a second to load; the service itself does without it.
    pa, pacsv, pq = LateModule("pyarrow"), LateModule("pyarrow.csv"), LateModule("pyarrow.parquet")

_ROWS_AT_ONCE = 50_000
_BYTES_AT_ONCE = 8 << 20
_ROWS_A_GROUP = 122_880
"""What DuckDB works on at a time."""

Marks = list[tuple[Month, str]]


class Rows(Protocol):
    """One moment of a database."""

    def marks(self, query: AnySelect) -> Marks:
        """Each month of (month, …) with the SHA-256 of its rows."""

    def write(self, query: AnySelect, file: Path) -> int:
        """Write the rows of a query as Parquet; how many there are."""


def rows_of(session: ReadSession) -> Rows:
    """The reader for this session's database."""
    return _Copied(session) if session.get_bind().dialect.name == "postgresql" else _Fetched(session)


class _Fetched:
    def __init__(self, session: ReadSession) -> None:
        self._session = session

    def marks(self, query: AnySelect) -> Marks:
        rows = self._session.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE})
        months = itertools.groupby(rows, key=lambda row: row[0])
        return [(month, _digest(_line(row[1:]) for row in of_month)) for month, of_month in months]

    def write(self, query: AnySelect, file: Path) -> int:
        found = self._session.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE})
        schema = schema_of(tuple(query.selected_columns))
        batches = (record_batch(some, schema) for some in found.partitions(_ROWS_AT_ONCE))
        return _write(batches, schema, file)


class _Copied:
    def __init__(self, session: ReadSession) -> None:
        self._session = session

    def marks(self, query: AnySelect) -> Marks:
        lines = self._copy(query, "text")
        months = itertools.groupby(lines, key=lambda line: line[:10])
        return [(Month.of(date.fromisoformat(day.decode())), _digest(of_month)) for day, of_month in months]

    def write(self, query: AnySelect, file: Path) -> int:
        schema = schema_of(tuple(query.selected_columns))
        plain = file.with_suffix(".csv")
        with plain.open("wb", buffering=_BYTES_AT_ONCE) as copied:
            size = sum(copied.write(line) for line in self._copy(query, "csv"))
        if size == 0:
            return _write((), schema, file)
        reader = pacsv.open_csv(
            plain,
            read_options=pacsv.ReadOptions(column_names=schema.names, block_size=_BYTES_AT_ONCE),
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
            # NULL stands as nothing, an empty text as two quotes.
            convert_options=pacsv.ConvertOptions(
                column_types=schema,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                true_values=["t"],
                false_values=["f"],
            ),
        )
        with reader:
            return _write(reader, schema, file)

    def _copy(self, query: AnySelect, form: str) -> Iterator[bytes]:
        compiled = query.compile(dialect=_PLAIN, compile_kwargs={"literal_binds": True})
        connection: Any = self._session.connection().connection.driver_connection
        statement = f"COPY ({compiled}) TO STDOUT (FORMAT {form})"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for block in copy:
                yield bytes(block)


# With the driver's own style every % in a value would be doubled.
_PLAIN = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]


def _write(batches: "Iterable[pa.RecordBatch]", schema: "pa.Schema", file: Path) -> int:
    rows = 0
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        waiting: list[pa.RecordBatch] = []
        for batch in batches:
            rows += batch.num_rows
            waiting.append(batch)
            if sum(each.num_rows for each in waiting) >= _ROWS_A_GROUP:
                writer.write_table(pa.Table.from_batches(waiting, schema))
                waiting = []
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting, schema))
    return rows


def _digest(lines: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line)
    return digest.hexdigest()


def _line(values: Iterable[object]) -> bytes:
    return repr(
        [value if value is None or isinstance(value, int) else str(value) for value in values]
    ).encode()
