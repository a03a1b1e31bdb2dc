"""A session whose questions are answered by an engine over a snapshot: services of the online system take it as theirs."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from sqlalchemy import Integer, Result, ScalarResult, Select, Uuid
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData

from app.db.session import ReadSession
from app.snapshots.carrying import Dialect, carried


class Engine(Protocol):
    """Something that answers SQL over the tables of a snapshot."""

    name: str
    dialect: Dialect

    def rows(self, sql: str) -> Sequence[Sequence[Any]]:
        """Every row of the answer."""

    def close(self) -> None:
        """Let go of what it holds."""


class SnapshotSession(ReadSession):
    """Takes SELECTs of SQLAlchemy; the values come back as the types of their columns say."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    def execute(self, statement: Any, params: Any = None, *_more: Any, **_options: Any) -> Result[Any]:
        """Answer a SELECT; its parameters are written into it."""
        if params:
            statement = statement.params(params)
        names, readers = _shape(statement)
        found = self._engine.rows(carried(statement, self._engine.dialect))
        return IteratorResult(SimpleResultMetaData(names), _read(found, readers))

    def scalars(self, statement: Any, params: Any = None, **_options: Any) -> ScalarResult[Any]:
        """The first column of every row."""
        return self.execute(statement, params).scalars()

    def scalar(self, statement: Any, params: Any = None, **_options: Any) -> Any:
        """The first column of the first row; None without a row."""
        return self.execute(statement, params).scalar()


_Reader = Callable[[Any], Any] | None
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def _shape(statement: Select[Any]) -> tuple[list[str], list[_Reader]]:
    columns = list(statement.selected_columns)
    names = [str(column.key or f"column_{place}") for place, column in enumerate(columns)]
    return names, [_reader(column.type) for column in columns]


def _reader(kind: Any) -> _Reader:
    """What makes a value of the engine what the database's driver would have given."""
    if isinstance(kind, Uuid):
        return _identifier
    if isinstance(kind, Integer):
        return int  # a sum may come as a decimal of 38 digits
    reader: _Reader = kind.result_processor(_DIALECT, None)
    return reader


def _identifier(value: int | str) -> int | uuid.UUID:
    """A site is a number here, and equal only to itself; everything else has the identifier that it has online."""
    return value if isinstance(value, int) else uuid.UUID(value)


def _read(rows: Sequence[Sequence[Any]], readers: Sequence[_Reader]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        yield tuple(
            value if reader is None or value is None else reader(value)
            for value, reader in zip(row, readers, strict=True)
        )
