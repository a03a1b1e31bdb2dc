"""Transfers are found by their sites; the parties that are no site have small indexes of their own.

A row whose party is a site had that party in three indexes: by site, by enterprise and by name. All three say the same.
"""

import sqlalchemy as sa

from app.db.online import create_index, drop_index

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_COLUMNS = tuple(
    (side, f"{side}_{name}") for side in ("sender", "receiver") for name in ("enterprise_id", "party")
)


def upgrade() -> None:
    for side, column in _COLUMNS:
        # Of ten million rows a few thousand: one look at the table, nothing is sorted.
        nowhere = sa.text(f"{side}_site_id IS NULL")
        only = {"sqlite_where": nowhere, "postgresql_where": nowhere}
        create_index(f"ix_transfers_{column}", "transfers", [column], **only)
        drop_index(f"ix_transfers_{column}_month", "transfers")


def downgrade() -> None:
    for _, column in _COLUMNS:
        create_index(f"ix_transfers_{column}_month", "transfers", [column, "month"])
        drop_index(f"ix_transfers_{column}", "transfers")
