"""What an attempt to deliver means: arrived or not, and when to try again. Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from app.http.client import Answer, OutboundFailed

TRY_FOR = timedelta(days=3)
"""From the first attempt on; the last one is at its end."""
DISABLE_AFTER = timedelta(days=5)
"""Without anything received, a webhook is switched off."""
MAX_EXCERPT = 300
GONE = 410

_SECOND, _MINUTE, _HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
_PAUSES = (
    5 * _SECOND,
    _MINUTE,
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    18 * _HOUR,
    24 * _HOUR,
)
"""Between the attempts of one delivery: ten within TRY_FOR, the eleventh at its end."""
_RESTS = (5 * _SECOND, 30 * _SECOND, 2 * _MINUTE, 10 * _MINUTE, 30 * _MINUTE, _HOUR)
"""For the whole webhook after so many failures one after the other."""
_LONGEST_WISH = 24 * _HOUR
_LISTENED_TO = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Attempt:
    """How an attempt ended. `wish` is how long the receiver asked to be left alone."""

    status: int | None
    failure: str | None
    latency_ms: int
    excerpt: str | None
    wish: timedelta | None = None

    @property
    def has_arrived(self) -> bool:
        return self.failure is None


def answered(answer: Answer, now: datetime) -> Attempt:
    """Any 2xx is a receipt. A redirect is none: whoever moved changes the URL here."""
    has_arrived = 200 <= answer.status < 300
    wish = _wish(answer.headers, now) if answer.status in _LISTENED_TO else None
    latency = round(answer.seconds * 1000)
    return Attempt(answer.status, None if has_arrived else "refused", latency, excerpt(answer.body), wish)


def failed(error: OutboundFailed, seconds: float) -> Attempt:
    """No answer came."""
    return Attempt(None, error.reason.value, round(seconds * 1000), None)


def next_attempt(attempts: int, first: datetime, now: datetime, wish: timedelta | None) -> datetime | None:
    """When a delivery is tried again after `attempts` attempts, all in vain; None when it is given up."""
    end = first + TRY_FOR
    if now >= end:
        return None
    pause = max(_PAUSES[min(attempts, len(_PAUSES)) - 1], wish or timedelta(0))
    return min(now + pause, end)


def rest(failures: int, wish: timedelta | None) -> timedelta:
    """How long a webhook is left alone after so many failures in a row, whatever there is to deliver."""
    return max(_RESTS[min(failures, len(_RESTS)) - 1], wish or timedelta(0))


def excerpt(body: bytes) -> str | None:
    """The beginning of what a receiver said, printable and on one line."""
    text = body.decode("utf-8", "replace")
    shown = "".join(" " if unicodedata.category(each)[0] == "C" else each for each in text)
    return " ".join(shown.split())[:MAX_EXCERPT] or None


def _wish(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """`Retry-After` in seconds or as a date, at most a day."""
    told = headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit():
        return min(timedelta(seconds=int(told[:9])), _LONGEST_WISH)
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), _LONGEST_WISH)
