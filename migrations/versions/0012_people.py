"""People: sign-in through a provider, and what was signed for an account ended by counting up."""

import sqlalchemy as sa
from alembic import op

from app.db import types

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_COUNTED = ("clients", "users")


def upgrade() -> None:
    with op.batch_alter_table("users") as table:
        table.add_column(sa.Column("invited_until", types.UtcDateTime(), nullable=True))
        table.add_column(sa.Column("link_sha256", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("link_until", types.UtcDateTime(), nullable=True))
        table.create_unique_constraint(op.f("uq_users_link_sha256"), ["link_sha256"])
    for name in _COUNTED:
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("credentials_version", sa.Integer(), nullable=True))
        # Sessions and tokens that are out there carry no number, which reads as 0: they live on.
        op.execute(sa.text(f"UPDATE {name} SET credentials_version = 0"))  # noqa: S608 - one of two words above
        with op.batch_alter_table(name) as table:
            table.alter_column("credentials_version", existing_type=sa.Integer(), nullable=False)
    op.create_table(
        "user_identities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_identities_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_identities")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_user_identities_issuer_subject")),
    )
    op.create_index(op.f("ix_user_identities_user_id"), "user_identities", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_table("user_identities")
    for name in _COUNTED:
        with op.batch_alter_table(name) as table:
            table.drop_column("credentials_version")
    with op.batch_alter_table("users") as table:
        table.drop_constraint(op.f("uq_users_link_sha256"), type_="unique")
        table.drop_column("link_until")
        table.drop_column("link_sha256")
        table.drop_column("invited_until")
