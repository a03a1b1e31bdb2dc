"""The audit log and its chain, the anchors of its days, repudiations of filings."""

import sqlalchemy as sa
from alembic import op

from app.db import types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COUNTED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_entries()
    op.create_table(
        "audit_anchors",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_audit_anchors")),
    )
    op.create_index("uq_audit_anchors_number", "audit_anchors", ["number"], unique=True)
    op.create_table(
        "ledger_repudiations",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=240), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["ledger_versions.id"],
            name=op.f("fk_ledger_repudiations_version_id_ledger_versions"),
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_ledger_repudiations")),
    )


def _create_entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("ordinal", _COUNTED, sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object_kind", sa.String(length=32), nullable=False),
        sa.Column("object_id", sa.String(length=160), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("before", sa.String(length=64), nullable=True),
        sa.Column("after", sa.String(length=64), nullable=True),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("marks", sa.String(length=64), nullable=True),
        sa.Column("previous", sa.String(length=64), nullable=True),
        sa.Column("seal", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("ordinal", name=op.f("pk_audit_entries")),
        sqlite_autoincrement=True,
    )
    sealed, unsealed = sa.text("number IS NOT NULL"), sa.text("number IS NULL")
    op.create_index(
        "uq_audit_entries_number",
        "audit_entries",
        ["number"],
        unique=True,
        sqlite_where=sealed,
        postgresql_where=sealed,
    )
    op.create_index(
        "ix_audit_entries_unsealed",
        "audit_entries",
        ["ordinal"],
        unique=False,
        sqlite_where=unsealed,
        postgresql_where=unsealed,
    )
    op.create_index("ix_audit_entries_object_id", "audit_entries", ["object_id"], unique=False)
    op.create_index("ix_audit_entries_region", "audit_entries", ["region"], unique=False)


def downgrade() -> None:
    op.drop_table("ledger_repudiations")
    op.drop_table("audit_anchors")
    op.drop_table("audit_entries")
