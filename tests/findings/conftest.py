"""The town of these tests."""

from pathlib import Path

import pytest
from builders import People
from findings.town import Town
from starlette.testclient import TestClient
from support.clock import SettableClock

from app.db.session import Database
from app.settings import Settings


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database, attachments_folder=tmp_path / "attachments", rate_limits=False)


@pytest.fixture
def town(
    client: TestClient, people: People, sessions: Database, settings: Settings, clock: SettableClock
) -> Town:
    made = Town(client, people, sessions, settings, clock)
    made.settle()
    return made
