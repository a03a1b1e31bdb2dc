"""The present moment, passed in rather than asked for, so that tests and demos can set it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def local_date(moment: datetime, timezone: str) -> date:
    """The calendar day people see on the wall: a month ends at local midnight, not at UTC's."""
    return moment.astimezone(ZoneInfo(timezone)).date()
