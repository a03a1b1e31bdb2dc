"""Fixtures of the tests of jobs and events."""

import pytest
from support.clock import SettableClock
from worker.working import Bench

from app.db.session import Database
from app.settings import Settings


@pytest.fixture
def bench(sessions: Database, settings: Settings, clock: SettableClock) -> Bench:
    return Bench(sessions, settings, clock)
