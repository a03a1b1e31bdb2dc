"""A PostgreSQL that does not answer is given up soon, and a wire that was cut is noticed."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import OperationalError
from support.clock import SettableClock

from app.db.engine import make_engines
from app.observability import readiness
from app.observability.readiness import Probe
from app.settings import Settings

ON_POSTGRESQL = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


@pytest.fixture
def silent() -> Iterator[int]:
    """Give the port of a machine that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def wired(empty_database: str) -> Iterator[str]:
    """Give the URL of the database over TCP: the server of the tests has a socket in the file system only."""
    url = make_url(empty_database)
    path = f"{url.query['host']}/.s.PGSQL.{url.query['port']}"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        carrier = threading.Thread(target=_carry, args=(listening, path))
        carrier.start()
        yield f"postgresql://{url.username}@127.0.0.1:{port}/{url.database}"
        listening.shutdown(socket.SHUT_RDWR)
        carrier.join()


def _carry(listening: socket.socket, path: str) -> None:
    """Carry each connection both ways until it ends; ends itself when nobody listens any more."""
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(path)
        try:
            client, _ = listening.accept()
        except OSError:
            return
        with client:
            back = threading.Thread(target=_pour, args=(server, client))
            back.start()
            _pour(client, server)
            back.join()


def _pour(source: socket.socket, sink: socket.socket) -> None:
    while said := source.recv(65_536):
        sink.sendall(said)
    sink.shutdown(socket.SHUT_WR)


def _options(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert isinstance(raw, psycopg.Connection)
        with closing(socket.socket(fileno=os.dup(raw.fileno()))) as wire:
            found = {
                name: wire.getsockopt(socket.IPPROTO_TCP, getattr(socket, f"TCP_{name}"))
                for name in ("KEEPIDLE", "KEEPINTVL", "KEEPCNT", "USER_TIMEOUT")
            }
            found["KEEPALIVE"] = wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    engine.dispose()
    return found


@ON_POSTGRESQL
def test_a_silent_wire_is_asked_and_given_up(wired: str) -> None:
    found = _options(make_engines(Settings(database_url=wired)).write)
    assert found == {"KEEPALIVE": 1, "KEEPIDLE": 20, "KEEPINTVL": 5, "KEEPCNT": 4, "USER_TIMEOUT": 20_000}


@ON_POSTGRESQL
def test_what_the_url_says_of_its_wire_stands(wired: str) -> None:
    url = f"{wired}?keepalives_idle=7&tcp_user_timeout=9000"
    found = _options(make_engines(Settings(database_url=url)).write)
    assert (found["KEEPIDLE"], found["KEEPINTVL"], found["USER_TIMEOUT"]) == (7, 5, 9_000)


def test_a_server_that_never_answers_is_given_up(silent: int) -> None:
    settings = Settings(database_url=f"postgresql://nobody@127.0.0.1:{silent}/x", database_connect_seconds=2)
    with pytest.raises(OperationalError, match="timeout"):
        make_engines(settings).write.connect()


def test_a_probe_does_not_wait_as_long_as_the_url_says(
    silent: int, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "_CONNECT_S", 2)
    settings = Settings(database_url=f"postgresql://nobody@127.0.0.1:{silent}/x?connect_timeout=3600")
    assert not Probe(settings, clock).look().reached
