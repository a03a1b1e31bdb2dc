"""What the database has: whether transfers are one table or several, and what an operator should know of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from app.db.locks import UPGRADE
from app.db.partitions.periods import COLUMN, DEFAULT, NEW_KEY, TABLE, Period, Width
from app.domain.errors import Message

UNTIL_CHECK = f"ck_{TABLE}_until"
"""What the rows of a table promise while it is being made one of several; see conversion.py."""

_BOUNDS = re.compile(r"FROM \((?:MINVALUE|'(\d{4}-\d\d-\d\d)')\) TO \('(\d{4}-\d\d-\d\d)'\)", re.ASCII)
_WIDTHS = {width.months: width for width in Width}
_KIND = text("SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass(:name)")
_PARTS = text(
    "SELECT relname, pg_get_expr(relpartbound, pg_class.oid) FROM pg_inherits "
    "JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = to_regclass(:name)"
)
_HAS_CHECK = text(
    "SELECT count(*) FROM pg_constraint WHERE conrelid = to_regclass(:name) AND conname = :check"
)

_IS_VALID = text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")

_AT_WORK = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND (classid::bigint << 32) + objid::bigint = :key"
)

_LEFT = Message(
    f"有一次中断的 huanlian db partition：请再运行一次；若不再需要，请执行 DROP INDEX {NEW_KEY}",
    f"An interrupted huanlian db partition: run it again, or DROP INDEX {NEW_KEY} if it is not to be",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One table of several: the months from `first` (None: from ever on) up to but not with `until`."""

    name: str
    first: date | None
    until: date


@dataclass(frozen=True, slots=True)
class Layout:
    """A partitioned table: its parts in order, and whether there is one for whatever has no other."""

    parts: tuple[Part, ...]
    has_default: bool

    @property
    def width(self) -> Width:
        """How long the periods are: as long as that of the last part; a quarter where none has two ends that fit."""
        for part in reversed(self.parts):
            if part.first is not None:
                months = (part.until.year - part.first.year) * 12 + part.until.month - part.first.month
                if months in _WIDTHS:
                    return _WIDTHS[months]
        return Width.QUARTER

    @property
    def start(self) -> date:
        """The first month that is not among the old rows."""
        return min(part.until if part.first is None else part.first for part in self.parts)

    @property
    def newest(self) -> str:
        """The name of the part whose settings and rights the next one is given."""
        return self.parts[-1].name

    def has(self, period: Period) -> bool:
        """Whether a part holds this period already, wholly or in part."""
        return any(
            (part.first or date.min) < period.until and period.first < part.until for part in self.parts
        )


def layout_of(connection: Connection) -> Layout | None:
    """The parts of `transfers`; None where it is one plain table, as it always is on SQLite."""
    if connection.dialect.name != "postgresql" or not connection.scalar(_KIND, {"name": TABLE}):
        return None
    # A server may write dates in any order; this lasts until the end of the transaction.
    connection.execute(text("SET LOCAL datestyle = ISO"))
    rows = connection.execute(_PARTS, {"name": TABLE}).all()
    found = [(name, _BOUNDS.search(bounds)) for name, bounds in rows]
    parts = [
        Part(name, date.fromisoformat(at[1]) if at[1] else None, date.fromisoformat(at[2]))
        for name, at in found
        if at is not None
    ]
    return Layout(tuple(sorted(parts, key=lambda part: part.until)), any(at is None for _, at in found))


def is_valid(connection: Connection, index: str) -> bool | None:
    """Whether an index is whole; None where there is none. PostgreSQL only."""
    found: bool | None = connection.scalar(_IS_VALID, {"name": index})
    return found


def parts_of(connection: Connection, table: str) -> list[str]:
    """The names of a table's parts, that for whatever has no other among them; none where it is a plain one."""
    if connection.dialect.name != "postgresql":
        return []
    return sorted(name for name, _ in connection.execute(_PARTS, {"name": table}))


def months_in_default(connection: Connection) -> dict[date, int]:
    """How many rows no part would take, by month."""
    rows = connection.execute(text(f"SELECT {COLUMN}, count(*) FROM {DEFAULT} GROUP BY {COLUMN}"))  # noqa: S608 - own names
    return {row[0]: row[1] for row in rows}


def remarks(connection: Connection, today: date) -> Iterator[Message]:
    """What does not keep anybody from filing, and that somebody should look at. Nothing of a plain table."""
    layout = layout_of(connection)
    if layout is None:
        if _has_begun(connection) and not connection.scalar(_AT_WORK, {"key": UPGRADE}):
            yield _LEFT
        return
    soon = Period.of(today, layout.width).next
    for period in (Period.of(today, layout.width), soon):
        if not layout.has(period):
            zh = f"转移表没有 {period.first:%Y-%m} 起的分区：后台任务未运行？huanlian db partition 可立即建立"
            en = f"Transfers have no partition from {period.first:%Y-%m} on: does no worker run? huanlian db partition makes it"
            yield Message(zh, en)
    if layout.has_default and connection.scalar(text(f"SELECT EXISTS (SELECT FROM {DEFAULT})")):  # noqa: S608 - own name
        zh = f"{DEFAULT} 中有记录：huanlian db partition 会把它们移到各自的分区"
        en = f"{DEFAULT} holds rows: huanlian db partition moves them to partitions of their own"
        yield Message(zh, en)


def _has_begun(connection: Connection) -> bool:
    if connection.dialect.name != "postgresql":
        return False
    index = text("SELECT to_regclass(:name) IS NOT NULL")
    return has_promise(connection) or bool(connection.scalar(index, {"name": NEW_KEY}))


def has_promise(connection: Connection) -> bool:
    """Whether rows of some month on would be refused, until a conversion has ended."""
    given = {"name": TABLE, "check": UNTIL_CHECK}
    return connection.dialect.name == "postgresql" and bool(connection.scalar(_HAS_CHECK, given))
