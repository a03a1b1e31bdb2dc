"""Alembic's environment: one chain for SQLite and PostgreSQL, run over a connection that the caller opened."""

from alembic import context
from sqlalchemy import Connection, text

import app.tables  # noqa: F401 - fills Base.metadata
from app.db.base import Base

# Whoever waits for a lock on a table makes all who come later wait as well: better to give up soon and try again.
_LOCK_TIMEOUT = "500ms"


def run(connection: Connection) -> None:
    """Migrate over an open connection. SQLite needs foreign keys off: else a rebuilt table deletes its children."""
    sqlite = connection.dialect.name == "sqlite"
    driver = connection.connection.driver_connection
    if sqlite and driver is not None:
        # Outside a transaction, or SQLite ignores it: hence on the driver's connection, before SQLAlchemy begins one.
        driver.execute("PRAGMA foreign_keys=OFF")
    if not sqlite:
        _set(connection, f"SET lock_timeout = '{_LOCK_TIMEOUT}'", "SET statement_timeout = 0")
    try:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=sqlite,
            compare_type=True,
            transactional_ddl=True,
            # The locks of a step end with it, and what cannot be in a transaction (CREATE INDEX CONCURRENTLY) can be alone.
            transaction_per_migration=not sqlite,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    finally:
        if sqlite and driver is not None:
            driver.execute("PRAGMA foreign_keys=ON")
        if not sqlite:
            # The connection goes back to the pool with the timeouts of the settings.
            connection.rollback()
            _set(connection, "RESET lock_timeout", "RESET statement_timeout")


def _set(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.execute(text(statement))
    connection.commit()


run(context.config.attributes["connection"])
