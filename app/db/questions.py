"""Questions that are asked at every filing: compiled once for each kind of database, asked through the driver itself.

SQLAlchemy works out a statement's key, its lists and its result columns anew at each call, which costs more than the
answer. Here a list of any length is one parameter, so that the text stays the same for the database too, and rows
come as tuples. Values are bound and read by the columns' own types.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, CompoundSelect, Dialect, Select, String, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles

from app.db.session import ReadSession

_Convert: TypeAlias = Callable[[Any], Any]


@contextmanager
def driver_cursor(session: ReadSession) -> Iterator[Any]:
    """Give a cursor of the driver in the session's transaction; its errors come as SQLAlchemy's, as of any statement."""
    session.flush()
    connection = session.connection()
    dialect, raw = connection.dialect, connection.connection
    errors: Any = dialect.loaded_dbapi.Error
    cursor = raw.cursor()
    try:
        yield cursor
    except errors as error:
        if dialect.is_disconnect(error, raw.dbapi_connection, cursor):
            connection.invalidate(error)
        raise DBAPIError.instance(None, None, error, errors, hide_parameters=True, dialect=dialect) from error
    finally:
        cursor.close()


class Among(ColumnElement[Any]):
    """Whether a column has one of the values that are given under a name when the question is asked."""

    inherit_cache = False

    def __init__(self, column: Any, name: str) -> None:
        self.column = column
        self.name = name


@compiles(Among, "sqlite")
def _among_on_sqlite(element: Among, compiler: Any, **options: Any) -> str:
    column, given = compiler.process(element.column, **options), compiler.process(bindparam(element.name))
    return f"{column} IN (SELECT value FROM json_each({given}))"  # noqa: S608 - a column and a mark


@compiles(Among, "postgresql")
def _among_on_postgresql(element: Among, compiler: Any, **options: Any) -> str:
    column, given = compiler.process(element.column, **options), compiler.process(bindparam(element.name))
    kind = element.column.type
    # A cast to a text of some length would cut what is longer, and find what nobody asked for.
    named = "TEXT" if isinstance(kind, String) else kind.compile(compiler.dialect)
    return f"{column} = ANY(CAST({given} AS {named}[]))"


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A question in the words of one kind of database."""

    text: str
    names: tuple[str, ...] | None
    """The order of the parameters where they have no names."""
    readers: tuple[tuple[int, _Convert], ...]
    binders: Mapping[str, _Convert | None]
    constants: Mapping[str, Any]
    """Values that stand in the statement itself."""

    def given(self, lists: Mapping[str, Iterable[Any]]) -> Any:
        """The parameters as the driver takes them."""
        bound = {name: self._bound(name, values) for name, values in lists.items()}
        if self.names is None:
            return {**self.constants, **bound}
        return tuple(
            json.dumps(bound[name]) if name in bound else self.constants[name] for name in self.names
        )

    def _bound(self, name: str, values: Iterable[Any]) -> list[Any]:
        binder = self.binders[name]
        return list(values) if binder is None else [binder(value) for value in values]

    def read(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """The rows with the values that the columns' types give."""
        if not self.readers or not rows:
            return rows
        columns: list[Any] = list(zip(*rows, strict=True))
        for place, reader in self.readers:
            # Months, sites and versions repeat.
            known = {value: reader(value) for value in set(columns[place])}
            columns[place] = [known[value] for value in columns[place]]
        return list(zip(*columns, strict=True))


class Question:
    """A SELECT whose parameters are lists (`Among`)."""

    def __init__(
        self, statement: Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]], **lists: Any
    ) -> None:
        """`lists` name the column with whose type the values of each list are bound."""
        self._statement = statement
        self._lists = lists
        self._compiled: dict[str, _Compiled] = {}

    def ask(self, session: ReadSession, **lists: Iterable[Any]) -> list[tuple[Any, ...]]:
        """The rows, in no order unless the statement gives one. Nothing is asked when a list is empty."""
        if not all(lists.values()):
            return []
        compiled = self._in_words_of(session.get_bind().dialect)
        with driver_cursor(session) as cursor:
            cursor.execute(compiled.text, compiled.given(lists))
            return compiled.read(cursor.fetchall())

    def _in_words_of(self, dialect: Dialect) -> _Compiled:
        known = self._compiled.get(dialect.name)
        if known is None:
            known = self._compiled[dialect.name] = self._compile(dialect)
        return known

    def _compile(self, dialect: Dialect) -> _Compiled:
        compiled = self._statement.compile(dialect=dialect)
        types = [column.type.dialect_impl(dialect) for column in self._statement.selected_columns]
        readers = [(place, each.result_processor(dialect, None)) for place, each in enumerate(types)]
        return _Compiled(
            str(compiled),
            None if compiled.positiontup is None else tuple(compiled.positiontup),
            tuple((place, reader) for place, reader in readers if reader is not None),
            {
                name: column.type.dialect_impl(dialect).bind_processor(dialect)
                for name, column in self._lists.items()
            },
            {name: value for name, value in compiled.params.items() if name not in self._lists},
        )
