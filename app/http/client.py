"""Requests that this service sends to others; the only door out.

A request has one time limit from the first name look-up to the last byte, an answer a size limit; redirects are
followed only when asked for, and each target is looked at like the first. Proxies, netrc and cookies do not exist
here. What goes wrong is told without the URL, for an address may hold a secret.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from app.http.addresses import AddressGuard
from app.settings import Settings

if TYPE_CHECKING:
    from app.http.guarded_network import GuardedNetwork

USER_AGENT = "huanlian"
MAX_URL = 2_000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SECRET_HEADERS = frozenset({"authorization", "cookie"})


class Failure(StrEnum):
    """Why there is no answer."""

    BAD_URL = "bad_url"
    """Not an http(s) URL with a host, or unencrypted where TLS is demanded."""
    REFUSED_ADDRESS = "refused_address"
    """A private, loopback or other special address that the settings do not allow."""
    UNKNOWN_HOST = "unknown_host"
    NOT_CONNECTED = "not_connected"
    TLS = "tls"
    """No certificate that we trust for this name."""
    TIMEOUT = "timeout"
    BROKEN = "broken"
    """The connection ended in the middle, or what came was not HTTP."""
    TOO_MANY_REDIRECTS = "too_many_redirects"


class OutboundFailed(Exception):  # noqa: N818 - a fact about the request
    """No answer came; `reason` says why. Its text names no URL."""

    def __init__(self, reason: Failure) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are in lower case; of headers that repeat, the values are joined by a comma.

    `is_whole` is False when the body was longer than the limit and cut, or came encoded although we asked for it plain
    (then `body` is empty).
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_whole: bool
    url: str
    """The address that answered: another one than asked when redirects were followed."""
    seconds: float


@dataclass(frozen=True, slots=True)
class OutboundClient:
    """Sends requests. Connections are kept for a few seconds, for one's next request to the same host."""

    guard: AddressGuard
    network: "GuardedNetwork"
    timeout_seconds: float
    max_body_bytes: int

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        redirects: int = 0,
    ) -> Answer:
        """Send one request, follow at most `redirects` redirects of a GET. Raises OutboundFailed.

        An answer of any status is an answer; a redirect that is not followed, too. A redirect to another host is
        followed without `Authorization`.
        """
        begun = time.monotonic()
        deadline = begun + self.timeout_seconds
        fields = {
            "user-agent": USER_AGENT,
            "accept-encoding": "identity",
            **{name.lower(): value for name, value in (headers or {}).items()},
        }
        for _ in range(redirects + 1):
            check_url(url, self.guard)
            status, received, body, is_whole = self.network.exchange(
                method, url, fields, content, deadline=deadline, max_body_bytes=self.max_body_bytes
            )
            target = received.get("location")
            if not redirects or method != "GET" or status not in _REDIRECTS or target is None:
                return Answer(status, received, body, is_whole, url, time.monotonic() - begun)
            before, url = url, urljoin(url, target)
            if not _same_origin(before, url):
                fields = {name: value for name, value in fields.items() if name not in _SECRET_HEADERS}
        raise OutboundFailed(Failure.TOO_MANY_REDIRECTS)


@contextmanager
def open_client(
    settings: Settings,
    *,
    timeout_seconds: float = 15.0,
    max_body_bytes: int = 4 * 1024 * 1024,
    guard: AddressGuard | None = None,
) -> Iterator[OutboundClient]:
    """Open the door; connections are closed at the end. `guard` is that of the settings unless a test gives one."""
    # The HTTP library takes longer to load than the service to start; only who sends something needs it.
    from app.http.guarded_network import GuardedNetwork  # noqa: PLC0415

    chosen = guard or AddressGuard.of(settings)
    network = GuardedNetwork(chosen)
    try:
        yield OutboundClient(chosen, network, timeout_seconds, max_body_bytes)
    finally:
        network.close()


def check_url(url: str, guard: AddressGuard) -> None:
    """Look at the form of a URL, without resolving its host. Raises OutboundFailed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise OutboundFailed(Failure.BAD_URL) from None
    schemes = {"https", "http"} if guard.allows_plain_http else {"https"}
    is_good = (
        len(url) <= MAX_URL
        and url.isascii()
        and url.isprintable()
        and " " not in url
        and parts.scheme in schemes
        and bool(parts.hostname)
        and port != 0
        and parts.username is None
        and parts.password is None
        and not parts.fragment
    )
    if not is_good:
        raise OutboundFailed(Failure.BAD_URL)


def _same_origin(one: str, other: str) -> bool:
    first, second = urlsplit(one), urlsplit(other)
    return (first.scheme, first.netloc.lower()) == (second.scheme, second.netloc.lower())
