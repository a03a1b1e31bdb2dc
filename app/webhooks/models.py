"""Webhooks, what their signing secrets are derived from, and each event that is to be, was or could not be delivered."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.auth.subjects import Role
from app.db.base import Base, text_enum
from app.db.types import Json, UtcDateTime

_PENDING = text("state = 'pending'")


class DisabledReason(StrEnum):
    """Why a webhook gets nothing."""

    OWNER = "owner"
    """Its owner switched it off."""
    GONE = "gone"
    """The receiver answered 410."""
    FAILING = "failing"
    """Nothing was received for days."""
    CLIENT_DISABLED = "client_disabled"
    KEY_CHANGED = "key_changed"
    """The service's secret key is another one, so its signing secrets cannot be derived any more."""


class DeliveryState(StrEnum):
    """pending → delivered or given_up; a replay makes either pending again."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class Webhook(Base):
    """An address that events are sent to. Whose it is stands in the row, as in the token that made it.

    `cursor` is the place of the feed up to which deliveries were made. `failures` counts attempts since the last one
    that arrived; while there are any, the whole webhook rests until `paused_until`, then tries a single event.
    """

    __tablename__ = "webhooks"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    owner_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    owner_name: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(text_enum(Role, "role"))
    enterprise_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    region: Mapped[str | None] = mapped_column(String(6))
    scopes: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(String(2000))
    description: Mapped[str | None] = mapped_column(String(200))
    types: Mapped[Any] = mapped_column(Json)
    cursor: Mapped[int] = mapped_column(BigInteger)
    failures: Mapped[int] = mapped_column(Integer)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_reason: Mapped[DisabledReason | None] = mapped_column(
        text_enum(DisabledReason, "disabled_reason")
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_webhooks_owner_id_id", "owner_id", "id"),)


class WebhookSecret(Base):
    """A signing secret: derived from the service's key and this row's id, so that only its hash is stored.

    It signs until `ends_at`. At most two do at a time.
    """

    __tablename__ = "webhook_secrets"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    webhook_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("webhooks.id"), index=True)
    secret_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Delivery(Base):
    """One event for one webhook, with its last attempt. A ping has no event.

    Of one `lane` (a site, or all that concerns no site) the pending delivery with the lowest `position` goes first, and
    the next one when that is over. `attempts` counts from the last time it became pending.
    """

    __tablename__ = "webhook_deliveries"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    webhook_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("webhooks.id"))
    event_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    position: Mapped[int] = mapped_column(BigInteger)
    lane: Mapped[str] = mapped_column(String(40))
    type: Mapped[str] = mapped_column(String(64))
    state: Mapped[DeliveryState] = mapped_column(text_enum(DeliveryState, "delivery_state"))
    attempts: Mapped[int] = mapped_column(Integer)
    first_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    response_status: Mapped[int | None] = mapped_column(Integer)
    failure: Mapped[str | None] = mapped_column(String(32))
    latency_ms: Mapped[int | None] = mapped_column(Integer)
    excerpt: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_webhook_deliveries_webhook_id_event_id", "webhook_id", "event_id", unique=True),
        Index("ix_webhook_deliveries_webhook_id_id", "webhook_id", "id"),
        Index("ix_webhook_deliveries_ended_at", "ended_at"),
        Index(
            "ix_webhook_deliveries_pending",
            "webhook_id",
            "position",
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
        Index(
            "ix_webhook_deliveries_retrying",
            "webhook_id",
            "next_attempt_at",
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
    )
