"""A short way to one address: its requests are read and answered outside of everything else that a request passes.

Middleware by middleware, FastAPI's search for a route and its binding cost more than the whole filing of a ledger. The
short way does what they do, by the same parts: it counts against the same allowance and into the same metrics, gives
the same headers and writes the same log line. It takes only requests without anything odd; whatever it doubts goes the
ordinary way as it came, and is answered or refused there. So there is one contract, and the refusals of a request's
shape are said in one place.
"""

import time
import uuid
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import structlog
from pydantic_core import to_json

from app.auth.subjects import Subject
from app.http.handlers import problem_of
from app.http.middleware import App, Message, Receive, Scope, Send, fixed_headers, log_request, replayed
from app.http.origin import address_of
from app.http.problems import MEDIA_TYPE
from app.http.rate_limit.allowances import Allowance
from app.http.rate_limit.middleware import STANDING, headers_of
from app.ids import new_id


@dataclass(frozen=True, slots=True)
class Letter:
    """A request that nothing is wrong with so far."""

    subject: Subject
    headers: Mapping[bytes, bytes]
    body: bytes
    request_id: uuid.UUID
    address: str


class Reply(Protocol):
    """What a letter is answered: JSON, unless the headers say otherwise."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def text(self) -> str: ...


class Clerk(Protocol):
    """Who answers the letters of one address."""

    def sender(self, headers: Mapping[bytes, bytes]) -> Subject | None:
        """Who sends it; None when its head is not one for the short way."""

    def read(self, letter: Letter) -> Awaitable[Reply] | None:
        """Begin to answer, or give None when its body is not one for the short way. The answer raises its problem."""


class Counter(Protocol):
    """Who counts requests (`RequestMetrics`)."""

    def begin(self) -> None: ...
    def end(self, route: str, method: str, status: int, elapsed_s: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Door:
    """One address with all that its requests pass; `allowance` None where nothing is limited."""

    method: str
    path: str
    clerk: Clerk
    counter: Counter
    allowance: Allowance | None
    limit_bytes: int
    https: bool


class ShortWay:
    """Stands before all other middleware."""

    def __init__(self, app: App, *, door: Door) -> None:
        self._app = app
        self._door = door
        self._fixed = fixed_headers(https=door.https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        door = self._door
        if scope["type"] != "http" or scope["path"] != door.path or scope["method"] != door.method:
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers = dict(scope["headers"])
        subject = door.clerk.sender(headers) if _is_plain(headers, door.limit_bytes) else None
        if subject is None or not await self._is_allowed(scope, subject):
            await self._app(scope, receive, send)
            return
        heard: list[Message] = []
        body = await _body(receive, heard, door.limit_bytes)
        letter = Letter(subject, headers, body or b"", new_id(), address_of(scope))
        answered = None if body is None else door.clerk.read(letter)
        if answered is None:
            await self._app(scope, replayed(heard, receive), send)
            return
        with self._counted(letter.request_id, began) as outcome:
            reply = await _reply(letter, answered)
            outcome.status = reply.status
            await self._send(scope, letter, reply, send)

    async def _is_allowed(self, scope: Scope, subject: Subject) -> bool:
        """Count the request; the ordinary way, should it be taken yet, does not count it again."""
        if self._door.allowance is None:
            return True
        standing = scope[STANDING] = await self._door.allowance.spend(str(subject.id))
        return standing.allowed

    async def _send(self, scope: Scope, letter: Letter, reply: Reply, send: Send) -> None:
        text = reply.text.encode()
        said = {
            "content-type": "application/json",
            **{key.lower(): value for key, value in reply.headers.items()},
        }
        headers = [(key.encode(), value.encode()) for key, value in said.items()]
        headers += (
            (b"content-length", b"%d" % len(text)),
            (b"x-request-id", str(letter.request_id).encode()),
            *(headers_of(scope[STANDING]) if STANDING in scope else ()),
            *self._fixed,
        )
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": text})

    @contextmanager
    def _counted(self, request_id: uuid.UUID, began: float) -> Iterator["_Outcome"]:
        """Count the request and log its end, whatever becomes of it."""
        door, outcome = self._door, _Outcome()
        door.counter.begin()
        try:
            yield outcome
        finally:
            elapsed = time.perf_counter() - began
            door.counter.end(door.path, door.method, outcome.status, elapsed)
            log_request(door.method, door.path, outcome.status, elapsed, request_id=str(request_id))


@dataclass(slots=True)
class _Outcome:
    """Without an answer it is a crash, which the outermost handler turns into a 500."""

    status: int = 500


@dataclass(frozen=True, slots=True)
class _Refused:
    """A problem as a reply."""

    status: int
    headers: Mapping[str, str]
    text: str


async def _reply(letter: Letter, answered: Awaitable[Reply]) -> Reply:
    """The answer, or the problem that it raises; a crash rises."""
    try:
        return await answered
    except Exception as error:
        with structlog.contextvars.bound_contextvars(request_id=str(letter.request_id)):
            problem = problem_of(error)
        if problem is None:
            raise
        document = problem.document(str(letter.request_id))
        headers = {"Content-Type": MEDIA_TYPE, **problem.headers}
        return _Refused(problem.status, headers, to_json(document).decode())


def _is_plain(headers: Mapping[bytes, bytes], limit_bytes: int) -> bool:
    """Whether it is JSON of a length that is announced and allowed."""
    length = headers.get(b"content-length", b"")
    return (
        headers.get(b"content-type") == b"application/json"
        and length.isdigit()
        and int(length) <= limit_bytes
        and b"transfer-encoding" not in headers
    )


async def _body(receive: Receive, heard: list[Message], limit_bytes: int) -> bytes | None:
    """The body, None when it is too long or the client has gone; `heard` gets every message that came."""
    body = b""
    while True:
        message = await receive()
        heard.append(message)
        if message["type"] != "http.request":
            return None
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > limit_bytes:
            return None
        if not message.get("more_body", False):
            return body
