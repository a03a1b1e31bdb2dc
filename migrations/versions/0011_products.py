"""Product tonnes of a use: what the recipe rule is checked against. Null: the ledger does not say."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ledger_flows", sa.Column("product_grams", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("ledger_flows", "product_grams")
