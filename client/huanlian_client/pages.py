"""Lists, read page by page while they are gone through."""

from collections.abc import Iterator, Mapping
from typing import Any

from huanlian_client.transport import Transport


def each(transport: Transport, path: str, params: Mapping[str, Any] | None = None) -> Iterator[Any]:
    """Give the items of a list one by one; a page is asked for when the one before is used up."""
    cursor: str | None = None
    while True:
        page = transport.get(path, {**(params or {}), "cursor": cursor})
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def whole(transport: Transport, path: str, params: Mapping[str, Any]) -> Any:
    """Give the first page with the items of all of them."""
    found = page = transport.get(path, params)
    while page["next_cursor"] is not None:
        page = transport.get(path, {**params, "cursor": page["next_cursor"]})
        found["items"] += page["items"]
    return {**found, "next_cursor": None}


def query_of(scope: Mapping[str, Any]) -> dict[str, Any]:
    """Name months as the API does: `from` is a word of Python's own."""
    return {{"first": "from", "last": "to"}.get(name, name): value for name, value in scope.items()}
