"""Tables for coming periods, made before anybody files into them; and what has gone to the default table meanwhile.

A period is added in a transaction of its own that waits half a second for each lock. A part is made beside the table and
attached: readers go on, who files waits some milliseconds. `CREATE TABLE … PARTITION OF` would shut readers out too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy import Connection, Engine, text

from app.db.locks import IN_A_RING, NOT_IN_TIME, REGISTER, UPGRADE, Result, asked_again
from app.db.partitions.layout import UNTIL_CHECK, Layout, has_promise, layout_of, months_in_default
from app.db.partitions.periods import COLUMN, DEFAULT, TABLE, Period, coming

MOVED_AT_ONCE = 100_000
"""Who files waits while rows are moved: more of them wait until an operator says so."""

_WAITS_MS = (500, 500, 500, 1_500)
"""Who waits for a lock makes all who come later wait behind it: so it is not waited for long, and asked for again. Now and then a
little longer, for a server that cleans the table up by itself (autovacuum) gives way to those who have waited a second."""

_ACCESS_OF = text("""
SELECT format('GRANT %s ON %s TO %s%s', privilege_type, cast(:to AS text),
  CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
  CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM pg_class, aclexplode(relacl) WHERE oid = to_regclass(:like) AND grantee <> relowner
""")
_OWNER_OF = text("""
SELECT quote_ident(pg_get_userbyid(relowner)) FROM pg_class
WHERE oid = to_regclass(:like) AND relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
""")
_IDENTITY_OF = text("SELECT relreplident FROM pg_class WHERE oid = to_regclass(:like)")
_OPTIONS_OF = text("SELECT reloptions FROM pg_class WHERE oid = to_regclass(:like)")
_IDENTITIES = {"f": "FULL", "n": "NOTHING"}


@dataclass(frozen=True, slots=True)
class Kept:
    """What was done: the tables that were made, the rows that found their own, and periods left for an operator to say."""

    made: tuple[str, ...] = ()
    moved: int = 0
    too_many: tuple[str, ...] = ()


def keep_ahead(
    engine: Engine, today: date, *, attempts: int = 5, at_most: int | None = MOVED_AT_ONCE
) -> Kept:
    """Make what is missing of the year to come, and give rows of the default table one of their own. Nothing on a plain table.

    Raises OperationalError where a lock was not to be had; what was made until then stays.
    """
    with engine.connect() as connection:
        layout = layout_of(connection)
        if layout is None:
            return Kept()
        waiting = months_in_default(connection) if layout.has_default else {}
    made, too_many, moved = [], [], 0
    for period in _wanted(layout, waiting, today):
        rows = sum(count for month, count in waiting.items() if period.first <= month < period.until)
        if at_most is not None and rows > at_most:
            too_many.append(period.name)
            continue
        moved += patiently(engine, partial(_add_anew, period=period), attempts)
        made.append(period.name)
    return Kept(tuple(made), moved, tuple(too_many))


def _wanted(layout: Layout, waiting: dict[date, int], today: date) -> list[Period]:
    """The periods that have no table: of the year to come, and of the rows that are in none."""
    wanted = {*coming(layout.start, layout.width, today), *(Period.of(m, layout.width) for m in waiting)}
    return sorted(period for period in wanted if not layout.has(period))


def _add_anew(connection: Connection, period: Period) -> int:
    """Add a period unless somebody else has done so; answers how many rows came from the default table."""
    hold_writers(connection)
    layout = layout_of(connection)
    if layout is None or layout.has(period):
        return 0
    return add(connection, period, like=layout.newest, has_default=layout.has_default)


def add(connection: Connection, period: Period, *, like: str, has_default: bool) -> int:
    """Make the table of a period and attach it, with what the default table has of it. The caller holds the writers."""
    make_like(connection, period.name, like)
    moved = _take_from_default(connection, period) if has_default else 0
    bounds = f"FROM ('{period.first}') TO ('{period.until}')"
    connection.execute(text(f"ALTER TABLE {TABLE} ATTACH PARTITION {period.name} FOR VALUES {bounds}"))
    return moved


def make_like(connection: Connection, name: str, like: str) -> None:
    """Make a table of the columns, checks and indexes of the partitioned one, with settings and rights of one of its parts."""
    connection.execute(text(f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING ALL)"))
    options = connection.scalar(_OPTIONS_OF, {"like": like})
    if options:
        connection.execute(text(f"ALTER TABLE {name} SET ({', '.join(options)})"))
    copy_rights(connection, name, like)


def copy_rights(connection: Connection, name: str, like: str) -> None:
    """Give a table the rights, the replica identity and the owner of another."""
    for grant in connection.scalars(_ACCESS_OF, {"like": like, "to": name}).all():
        connection.execute(text(grant))
    identity = _IDENTITIES.get(str(connection.scalar(_IDENTITY_OF, {"like": like})))
    if identity is not None:
        connection.execute(text(f"ALTER TABLE {name} REPLICA IDENTITY {identity}"))
    owner = connection.scalar(_OWNER_OF, {"like": like})
    if owner is not None:
        connection.execute(text(f"ALTER TABLE {name} OWNER TO {owner}"))


def _take_from_default(connection: Connection, period: Period) -> int:
    # To attach a part looks through this one: nobody may be at it then.
    connection.execute(text(f"LOCK TABLE {DEFAULT} IN ACCESS EXCLUSIVE MODE"))
    mine = f"{COLUMN} >= '{period.first}' AND {COLUMN} < '{period.until}'"
    moving = f"WITH gone AS (DELETE FROM {DEFAULT} WHERE {mine} RETURNING *) INSERT INTO {period.name} SELECT * FROM gone"  # noqa: S608 - own names
    return connection.execute(text(moving)).rowcount


def hold_writers(connection: Connection) -> None:
    """Let those who file end and nobody begin until the transaction ends: nobody who has a table is waited for in a ring."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": REGISTER})


