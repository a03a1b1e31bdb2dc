"""Bringing a database to the newest schema, by one process at a time."""

import time
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from app.db.base import Base

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_UPGRADE_LOCK = 7_311_402_214
_LOCK_NOT_AVAILABLE = "55P03"
_ATTEMPTS, _LONGEST_PAUSE_S = 40, 5.0


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, pointing at our migrations and, when given, at an open connection."""
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
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _UPGRADE_LOCK})
        connection.commit()
        try:
            _upgrade_patiently(connection, revision, pause_s)
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _UPGRADE_LOCK})
            connection.commit()


def _upgrade_patiently(connection: Connection, revision: str, pause_s: float) -> None:
    for attempt in range(1, _ATTEMPTS):
        try:
            command.upgrade(alembic_config(connection), revision)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            connection.rollback()
            # Long transactions (a backup, a report) end within minutes; who asks often makes writers wait often.
            time.sleep(min(attempt * pause_s, _LONGEST_PAUSE_S))
        else:
            return
    command.upgrade(alembic_config(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Run the migrations down to `revision`."""
    with engine.connect() as connection:
        command.downgrade(alembic_config(connection), revision)


def current_revision(engine: Engine) -> str | None:
    """The schema revision that the database is at, None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str | None:
    """The newest revision that the code knows."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def schema_differences(engine: Engine) -> list[str]:
    """What differs between the tables in the database and the models; empty when all is well."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "target_metadata": Base.metadata}
        )
        return [repr(difference) for difference in compare_metadata(context, Base.metadata)]
