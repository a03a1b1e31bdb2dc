"""What a connection may take of this process, and a count of those that took more."""

from collections import Counter
from dataclasses import dataclass, field

from app.settings import Settings

REASONS = ("slow_head", "long_head", "slow_body", "slow_reader", "crowded", "not_http")
"""Why a connection is ended by us: its request's head dripped or had no end, its body dripped, it did not take its
answer, its place was needed for another, or it does not speak HTTP."""

MOST_HEAD_BYTES = 64 * 1024
_LEAST_BYTES_A_SECOND = 1024
_MOST_BODY_SECONDS = 600.0


@dataclass(slots=True)
class Connections:
    """The rules of one process, and what came of them. Lives in the event loop."""

    most: int
    head_s: float
    """From the first byte of a request, or from the connection's beginning, to the end of the request's head."""
    body_s: float
    """For the body; a body that keeps coming has a second more for each kibibyte that came."""
    reader_s: float
    """For each 64 KiB of an answer that a client takes."""
    open: int = 0
    ended: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(REASONS, 0)))

    @classmethod
    def of(cls, settings: Settings) -> "Connections":
        """The rules of the settings."""
        return cls(settings.max_connections, settings.head_seconds, settings.body_seconds, 60.0)

    def body_time_s(self, arrived_bytes: int) -> float:
        """How long a body of which so much has arrived may have taken; never more than ten minutes."""
        allowed = self.body_s + arrived_bytes / _LEAST_BYTES_A_SECOND
        return max(self.body_s, min(allowed, _MOST_BODY_SECONDS))
