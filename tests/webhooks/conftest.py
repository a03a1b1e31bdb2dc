"""Fixtures of the tests of webhooks: loopback is allowed, and somebody listens there."""

from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from starlette.testclient import TestClient
from support.clock import SettableClock
from webhooks.desk import Desk, Receiver

from app.db.session import Database
from app.settings import Settings


@pytest.fixture
def settings(database: str) -> Settings:
    return Settings(database_url=database, outbound_allowed_networks=(ip_network("127.0.0.0/8"),))


@pytest.fixture
def desk(client: TestClient, sessions: Database, settings: Settings, clock: SettableClock) -> Desk:
    return Desk(client, sessions, settings, clock)


@pytest.fixture(scope="module")
def _one_receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    listening = Receiver(tmp_path_factory.mktemp("receiver"))
    yield listening
    listening.end()


@pytest.fixture
def receiver(_one_receiver: Receiver) -> Receiver:
    """The module's receiver, with nothing received and a friendly answer."""
    _one_receiver.forget()
    _one_receiver.answer("ok")
    return _one_receiver
