"""Batch records, product batches and certificates of recycled content."""

import sqlalchemy as sa
from alembic import op

from app.db import types

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_batches()
    _create_product_batches()
    _create_certificates()


def _create_batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column(
            "kind", _text("batch_kind", "left", "generated", "stored", "used", "disposed"), nullable=False
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("month", types.MonthDate(), nullable=False),
        sa.Column("waste", sa.String(length=8), nullable=False),
        sa.Column("waste_code", sa.String(length=11), nullable=True),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("receiver", sa.String(length=64), nullable=True),
        sa.Column("facility", sa.String(length=64), nullable=True),
        sa.Column("process", sa.String(length=64), nullable=True),
        sa.Column("carrier", sa.String(length=200), nullable=True),
        sa.Column("vehicle", sa.String(length=64), nullable=True),
        *_written(),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_batches_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    op.create_index("uq_batches_site_id_number", "batches", ["site_id", "number"], unique=True)
    op.create_index("ix_batches_site_id_month_waste", "batches", ["site_id", "month", "waste"], unique=False)
    op.create_table(
        "batch_links",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("preceding_site", sa.String(length=64), nullable=False),
        sa.Column("preceding_number", sa.String(length=64), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_batch_links_batch_id_batches")),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_batch_links")),
    )
    op.create_index(
        "ix_batch_links_preceding_site_preceding_number",
        "batch_links",
        ["preceding_site", "preceding_number"],
        unique=False,
    )


def _create_product_batches() -> None:
    op.create_table(
        "product_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("month", types.MonthDate(), nullable=False),
        sa.Column("product", sa.String(length=64), nullable=False),
        sa.Column("grade", sa.String(length=8), nullable=True),
        sa.Column("product_grams", sa.BigInteger(), nullable=True),
        *_written(),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_product_batches_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_batches")),
    )
    op.create_index(
        "uq_product_batches_site_id_number", "product_batches", ["site_id", "number"], unique=True
    )
    op.create_index("ix_product_batches_site_id_month", "product_batches", ["site_id", "month"], unique=False)
    op.create_table(
        "recipe_inputs",
        sa.Column("product_batch_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("waste", sa.String(length=8), nullable=True),
        sa.Column("material", sa.String(length=80), nullable=True),
        sa.Column("batch", sa.String(length=64), nullable=True),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_batch_id"],
            ["product_batches.id"],
            name=op.f("fk_recipe_inputs_product_batch_id_product_batches"),
        ),
        sa.PrimaryKeyConstraint("product_batch_id", "position", name=op.f("pk_recipe_inputs")),
    )


def _create_certificates() -> None:
    op.create_table(
        "certificate_keys",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("first_used_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_keys")),
    )
    op.create_table(
        "certificates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=14), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("product", sa.String(length=64), nullable=False),
        sa.Column("product_grams", sa.BigInteger(), nullable=False),
        sa.Column("request_sha256", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("issued_by", sa.String(length=240), nullable=False),
        sa.Column("issued_at", types.UtcDateTime(), nullable=False),
        sa.Column("revoked_by", sa.String(length=240), nullable=True),
        sa.Column("revoked_at", types.UtcDateTime(), nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_certificates_site_id_sites")),
        sa.ForeignKeyConstraint(
            ["key_id"], ["certificate_keys.id"], name=op.f("fk_certificates_key_id_certificate_keys")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("code", name=op.f("uq_certificates_code")),
    )
    op.create_index(
        "uq_certificates_site_id_reference", "certificates", ["site_id", "reference"], unique=True
    )
    op.create_index("ix_certificates_site_id_period", "certificates", ["site_id", "period"], unique=False)
    op.create_table(
        "certified_contents",
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("waste", sa.String(length=8), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificates.id"],
            name=op.f("fk_certified_contents_certificate_id_certificates"),
        ),
        sa.PrimaryKeyConstraint("certificate_id", "waste", name=op.f("pk_certified_contents")),
    )


def downgrade() -> None:
    for table in (
        "certified_contents",
        "certificates",
        "certificate_keys",
        "recipe_inputs",
        "product_batches",
        "batch_links",
        "batches",
    ):
        op.drop_table(table)


def _written() -> tuple[sa.Column[object], ...]:
    """Who wrote and signed a form, and whether it was withdrawn."""
    return (
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("signed_by", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("recorded_by", sa.String(length=240), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", types.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
    )


def _text(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
