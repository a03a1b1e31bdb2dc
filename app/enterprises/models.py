"""Enterprises, their sites and facilities, and who succeeded whom."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, Float, ForeignKey, Index, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, text_enum
from app.db.types import MonthDate, UtcDateTime
from app.domain.periods import Month


class FacilityKind(StrEnum):
    """What a facility does with waste."""

    STORAGE = "storage"
    UTILIZATION = "utilization"
    DISPOSAL = "disposal"


class Enterprise(Base):
    """A legal entity, known by its unified social credit code."""

    __tablename__ = "enterprises"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    credit_code: Mapped[str] = mapped_column(String(18), unique=True)
    credit_code_valid: Mapped[bool] = mapped_column(Boolean)
    name: Mapped[str] = mapped_column(String(200))
    industry: Mapped[str] = mapped_column(String(8))
    region: Mapped[str] = mapped_column(String(6), index=True)
    successor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enterprises.id"))
    succeeded_from: Mapped[Month | None] = mapped_column(MonthDate)
    succession_reason: Mapped[str | None] = mapped_column(Text)
    succession_recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    # The end of the line, kept so that nobody has to walk it: no successor, no last one.
    last_successor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enterprises.id"), index=True)

    __table_args__ = (Index("ix_enterprises_successor_id", "successor_id"),)


class Site(Base):
    """One production site as it is known now; ledgers belong to it.

    `enterprise_id` is the enterprise it was registered under and stays for good: who follows that enterprise is said
    by the enterprises alone.
    """

    __tablename__ = "sites"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    enterprise_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("enterprises.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    region: Mapped[str] = mapped_column(String(6), index=True)
    industry: Mapped[str] = mapped_column(String(8))
    base: Mapped[str | None] = mapped_column(String(80))
    park: Mapped[str | None] = mapped_column(String(80))
    permit_number: Mapped[str | None] = mapped_column(String(22), unique=True)
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    reports_from: Mapped[Month] = mapped_column(MonthDate)
    reports_until: Mapped[Month | None] = mapped_column(MonthDate)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SiteVersion(Base):
    """What was known of a site from one moment to the next; the newest says what its row in `sites` says.

    `from_month` is since when the change holds in the world, `recorded_at` since when it is known here.
    """

    __tablename__ = "site_versions"

    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    from_month: Mapped[Month] = mapped_column(MonthDate)
    name: Mapped[str] = mapped_column(String(200))
    region: Mapped[str] = mapped_column(String(6), index=True)
    industry: Mapped[str] = mapped_column(String(8))
    base: Mapped[str | None] = mapped_column(String(80))
    park: Mapped[str | None] = mapped_column(String(80))
    permit_number: Mapped[str | None] = mapped_column(String(22), index=True)
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    reports_from: Mapped[Month] = mapped_column(MonthDate)
    reports_until: Mapped[Month | None] = mapped_column(MonthDate)
    reason: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(240))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Facility(Base):
    """A storage, utilization or disposal facility of a site, with a TS code."""

    __tablename__ = "facilities"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sites.id"))
    code: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[FacilityKind] = mapped_column(text_enum(FacilityKind, "facility_kind"))
    waste_class: Mapped[str | None] = mapped_column(String(8))
    capacity_grams: Mapped[int | None] = mapped_column(BigInteger)
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("uq_facilities_site_id_code", "site_id", "code", unique=True),)
