"""What every request passes: an id, a bound on its body, headers that keep browsers safe, one log line."""

import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, TypeAlias

import structlog
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from app.http.origin import coming_from
from app.http.problems import MEDIA_TYPE, PayloadTooLarge
from app.ids import new_id

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
RawHeaders: TypeAlias = list[tuple[bytes, bytes]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_REQUEST_ID = b"x-request-id"
_ONLY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
_log = structlog.get_logger("huanlian.request")


def replayed(messages: Iterable[Message], receive: Receive) -> Receive:
    """Give what was heard of a request once more, and then what still comes."""
    waiting = list(messages)

    async def receive_again() -> Message:
        return waiting.pop(0) if waiting else await receive()

    return receive_again


def fixed_headers(*, https: bool) -> RawHeaders:
    """The headers of every answer that does not say otherwise itself, as ASGI has them."""
    named = _HEADERS | _ONLY_HTTPS if https else _HEADERS
    return [(name.lower().encode(), value.encode()) for name, value in named.items()]


def log_request(method: str, path: str, status: int, elapsed_s: float, **more: str) -> None:
    """One line for a request that has ended; never its content."""
    _log.info("request", method=method, path=path, status=status, ms=round(elapsed_s * 1000, 1), **more)


class RequestContext:
    """Gives the request an id, logs its end (never its content), sets the security headers."""

    def __init__(self, app: App, *, https: bool) -> None:
        self._app = app
        self._fixed = fixed_headers(https=https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = str(new_id())
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._completed(message.get("headers", ()), request_id)
            await send(message)

        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            with coming_from(scope):
                await self._app(scope, receive, send_with_headers)
        finally:
            log_request(scope["method"], scope["path"], status, time.perf_counter() - started)
            structlog.contextvars.unbind_contextvars("request_id")

    def _completed(self, headers: Iterable[tuple[bytes, bytes]], request_id: str) -> RawHeaders:
        said = [(name, value) for name, value in headers if name.lower() != _REQUEST_ID]
        present = {name.lower() for name, _ in said}
        fixed = (each for each in self._fixed if each[0] not in present)
        return [*said, (_REQUEST_ID, request_id.encode()), *fixed]


# Only bytes on the wire, never in memory; above this a client learns it by the connection's end.
_MOST_DISCARDED_BYTES = 512 * 1024 * 1024


class BodyLimit:
    """Refuses a body above its bound, by what is announced and by what arrives, before anyone parses it."""

    def __init__(self, app: App, *, limit_bytes: int, limits_by_path: dict[str, int]) -> None:
        self._app = app
        self._limit = limit_bytes
        self._by_path = limits_by_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._by_path.get(scope["path"], self._limit)
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > limit:
            await self._refuse(scope, receive, send)
            return
        arrived = 0

        async def bounded_receive() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > limit:
                await _discard_rest(receive, message)
                # Raised inside the application, whose handlers turn it into the same problem as below.
                raise HTTPException(PayloadTooLarge.status)
            return message

        await self._app(scope, bounded_receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        document = PayloadTooLarge().document(scope.get("state", {}).get("request_id"))
        if (b"expect", b"100-continue") not in scope["headers"]:
            await _discard_rest(receive, {"more_body": True})
        # Whoever asked first need not send the body; whatever is still on its way ends with the connection.
        response = JSONResponse(document, PayloadTooLarge.status, {"Connection": "close"}, MEDIA_TYPE)
        await response(scope, receive, send)


async def _discard_rest(receive: Receive, message: Message) -> None:
    """Let a client finish sending: one whose connection is shut while it sends sees a broken pipe, not the answer."""
    discarded = 0
    while message.get("more_body", False) and discarded < _MOST_DISCARDED_BYTES:
        message = await receive()
        discarded += len(message.get("body", b""))
