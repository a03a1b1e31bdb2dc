"""Batch forms with what they draw on, and product batches with their recipes. Written once; a mistake is withdrawn."""

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, text_enum
from app.db.types import MonthDate, UtcDateTime
from app.domain.custody.batches import BatchKind
from app.domain.periods import Month


class Batch(Base):
    """One form of tables 3 to 7: a kind, a day, a mass [g] of a waste, and who signed it.

    `number` is the enterprise's own, once per site for good, a withdrawn form keeps its own. `sha256` is that of the
    canonical content: the same form sent again changes nothing.
    """

    __tablename__ = "batches"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sites.id"))
    number: Mapped[str] = mapped_column(String(64))
    kind: Mapped[BatchKind] = mapped_column(text_enum(BatchKind, "batch_kind"))
    day: Mapped[date] = mapped_column(Date)
    month: Mapped[Month] = mapped_column(MonthDate)
    waste: Mapped[str] = mapped_column(String(8))
    waste_code: Mapped[str | None] = mapped_column(String(11))
    grams: Mapped[int] = mapped_column(BigInteger)
    receiver: Mapped[str | None] = mapped_column(String(64))
    facility: Mapped[str | None] = mapped_column(String(64))
    process: Mapped[str | None] = mapped_column(String(64))
    carrier: Mapped[str | None] = mapped_column(String(200))
    vehicle: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str | None] = mapped_column(Text)
    signed_by: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    recorded_by: Mapped[str] = mapped_column(String(240))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("uq_batches_site_id_number", "site_id", "number", unique=True),
        Index("ix_batches_site_id_month_waste", "site_id", "month", "waste"),
    )


class BatchLink(Base):
    """A preceding form (前序表单编号) of a form, by the code of its site and its number there, registered here or not yet."""

    __tablename__ = "batch_links"

    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("batches.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    preceding_site: Mapped[str] = mapped_column(String(64))
    preceding_number: Mapped[str] = mapped_column(String(64))
    grams: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        Index("ix_batch_links_preceding_site_preceding_number", "preceding_site", "preceding_number"),
    )


class ProductBatch(Base):
    """A product made in a day or run, with what went into it. `product_grams` is None where it has no mass (power, heat)."""

    __tablename__ = "product_batches"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sites.id"))
    number: Mapped[str] = mapped_column(String(64))
    day: Mapped[date] = mapped_column(Date)
    month: Mapped[Month] = mapped_column(MonthDate)
    product: Mapped[str] = mapped_column(String(64))
    grade: Mapped[str | None] = mapped_column(String(8))
    product_grams: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str | None] = mapped_column(Text)
    signed_by: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    recorded_by: Mapped[str] = mapped_column(String(240))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("uq_product_batches_site_id_number", "site_id", "number", unique=True),
        Index("ix_product_batches_site_id_month", "site_id", "month"),
    )


class RecipeInput(Base):
    """One input of a product batch [g]: a waste, or with `waste` None another material by its name."""

    __tablename__ = "recipe_inputs"

    product_batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("product_batches.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    waste: Mapped[str | None] = mapped_column(String(8))
    material: Mapped[str | None] = mapped_column(String(80))
    batch: Mapped[str | None] = mapped_column(String(64))
    grams: Mapped[int] = mapped_column(BigInteger)
