"""The door out, against real sockets: time and size are bounded, names stay pinned, nothing leaks."""

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from typing import Any

import pytest

from app.http.addresses import AddressGuard
from app.http.client import Answer, Failure, OutboundFailed, open_client
from app.settings import Settings

_LOOPBACK = AddressGuard(
    allowed_networks=(ip_network("127.0.0.0/8"),), resolver=lambda _host, _port: ["127.0.0.1"]
)
Talk = Callable[[socket.socket, bytes], None]


class Listener:
    """A socket that keeps what each connection says first, then lets the test answer."""

    def __init__(self, talk: Talk) -> None:
        self.heard: list[bytes] = []
        self._talk = talk
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.accepted = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                while said := connection.recv(65536):
                    self.heard.append(said)
                    self._talk(connection, said)
            except OSError:
                return

    def close(self) -> None:
        self._socket.close()


@contextmanager
def listening(talk: Talk) -> Iterator[Listener]:
    listener = Listener(talk)
    yield listener
    listener.close()


def says(text: str) -> Talk:
    return lambda connection, _said: connection.sendall(text.encode())


def get(url: str, *, guard: AddressGuard = _LOOPBACK, seconds: float = 5, **more: Any) -> Answer:
    with open_client(Settings(), timeout_seconds=seconds, max_body_bytes=1000, guard=guard) as client:
        return client.request("GET", url, **more)


def failure_of(url: str, **more: Any) -> Failure:
    with pytest.raises(OutboundFailed) as failed:
        get(url, **more)
    assert url not in str(failed.value), "no address in the words of a failure"
    return failed.value.reason


_OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_a_request_goes_to_the_address_and_bears_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with listening(says(_OK)) as listener:
        answer = get(f"http://permits.example:{listener.port}/a?b=c", headers={"X-Mine": "1"})
    assert (answer.status, answer.body, answer.is_whole) == (200, b"ok", True)
    head = listener.heard[0].decode().lower()
    assert head.startswith("get /a?b=c http/1.1\r\n")
    assert f"host: permits.example:{listener.port}\r\n" in head
    assert "x-mine: 1\r\n" in head
    assert "cookie" not in head


def test_tls_asks_for_the_name_and_not_for_the_address() -> None:
    with listening(lambda connection, _said: connection.close()) as listener:
        reason = failure_of(f"https://permits.example:{listener.port}/")
    assert reason in {Failure.TLS, Failure.BROKEN, Failure.NOT_CONNECTED}
    assert b"permits.example" in listener.heard[0], "the name in the ClientHello"


def test_a_server_without_tls_is_told_apart() -> None:
    with listening(says("HTTP/1.1 400 Bad Request\r\n\r\n")) as listener:
        assert failure_of(f"https://permits.example:{listener.port}/") is Failure.TLS


def test_a_name_that_changes_its_address_gains_nothing() -> None:
    """The first look-up says what is connected to: there is no second one."""
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1" if len(asked) == 1 else "10.9.9.9"]

    guard = AddressGuard(allowed_networks=(ip_network("127.0.0.1/32"),), resolver=rebinding)
    with listening(says(_OK)) as listener:
        assert get(f"http://rebinding.example:{listener.port}/", guard=guard).status == 200
        assert asked == ["rebinding.example"]
        assert (
            failure_of(f"http://rebinding.example:{listener.port}/", guard=guard) is Failure.REFUSED_ADDRESS
        )
    assert listener.accepted == 1


def test_redirects_are_followed_when_asked_for_and_looked_at() -> None:
    with listening(says(_OK)) as target:
        moved = f"HTTP/1.1 302 Found\r\nLocation: http://other.example:{target.port}/x\r\nContent-Length: 0\r\n\r\n"
        with listening(says(moved)) as first:
            url = f"http://permits.example:{first.port}/"
            token = {"Authorization": "Bearer owl"}
            assert get(url, headers=token).status == 302
            followed = get(url, headers=token, redirects=2)
    assert (followed.status, followed.url) == (200, f"http://other.example:{target.port}/x")
    assert b"owl" in first.heard[0]
    assert b"owl" not in target.heard[0], "another host is not told the token"


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://10.0.0.1/", Failure.REFUSED_ADDRESS),
        ("http://169.254.169.254/latest", Failure.REFUSED_ADDRESS),
        ("//[::1]:22/", Failure.REFUSED_ADDRESS),
        ("file:///etc/passwd", Failure.BAD_URL),
        ("gopher://127.0.0.1/", Failure.BAD_URL),
        ("http://user:pw@127.0.0.1/", Failure.BAD_URL),
        ("/", Failure.TOO_MANY_REDIRECTS),
    ],
)
def test_redirects_to_where_one_may_not_go(target: str, reason: Failure) -> None:
    guard = AddressGuard(allowed_networks=(ip_network("127.0.0.0/8"),))
    moved = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"
    with listening(says(moved)) as listener:
        assert failure_of(f"http://127.0.0.1:{listener.port}/", guard=guard, redirects=3) is reason


def test_a_long_body_is_cut() -> None:
    with listening(says("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + "x" * 5000)) as listener:
        answer = get(f"http://permits.example:{listener.port}/")
    assert (answer.body, answer.is_whole) == (b"x" * 1000, False)


def test_a_body_that_came_packed_is_left_packed() -> None:
    packed = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"
    with listening(says(packed)) as listener:
        answer = get(f"http://permits.example:{listener.port}/")
    assert (answer.status, answer.body, answer.is_whole) == (200, b"", False)


def test_a_server_that_sends_a_byte_now_and_then_does_not_hold_us() -> None:
    """Each byte comes in time, the answer does not."""
    is_over = threading.Event()

    def trickle(connection: socket.socket, _said: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not is_over.wait(0.05):
            connection.sendall(b"X")

    with listening(trickle) as listener:
        assert failure_of(f"http://permits.example:{listener.port}/", seconds=0.4) is Failure.TIMEOUT
        is_over.set()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("", Failure.BROKEN),
        ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", Failure.BROKEN),
        ("SSH-2.0-OpenSSH_9.6\r\n", Failure.BROKEN),
    ],
)
def test_answers_that_are_none(said: str, reason: Failure) -> None:
    def talk(connection: socket.socket, _heard: bytes) -> None:
        connection.sendall(said.encode())
        connection.shutdown(socket.SHUT_RDWR)

    with listening(talk) as listener:
        assert failure_of(f"http://permits.example:{listener.port}/") is reason


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert failure_of(f"http://permits.example:{port}/") is Failure.NOT_CONNECTED


def test_logs_say_nothing_of_addresses_and_headers(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), listening(says(_OK)) as listener:
        get(f"http://permits.example:{listener.port}/?token=owl", headers={"Authorization": "Bearer owl"})
    assert "owl" not in json.dumps([record.getMessage() for record in caplog.records])
