"""Webhooks and their deliveries."""

import sqlalchemy as sa
from alembic import op

from app.db import types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ROLES = ("enterprise", "regulator", "permit_system", "admin")
_REASONS = ("owner", "gone", "failing", "client_disabled", "key_changed")
_PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    _create_webhooks()
    _create_deliveries()


def _create_webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("owner_name", sa.String(length=200), nullable=False),
        sa.Column("role", _text("role", *_ROLES), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=True),
        sa.Column("types", types.Json(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", types.UtcDateTime(), nullable=True),
        sa.Column("paused_until", types.UtcDateTime(), nullable=True),
        sa.Column("last_delivered_at", types.UtcDateTime(), nullable=True),
        sa.Column("disabled_at", types.UtcDateTime(), nullable=True),
        sa.Column("disabled_reason", _text("disabled_reason", *_REASONS), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("changed_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index("ix_webhooks_owner_id_id", "webhooks", ["owner_id", "id"], unique=False)
    op.create_table(
        "webhook_secrets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("ends_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name=op.f("fk_webhook_secrets_webhook_id_webhooks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_secrets")),
    )
    op.create_index("ix_webhook_secrets_webhook_id", "webhook_secrets", ["webhook_id"], unique=False)


def _create_deliveries() -> None:
    name = "webhook_deliveries"
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("state", _text("delivery_state", "pending", "delivered", "given_up"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_attempt_at", types.UtcDateTime(), nullable=True),
        sa.Column("last_attempt_at", types.UtcDateTime(), nullable=True),
        sa.Column("next_attempt_at", types.UtcDateTime(), nullable=True),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("response_status", sa.Integer(), nullable=True),
        sa.Column("failure", sa.String(length=32), nullable=True),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("excerpt", sa.Text(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name=op.f("fk_webhook_deliveries_webhook_id_webhooks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index(f"uq_{name}_webhook_id_event_id", name, ["webhook_id", "event_id"], unique=True)
    op.create_index(f"ix_{name}_webhook_id_id", name, ["webhook_id", "id"], unique=False)
    op.create_index(f"ix_{name}_ended_at", name, ["ended_at"], unique=False)
    for index, column in (("pending", "position"), ("retrying", "next_attempt_at")):
        op.create_index(
            f"ix_{name}_{index}",
            name,
            ["webhook_id", column],
            unique=False,
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        )


def downgrade() -> None:
    op.drop_table("webhook_deliveries")
    op.drop_table("webhook_secrets")
    op.drop_table("webhooks")


def _text(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
