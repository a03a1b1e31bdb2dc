"""Archives of closed years that were made; files of ledgers as NDJSON and Parquet."""

import sqlalchemy as sa
from alembic import op

from app.db import types

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "archives",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("before", types.MonthDate(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("transfers", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=240), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archives")),
    )
    _let_through("xlsx", "csv", "ndjson", "parquet")
    op.create_index("ix_archives_made_at", "archives", ["made_at"], unique=False)


def downgrade() -> None:
    op.drop_table("archives")
    # What came as another kind of file was filed all the same: of the file itself only the name is kept.
    op.execute(sa.text("UPDATE imports SET kind = 'csv' WHERE kind IN ('ndjson', 'parquet')"))
    _let_through("xlsx", "csv")


def _let_through(*kinds: str) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("imports") as table:
        table.drop_constraint(op.f("ck_imports_file_kind"), type_="check")
        table.create_check_constraint(op.f("ck_imports_file_kind"), f"kind IN ({listed})")
