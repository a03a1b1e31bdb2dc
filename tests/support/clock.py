"""A clock that stands where a test puts it."""

from datetime import UTC, datetime, timedelta


class SettableClock:
    """Used as app.clock.Clock: calling it tells the moment."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 10, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def set(self, moment: str) -> None:
        """Put the hands to an ISO moment; without an offset it is UTC."""
        parsed = datetime.fromisoformat(moment)
        self.now = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)

    def advance(self, **step: float) -> None:
        """Move on by timedelta's arguments: `clock.advance(minutes=15)`."""
        self.now += timedelta(**step)
