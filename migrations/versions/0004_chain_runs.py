"""Chains followed through the ledgers of a scope, kept with what they were made from."""

import sqlalchemy as sa
from alembic import op

from app.db import types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chain_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chain_id", sa.String(length=80), nullable=False),
        sa.Column("chain_version", sa.Integer(), nullable=False),
        sa.Column("chain_digest", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("base", sa.String(length=80), nullable=True),
        sa.Column("first_month", types.MonthDate(), nullable=False),
        sa.Column("last_month", types.MonthDate(), nullable=False),
        sa.Column("as_of", types.UtcDateTime(), nullable=True),
        sa.Column("stock_rule", _text("stock_rule", "mixed", "fifo", "cohort"), nullable=False),
        sa.Column("ledgers", sa.String(length=120), nullable=True),
        sa.Column("state", _text("run_state", "queued", "running", "done", "failed"), nullable=False),
        sa.Column("result", types.Json(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("requested_by", sa.String(length=240), nullable=False),
        sa.Column("requested_at", types.UtcDateTime(), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_runs")),
    )
    op.create_index("ix_chain_runs_chain_id_id", "chain_runs", ["chain_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_chain_runs_chain_id_id", table_name="chain_runs")
    op.drop_table("chain_runs")


def _text(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
