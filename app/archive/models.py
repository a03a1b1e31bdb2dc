"""Archives that were made: which years, of what content, kept where by whom is the office's own affair."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import MonthDate, UtcDateTime
from app.domain.periods import Month


class Archive(Base):
    """One archive file, known again by its SHA-256 wherever it lies."""

    __tablename__ = "archives"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    before: Mapped[Month] = mapped_column(MonthDate)
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    versions: Mapped[int] = mapped_column(Integer)
    transfers: Mapped[int] = mapped_column(Integer)
    actor: Mapped[str] = mapped_column(String(240))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_archives_made_at", "made_at"),)
