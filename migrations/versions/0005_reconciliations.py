"""What the reports of a scope say together: runs, and their flows."""

import sqlalchemy as sa
from alembic import op

from app.db import types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reconciliations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("base", sa.String(length=80), nullable=True),
        sa.Column("first_month", types.MonthDate(), nullable=False),
        sa.Column("last_month", types.MonthDate(), nullable=False),
        sa.Column("alpha", sa.Double(), nullable=False),
        sa.Column("local_test_floor", sa.Double(), nullable=False),
        sa.Column("months", _text("months", "correlated", "independent"), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=True),
        sa.Column("ledgers", sa.String(length=120), nullable=True),
        sa.Column(
            "state", _text("reconciliation_state", "queued", "running", "done", "failed"), nullable=False
        ),
        sa.Column("summary", types.Json(), nullable=True),
        sa.Column("intervals", types.Json(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("requested_by", sa.String(length=240), nullable=False),
        sa.Column("requested_at", types.UtcDateTime(), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliations")),
    )
    op.create_index("ix_reconciliations_region_id", "reconciliations", ["region", "id"], unique=False)
    _create_flows()


def _create_flows() -> None:
    kinds = _text(
        "measured_kind",
        "generated",
        "stock_increase",
        "used",
        "disposed",
        "dumped",
        "transfer",
        "exported",
        "imported",
    )
    classes = _text("flow_class", "redundant", "nonredundant", "observable", "unobservable")
    op.create_table(
        "reconciled_flows",
        sa.Column("reconciliation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("waste", sa.String(length=8), nullable=False),
        sa.Column("from_site", sa.String(length=64), nullable=True),
        sa.Column("to_site", sa.String(length=64), nullable=True),
        sa.Column("detail", sa.String(length=140), nullable=True),
        sa.Column("sent_grams", sa.BigInteger(), nullable=True),
        sa.Column("sent_sigma_grams", sa.BigInteger(), nullable=True),
        sa.Column("received_grams", sa.BigInteger(), nullable=True),
        sa.Column("received_sigma_grams", sa.BigInteger(), nullable=True),
        sa.Column("value_grams", sa.BigInteger(), nullable=True),
        sa.Column("sd_grams", sa.BigInteger(), nullable=True),
        sa.Column("z", sa.Double(), nullable=True),
        sa.Column("pair_z", sa.Double(), nullable=True),
        sa.Column("flow_class", classes, nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("at_bound", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reconciliation_id"],
            ["reconciliations.id"],
            name=op.f("fk_reconciled_flows_reconciliation_id_reconciliations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("reconciliation_id", "position", name=op.f("pk_reconciled_flows")),
    )
    for end in ("from_site", "to_site"):
        op.create_index(
            f"ix_reconciled_flows_{end}",
            "reconciled_flows",
            ["reconciliation_id", end, "position"],
            unique=False,
        )


def downgrade() -> None:
    for end in ("to_site", "from_site"):
        op.drop_index(f"ix_reconciled_flows_{end}", table_name="reconciled_flows")
    op.drop_table("reconciled_flows")
    op.drop_index("ix_reconciliations_region_id", table_name="reconciliations")
    op.drop_table("reconciliations")


def _text(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
