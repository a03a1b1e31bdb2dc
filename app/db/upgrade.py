"""Bringing a database to the newest schema, by one process at a time.

Alembic is loaded by whoever migrates or compares. Which revision there is and which is the newest is asked by each probe of
a service, and needs none of it.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from app.db.base import Base
from app.db.locks import NOT_IN_TIME, UPGRADE, asked_again
from app.db.partitions.guards import FOREIGN_KEY, is_guarded
from app.db.partitions.layout import parts_of
from app.db.partitions.periods import NEW_KEY, TABLE
from chains.late import LateModule

if TYPE_CHECKING:
    from alembic import command
    from alembic.config import Config
else:
    command = LateModule("alembic.command")

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_ATTEMPTS = 40


def alembic_config(connection: Connection | None = None) -> "Config":
    """Alembic's configuration, pointing at our migrations and, when given, at an open connection."""
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head", *, pause_s: float = 1.0) -> None:
    """Run the migrations up to `revision`. On PostgreSQL an advisory lock keeps two upgrades apart.

    There each migration is a transaction of its own that waits half a second for its locks. One that did not get them, because
    the service is at work, is tried again after `pause_s` and longer, for some minutes.
    """
    with engine.connect() as connection:
        if engine.dialect.name != "postgresql":
            command.upgrade(alembic_config(connection), revision)
            return
        with nobody_else(connection, pause_s=pause_s):
            once = partial(_upgrade_once, connection, revision)
            asked_again(once, _ATTEMPTS, pause_s, after=(NOT_IN_TIME,))


@contextmanager
def nobody_else(connection: Connection, *, pause_s: float = 1.0) -> Iterator[None]:
    """Keep apart all who change the schema, through a connection that has no transaction then. PostgreSQL only."""
    # Asked again and again: a statement that waits has a snapshot, and who builds an index waits for all snapshots to end.
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": UPGRADE}):
        connection.rollback()
        time.sleep(pause_s)
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": UPGRADE})
        connection.commit()


def _upgrade_once(connection: Connection, revision: str, _attempt: int) -> None:
    try:
        command.upgrade(alembic_config(connection), revision)
    except OperationalError:
        connection.rollback()
        raise


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Run the migrations down to `revision`."""
    with engine.connect() as connection:
        command.downgrade(alembic_config(connection), revision)


def current_revision(engine: Engine) -> str | None:
    """The schema revision that the database is at, None when it is empty."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


@cache
def head_revision() -> str:
    """The newest revision that the code knows: the one that no other comes after."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((MIGRATIONS / "versions").glob("*.py"))]

    def named(word: str) -> set[str]:
        return {name for each in texts for name in re.findall(rf'^{word} = "(\w+)"$', each, re.MULTILINE)}

    (head,) = named("revision") - named("down_revision")
    return head


def schema_differences(engine: Engine) -> list[str]:
    """What differs between the tables in the database and the models; empty when all is well."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - see above
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 - same

    with engine.connect() as connection:
        parts = parts_of(connection, TABLE)
        is_kept_otherwise = bool(parts) and is_guarded(connection)

        def is_ours(name: str | None, kind: str, _parents: object) -> bool:
            """Not the parts of a table, nor what makes a table one in parts."""
            return not ((kind == "table" and name in parts) or (kind == "index" and name == NEW_KEY))

        def is_compared(_: object, name: str | None, kind: str, *_more: object) -> bool:
            """Not a key that triggers stand in for."""
            return not (kind == "foreign_key_constraint" and name == FOREIGN_KEY and is_kept_otherwise)

        options = {
            "compare_type": True,
            "target_metadata": Base.metadata,
            "include_name": is_ours,
            "include_object": is_compared,
        }
        context = MigrationContext.configure(connection, opts=options)
        return [repr(difference) for difference in compare_metadata(context, Base.metadata)]
