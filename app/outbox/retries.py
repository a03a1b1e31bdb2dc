"""When a job that failed is tried again, and when it is given up."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import timedelta

_JITTER = 0.25
"""Up to this share is taken off a pause, so that what failed together is not tried again together."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Pauses grow by `factor` from `first` up to `longest`; after `attempts` runs the job is a dead letter."""

    attempts: int = 10
    first: timedelta = timedelta(seconds=10)
    factor: float = 4.0
    longest: timedelta = timedelta(hours=6)

    def pause(self, job_id: uuid.UUID, attempts: int) -> timedelta | None:
        """How long to wait after the run number `attempts` (from 1) has failed; None when that was the last one.

        The jitter follows from the job and the run, so that the same failure always waits as long.
        """
        if attempts >= self.attempts:
            return None
        # The exponent is bounded, so that no policy can make a number that a timedelta does not hold.
        grown = self.first.total_seconds() * self.factor ** min(attempts - 1, 32)
        seconds = min(grown, self.longest.total_seconds())
        return timedelta(seconds=seconds * (1 - _JITTER * _fraction(job_id, attempts)))


def _fraction(job_id: uuid.UUID, attempts: int) -> float:
    """A number in [0, 1) that looks random."""
    digest = hashlib.blake2b(job_id.bytes + attempts.to_bytes(4, "big"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
