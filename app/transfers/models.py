"""Transfers: the two reports of one movement side by side, and what the receiver said of it."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, text_enum
from app.db.types import MonthDate, UtcDateTime
from app.domain.periods import Month


class Decision(StrEnum):
    """What a receiver says of the tonnes a sender declared."""

    CONFIRM = "confirm"
    CORRECT = "correct"
    DISPUTE = "dispute"


def _unplaced(side: str, name: str) -> Index:
    """An index of the few rows in which no single site is meant: all others are found by their site."""
    column, nowhere = f"{side}_{name}", text(f"{side}_site_id IS NULL")
    return Index(f"ix_transfers_{column}", column, sqlite_where=nowhere, postgresql_where=nowhere)


class Transfer(Base):
    """Sender → receiver of a waste for a purpose in a month, with each side's figure as it was reported.

    A party is a site code, or the credit code (or whatever was written) when no single site could be meant.
    """

    __tablename__ = "transfers"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    month: Mapped[Month] = mapped_column(MonthDate)
    waste: Mapped[str] = mapped_column(String(8))
    purpose: Mapped[str] = mapped_column(String(16))
    sender_party: Mapped[str] = mapped_column(String(64))
    receiver_party: Mapped[str] = mapped_column(String(64))
    sender_site_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("sites.id"))
    receiver_site_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("sites.id"))
    sender_enterprise_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enterprises.id"))
    receiver_enterprise_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enterprises.id"))
    sent_grams: Mapped[int | None] = mapped_column(BigInteger)
    sent_of_received_grams: Mapped[int | None] = mapped_column(BigInteger)
    received_grams: Mapped[int | None] = mapped_column(BigInteger)
    decision: Mapped[Decision | None] = mapped_column(text_enum(Decision, "decision"))
    decided_grams: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        Index("uq_transfers_key", "month", "waste", "purpose", "sender_party", "receiver_party", unique=True),
        Index("ix_transfers_sender_site_id_month", "sender_site_id", "month"),
        Index("ix_transfers_receiver_site_id_month", "receiver_site_id", "month"),
        *(_unplaced(side, name) for side in ("sender", "receiver") for name in ("enterprise_id", "party")),
    )


class TransferConfirmation(Base):
    """One statement of the receiver; the last one counts, all are kept."""

    __tablename__ = "transfer_confirmations"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    transfer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("transfers.id"), index=True)
    decision: Mapped[Decision] = mapped_column(text_enum(Decision, "decision"))
    grams: Mapped[int | None] = mapped_column(BigInteger)
    declared_grams: Mapped[int | None] = mapped_column(BigInteger)
    comment: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(240))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
