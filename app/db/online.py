"""Changes of the schema beside people who file: what migrations call in place of Alembic's own where a table is large.

PostgreSQL builds an index beside its writers only outside a transaction, and leaves an invalid one behind when that fails. So
each function here can be run again after it was cut off. On SQLite there is one writer, and nothing to be done beside it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from alembic import op
from sqlalchemy import Connection, text

from app.db.partitions.layout import is_valid, parts_of

LARGE = frozenset(
    {
        "audit_entries",
        "events",
        "idempotency_keys",
        "ledger_activities",
        "ledger_flows",
        "ledger_lines",
        "ledger_transitions",
        "ledger_versions",
        "ledgers",
        "transfers",
    }
)
"""Tables that grow with every ledger: ten million rows are five years of a large province."""


def create_index(
    name: str, table: str, columns: Sequence[str], *, unique: bool = False, **options: Any
) -> None:
    """`op.create_index`, without a lock that a writer would wait for."""
    if not _postgresql():
        op.create_index(name, table, columns, unique=unique, **options)
        return
    parts = parts_of(op.get_bind(), table)
    # Of a table in several parts each is given its own first; the one of the whole then finds them and reads no row.
    wanted = {part: name.replace(table, part) for part in parts} or {table: name}
    with op.get_context().autocommit_block(), _unhurried():
        for place, own_name in wanted.items():
            if parts and is_valid(op.get_bind(), own_name):
                continue  # the last step did not get its lock, and comes again
            # What an interrupted run left behind is invalid: it costs every writer and serves nobody.
            op.drop_index(own_name, place, if_exists=True, postgresql_concurrently=True)
            op.create_index(own_name, place, columns, unique=unique, postgresql_concurrently=True, **options)
    if parts:
        op.create_index(name, table, columns, unique=unique, if_not_exists=True, **options)


def drop_index(name: str, table: str) -> None:
    """`op.drop_index`, waiting for those who use it in place of making all others wait."""
    if not _postgresql() or parts_of(op.get_bind(), table):
        # That of a table in several parts cannot go while its users wait for nobody: it goes at once or not at all.
        op.drop_index(name, table)
        return
    with op.get_context().autocommit_block(), _unhurried():
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)


@contextmanager
def _unhurried() -> Iterator[None]:
    """Let it wait for whoever began before it, hours if need be: nobody waits for it meanwhile."""
    before = op.get_bind().scalar(text("SHOW lock_timeout"))
    op.execute("SET lock_timeout = 0")
    yield
    op.execute(f"SET lock_timeout = '{before}'")


@contextmanager
def seen_as_of_a_lock(connection: Connection, *tables: str) -> Iterator[Connection]:
    """Let nobody write to the tables until `connection` commits, and give another connection that sees them as of now.

    So triggers can be made at one moment and what was there before them be added up for minutes afterwards, from the other
    connection: no row is counted twice, none is missed, and writers wait only until the triggers are there. PostgreSQL only.
    """
    connection.execute(text(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE"))
    with connection.engine.connect().execution_options(isolation_level="REPEATABLE READ") as past:
        past.execute(text("SET LOCAL statement_timeout = 0"))
        # A snapshot is taken by the first question, not by BEGIN and not by SET.
        past.execute(text("SELECT 1"))
        yield past
        past.commit()


def _postgresql() -> bool:
    return bool(op.get_context().dialect.name == "postgresql")
