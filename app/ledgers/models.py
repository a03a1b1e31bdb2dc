"""Ledgers: a head per site and month, append-only versions, lines and flows in whole grams."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, text_enum
from app.db.types import MonthDate, UtcDateTime
from app.domain.ledger import LedgerState
from app.domain.periods import Month


class FlowKind(StrEnum):
    """Which list of a ledger line a flow stands in."""

    RECEIVED = "received"
    USED = "used"
    DISPOSED = "disposed"
    SENT = "sent"


class Ledger(Base):
    """The head of a site's month. Its row is locked before any of its versions changes."""

    __tablename__ = "ledgers"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sites.id"))
    month: Mapped[Month] = mapped_column(MonthDate)
    state: Mapped[LedgerState] = mapped_column(text_enum(LedgerState, "state"))
    version: Mapped[int] = mapped_column(Integer)
    version_id: Mapped[uuid.UUID] = mapped_column(Uuid)

    __table_args__ = (
        Index("uq_ledgers_site_id_month", "site_id", "month", unique=True),
        Index("ix_ledgers_month_id", "month", "id"),
    )


class LedgerVersion(Base):
    """What was filed, once and for all. `body` is the canonical JSON whose SHA-256 is the receipt."""

    __tablename__ = "ledger_versions"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    ledger_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ledgers.id"))
    number: Mapped[int] = mapped_column(Integer)
    is_draft: Mapped[bool] = mapped_column(Boolean)
    nil: Mapped[bool] = mapped_column(Boolean)
    body: Mapped[str] = mapped_column(Text)
    warnings: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    signed_by: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[str | None] = mapped_column(Text)
    filed_by: Mapped[str] = mapped_column(String(240))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("uq_ledger_versions_ledger_id_number", "ledger_id", "number", unique=True),)


class LedgerRepudiation(Base):
    """A version that the enterprise says it did not file. Nothing is taken back by it: it marks, for all to see."""

    __tablename__ = "ledger_repudiations"

    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ledger_versions.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(240))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class LedgerLine(Base):
    """One waste stream of one version, all masses in grams."""

    __tablename__ = "ledger_lines"

    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ledger_versions.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    waste: Mapped[str] = mapped_column(String(8))
    waste_code: Mapped[str | None] = mapped_column(String(11))
    basis: Mapped[str | None] = mapped_column(String(8))
    moisture_millipercent: Mapped[int | None] = mapped_column(Integer)
    method: Mapped[str | None] = mapped_column(String(32))
    opening_grams: Mapped[int] = mapped_column(BigInteger)
    generated_grams: Mapped[int] = mapped_column(BigInteger)
    received_grams: Mapped[int] = mapped_column(BigInteger)
    used_grams: Mapped[int] = mapped_column(BigInteger)
    disposed_grams: Mapped[int] = mapped_column(BigInteger)
    sent_grams: Mapped[int] = mapped_column(BigInteger)
    dumped_grams: Mapped[int] = mapped_column(BigInteger)
    compliant_stored_grams: Mapped[int] = mapped_column(BigInteger)
    closing_grams: Mapped[int] = mapped_column(BigInteger)
    # The generator-side totals of domain/rates.py, computed once when the line is filed.
    own_used_grams: Mapped[int] = mapped_column(BigInteger)
    own_used_prior_grams: Mapped[int] = mapped_column(BigInteger)
    own_disposed_grams: Mapped[int] = mapped_column(BigInteger)
    own_disposed_prior_grams: Mapped[int] = mapped_column(BigInteger)
    own_disposed_harmlessly_grams: Mapped[int] = mapped_column(BigInteger)
    used_on_site_grams: Mapped[int] = mapped_column(BigInteger)
    sent_for_use_grams: Mapped[int] = mapped_column(BigInteger)
    stored_grams: Mapped[int] = mapped_column(BigInteger)


class LedgerFlow(Base):
    """One entry of a line's lists, as it was reported."""

    __tablename__ = "ledger_flows"

    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ledger_versions.id"), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[FlowKind] = mapped_column(text_enum(FlowKind, "flow_kind"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    grams: Mapped[int] = mapped_column(BigInteger)
    prior_stock_grams: Mapped[int] = mapped_column(BigInteger)
    of_received_grams: Mapped[int] = mapped_column(BigInteger)
    purpose: Mapped[str | None] = mapped_column(String(16))
    party: Mapped[str | None] = mapped_column(String(64))
    process: Mapped[str | None] = mapped_column(String(64))
    product: Mapped[str | None] = mapped_column(String(64))
    product_grams: Mapped[int | None] = mapped_column(BigInteger)
    facility: Mapped[str | None] = mapped_column(String(16))
    compliant: Mapped[bool | None] = mapped_column(Boolean)
    out_of_province: Mapped[bool | None] = mapped_column(Boolean)


class LedgerActivity(Base):
    """What the site did in the month: the level that generation is checked against."""

    __tablename__ = "ledger_activities"

    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ledger_versions.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    grams: Mapped[int] = mapped_column(BigInteger)
    parameters: Mapped[str] = mapped_column(Text)


class LedgerTransition(Base):
    """Who moved a ledger from which state to which, when and why."""

    __tablename__ = "ledger_transitions"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    ledger_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ledgers.id"), index=True)
    from_state: Mapped[LedgerState | None] = mapped_column(text_enum(LedgerState, "from_state"))
    to_state: Mapped[LedgerState] = mapped_column(text_enum(LedgerState, "to_state"))
    reason: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(240))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class MonthClosing(Base):
    """A month that a regulator closed for a region: it changes only with a reason from then on."""

    __tablename__ = "month_closings"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    region: Mapped[str] = mapped_column(String(6))
    month: Mapped[Month] = mapped_column(MonthDate)
    actor: Mapped[str] = mapped_column(String(240))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("uq_month_closings_region_month", "region", "month", unique=True),)


class Rollup(Base):
    """Site region × waste × month: always equal to the lines of the current versions."""

    __tablename__ = "rollups"

    region: Mapped[str] = mapped_column(String(6), primary_key=True)
    waste: Mapped[str] = mapped_column(String(8), primary_key=True)
    month: Mapped[Month] = mapped_column(MonthDate, primary_key=True)
    generated_grams: Mapped[int] = mapped_column(BigInteger)
    own_used_grams: Mapped[int] = mapped_column(BigInteger)
    own_used_prior_grams: Mapped[int] = mapped_column(BigInteger)
    own_disposed_grams: Mapped[int] = mapped_column(BigInteger)
    own_disposed_prior_grams: Mapped[int] = mapped_column(BigInteger)
    own_disposed_harmlessly_grams: Mapped[int] = mapped_column(BigInteger)
    used_on_site_grams: Mapped[int] = mapped_column(BigInteger)
    sent_for_use_grams: Mapped[int] = mapped_column(BigInteger)
    sent_grams: Mapped[int] = mapped_column(BigInteger)
    stored_grams: Mapped[int] = mapped_column(BigInteger)
    dumped_grams: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (Index("ix_rollups_month", "month"),)


class IdempotencyKey(Base):
    """The answer that a request with this key got, stored with what it did."""

    __tablename__ = "idempotency_keys"

    subject_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    request_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer)
    headers: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
