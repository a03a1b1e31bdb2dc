"""The feed of events."""

from typing import Any, TypedDict


class EventOut(TypedDict):
    """Something that happened. The same event has the same `id` wherever it is told, here and by webhook."""

    data: dict[str, Any]
    id: str
    region: str | None
    schema_version: int
    timestamp: str
    type: str


class EventPage(TypedDict):
    """Some events and where to go on; `next_cursor` is there also when there was nothing new, for the next call."""

    has_more: bool
    items: list[EventOut]
    next_cursor: str
