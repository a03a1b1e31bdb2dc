"""Reading the database for a snapshot: its marks month by month, and its rows as Parquet.

Through SQLAlchemy on SQLite. On PostgreSQL by COPY within the same transaction: ten times the rows in a second, for no
row becomes an object of Python on its way.
"""

import hashlib
import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from app.db.session import ReadSession
from app.domain.periods import Month
from app.rates.service import AnySelect
from app.snapshots.columns import record_batch, schema_of
from app.snapshots.layout import Layout, write_parquet
from chains.late import LateModule

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.csv as pacsv  # type: ignore[import-untyped]
else:
    # Half a second to load; the service itself does without it.
    pacsv = LateModule("pyarrow.csv")

_ROWS_AT_ONCE = 50_000
_BYTES_AT_ONCE = 8 << 20

Marks = list[tuple[Month, str]]


class Rows(Protocol):
    """One moment of a database."""

    def marks(self, query: AnySelect) -> Marks:
        """Each month of (month, …) with a text that is another when its rows are others."""

    def write(self, query: AnySelect, file: Path, layout: Layout) -> int:
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

    def write(self, query: AnySelect, file: Path, layout: Layout) -> int:
        found = self._session.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE})
        schema = schema_of(tuple(query.selected_columns))
        batches = (record_batch(some, schema) for some in found.partitions(_ROWS_AT_ONCE))
        return write_parquet(batches, schema, file, layout)


class _Copied:
    def __init__(self, session: ReadSession) -> None:
        self._session = session
        self._set(work_mem="64MB")

    def marks(self, query: AnySelect) -> Marks:
        """Two sums of hashes that the server makes of each row: no row has to be sorted, written out or sent."""
        self._set(enable_seqscan="on")
        sums = ", ".join(f"sum(hash_record_extended(marked, {seed}))" for seed in (1, 2))
        with self._cursor() as cursor:
            cursor.execute(
                f"SELECT month, count(*), {sums} FROM ({_told(query.order_by(None))}) AS marked GROUP BY month ORDER BY month"  # noqa: S608 - ours
            )
            return [(Month.of(day), " ".join(map(str, marks))) for day, *marks in cursor]

    def write(self, query: AnySelect, file: Path, layout: Layout) -> int:
        # A month is found by indexes; told to estimate, the server reads all months for each.
        self._set(enable_seqscan="off")
        schema = schema_of(tuple(query.selected_columns))
        plain = file.with_suffix(".csv")
        size = 0
        with (
            plain.open("wb", buffering=_BYTES_AT_ONCE) as copied,
            self._cursor() as cursor,
            cursor.copy(f"COPY ({_told(query)}) TO STDOUT (FORMAT csv)") as copy,
        ):
            for block in copy:
                size += copied.write(block)
        if size == 0:
            return write_parquet((), schema, file, layout)
        with pacsv.open_csv(plain, **_reading(schema)) as reader:
            return write_parquet(reader, schema, file, layout)

    def _cursor(self) -> Any:
        connection: Any = self._session.connection().connection.driver_connection
        return connection.cursor()

    def _set(self, **settings: str) -> None:
        for name, value in settings.items():
            self._session.execute(text(f"SET LOCAL {name} = '{value}'"))


def _reading(schema: "pa.Schema") -> dict[str, Any]:
    return {
        "read_options": pacsv.ReadOptions(column_names=schema.names, block_size=_BYTES_AT_ONCE),
        "parse_options": pacsv.ParseOptions(newlines_in_values=True),
        # NULL stands as nothing, an empty text as two quotes.
        "convert_options": pacsv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    }


# With the driver's own style every % in a value would be doubled.
_PLAIN = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]


def _told(query: AnySelect) -> str:
    return str(query.compile(dialect=_PLAIN, compile_kwargs={"literal_binds": True}))


def _digest(lines: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line)
    return digest.hexdigest()


def _line(values: Iterable[object]) -> bytes:
    return repr(
        [value if value is None or isinstance(value, int) else str(value) for value in values]
    ).encode()
