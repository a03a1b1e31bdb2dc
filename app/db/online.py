"""Changes of the schema beside people who file: what migrations call in place of Alembic's own where a table is large.

PostgreSQL builds an index beside its writers only outside a transaction, and leaves an invalid one behind when that fails. So
each function here can be run again after it was cut off. On SQLite there is one writer, and nothing to be done beside it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from alembic import op
from sqlalchemy import Connection, text

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
    with op.get_context().autocommit_block(), _unhurried():
        # What an interrupted run left behind is invalid: it costs every writer and serves nobody.
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table, columns, unique=unique, postgresql_concurrently=True, **options)


def drop_index(name: str, table: str) -> None:
    """`op.drop_index`, waiting for those who use it in place of making all others wait."""
    if not _postgresql():
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
