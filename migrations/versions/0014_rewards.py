"""Rewards: rules in versions, claims, and the tonnes each claim holds."""

import sqlalchemy as sa
from alembic import op

from app.db import types

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_rules()
    _create_claims()
    _create_lines()


def _create_rules() -> None:
    op.create_table(
        "reward_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("zh", sa.String(length=200), nullable=False),
        sa.Column("en", sa.String(length=200), nullable=False),
        sa.Column("wastes", types.Json(), nullable=False),
        sa.Column("products", types.Json(), nullable=False),
        sa.Column("fen_per_tonne", sa.BigInteger(), nullable=False),
        sa.Column("cap_fen", sa.BigInteger(), nullable=True),
        sa.Column("first", types.MonthDate(), nullable=False),
        sa.Column("last", types.MonthDate(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(length=240), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("superseded_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_rules")),
    )
    op.create_index("uq_reward_rules_code_version", "reward_rules", ["code", "version"], unique=True)


def _create_claims() -> None:
    states = ("claimed", "approved", "paid", "refused", "withdrawn")
    op.create_table(
        "reward_claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("first", types.MonthDate(), nullable=False),
        sa.Column("last", types.MonthDate(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*states, name="claim_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("claimed_by", sa.String(length=240), nullable=False),
        sa.Column("claimed_at", types.UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=240), nullable=True),
        sa.Column("decided_at", types.UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["reward_rules.id"], name=op.f("fk_reward_claims_rule_id_reward_rules")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_reward_claims_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_claims")),
    )
    for column in ("rule_id", "site_id"):
        op.create_index(op.f(f"ix_reward_claims_{column}"), "reward_claims", [column], unique=False)


def _create_lines() -> None:
    op.create_table(
        "reward_claim_lines",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("month", types.MonthDate(), nullable=False),
        sa.Column("waste", sa.String(length=8), nullable=False),
        sa.Column("product", sa.String(length=64), nullable=False),
        sa.Column("received_grams", sa.BigInteger(), nullable=False),
        sa.Column("own_grams", sa.BigInteger(), nullable=False),
        sa.Column("released_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["reward_claims.id"], name=op.f("fk_reward_claim_lines_claim_id_reward_claims")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_reward_claim_lines_site_id_sites")),
        sa.PrimaryKeyConstraint("claim_id", "position", name=op.f("pk_reward_claim_lines")),
    )
    op.create_index(
        "uq_reward_claim_lines_held",
        "reward_claim_lines",
        ["site_id", "month", "waste", "product"],
        unique=True,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )


def downgrade() -> None:
    for table in ("reward_claim_lines", "reward_claims", "reward_rules"):
        op.drop_table(table)
