"""When a request is sent again, and after how long. Nothing here knows HTTP libraries or sleeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from secrets import SystemRandom

_random = SystemRandom()


class Outcome(Enum):
    """What became of one attempt."""

    DONE = "done"
    """An answer that counts, good or bad."""
    NOT_DONE = "not_done"
    """Certainly not carried out: no connection, too many requests, the service not ready."""
    UNKNOWN = "unknown"
    """It went out and nothing is known: the connection broke, a proxy gave up waiting."""


@dataclass(frozen=True, slots=True)
class Retries:
    """`attempts` in all; waits double from `first_seconds` to `longest_seconds`, shortened at random so that clients spread.

    A Retry-After of the service is kept to, unless it is longer than `patience_seconds`: then the refusal is raised.
    """

    attempts: int = 6
    first_seconds: float = 0.5
    longest_seconds: float = 30.0
    patience_seconds: float = 120.0

    def wait_seconds(
        self, attempt: int, outcome: Outcome, *, repeatable: bool, retry_after: float | None
    ) -> float | None:
        """Seconds to wait before the attempt after number `attempt` (from 1); None when there is none.

        `repeatable`: doing it twice does what doing it once does.
        """
        if outcome is Outcome.DONE or attempt >= self.attempts:
            return None
        if outcome is Outcome.UNKNOWN and not repeatable:
            return None
        if retry_after is not None:
            return retry_after if retry_after <= self.patience_seconds else None
        ceiling = min(self.longest_seconds, self.first_seconds * 2.0 ** (attempt - 1))
        return ceiling * _random.uniform(0.5, 1.0)


def outcome_of(status: int) -> Outcome:
    """Judge an answer by its status."""
    # 408: the service waited for the rest of the request and had nothing to do anything with.
    if status in {408, 429, 503}:
        return Outcome.NOT_DONE
    return Outcome.UNKNOWN if status in {502, 504} else Outcome.DONE


def retry_after_seconds(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Read Retry-After: seconds, or a date (RFC 9110 section 10.2.3); None when there is none that can be read."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - (now or datetime.now(UTC))).total_seconds())
