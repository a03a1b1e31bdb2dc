"""HTTP/1.1 as uvicorn speaks it, and what it leaves to others: how long a client may take, and how many there may be.

uvicorn waits for ever for a head or a body that drips, keeps a head of any length in memory, and waits for ever for a
client that does not take its answer. So a few hundred sockets of one machine could hold a service still at no cost.
"""

import asyncio
from collections import Counter
from enum import Enum
from typing import Any

import structlog
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from app.http.connections.answers import HeadTooLarge, NotHttp, RequestTimeout, as_bytes, busy
from app.http.connections.rules import MOST_HEAD_BYTES, Connections
from app.http.problems import Problem

_LINGER_S = 2.0
# Of a body whose request was answered already. Many clients read the answer only when they have sent all of it.
_MOST_IGNORED_BYTES = 64 * 1024 * 1024
# So many beyond the limit are told that there is no place; more are not even told.
_MOST_TOLD = 100
_NEVER_REFUSED = frozenset({"/healthz", "/readyz", "/metrics"})
_log = structlog.get_logger("huanlian.connections")


class _Part(Enum):
    """What is expected next from the client."""

    NOTHING = 0
    HEAD = 1
    BODY = 2


class GuardedProtocol(HttpToolsProtocol):
    """One connection under the rules that the application's lifespan gives as `connections`."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._rules: Connections = app_state["connections"]
        # A connection that has just begun owes a request.
        self._part = _Part.HEAD
        self._has_begun = False
        # Whether something else is expected than the timer was set for.
        self._is_news = False
        self._timer: asyncio.TimerHandle | None = None
        self._reader: asyncio.TimerHandle | None = None
        self._arrived = 0
        self._body_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._rules.open += 1
        if len(self.connections) > self._rules.most and not self._make_room():
            self._rules.ended["crowded"] += 1
            if len(self.connections) > self._rules.most + _MOST_TOLD:
                transport.abort()
                return
            self.app = _Crowded(self.app)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._rules.open -= 1
        for timer in (self._timer, self._reader):
            if timer is not None:
                timer.cancel()

    def data_received(self, data: bytes) -> None:
        was = self._part
        super().data_received(data)
        if self._part is _Part.HEAD and was is _Part.HEAD:
            self._arrived += len(data)
            if self._arrived > MOST_HEAD_BYTES and not self.transport.is_closing():
                self._give_up("long_head", HeadTooLarge())
        if self._part is _Part.BODY and not self.is_answering and self._arrived > _MOST_IGNORED_BYTES:
            # It was answered before its body had an end, and perhaps the body has none.
            self._end()
        elif self._is_news or (self._part is _Part.NOTHING and self._timer is None):
            self._watch()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._part, self._arrived, self._has_begun, self._is_news = _Part.HEAD, 0, True, True

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._part, self._arrived, self._is_news = _Part.BODY, 0, True
        self._body_since = self.loop.time()

    def on_body(self, body: bytes) -> None:
        self._arrived += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._part, self._is_news = _Part.NOTHING, True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.get_write_buffer_size():
            self._expect_reader()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_reader()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        """The same refusal as everywhere else; a whole request before it is answered first, and is then the last."""
        if self.is_answering and self._part is not _Part.BODY:
            self.cycle.keep_alive = False
            self.flow.pause_reading()
        else:
            self._give_up("not_http", NotHttp())

    def _unsupported_upgrade_warning(self) -> None:
        """Whoever asks for another protocol is answered in this one, which is no news."""

    @property
    def address(self) -> str:
        return self.client[0] if self.client else ""

    @property
    def is_answering(self) -> bool:
        """Whether a request was taken whose answer is not complete."""
        return self.cycle is not None and not self.cycle.response_complete

    def _watch(self) -> None:
        """Let the time run for what is expected now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._is_news = False
        if self.transport.is_closing():
            return
        if self._part is _Part.BODY:
            self._timer = self.loop.call_later(self._rules.body_s, self._on_slow_body)
        elif self._part is _Part.HEAD or (not self.is_answering and self.timeout_keep_alive_task is None):
            # The latter: bytes between two requests, after which uvicorn would wait for ever.
            self._timer = self.loop.call_later(self._rules.head_s, self._on_slow_head)

    def _on_slow_head(self) -> None:
        if self.is_answering:
            # It was sent behind a request that we have not answered yet: the time is ours.
            self._watch()
            return
        self._give_up("slow_head", RequestTimeout())

    def _on_slow_body(self) -> None:
        if self.flow.read_paused:
            # It is we who do not take it.
            self._body_since = self.loop.time()
        left = self._rules.body_time_s(self._arrived) - (self.loop.time() - self._body_since)
        if left > 0:
            self._timer = self.loop.call_later(left, self._on_slow_body)
            return
        self._give_up("slow_body", RequestTimeout())

    def _expect_reader(self) -> None:
        if self._reader is None:
            self._reader = self.loop.call_later(self._rules.reader_s, self._on_slow_reader)

    def _on_slow_reader(self) -> None:
        self._reader = None
        if self.transport.get_write_buffer_size():
            self._note("slow_reader")
            self.transport.abort()

    def _give_up(self, reason: str, problem: Problem) -> None:
        """End it, saying why where that can still be heard; the application learns that its client is gone."""
        self._note(reason)
        if self.is_answering:
            may_say = not self.cycle.response_started
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        else:
            # Not where nothing was said: a browser that has opened a connection ahead of need would take a word for
            # the answer to what it asks next.
            may_say = reason == "not_http" or (self._part is _Part.HEAD and self._has_begun)
        if may_say:
            self.transport.write(as_bytes(problem))
        self._end()

    def _end(self) -> None:
        self.transport.close()
        # What is not taken by then is not waited for.
        self.loop.call_later(_LINGER_S, self.transport.abort)

    def _note(self, reason: str) -> None:
        self._rules.ended[reason] += 1
        _log.info("connection_ended", reason=reason, address=self.address)

    def _make_room(self) -> bool:
        """End a connection that asks nothing, of whoever holds most of them; False when all are being answered."""
        ours = [each for each in self.connections if isinstance(each, GuardedProtocol)]
        held = Counter(each.address for each in ours)
        waiting = [
            each
            for each in ours
            if each is not self and not each.is_answering and not each.transport.is_closing()
        ]
        if not waiting:
            return False
        found = max(waiting, key=lambda each: held[each.address])
        found._note("crowded")  # noqa: SLF001 - of its own kind
        found._end()  # noqa: SLF001 - same
        return True


class _Crowded:
    """The application for a connection that has no place: only those who look after the service are answered."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await (self._app if scope["path"] in _NEVER_REFUSED else busy)(scope, receive, send)
