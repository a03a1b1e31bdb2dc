"""The wires behind the door out: connections to addresses that were looked at, and no longer than agreed.

Loaded late, by app/http/client.py: the HTTP library is not needed to start the service.
"""

import logging
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, cast

import httpcore2
import httpx2

from app.http.addresses import AddressGuard, AddressRefused, HostUnknown
from app.http.client import Failure, OutboundFailed

# Their lines at DEBUG hold addresses and headers.
for _name in ("httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_KEEPALIVE_SECONDS = 5.0
_current = threading.local()


def _remaining(timeout: float | None) -> float:
    """What is left of the time of this thread's request; a receiver that sends a byte now and then gains nothing."""
    left: float = getattr(_current, "deadline", 0.0) - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout
    return left if timeout is None else min(left, timeout)


class _TimedStream(httpcore2.NetworkStream):
    """A connection each of whose steps ends with the time of the request."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _remaining(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _TimedStream(self._inner.start_tls(ssl_context, server_hostname, _remaining(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _GuardedBackend(httpcore2.NetworkBackend):
    """Resolves a host itself and connects to an address that the guard has seen; the name stays for TLS and `Host`."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        failed: Exception = httpcore2.ConnectError()
        for address in self._guard.addresses(host, port):
            try:
                stream = self._inner.connect_tcp(
                    address, port, _remaining(timeout), local_address, socket_options
                )
                return _TimedStream(stream)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
        raise failed


@cache
def _trust() -> ssl.SSLContext:
    """The system's store of certificates, or that of SSL_CERT_FILE, for authorities with an own one: read once."""
    return ssl.create_default_context()


class GuardedNetwork:
    """A pool of connections. Neither proxies nor netrc nor cookies: the transport alone is used, without a client."""

    def __init__(self, guard: AddressGuard) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=_trust(),
            network_backend=_GuardedBackend(guard),
            keepalive_expiry=_KEEPALIVE_SECONDS,
        )

    def close(self) -> None:
        self._pool.close()

    def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | None,
        *,
        deadline: float,
        max_body_bytes: int,
    ) -> tuple[int, Mapping[str, str], bytes, bool]:
        """Send a request and read at most so much of the answer. Raises OutboundFailed."""
        _current.deadline = deadline
        try:
            sent = httpx2.Request(method, url, headers=dict(headers), content=content)
            with self._received(sent) as response:
                received = {name.lower(): value for name, value in response.headers.items()}
                if received.get("content-encoding", "identity") != "identity":
                    return response.status_code, received, b"", False
                body, is_whole = _bounded(response.iter_raw(), max_body_bytes)
                return response.status_code, received, body, is_whole
        except Exception as error:
            reason = _reason(error)
            if reason is None:
                raise
            # The library's words may hold the address.
            raise OutboundFailed(reason) from None

    def _received(self, sent: httpx2.Request) -> "_Received":
        answer = self._pool.handle_request(
            httpcore2.Request(
                method=sent.method,
                url=httpcore2.URL(
                    scheme=sent.url.raw_scheme,
                    host=sent.url.raw_host,
                    port=sent.url.port,
                    target=sent.url.raw_path,
                ),
                headers=sent.headers.raw,
                content=cast("Iterable[bytes]", sent.stream),
            )
        )
        return _Received(answer)


class _Received:
    """An answer whose body is read in pieces; at the end its connection is closed or kept."""

    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer
        self._response = httpx2.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def __enter__(self) -> httpx2.Response:
        return self._response

    def __exit__(self, *_: object) -> None:
        self._answer.close()


class _Body(httpx2.SyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()


def _bounded(pieces: Iterable[bytes], limit: int) -> tuple[bytes, bool]:
    body = bytearray()
    for piece in pieces:
        body += piece[: limit + 1 - len(body)]
        if len(body) > limit:
            return bytes(body[:limit]), False
    return bytes(body), True


def _reason(error: Exception) -> Failure | None:
    kinds: tuple[tuple[type[Exception], Failure], ...] = (
        (AddressRefused, Failure.REFUSED_ADDRESS),
        (HostUnknown, Failure.UNKNOWN_HOST),
        (httpcore2.TimeoutException, Failure.TIMEOUT),
        (httpcore2.ConnectError, Failure.NOT_CONNECTED),
        (httpcore2.NetworkError, Failure.BROKEN),
        (httpcore2.LocalProtocolError, Failure.BAD_URL),
        (httpcore2.ProtocolError, Failure.BROKEN),
        (httpcore2.UnsupportedProtocol, Failure.BAD_URL),
        (httpx2.InvalidURL, Failure.BAD_URL),
    )
    if error.args and isinstance(error.args[0], ssl.SSLError):
        return Failure.TLS
    return next((reason for kind, reason in kinds if isinstance(error, kind)), None)
