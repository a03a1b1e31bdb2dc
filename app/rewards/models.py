"""Rules in versions, claims, and the tonnes each claim holds."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, text_enum
from app.db.types import Json, MonthDate, UtcDateTime
from app.domain.periods import Month


class ClaimState(StrEnum):
    """claimed → approved → paid; claimed or approved → refused or withdrawn, which lets the tonnes go."""

    CLAIMED = "claimed"
    APPROVED = "approved"
    PAID = "paid"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RewardRule(Base):
    """One version of a local rule; the current one has no `superseded_at`."""

    __tablename__ = "reward_rules"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer)
    region: Mapped[str] = mapped_column(String(6))
    zh: Mapped[str] = mapped_column(String(200))
    en: Mapped[str] = mapped_column(String(200))
    wastes: Mapped[list[str]] = mapped_column(Json)
    products: Mapped[list[str]] = mapped_column(Json)
    fen_per_tonne: Mapped[int] = mapped_column(BigInteger)
    cap_fen: Mapped[int | None] = mapped_column(BigInteger)
    first: Mapped[Month] = mapped_column(MonthDate)
    last: Mapped[Month | None] = mapped_column(MonthDate)
    source: Mapped[str] = mapped_column(Text)
    verified: Mapped[bool] = mapped_column(Boolean)
    changed_by: Mapped[str] = mapped_column(String(240))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("uq_reward_rules_code_version", "code", "version", unique=True),)


class RewardClaim(Base):
    """What a site claims under one version of a rule for months of one calendar year."""

    __tablename__ = "reward_claims"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    rule_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("reward_rules.id"), index=True)
    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sites.id"), index=True)
    first: Mapped[Month] = mapped_column(MonthDate)
    last: Mapped[Month] = mapped_column(MonthDate)
    grams: Mapped[int] = mapped_column(BigInteger)
    fen: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[ClaimState] = mapped_column(text_enum(ClaimState, "claim_state"))
    claimed_by: Mapped[str] = mapped_column(String(240))
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(240))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Text)


class RewardClaimLine(Base):
    """The tonnes of one month, waste and product that a claim holds until it is refused or withdrawn."""

    __tablename__ = "reward_claim_lines"

    claim_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("reward_claims.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sites.id"))
    month: Mapped[Month] = mapped_column(MonthDate)
    waste: Mapped[str] = mapped_column(String(8))
    product: Mapped[str] = mapped_column(String(64))
    received_grams: Mapped[int] = mapped_column(BigInteger)
    own_grams: Mapped[int] = mapped_column(BigInteger)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        # No tonne is rewarded twice, under whichever rule: the database holds it, not only the code.
        Index(
            "uq_reward_claim_lines_held",
            "site_id",
            "month",
            "waste",
            "product",
            unique=True,
            sqlite_where=released_at.is_(None),
            postgresql_where=released_at.is_(None),
        ),
    )
