"""The feed of events: each at least once, in order for each site."""

from collections.abc import Callable, Iterator, Sequence
from typing import cast

from huanlian_client.shapes.events import EventPage
from huanlian_client.transport import Transport


class Events:
    """`huanlian.events`. The cursor is yours to keep: after a page is worked off, store its `next_cursor`.

    When the connection stays broken after the repetitions, ConnectionLost is raised; go on from the cursor you stored.
    """

    def __init__(self, transport: Transport, pause: Callable[[float], None]) -> None:
        self._transport = transport
        self._pause = pause

    def page(self, after: str = "", *, types: Sequence[str] = (), limit: int = 100) -> EventPage:
        """Read the events that come next."""
        asked = {"after": after, "type": list(types), "limit": limit}
        return cast("EventPage", self._transport.get("/v1/events", asked))

    def since(self, after: str = "", *, types: Sequence[str] = ()) -> Iterator[EventPage]:
        """Go through the pages up to the present; the last one may be empty, its cursor counts all the same."""
        while True:
            page = self.page(after, types=types)
            after = page["next_cursor"]
            yield page
            if not page["has_more"]:
                return

    def follow(
        self, after: str = "", *, types: Sequence[str] = (), poll_seconds: float = 5.0
    ) -> Iterator[EventPage]:
        """Go through the pages for ever: when all is read, ask again after a while. Leave it with `break`."""
        while True:
            for page in self.since(after, types=types):
                moved = page["next_cursor"] != after
                after = page["next_cursor"]
                if moved:
                    yield page
            self._pause(poll_seconds)
