"""Column types that keep what SQLite would lose: exact integers and time zones. Migrations import these."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Date, DateTime, Dialect
from sqlalchemy.types import TypeDecorator

from app.domain.periods import Month


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC. SQLite drops time zones, so they are taken off and put on again here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class MonthDate(TypeDecorator[Month]):
    """A Month kept as the date of its first day."""

    impl = Date
    cache_ok = True

    def process_bind_param(self, value: Month | None, dialect: Dialect) -> date | None:  # noqa: ARG002
        return None if value is None else value.first_day

    def process_result_value(self, value: date | None, dialect: Dialect) -> Month | None:  # noqa: ARG002
        return None if value is None else Month.of(value)


class Json(TypeDecorator[Any]):
    """A JSON document; text in both databases so that the bytes come back as they went in."""

    impl = JSON
    cache_ok = True
