"""Query parameters that lists share. The cursor is the key of the last item; nobody should build one."""

from typing import Annotated

from fastapi import Query

MAX_LIMIT = 200
_KEY = r"^[0-9A-Za-z._-]*$"

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="how many items at most")]
Cursor = Annotated[str, Query(max_length=80, pattern=_KEY, description="`next_cursor` of the page before")]
RegionPrefix = Annotated[
    str,
    Query(
        max_length=6,
        pattern=r"^([0-9]{2}|[0-9]{4}|[0-9]{6})?$",
        description="GB/T 2260 prefix of 2, 4 or 6 digits",
    ),
]
