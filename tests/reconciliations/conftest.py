"""What the tests of reconciliations share."""

import pytest
from reconciliations.city import Work
from support.clock import SettableClock

from app.db.session import Database
from app.outbox.jobs import JobContext
from app.reconciliations.jobs import carry_out
from app.settings import Settings


@pytest.fixture
def work(sessions: Database, settings: Settings, clock: SettableClock) -> Work:
    """Do the job of a reconciliation, as the worker would."""
    return lambda run_id: carry_out(JobContext(sessions, settings, clock), {"reconciliation_id": run_id})
