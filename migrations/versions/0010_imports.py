"""Imports: files of ledgers, their pieces, and what became of each ledger in them."""

import sqlalchemy as sa
from alembic import op

from app.db import types

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_name", sa.String(length=200), nullable=False),
        sa.Column(
            "role", _text("import_role", "enterprise", "regulator", "permit_system", "admin"), nullable=False
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", _text("file_kind", "xlsx", "csv"), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("mode", _text("import_mode", "each", "atomic"), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            _text("import_state", "queued", "running", "done", "refused", "failed"),
            nullable=False,
        ),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in (
                "done_permille",
                "rows_done",
                "ledgers_done",
                "created",
                "unchanged",
                "amended",
                "rejected",
                "with_warnings",
            )
        ),
        sa.Column("saved", sa.Boolean(), nullable=False),
        sa.Column("faults", types.Json(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_imports_enterprise_id_enterprises")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index("ix_imports_enterprise_id_id", "imports", ["enterprise_id", "id"], unique=False)
    op.create_index("ix_imports_created_at", "imports", ["created_at"], unique=False)
    _create_parts()


def _create_parts() -> None:
    op.create_table(
        "import_pieces",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("part", _text("import_part", "uploaded", "answered"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_pieces_import_id_imports")
        ),
        sa.PrimaryKeyConstraint("import_id", "part", "position", name=op.f("pk_import_pieces")),
    )
    op.create_table(
        "imported_ledgers",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("first_row", sa.Integer(), nullable=False),
        sa.Column("last_row", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=True),
        sa.Column("month", types.MonthDate(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("ledger_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("notes", types.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_imported_ledgers_import_id_imports")
        ),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_imported_ledgers")),
    )


def downgrade() -> None:
    op.drop_table("imported_ledgers")
    op.drop_table("import_pieces")
    op.drop_table("imports")


def _text(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
