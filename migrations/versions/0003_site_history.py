"""Sites with their history, lines of succession, and the indexes by which both parties of a transfer are found."""

import sqlalchemy as sa
from alembic import op

from app.db import types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEPT = "name, region, industry, base, park, permit_number, latitude, longitude, reports_from, reports_until"


def upgrade() -> None:
    op.create_table(
        "site_versions",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("from_month", types.MonthDate(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("industry", sa.String(length=8), nullable=False),
        sa.Column("base", sa.String(length=80), nullable=True),
        sa.Column("park", sa.String(length=80), nullable=True),
        sa.Column("permit_number", sa.String(length=22), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("reports_from", types.MonthDate(), nullable=False),
        sa.Column("reports_until", types.MonthDate(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor", sa.String(length=240), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("superseded_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_site_versions_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "number", name=op.f("pk_site_versions")),
    )
    op.create_index(op.f("ix_site_versions_region"), "site_versions", ["region"], unique=False)
    op.create_index(op.f("ix_site_versions_permit_number"), "site_versions", ["permit_number"], unique=False)
    # A site that is there already has always been as it is now, as far as anyone knows.
    op.execute(
        sa.text(
            f"INSERT INTO site_versions (site_id, number, from_month, {_KEPT}, actor, recorded_at) "  # noqa: S608
            f"SELECT id, 1, reports_from, {_KEPT}, 'migration', created_at FROM sites"
        )
    )
    with op.batch_alter_table("enterprises") as table:
        table.add_column(sa.Column("succession_recorded_at", types.UtcDateTime(), nullable=True))
        table.add_column(sa.Column("last_successor_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(
            op.f("fk_enterprises_last_successor_id_enterprises"),
            "enterprises",
            ["last_successor_id"],
            ["id"],
        )
        table.create_index("ix_enterprises_successor_id", ["successor_id"], unique=False)
        table.create_index(op.f("ix_enterprises_last_successor_id"), ["last_successor_id"], unique=False)
    _fill_lines()
    op.drop_index("ix_transfers_receiver_party", table_name="transfers")
    op.create_index("ix_transfers_sender_party_month", "transfers", ["sender_party", "month"], unique=False)
    op.create_index(
        "ix_transfers_receiver_party_month", "transfers", ["receiver_party", "month"], unique=False
    )


def _fill_lines() -> None:
    """Walk each succession to its end, and take it as known since the enterprise is."""
    op.execute(
        sa.text(
            "WITH RECURSIVE line (id, heir) AS ("
            "SELECT id, successor_id FROM enterprises WHERE successor_id IS NOT NULL "
            "UNION ALL SELECT line.id, enterprises.successor_id FROM line "
            "JOIN enterprises ON enterprises.id = line.heir WHERE enterprises.successor_id IS NOT NULL"
            ") UPDATE enterprises SET succession_recorded_at = created_at, last_successor_id = ("
            "SELECT line.heir FROM line JOIN enterprises AS last ON last.id = line.heir "
            "WHERE line.id = enterprises.id AND last.successor_id IS NULL"
            ") WHERE successor_id IS NOT NULL"
        )
    )


def downgrade() -> None:
    op.drop_index("ix_transfers_receiver_party_month", table_name="transfers")
    op.drop_index("ix_transfers_sender_party_month", table_name="transfers")
    op.create_index("ix_transfers_receiver_party", "transfers", ["receiver_party"], unique=False)
    with op.batch_alter_table("enterprises") as table:
        table.drop_index(op.f("ix_enterprises_last_successor_id"))
        table.drop_index("ix_enterprises_successor_id")
        table.drop_constraint(op.f("fk_enterprises_last_successor_id_enterprises"), type_="foreignkey")
        table.drop_column("last_successor_id")
        table.drop_column("succession_recorded_at")
    op.drop_index(op.f("ix_site_versions_permit_number"), table_name="site_versions")
    op.drop_index(op.f("ix_site_versions_region"), table_name="site_versions")
    op.drop_table("site_versions")
