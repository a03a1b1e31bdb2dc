"""A database in use at every schema there ever was comes to the newest one with everything in it, on both kinds.

One walk up the chain: at each revision a row is written into every table of that time, by plain SQL, and then the next
migration runs over it and over all rows of before. At the end every row is there as it was written.
"""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from snapshots.conftest import ADMIN
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Uuid,
    select,
    text,
)
from sqlalchemy.types import JSON
from typer.testing import CliRunner

from app.cli import cli
from app.db.engine import Engines, make_engines
from app.db.session import Database
from app.db.upgrade import alembic_config, upgrade
from app.domain.periods import Month
from app.domain.rates import Totals
from app.ledgers.rollups import SUMMED, differences_from_lines
from app.rates.repository import Scope, sums
from app.settings import Settings

_SPACE = uuid.UUID("0190a0a0-0000-7000-8000-000000000000")
_FIXED: dict[str, Any] = {"region": "140212", "waste": "SW02"}
# Alembic's own, and sums that triggers keep: `db check` compares those with the rows that are written here.
_KEPT_BY_OTHERS = {"alembic_version", "sent_sums", "filed_counts"}
_LITERALS = re.compile(r"'([^']*)'")

Row = dict[str, Any]


def revisions() -> list[str]:
    """From the first to the newest."""
    script = ScriptDirectory.from_config(alembic_config())
    return [each.revision for each in script.walk_revisions()][::-1]


def named(what: str, number: int) -> uuid.UUID:
    return uuid.uuid5(_SPACE, f"{what} {number}")


class Writer:
    """Writes one row into every table that a database has now."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._is_sqlite = engines.write.dialect.name == "sqlite"
        self.written: list[tuple[str, Row]] = []

    def write(self, number: int) -> None:
        schema = MetaData()
        schema.reflect(self._engines.write)
        rows: dict[str, Row] = {}
        with self._engines.write.begin() as connection:
            for table in schema.sorted_tables:
                if table.name in _KEPT_BY_OTHERS:
                    continue
                row = {
                    column.name: self._value(table, column, number, rows)
                    for column in table.columns
                    if column.identity is None
                }
                rows[table.name] = row
                connection.execute(table.insert(), row)
        self.written += rows.items()

    def _value(self, table: Table, column: Column[Any], number: int, rows: dict[str, Row]) -> Any:
        for key in column.foreign_keys:
            parent = rows.get(key.column.table.name)
            # Its own row does not exist yet: nobody succeeds anybody here.
            return None if parent is None else parent[key.column.name]
        told = self._allowed(table, column)
        if told is not None:
            return told
        if column.name in _FIXED:
            return _FIXED[column.name]
        if column.name == "id" or column.name.endswith("_id"):
            # A ledger names its version without a foreign key: they would go in a ring.
            what = (
                "ledger_versions"
                if column.name == "version_id"
                else table.name
                if column.name == "id"
                else column.name
            )
            return self._id(column, named(what, number))
        return self._plain(column, number)

    def _id(self, column: Column[Any], value: uuid.UUID) -> Any:
        if isinstance(column.type, Uuid):
            return value
        if isinstance(column.type, Integer):
            return None if column.autoincrement is True else value.int % 10**6
        return value.hex[: getattr(column.type, "length", None) or 32]

    def _allowed(self, table: Table, column: Column[Any]) -> str | None:
        """The last value that a CHECK lets through: `closed` of a ledger's states, never a draft."""
        for check in table.constraints:
            told = str(getattr(check, "sqltext", ""))
            if re.match(rf"\(*\"?{column.name}\"?\)?(::\w+( \w+)*)? (IN|= ANY)", told):
                return _LITERALS.findall(told)[-1]
        return None

    def _plain(self, column: Column[Any], number: int) -> Any:
        kind = column.type
        seed = int.from_bytes(uuid.uuid5(_SPACE, column.name).bytes[:3], "big") + number
        makers: tuple[tuple[Any, Any], ...] = (
            (Boolean, number % 2 == 0),
            (Integer, seed),
            (Float | Double | Numeric, float(number)),
            (DateTime, datetime(2025, 1, number, 8, tzinfo=None if self._is_sqlite else UTC)),
            (Date, date(2020, number, 1) if number <= 12 else date(2021, number - 12, 1)),
            (LargeBinary, b"%d" % number),
            (JSON, {"n": number}),
            (Uuid, named(column.name, number)),
        )
        for known, value in makers:
            if isinstance(kind, known):
                return value
        length = getattr(kind, "length", None)
        told = f'{{"n": {number}}}' if length is None else f"{number:02d}{column.name}"
        return told[:length]


@pytest.fixture
def engines(empty_database: str) -> Iterator[Engines]:
    made = make_engines(Settings(database_url=empty_database))
    yield made
    made.dispose()


def test_what_was_written_at_each_schema_is_there_at_the_newest(
    engines: Engines, empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, chain = Writer(engines), revisions()
    for number, revision in enumerate(chain, 1):
        upgrade(engines.write, revision)
        writer.write(number)
    schema = MetaData()
    schema.reflect(engines.write)
    with engines.read.connect() as connection:
        for name, row in writer.written:
            table = schema.tables[name]
            kept = {column: value for column, value in row.items() if column in table.c}
            assert set(row) - set(kept) == set(), f"{name} lost a column"
            # What the database numbers itself is known by its id.
            names = {column.name for column in table.primary_key}
            key = [table.c[column] == row[column] for column in (names if names <= row.keys() else {"id"})]
            (found,) = connection.execute(select(table).where(*key)).mappings()
            assert {column: found[column] for column in kept} == kept, name
        if engines.read.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    _is_in_use(engines, len(chain))
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", empty_database)
    checked = CliRunner().invoke(cli, ["db", "check"])
    assert checked.exit_code == 0, checked.output


def _is_in_use(engines: Engines, months: int) -> None:
    """The rates of the newest program stand on the lines of every schema."""
    with Database(engines).reading() as session:
        assert differences_from_lines(session) == []
        scope = Scope(Month(2020, 1), Month(2021, 12), region="14")
        by_rollup, by_lines = (
            sums(session, ADMIN, each, "month")
            for each in (scope, Scope(scope.first, scope.last, region="14", by_lines=True))
        )
    assert len(by_rollup) == months
    assert by_rollup == by_lines
    assert all(isinstance(each, Totals) and each.generated_grams > 0 for each in by_rollup.values())
    assert len(SUMMED) > 5


def test_the_walk_begins_at_the_first_schema() -> None:
    assert revisions()[0] == "0001"
    assert len(revisions()) == len(set(revisions())) >= 15
