"""Writes down what the test clients ask and are answered, and once cuts a connection to see what they do.

It stands around the service in a sandbox only. An answer leaves when its entry is on disk, so that whoever asks for
the results right after it finds it there.
"""

import threading
import uuid
from asyncio import to_thread
from dataclasses import dataclass, field

import structlog

from app.clock import Clock
from app.db.session import Database
from app.http.middleware import App, Message, Receive, Scope, Send
from app.http.rate_limit.callers import Callers, first_header
from app.ids import new_id
from app.sandbox import repository
from app.sandbox.excerpts import excerpt
from app.sandbox.guard import NotASandbox, refuse_others
from app.sandbox.models import EVENTS, Exchange, make_tables
from app.settings import Settings

_log = structlog.get_logger("huanlian.sandbox")
_WATCHED = "/v1/"
_NOT_WATCHED = "/v1/sandbox/"


@dataclass
class _Held:
    """An answer that waits until it is written down."""

    messages: list[Message] = field(default_factory=list)

    async def hold(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def start(self) -> Message:
        return self.messages[0]

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages[1:])

    def header(self, name: bytes) -> str:
        return first_header(self.start["headers"], name) or ""


class Recorder:
    """An ASGI middleware that keeps the journal."""

    def __init__(self, app: App, *, database: Database, settings: Settings, clock: Clock) -> None:
        self._app = app
        self._database = database
        self._callers = Callers(settings, clock)
        self._clock = clock
        self._lock = threading.Lock()
        self._on: bool | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        subject = self._subject_of(scope)
        if subject is None:
            await self._app(scope, receive, send)
            return
        held = _Held()
        await self._app(scope, receive, held.hold)
        if not held.messages:
            return
        cut = await to_thread(self._keep, scope, subject, held)
        if cut:
            # The length that was announced stays, half of the bytes come: then the server shuts the connection.
            half = {"type": "http.response.body", "body": held.body[: len(held.body) // 2], "more_body": True}
            await send(held.start)
            await send(half)
            return
        for message in held.messages:
            await send(message)

    def _subject_of(self, scope: Scope) -> uuid.UUID | None:
        if scope["type"] != "http" or not scope["path"].startswith(_WATCHED):
            return None
        subject = None if scope["path"].startswith(_NOT_WATCHED) else self._callers.subject_of(scope)
        try:
            return None if subject is None else uuid.UUID(subject)
        except ValueError:
            return None  # whoever scrapes metrics is no client

    def _keep(self, scope: Scope, subject: uuid.UUID, held: _Held) -> bool:
        if not self._is_on():
            return False
        told = excerpt(held.header(b"content-type"), held.body)
        entry = Exchange(
            id=new_id(),
            subject_id=subject,
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            key=first_header(scope["headers"], b"idempotency-key"),
            status=held.start["status"],
            replayed=bool(held.header(b"idempotent-replayed")),
            cut=False,
            told=told,
            at=self._clock(),
        )
        with self._database.writing() as session:
            entry.cut = (
                entry.path == EVENTS and bool(told.get("items")) and repository.wants_cut(session, subject)
            )
            session.add(entry)
        return entry.cut

    def _is_on(self) -> bool:
        """Make the journal's table at the first request; keep no journal in a database that is no sandbox's."""
        with self._lock:
            if self._on is None:
                try:
                    with self._database.reading() as session:
                        refuse_others(session)
                    make_tables(self._database.engines.write)
                    self._on = True
                except NotASandbox:
                    _log.error("not_a_sandbox")
                    self._on = False
            return self._on
