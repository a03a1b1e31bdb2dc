"""Permits in versions, what came with them, and what came in."""

import sqlalchemy as sa
from alembic import op

from app.db import types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_IMPORT_STATES = ("waiting", "running", "done", "failed")
_OUTCOMES = ("created", "unchanged", "changed", "unmatched", "rejected")


def upgrade() -> None:
    _create_permits()
    _create_imports()
    op.create_table(
        "permit_syncs",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("cursor", sa.String(length=500), nullable=True),
        sa.Column("etag", sa.String(length=200), nullable=True),
        sa.Column("pages", sa.BigInteger(), nullable=False),
        sa.Column("read_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_permit_syncs")),
    )


def _create_permits() -> None:
    op.create_table(
        "permits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=22), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("changed_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_permits_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permits")),
        sa.UniqueConstraint("number", name=op.f("uq_permits_number")),
    )
    for name in ("credit_code", "region", "site_id"):
        op.create_index(f"ix_permits_{name}", "permits", [name], unique=False)
    op.create_table(
        "permit_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("permit_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("raw_sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("actor", sa.String(length=240), nullable=False),
        sa.Column("received_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["permit_id"], ["permits.id"], name=op.f("fk_permit_versions_permit_id_permits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permit_versions")),
    )
    op.create_index(
        "uq_permit_versions_permit_id_number", "permit_versions", ["permit_id", "number"], unique=True
    )


def _create_imports() -> None:
    op.create_table(
        "permit_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("format", _text("permit_file_format", "xlsx", "csv", "json"), nullable=False),
        sa.Column("mapping", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", _text("permit_import_state", *_IMPORT_STATES), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=True),
        sa.Column("counts", types.Json(), nullable=False),
        sa.Column("failure", types.Json(), nullable=True),
        sa.Column("subject", types.Json(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("finished_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permit_imports")),
    )
    op.create_index("ix_permit_imports_subject_id", "permit_imports", ["subject_id"], unique=False)
    op.create_table(
        "permit_import_rows",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("permit", sa.String(length=64), nullable=True),
        sa.Column("outcome", _text("permit_import_outcome", *_OUTCOMES), nullable=False),
        sa.Column("notes", types.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["permit_imports.id"], name=op.f("fk_permit_import_rows_import_id_permit_imports")
        ),
        sa.PrimaryKeyConstraint("import_id", "row", name=op.f("pk_permit_import_rows")),
    )
    op.create_table(
        "permit_import_pieces",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("part", _text("permit_import_part", "uploaded", "answered"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["permit_imports.id"],
            name=op.f("fk_permit_import_pieces_import_id_permit_imports"),
        ),
        sa.PrimaryKeyConstraint("import_id", "part", "position", name=op.f("pk_permit_import_pieces")),
    )


def downgrade() -> None:
    op.drop_table("permit_syncs")
    op.drop_table("permit_import_pieces")
    op.drop_table("permit_import_rows")
    op.drop_table("permit_imports")
    op.drop_table("permit_versions")
    op.drop_table("permits")


def _text(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
