"""Fixtures of the tests of imports."""

import pytest
from builders import MILL, WORKS, People
from fastapi import FastAPI
from imports.sending import Desk
from support.clock import SettableClock

from app.db.session import Database
from app.settings import Settings


@pytest.fixture
def desk(app: FastAPI, people: People, sessions: Database, settings: Settings, clock: SettableClock) -> Desk:
    """A mill with two sites and a works that takes its ash; their files are filed when the desk says so."""
    people.register(MILL, sites=2)
    people.register(WORKS)
    return Desk(people, sessions, settings, clock)
