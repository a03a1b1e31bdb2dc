"""Files as answers."""

from collections.abc import Callable

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

__all__ = ["LateFile", "Response", "attachment"]

AT_ONCE = 2
"""Files made at the same time; who waits for a turn holds neither a thread nor a connection to the database."""
_turns: RunVar[CapacityLimiter] = RunVar("files_made_at_once")


def attachment(content: bytes, media_type: str, filename: str) -> Response:
    """A file to keep. `filename` is ASCII without quotes; what is nobody else's is kept by no cache."""
    headers = {
        "Content-Disposition": f'attachment; filename="{filename}"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


class LateFile(Response):
    """A file that is made after its endpoint has returned, and so after the session has gone back.

    What `make` raises is answered as if the endpoint had raised it: nothing has been sent by then.
    """

    def __init__(self, make: Callable[[], Response]) -> None:
        super().__init__()
        self._make = make

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for a turn, make the file, send it."""
        made = await to_thread.run_sync(self._make, limiter=_limiter())
        await made(scope, receive, send)


def _limiter() -> CapacityLimiter:
    """One for each event loop."""
    try:
        return _turns.get()
    except LookupError:
        limiter = CapacityLimiter(AT_ONCE)
        _turns.set(limiter)
        return limiter
