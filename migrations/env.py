"""Alembic's environment: one chain for SQLite and PostgreSQL, run over a connection that the caller opened."""

from alembic import context
from sqlalchemy import Connection, text

import app.tables  # noqa: F401 - fills Base.metadata
from app.db.base import Base


def run(connection: Connection) -> None:
    """Migrate over an open connection. SQLite needs foreign keys off: else a rebuilt table deletes its children."""
    sqlite = connection.dialect.name == "sqlite"
    driver = connection.connection.driver_connection
    if sqlite and driver is not None:
        # Outside a transaction, or SQLite ignores it: hence on the driver's connection, before SQLAlchemy begins one.
        driver.execute("PRAGMA foreign_keys=OFF")
    try:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=sqlite,
            compare_type=True,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            if not sqlite:
                # A migration waits a little for its locks, then gives up rather than queue everyone behind it.
                connection.execute(text("SET LOCAL lock_timeout = '5s'"))
                connection.execute(text("SET LOCAL statement_timeout = 0"))
            context.run_migrations()
        connection.commit()
    finally:
        if sqlite and driver is not None:
            driver.execute("PRAGMA foreign_keys=ON")


run(context.config.attributes["connection"])
