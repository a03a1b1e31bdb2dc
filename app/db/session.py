"""Sessions: reading and writing are different types, so that a reader cannot write by accident.

One request is one transaction. Services never commit: the scope that opened the session does, before the answer leaves.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db.engine import Engines


class ReadSession(Session):
    """For queries only; on SQLite its connection cannot write."""


class WriteSession(ReadSession):
    """For changes; may be handed to whoever wants to read."""


@dataclass(frozen=True, slots=True)
class Database:
    """Opens sessions."""

    engines: Engines

    @contextmanager
    def reading(self, *, may_lag: bool = False, bounded: bool = False) -> Iterator[ReadSession]:
        """Read the database; whoever `may_lag` reads the replica where there is one, and so perhaps of a moment ago.

        Statements of who is `bounded` end after the statement timeout on SQLite too; on PostgreSQL everybody's do.
        """
        usual = self.engines.bounded if bounded else self.engines.read
        engine = (self.engines.replica if may_lag else None) or usual
        with ReadSession(engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[WriteSession]:
        """Commits at the end, rolls back on any exception."""
        with WriteSession(self.engines.write, expire_on_commit=False) as session, session.begin():
            yield session
