"""The short transaction in which a partitioned table takes the place of the plain one.

Everything the plain table has, the new one is given by the database's own words for it: checks, foreign keys, indexes, triggers,
rights. No row is read and none is written.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from app.db.partitions.ahead import add, copy_rights, hold_writers, make_like
from app.db.partitions.guards import FOREIGN_KEY, STATEMENTS, guard
from app.db.partitions.layout import UNTIL_CHECK
from app.db.partitions.periods import COLUMN, DEFAULT, KEY, NEW_KEY, TABLE, Period
from app.domain.errors import Message

_OLD_KEY = f"pk_{TABLE}"

SIZE = text(
    "SELECT greatest(reltuples, 0), pg_total_relation_size(oid) FROM pg_class WHERE oid = to_regclass(:name)"
)
_INDEXES = text("""
SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON oid = indexrelid
WHERE indrelid = to_regclass(:name) AND NOT indisprimary AND relname <> :key ORDER BY relname
""")
_FOREIGN_KEYS = text(
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE conrelid = to_regclass(:name) AND contype = 'f' ORDER BY conname"
)
_TRIGGERS = text(
    "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger "
    "WHERE tgrelid = to_regclass(:name) AND NOT tgisinternal ORDER BY tgname"
)
# What goes by the table itself and not by its name would be left with the old rows alone.
_OBSTACLES = text("""
SELECT 'view ' || ev_class::regclass FROM pg_rewrite JOIN pg_depend ON objid = pg_rewrite.oid
WHERE classid = 'pg_rewrite'::regclass AND refobjid = to_regclass(:name) AND ev_class <> to_regclass(:name)
UNION SELECT 'foreign key ' || conname || ' of ' || conrelid::regclass FROM pg_constraint
WHERE contype = 'f' AND confrelid = to_regclass(:name) AND conname <> :known
UNION SELECT 'publication ' || pubname FROM pg_publication_rel JOIN pg_publication ON pg_publication.oid = prpubid
WHERE prrelid = to_regclass(:name)
UNION SELECT 'row policies' FROM pg_class WHERE oid = to_regclass(:name) AND relrowsecurity
UNION SELECT 'a replica identity by an index' FROM pg_class WHERE oid = to_regclass(:name) AND relreplident = 'i'
UNION SELECT 'inheritance with ' || CASE WHEN inhparent = to_regclass(:name) THEN inhrelid ELSE inhparent END::regclass
FROM pg_inherits WHERE to_regclass(:name) IN (inhparent, inhrelid)
ORDER BY 1
""")


def obstacle(connection: Connection) -> Message | None:
    """What somebody has added to the table that would not come along."""
    found = ", ".join(connection.scalars(_OBSTACLES, {"name": TABLE, "known": FOREIGN_KEY}))
    if not found:
        return None
    return Message(
        f"{TABLE} 上有程序不认识的对象：{found}。请先去掉，分区后再建立",
        f"{TABLE} has what this program does not know: {found}. Take it away first and make it again afterwards",
    )


def replace(connection: Connection, periods: Sequence[Period], old: str) -> None:
    """Put a partitioned table of these periods in the place of the plain one, which becomes its part `old`."""
    hold_writers(connection)
    # The tables that are referred to as well: the keys of the plain table become those of a part.
    connection.execute(text(f"LOCK TABLE enterprises, sites, {TABLE}, {STATEMENTS} IN ACCESS EXCLUSIVE MODE"))
    foreign_keys = connection.execute(_FOREIGN_KEYS, {"name": TABLE}).all()
    triggers = connection.execute(_TRIGGERS, {"name": TABLE}).all()
    indexes = connection.execute(_INDEXES, {"name": TABLE, "key": NEW_KEY}).all()
    _run(connection, f"ALTER TABLE {STATEMENTS} DROP CONSTRAINT IF EXISTS {FOREIGN_KEY}")
    for name, _ in triggers:
        _run(connection, f"DROP TRIGGER {name} ON {TABLE}")
    _put_aside(connection, old, [name for name, _ in indexes])
    options = "INCLUDING ALL EXCLUDING INDEXES EXCLUDING STATISTICS"
    _run(connection, f"CREATE TABLE {TABLE} (LIKE {old} {options}) PARTITION BY RANGE ({COLUMN})")
    _run(connection, f"ALTER TABLE {TABLE} DROP CONSTRAINT {UNTIL_CHECK}")
    _run(connection, f"ALTER TABLE {TABLE} ADD CONSTRAINT {_OLD_KEY} PRIMARY KEY ({', '.join(KEY)})")
    for _, definition in indexes:
        _run(connection, definition)
    for name, definition in foreign_keys:
        _run(connection, f"ALTER TABLE {TABLE} ADD CONSTRAINT {name} {definition}")
    _fill(connection, periods, old)
    for _, definition in triggers:
        _run(connection, definition)
    guard(connection)
    copy_rights(connection, TABLE, old)


def _put_aside(connection: Connection, old: str, indexes: Sequence[str]) -> None:
    """Let the plain table have other names, and the key that a part has."""
    for name in indexes:
        _run(connection, f"ALTER INDEX {name} RENAME TO {name.replace(TABLE, old)}")
    _run(connection, f"ALTER TABLE {TABLE} RENAME TO {old}")
    _run(connection, f"ALTER TABLE {old} DROP CONSTRAINT {_OLD_KEY}")
    _run(connection, f"ALTER TABLE {old} ADD CONSTRAINT pk_{old} PRIMARY KEY USING INDEX {NEW_KEY}")


def _fill(connection: Connection, periods: Sequence[Period], old: str) -> None:
    """Attach the old rows, which the promise says need not be looked through, and make the empty tables."""
    bounds = f"FROM (MINVALUE) TO ('{periods[0].first}')"
    _run(connection, f"ALTER TABLE {TABLE} ATTACH PARTITION {old} FOR VALUES {bounds}")
    _run(connection, f"ALTER TABLE {old} DROP CONSTRAINT {UNTIL_CHECK}")
    for period in periods:
        add(connection, period, like=old, has_default=False)
    make_like(connection, DEFAULT, old)
    _run(connection, f"ALTER TABLE {TABLE} ATTACH PARTITION {DEFAULT} DEFAULT")


def _run(connection: Connection, statement: str) -> None:
    # Definitions may hold what SQLAlchemy would take for a parameter.
    connection.execute(text(statement.replace(":", r"\:")))
