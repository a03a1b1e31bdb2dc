"""Many rows into a table at once, past the ORM and past statements of a thousand values.

SQLAlchemy compiles and binds a multi-row statement value by value, which costs more than the database does. Here the
driver's own way is taken: `executemany` on SQLite, COPY on PostgreSQL, and one JSON text that PostgreSQL takes apart where
rows may be there already. Values are bound by the columns' own types, so what is stored is the same.
Statements still pass SQLAlchemy, so that whoever listens for writes hears them; only COPY does not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeAlias

from pydantic_core import to_json
from sqlalchemy import Dialect, Table

from app.db.questions import driver_cursor
from app.db.session import WriteSession

Row: TypeAlias = Mapping[str, Any]
Plain: TypeAlias = tuple[Any, ...]
"""A row whose values stand in the order of columns that are named beside it."""
_Binder = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class OnConflict:
    """Rows that are there, by `key`: which columns are set anew, which only by a value, to which figures are added."""

    key: tuple[str, ...]
    replaced: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    def clause(self, table: str) -> str:
        """Say it in the SQL that both databases know."""
        changes = [f"{name} = excluded.{name}" for name in self.replaced]
        changes += [f"{name} = coalesce(excluded.{name}, {table}.{name})" for name in self.filled]
        changes += [f"{name} = {table}.{name} + excluded.{name}" for name in self.added]
        return f" ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {', '.join(changes)}"


def insert_rows(session: WriteSession, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all have the columns of the first. A refusal is SQLAlchemy's, as of any other statement."""
    if rows:
        columns = tuple(rows[0])
        insert_plain(session, table, columns, list(map(itemgetter(*columns), rows)))


def insert_plain(
    session: WriteSession, table: Table, columns: tuple[str, ...], rows: Sequence[Plain]
) -> None:
    """Insert rows whose values stand in the order of two columns or more."""
    if not rows:
        return
    dialect = session.get_bind().dialect
    way = _way(table, columns, dialect)
    if dialect.name == "postgresql":
        with driver_cursor(session) as cursor, cursor.copy(way.copy) as copy:
            for row in way.bound(rows):
                copy.write_row(row)
    else:
        session.connection().exec_driver_sql(way.insert, list(way.bound(rows)))


def merge_plain(
    session: WriteSession, table: Table, columns: tuple[str, ...], rows: Sequence[Plain], conflict: OnConflict
) -> None:
    """Insert rows or change those that are there, in the order of the rows: who writes them sorted never deadlocks."""
    if not rows:
        return
    dialect = session.get_bind().dialect
    way = _way(table, columns, dialect)
    clause = _clause(conflict, table.name)
    if dialect.name == "postgresql":
        document = to_json([dict(zip(columns, row, strict=True)) for row in way.bound(rows)])
        session.connection().exec_driver_sql(way.from_document + clause, (document.decode(),))
    else:
        session.connection().exec_driver_sql(way.insert + clause, list(way.bound(rows)))


@lru_cache(maxsize=64)
def _clause(conflict: OnConflict, table: str) -> str:
    return conflict.clause(table)


@dataclass(frozen=True, slots=True)
class _Way:
    """How rows of some columns get into a table of one kind of database."""

    binders: tuple[tuple[int, _Binder], ...]
    insert: str
    copy: str
    from_document: str

    def bound(self, rows: Sequence[Plain]) -> Sequence[Plain]:
        """The rows as the driver takes them."""
        if not self.binders:
            return rows
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        for place, binder in self.binders:
            columns[place] = _each_once(binder, columns[place])
        return list(zip(*columns, strict=True))


def _each_once(binder: _Binder, values: Sequence[Any]) -> list[Any]:
    """Bind each object once: the rows of one ledger share their version, month and site."""
    known: dict[int, Any] = {}
    for value in values:
        place = id(value)
        if place not in known:
            known[place] = binder(value)
    return [known[id(value)] for value in values]


@lru_cache(maxsize=256)
def _way(table: Table, columns: tuple[str, ...], dialect: Dialect) -> _Way:
    types = [table.c[name].type for name in columns]
    found = [(place, each.dialect_impl(dialect).bind_processor(dialect)) for place, each in enumerate(types)]
    listed = ", ".join(columns)
    typed = ", ".join(f"{name} {each.compile(dialect)}" for name, each in zip(columns, types, strict=True))
    marks = ", ".join("?" * len(columns))
    # Names are those of our own tables; values travel apart from the text.
    return _Way(
        tuple((place, binder) for place, binder in found if binder is not None),
        f"INSERT INTO {table.name} ({listed}) VALUES ({marks})",  # noqa: S608 - see above
        f"COPY {table.name} ({listed}) FROM STDIN",
        f"INSERT INTO {table.name} ({listed}) "  # noqa: S608 - see above
        f"SELECT {listed} FROM json_to_recordset(%s::json) AS given({typed})",
    )