def patiently(
    engine: Engine, work: Callable[[Connection], Result], attempts: int, *, pause_s: float = 0.5
) -> Result:
    """Do work in a transaction that does not wait long for a lock; when it got none, again a little later."""
    return asked_again(partial(_once, engine, work), attempts, pause_s, after=(NOT_IN_TIME, IN_A_RING))


def _once(engine: Engine, work: Callable[[Connection], Result], attempt: int) -> Result:
    with engine.begin() as connection:
        connection.execute(text(f"SET LOCAL lock_timeout = {_WAITS_MS[(attempt - 1) % len(_WAITS_MS)]}"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        return work(connection)


@contextmanager
def outside_transactions(engine: Engine) -> Iterator[Connection]:
    """A connection each of whose statements stands alone and may take hours, as no transaction of others waits for it."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET lock_timeout = 0"))
        connection.execute(text("SET statement_timeout = 0"))
        yield connection
        connection.execute(text("RESET lock_timeout"))
        connection.execute(text("RESET statement_timeout"))


def analyse(engine: Engine) -> None:
    """Renew what the planner knows of all parts together, which PostgreSQL never does by itself."""
    with engine.connect() as connection:
        if layout_of(connection) is None:
            return
    with outside_transactions(engine) as connection:
        connection.execute(text(f"ANALYZE {TABLE}"))


def drop_promise(connection: Connection) -> None:
    """Let rows of any month in again."""
    connection.execute(text(f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {UNTIL_CHECK}"))


def drop_promise_left(engine: Engine, *, attempts: int = 5) -> bool:
    """Take away what a conversion that was cut off has left, which would refuse rows one day; tells whether there was any."""
    with engine.connect() as connection:
        if not has_promise(connection):
            return False

    def work(connection: Connection) -> bool:
        # Held by a conversion for as long as it is at work.
        is_mine = connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": UPGRADE})
        if is_mine and has_promise(connection):
            drop_promise(connection)
        return bool(is_mine)

    return patiently(engine, work, attempts)
