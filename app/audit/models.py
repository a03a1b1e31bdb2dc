"""The log of every write, in a chain of hashes, and the anchors of its days."""

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Identity, Index, Integer, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import UtcDateTime

# SQLite counts only INTEGER primary keys; its INTEGER holds 64 bits all the same.
_Counted = BigInteger().with_variant(Integer(), "sqlite")


class AuditEntry(Base):
    """One write: who, when, from where, what, before and after by hash. Written with the change, never changed.

    `ordinal` is its order of writing. `number`, `marks`, `previous` and `seal` are its place in the chain; the sealer
    gives them after the commit, and until then they are empty.
    """

    __tablename__ = "audit_entries"

    ordinal: Mapped[int] = mapped_column(_Counted, Identity(always=True), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    actor_name: Mapped[str] = mapped_column(String(200))
    request_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    address: Mapped[str | None] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    object_kind: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[str] = mapped_column(String(160))
    version: Mapped[int | None] = mapped_column(Integer)
    before: Mapped[str | None] = mapped_column(String(64))
    after: Mapped[str | None] = mapped_column(String(64))
    region: Mapped[str | None] = mapped_column(String(6))
    number: Mapped[int | None] = mapped_column(BigInteger)
    marks: Mapped[str | None] = mapped_column(String(64))
    previous: Mapped[str | None] = mapped_column(String(64))
    seal: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        Index(
            "uq_audit_entries_number",
            "number",
            unique=True,
            sqlite_where=text("number IS NOT NULL"),
            postgresql_where=text("number IS NOT NULL"),
        ),
        Index(
            "ix_audit_entries_unsealed",
            "ordinal",
            sqlite_where=text("number IS NULL"),
            postgresql_where=text("number IS NULL"),
        ),
        Index("ix_audit_entries_object_id", "object_id"),
        Index("ix_audit_entries_region", "region"),
        {"sqlite_autoincrement": True},
    )


class AuditAnchor(Base):
    """How far the chain had come on a day: entries `first` to `number`, the last one's seal, the Merkle root over all."""

    __tablename__ = "audit_anchors"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    first: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(BigInteger)
    seal: Mapped[str] = mapped_column(String(64))
    root: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("uq_audit_anchors_number", "number", unique=True),)
