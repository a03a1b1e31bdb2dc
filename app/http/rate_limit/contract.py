"""The limits in the published contract: header objects of OpenAPI."""

from typing import Any

_COUNT: dict[str, Any] = {"type": "integer", "format": "int32", "minimum": 0, "maximum": 9_999_999}
_SECONDS: dict[str, Any] = {"type": "integer", "format": "int32", "minimum": 1, "maximum": 3_600}

# On every answer of a counted route, refusals too.
RATE_LIMIT_HEADERS: dict[str, dict[str, Any]] = {
    "RateLimit-Limit": {
        "description": "Requests allowed in a window; of several limits, the one nearest to its end",
        "schema": _COUNT,
        "example": 30_000,
    },
    "RateLimit-Remaining": {
        "description": "Requests left in this window",
        "schema": _COUNT,
        "example": 29_999,
    },
    "RateLimit-Reset": {
        "description": "Seconds until the next window",
        "schema": _SECONDS,
        "example": 60,
    },
}
# On a 429, beside them.
RETRY_AFTER: dict[str, dict[str, Any]] = {
    "Retry-After": {
        "description": "Seconds to wait before the next try",
        "schema": _SECONDS,
        "example": 12,
    }
}
TOO_MANY_REQUESTS = "Too many requests; `Retry-After` says how long to wait"
