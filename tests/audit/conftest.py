"""An empty log: the reference data of the template has left an entry of its own."""

import pytest
from sqlalchemy import delete

from app.audit.models import AuditEntry
from app.db.session import Database


@pytest.fixture
def log(sessions: Database) -> Database:
    """A database whose log is empty."""
    with sessions.writing() as session:
        session.execute(delete(AuditEntry))
    return sessions
