"""Ledgers of a month in the order of their pages: a page is found where the one before it ended."""

from app.db.online import create_index, drop_index

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_index("ix_ledgers_month_id", "ledgers", ["month", "id"])
    drop_index("ix_ledgers_month", "ledgers")


def downgrade() -> None:
    create_index("ix_ledgers_month", "ledgers", ["month"])
    drop_index("ix_ledgers_month_id", "ledgers")
