"""Turning the plain table of transfers into one of several, while people file.

What takes long holds nobody up: the index that the new key needs is built beside writers, and that all rows are older than
the first new period is promised by a constraint first and looked through afterwards. Then one short transaction puts a
partitioned table into the place of the plain one and makes that its first part, without a look at its rows. Cut off anywhere,
it can be run again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.db.partitions import swap
from app.db.partitions.ahead import analyse, drop_promise, outside_transactions, patiently
from app.db.partitions.layout import UNTIL_CHECK, is_valid, layout_of
from app.db.partitions.periods import COLUMN, KEY, NEW_KEY, TABLE, Period, Width, coming
from app.db.upgrade import nobody_else
from app.domain.errors import Message

Step = Callable[[Engine, "Plan"], None]
Tell = Callable[[Message], None]
"""Told before each step what it does."""

ROOM = timedelta(days=7)
"""The first new period is no nearer than this: until the rows have been looked through, none of it may be filed."""
_FARTHEST = timedelta(days=2 * 366)
_ATTEMPTS = 60
_PROMISE = text(
    "SELECT pg_get_constraintdef(oid), convalidated FROM pg_constraint "
    "WHERE conrelid = to_regclass(:name) AND conname = :check"
)


class ConversionRefused(Exception):  # noqa: N818 - a fact about the database
    """The table cannot be partitioned; `message` says why and what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.en)
        self.message = message


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be: rows before the first of `periods` stay in one part, each period has one, whatever else has another."""

    periods: tuple[Period, ...]
    rows: int
    """About how many there are."""
    bytes: int

    @property
    def cutoff(self) -> date:
        return self.periods[0].first

    @property
    def old_name(self) -> str:
        """The name of the part that keeps the old rows."""
        return f"{TABLE}_until_{self.cutoff:%Y_%m}"


def plan(engine: Engine, width: Width, today: date) -> Plan:
    """Choose the cutoff: the beginning of a period that is not near. Raises ConversionRefused."""
    with engine.connect() as connection:
        if connection.dialect.name != "postgresql":
            raise ConversionRefused(
                Message(
                    "SQLite 没有分区，一个城市也不需要；数据多到需要分区时请迁移到 PostgreSQL（见 docs/operations.md）",
                    "SQLite has no partitions, and a city needs none; a nation belongs on PostgreSQL (docs/operations.md)",
                )
            )
        if (reason := swap.obstacle(connection)) is not None:
            raise ConversionRefused(reason)
        newest = connection.scalar(text(f"SELECT max({COLUMN}) FROM {TABLE}"))  # noqa: S608 - own names
        rows, size = connection.execute(swap.SIZE, {"name": TABLE}).one()
    first = Period.of(today, width).next
    while first.first < today + ROOM or (newest is not None and first.first <= newest):
        first = first.next
        if first.first > today + _FARTHEST:
            raise ConversionRefused(_too_far(newest))
    return Plan(tuple(coming(first.first, width, today)) or (first,), max(0, round(rows)), size)


def _too_far(newest: date | None) -> Message:
    return Message(
        f"有 {newest} 的转移记录：分区只能从其后开始。请先更正这些记录",
        f"There are transfers of {newest}, and partitions could begin only after them: correct those first",
    )


def convert(engine: Engine, wanted: Plan, tell: Tell) -> None:
    """Do what is planned, step by step; what an earlier run has done is not done again.

    Whoever upgrades or converts meanwhile waits. A step that fails takes its promise back, so that no month is ever refused.
    """
    with engine.connect() as connection, nobody_else(connection):
        try:
            for message, step in steps(wanted):
                tell(message)
                step(engine, wanted)
        except BaseException:
            _take_back(engine)
            raise


def steps(wanted: Plan) -> tuple[tuple[Message, Step], ...]:
    """What is done, in order, in words."""
    return (
        (Message("并行建立唯一索引，不影响填报", "a unique index is built beside those who file"), _index),
        (
            Message(
                f"约定旧记录都早于 {wanted.cutoff}，瞬间完成",
                f"old rows are promised to be before {wanted.cutoff}: a moment",
            ),
            _promise,
        ),
        (
            Message("逐行核对该约定，不影响填报", "all rows are held to it beside those who file"),
            _look_through,
        ),
        (
            Message(
                f"换成分区表：{wanted.old_name} 及 {len(wanted.periods)} 个新分区；填报稍候片刻",
                f"the table becomes {wanted.old_name} and {len(wanted.periods)} new ones; who files waits a moment",
            ),
            _replace,
        ),
        (Message("更新统计信息，不影响填报", "statistics are renewed beside those who file"), _analyse),
    )


def _index(engine: Engine, _: Plan) -> None:
    with outside_transactions(engine) as connection:
        valid = is_valid(connection, NEW_KEY)
        if valid is False:
            connection.execute(text(f"DROP INDEX CONCURRENTLY {NEW_KEY}"))
        if not valid:
            key = ", ".join(KEY)
            connection.execute(text(f"CREATE UNIQUE INDEX CONCURRENTLY {NEW_KEY} ON {TABLE} ({key})"))


def _promise(engine: Engine, wanted: Plan) -> None:
    def work(connection: Connection) -> None:
        given = connection.execute(_PROMISE, {"name": TABLE, "check": UNTIL_CHECK}).one_or_none()
        if given is not None and str(wanted.cutoff) in given[0]:
            return
        drop_promise(connection)
        promise = f"CHECK ({COLUMN} < '{wanted.cutoff}') NOT VALID"
        connection.execute(text(f"ALTER TABLE {TABLE} ADD CONSTRAINT {UNTIL_CHECK} {promise}"))

    patiently(engine, work, _ATTEMPTS)


def _look_through(engine: Engine, _: Plan) -> None:
    patiently(
        engine,
        lambda connection: connection.execute(text(f"ALTER TABLE {TABLE} VALIDATE CONSTRAINT {UNTIL_CHECK}")),
        _ATTEMPTS,
    )


def _replace(engine: Engine, wanted: Plan) -> None:
    patiently(
        engine,
        lambda connection: swap.replace(connection, wanted.periods, wanted.old_name),
        _ATTEMPTS,
    )


def _analyse(engine: Engine, _: Plan) -> None:
    analyse(engine)


def _take_back(engine: Engine) -> None:
    """Take the promise back where the table is still plain; where that fails too, the daily job does it."""

    def work(connection: Connection) -> None:
        if layout_of(connection) is None:
            drop_promise(connection)

    try:
        patiently(engine, work, 3)
    except SQLAlchemyError:
        return
