"""Permits in versions, imports of many at once, and how far a source has been read."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, LargeBinary, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, text_enum
from app.db.types import Json, UtcDateTime


class Permit(Base):
    """A permit by its number; what it says stands in its versions.

    `credit_code` is the one in the number. `region` is what the newest version says, six digits. `site_id` is the site
    that has the number now or had it last, as long as the number's enterprise, or one of its line, runs that site;
    None as long as nobody registered such a site. `version` and what follows are of the version received last.
    """

    __tablename__ = "permits"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[str] = mapped_column(String(22), unique=True)
    credit_code: Mapped[str] = mapped_column(String(18), index=True)
    region: Mapped[str] = mapped_column(String(6), index=True)
    site_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("sites.id"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    content_sha256: Mapped[str] = mapped_column(String(64))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PermitVersionRow(Base):
    """What was said of a permit, once and for all.

    `content` is the normal form (documents.py) and `content_sha256` its hash: the same content is no new version.
    `raw` is the payload byte for byte, `raw_sha256` its hash, `media_type` what it was sent as; of a row in a file, the
    cells of the permit's rows as a JSON document. `source` says by which way it came: `api`, `import:<id>`,
    `sync:<name>`, `cli`.
    """

    __tablename__ = "permit_versions"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    permit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("permits.id"))
    number: Mapped[int] = mapped_column(Integer)
    effective_from: Mapped[date] = mapped_column(Date)
    content: Mapped[str] = mapped_column(Text)
    content_sha256: Mapped[str] = mapped_column(String(64))
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    raw_sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(80))
    actor: Mapped[str] = mapped_column(String(240))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("uq_permit_versions_permit_id_number", "permit_id", "number", unique=True),)


class FileFormat(StrEnum):
    """What a file is, by its content."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


class ImportState(StrEnum):
    """waiting → running → done | failed."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Outcome(StrEnum):
    """What became of one permit that came in; `unmatched`: created or changed, and no site has its number yet."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    UNMATCHED = "unmatched"
    REJECTED = "rejected"


class PermitImport(Base):
    """One file of many permits, and how far it has been read.

    The rows up to the number `rows_done` have been read, and are committed with what they brought; `rows_total` is known
    at the end. `counts` says how many rows ended how, `failure` why the reading stopped. `subject` is on whose behalf it is read.
    """

    __tablename__ = "permit_imports"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    format: Mapped[FileFormat] = mapped_column(text_enum(FileFormat, "permit_file_format"))
    mapping: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[ImportState] = mapped_column(text_enum(ImportState, "permit_import_state"))
    rows_done: Mapped[int] = mapped_column(Integer)
    rows_total: Mapped[int | None] = mapped_column(Integer)
    counts: Mapped[dict[str, int]] = mapped_column(Json)
    failure: Mapped[dict[str, str] | None] = mapped_column(Json)
    subject: Mapped[dict[str, Any]] = mapped_column(Json)
    subject_id: Mapped[uuid.UUID] = mapped_column(Uuid, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Part(StrEnum):
    """Which file of an import a piece belongs to."""

    UPLOADED = "uploaded"
    ANSWERED = "answered"
    """The same rows with what became of each."""


class PermitImportPiece(Base):
    """A piece of a file. In the database, so that whichever worker takes the job has it, and a backup too."""

    __tablename__ = "permit_import_pieces"

    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("permit_imports.id"), primary_key=True)
    part: Mapped[Part] = mapped_column(text_enum(Part, "permit_import_part"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class PermitImportRow(Base):
    """What became of one row of a file; `notes` are its faults and warnings with their columns, in both languages."""

    __tablename__ = "permit_import_rows"

    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("permit_imports.id"), primary_key=True)
    row: Mapped[int] = mapped_column(Integer, primary_key=True)
    permit: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[Outcome] = mapped_column(text_enum(Outcome, "permit_import_outcome"))
    notes: Mapped[list[dict[str, Any]]] = mapped_column(Json)


class PermitSync(Base):
    """How far a source has been read: written in the transaction of the page that the cursor follows."""

    __tablename__ = "permit_syncs"

    source: Mapped[str] = mapped_column(String(64), primary_key=True)
    cursor: Mapped[str | None] = mapped_column(String(500))
    etag: Mapped[str | None] = mapped_column(String(200))
    pages: Mapped[int] = mapped_column(BigInteger)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
