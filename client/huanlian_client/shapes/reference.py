"""Reference data with its sources."""

from typing import Any, TypedDict


class ReferenceOut(TypedDict):
    """One version of one row; `body` holds what only its kind has."""

    body: dict[str, Any]
    code: str
    en: str
    retrieved_on: str | None
    source: str
    url: str | None
    verified: bool
    version: int
    zh: str


class ReleaseOut(TypedDict):
    """The release of the reference data that is loaded."""

    loaded_at: str
    name: str
    sha256: str


class ReferencePage(TypedDict):
    """Some rows of reference data, their release, and where to go on."""

    items: list[ReferenceOut]
    next_cursor: str | None
    release: ReleaseOut | None
