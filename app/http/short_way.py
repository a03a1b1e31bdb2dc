"""A short way to one address: its requests are read and answered before FastAPI looks for a route and binds parameters.

FastAPI's search and binding cost more than the whole filing of a ledger. The short way takes only requests without
anything odd; whatever it doubts goes the ordinary way, untouched, and is answered or refused there. So there is one
contract, and the refusals are said in one place.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.datastructures import URLPath
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Message, Receive, Scope, Send

Quick = Callable[[Request], Awaitable[Response | None]]
_TAKEN = "huanlian.short_way"


class ShortWay(BaseRoute):
    """Stands before all routes; `quick` answers a request, or gives None to let it go the ordinary way."""

    def __init__(self, method: str, path: str, quick: Quick) -> None:
        self.path_format = path
        self._method = method
        self._quick = quick

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether this is the address, and the short way was not tried yet."""
        is_here = (
            scope["type"] == "http" and scope["path"] == self.path_format and scope["method"] == self._method
        )
        return (Match.FULL, {"route": self}) if is_here and _TAKEN not in scope else (Match.NONE, {})

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """It has no name: the ordinary route is the one that addresses are made of."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or give the request back as it came."""
        heard: list[Message] = []

        async def listen() -> Message:
            message = await receive()
            heard.append(message)
            return message

        answer = await self._quick(Request(scope, listen))
        if answer is not None:
            await answer(scope, receive, send)
            return

        async def again() -> Message:
            return heard.pop(0) if heard else await receive()

        scope[_TAKEN] = True
        await scope["app"].router(scope, again, send)
