"""Imports: a file of ledgers that somebody sent, its content, and what became of each ledger in it."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, LargeBinary, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.auth.subjects import Role
from app.db.base import Base, text_enum
from app.db.types import Json, MonthDate, UtcDateTime
from app.domain.periods import Month


class ImportState(StrEnum):
    """queued → running → done, or refused (the file is none we can read), or failed (our fault; it is tried again)."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class ImportMode(StrEnum):
    """Whether one ledger that is refused keeps the others out."""

    EACH = "each"
    ATOMIC = "atomic"


class FileKind(StrEnum):
    """What the file is, by its content."""

    XLSX = "xlsx"
    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"


class Part(StrEnum):
    """Which file of an import a piece belongs to."""

    UPLOADED = "uploaded"
    ANSWERED = "answered"
    """The same workbook with what became of each row."""


class Import(Base):
    """One file on its way into the ledgers. Counts are ledgers; `ledgers_done` is where a new worker goes on."""

    __tablename__ = "imports"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    enterprise_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enterprises.id"))
    subject_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    subject_name: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(text_enum(Role, "import_role"))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[FileKind] = mapped_column(text_enum(FileKind, "file_kind"))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    mode: Mapped[ImportMode] = mapped_column(text_enum(ImportMode, "import_mode"))
    dry_run: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[ImportState] = mapped_column(text_enum(ImportState, "import_state"))
    done_permille: Mapped[int] = mapped_column(Integer)
    rows_done: Mapped[int] = mapped_column(Integer)
    ledgers_done: Mapped[int] = mapped_column(Integer)
    created: Mapped[int] = mapped_column(Integer)
    unchanged: Mapped[int] = mapped_column(Integer)
    amended: Mapped[int] = mapped_column(Integer)
    rejected: Mapped[int] = mapped_column(Integer)
    with_warnings: Mapped[int] = mapped_column(Integer)
    saved: Mapped[bool] = mapped_column(Boolean)
    faults: Mapped[Any] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_imports_enterprise_id_id", "enterprise_id", "id"),
        Index("ix_imports_created_at", "created_at"),
    )


class ImportPiece(Base):
    """A piece of a file. In the database, so that whichever worker takes the job has it, and a backup too."""

    __tablename__ = "import_pieces"

    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("imports.id"), primary_key=True)
    part: Mapped[Part] = mapped_column(text_enum(Part, "import_part"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ImportedLedger(Base):
    """What became of the ledger that stands in some rows of the file; `notes` say what of each row, in two languages."""

    __tablename__ = "imported_ledgers"

    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("imports.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    first_row: Mapped[int] = mapped_column(Integer)
    last_row: Mapped[int] = mapped_column(Integer)
    site: Mapped[str | None] = mapped_column(String(64))
    month: Mapped[Month | None] = mapped_column(MonthDate)
    outcome: Mapped[str] = mapped_column(String(16))
    ledger_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    version: Mapped[int | None] = mapped_column(Integer)
    notes: Mapped[Any] = mapped_column(Json)
