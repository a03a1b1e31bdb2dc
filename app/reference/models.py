"""Reference data: every row with its source, kept with its history."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import Json, UtcDateTime


class ReferenceRelease(Base):
    """One load of the shipped reference data."""

    __tablename__ = "reference_releases"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    row_count: Mapped[int] = mapped_column(Integer)
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReferenceRow(Base):
    """One version of one row; the current one has no `superseded_at`."""

    __tablename__ = "reference_rows"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    code: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(Integer)
    zh: Mapped[str] = mapped_column(String(200))
    en: Mapped[str] = mapped_column(String(200))
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    source: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    retrieved_on: Mapped[date | None] = mapped_column(Date)
    verified: Mapped[bool] = mapped_column(Boolean)
    release_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("reference_releases.id"))
    changed_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_reference_rows_kind_code_version", "kind", "code", "version", unique=True),
        Index(
            "uq_reference_rows_current",
            "kind",
            "code",
            unique=True,
            sqlite_where=superseded_at.is_(None),
            postgresql_where=superseded_at.is_(None),
        ),
    )
