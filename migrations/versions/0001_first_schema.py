"""The first schema: subjects, enterprises, ledgers, transfers, reference data."""

import sqlalchemy as sa
from alembic import op

from app.db import types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enterprises",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("credit_code_valid", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("industry", sa.String(length=8), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("succeeded_from", types.MonthDate(), nullable=True),
        sa.Column("succession_reason", sa.Text(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["enterprises.id"], name=op.f("fk_enterprises_successor_id_enterprises")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprises")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_enterprises_credit_code")),
    )
    op.create_index(op.f("ix_enterprises_region"), "enterprises", ["region"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("request_sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_table(
        "month_closings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("month", types.MonthDate(), nullable=False),
        sa.Column("actor", sa.String(length=240), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_closings")),
    )
    op.create_index("uq_month_closings_region_month", "month_closings", ["region", "month"], unique=True)
    op.create_table(
        "reference_releases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("loaded_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_releases")),
        sa.UniqueConstraint("sha256", name=op.f("uq_reference_releases_sha256")),
    )
    op.create_table(
        "rollups",
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("waste", sa.String(length=8), nullable=False),
        sa.Column("month", types.MonthDate(), nullable=False),
        sa.Column("generated_grams", sa.BigInteger(), nullable=False),
        sa.Column("own_used_grams", sa.BigInteger(), nullable=False),
        sa.Column("own_used_prior_grams", sa.BigInteger(), nullable=False),
        sa.Column("own_disposed_grams", sa.BigInteger(), nullable=False),
        sa.Column("own_disposed_prior_grams", sa.BigInteger(), nullable=False),
        sa.Column("own_disposed_harmlessly_grams", sa.BigInteger(), nullable=False),
        sa.Column("used_on_site_grams", sa.BigInteger(), nullable=False),
        sa.Column("sent_for_use_grams", sa.BigInteger(), nullable=False),
        sa.Column("sent_grams", sa.BigInteger(), nullable=False),
        sa.Column("stored_grams", sa.BigInteger(), nullable=False),
        sa.Column("dumped_grams", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region", "waste", "month", name=op.f("pk_rollups")),
    )
    op.create_index("ix_rollups_month", "rollups", ["month"], unique=False)
    op.create_table(
        "clients",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "enterprise",
                "regulator",
                "permit_system",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("disabled_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_clients_enterprise_id_enterprises")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
        sa.UniqueConstraint("client_id", name=op.f("uq_clients_client_id")),
    )
    op.create_index(op.f("ix_clients_enterprise_id"), "clients", ["enterprise_id"], unique=False)
    op.create_table(
        "reference_rows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("zh", sa.String(length=200), nullable=False),
        sa.Column("en", sa.String(length=200), nullable=False),
        sa.Column("body", types.Json(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("retrieved_on", sa.Date(), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=True),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("superseded_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["reference_releases.id"],
            name=op.f("fk_reference_rows_release_id_reference_releases"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_rows")),
    )
    op.create_index(
        "uq_reference_rows_current",
        "reference_rows",
        ["kind", "code"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(
        "uq_reference_rows_kind_code_version", "reference_rows", ["kind", "code", "version"], unique=True
    )
    op.create_table(
        "sites",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
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
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_sites_enterprise_id_enterprises")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("code", name=op.f("uq_sites_code")),
        sa.UniqueConstraint("permit_number", name=op.f("uq_sites_permit_number")),
    )
    op.create_index(op.f("ix_sites_enterprise_id"), "sites", ["enterprise_id"], unique=False)
    op.create_index(op.f("ix_sites_region"), "sites", ["region"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "enterprise",
                "regulator",
                "permit_system",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("disabled_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_users_enterprise_id_enterprises")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_index(op.f("ix_users_enterprise_id"), "users", ["enterprise_id"], unique=False)
    op.create_table(
        "client_secrets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_pk", sa.Uuid(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_pk"], ["clients.id"], name=op.f("fk_client_secrets_client_pk_clients")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_secrets")),
    )
    op.create_index(op.f("ix_client_secrets_client_pk"), "client_secrets", ["client_pk"], unique=False)
    op.create_table(
        "facilities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "storage",
                "utilization",
                "disposal",
                name="facility_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("waste_class", sa.String(length=8), nullable=True),
        sa.Column("capacity_grams", sa.BigInteger(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_facilities_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facilities")),
    )
    op.create_index("uq_facilities_site_id_code", "facilities", ["site_id", "code"], unique=True)
    op.create_table(
        "ledgers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("month", types.MonthDate(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "accepted",
                "returned",
                "closed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_ledgers_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledgers")),
    )
    op.create_index("ix_ledgers_month", "ledgers", ["month"], unique=False)
    op.create_index("uq_ledgers_site_id_month", "ledgers", ["site_id", "month"], unique=True)
    op.create_table(
        "transfers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month", types.MonthDate(), nullable=False),
        sa.Column("waste", sa.String(length=8), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("sender_party", sa.String(length=64), nullable=False),
        sa.Column("receiver_party", sa.String(length=64), nullable=False),
        sa.Column("sender_site_id", sa.Uuid(), nullable=True),
        sa.Column("receiver_site_id", sa.Uuid(), nullable=True),
        sa.Column("sender_enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("receiver_enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("sent_grams", sa.BigInteger(), nullable=True),
        sa.Column("sent_of_received_grams", sa.BigInteger(), nullable=True),
        sa.Column("received_grams", sa.BigInteger(), nullable=True),
        sa.Column(
            "decision",
            sa.Enum(
                "confirm",
                "correct",
                "dispute",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("decided_grams", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["receiver_enterprise_id"],
            ["enterprises.id"],
            name=op.f("fk_transfers_receiver_enterprise_id_enterprises"),
        ),
        sa.ForeignKeyConstraint(
            ["receiver_site_id"], ["sites.id"], name=op.f("fk_transfers_receiver_site_id_sites")
        ),
        sa.ForeignKeyConstraint(
            ["sender_enterprise_id"],
            ["enterprises.id"],
            name=op.f("fk_transfers_sender_enterprise_id_enterprises"),
        ),
        sa.ForeignKeyConstraint(
            ["sender_site_id"], ["sites.id"], name=op.f("fk_transfers_sender_site_id_sites")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
    )
    op.create_index(
        "ix_transfers_receiver_enterprise_id_month",
        "transfers",
        ["receiver_enterprise_id", "month"],
        unique=False,
    )
    op.create_index("ix_transfers_receiver_party", "transfers", ["receiver_party"], unique=False)
    op.create_index(
        "ix_transfers_receiver_site_id_month", "transfers", ["receiver_site_id", "month"], unique=False
    )
    op.create_index(
        "ix_transfers_sender_enterprise_id_month",
        "transfers",
        ["sender_enterprise_id", "month"],
        unique=False,
    )
    op.create_index(
        "ix_transfers_sender_site_id_month", "transfers", ["sender_site_id", "month"], unique=False
    )
    op.create_index(
        "uq_transfers_key",
        "transfers",
        ["month", "waste", "purpose", "sender_party", "receiver_party"],
        unique=True,
    )
    op.create_table(
        "ledger_transitions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ledger_id", sa.Uuid(), nullable=False),
        sa.Column(
            "from_state",
            sa.Enum(
                "draft",
                "submitted",
                "accepted",
                "returned",
                "closed",
                name="from_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "draft",
                "submitted",
                "accepted",
                "returned",
                "closed",
                name="to_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor", sa.String(length=240), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ledger_id"], ["ledgers.id"], name=op.f("fk_ledger_transitions_ledger_id_ledgers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transitions")),
    )
    op.create_index(
        op.f("ix_ledger_transitions_ledger_id"), "ledger_transitions", ["ledger_id"], unique=False
    )
    op.create_table(
        "ledger_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ledger_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_draft", sa.Boolean(), nullable=False),
        sa.Column("nil", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("signed_by", sa.String(length=100), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("filed_by", sa.String(length=240), nullable=False),
        sa.Column("received_at", types.UtcDateTime(), nullable=False),
        sa.Column("superseded_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ledger_id"], ["ledgers.id"], name=op.f("fk_ledger_versions_ledger_id_ledgers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_versions")),
    )
    op.create_index(
        "uq_ledger_versions_ledger_id_number", "ledger_versions", ["ledger_id", "number"], unique=True
    )
    op.create_table(
        "transfer_confirmations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "confirm",
                "correct",
                "dispute",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("grams", sa.BigInteger(), nullable=True),
        sa.Column("declared_grams", sa.BigInteger(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("actor", sa.String(length=240), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfers.id"], name=op.f("fk_transfer_confirmations_transfer_id_transfers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_confirmations")),
    )
    op.create_index(
        op.f("ix_transfer_confirmations_transfer_id"), "transfer_confirmations", ["transfer_id"], unique=False
    )
    op.create_table(
        "ledger_activities",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["ledger_versions.id"],
            name=op.f("fk_ledger_activities_version_id_ledger_versions"),
        ),
        sa.PrimaryKeyConstraint("version_id", "position", name=op.f("pk_ledger_activities")),
    )
    op.create_table(
        "ledger_flows",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "received",
                "used",
                "disposed",
                "sent",
                name="flow_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("prior_stock_grams", sa.BigInteger(), nullable=False),
        sa.Column("of_received_grams", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=True),
        sa.Column("party", sa.String(length=64), nullable=True),
        sa.Column("process", sa.String(length=64), nullable=True),
        sa.Column("product", sa.String(length=64), nullable=True),
        sa.Column("facility", sa.String(length=16), nullable=True),
        sa.Column("compliant", sa.Boolean(), nullable=True),
        sa.Column("out_of_province", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"], ["ledger_versions.id"], name=op.f("fk_ledger_flows_version_id_ledger_versions")
        ),
        sa.PrimaryKeyConstraint("version_id", "line", "kind", "position", name=op.f("pk_ledger_flows")),
    )
    op.create_table(
        "ledger_lines",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("waste", sa.String(length=8), nullable=False),
        sa.Column("waste_code", sa.String(length=11), nullable=True),
        sa.Column("basis", sa.String(length=8), nullable=True),
        sa.Column("moisture_millipercent", sa.Integer(), nullable=True),
        sa.Column("method", sa.String(length=32), nullable=True),
        sa.Column("opening_grams", sa.BigInteger(), nullable=False),
        sa.Column("generated_grams", sa.BigInteger(), nullable=False),
        sa.Column("received_grams", sa.BigInteger(), nullable=False),
        sa.Column("used_grams", sa.BigInteger(), nullable=False),
        sa.Column("disposed_grams", sa.BigInteger(), nullable=False),
        sa.Column("sent_grams", sa.BigInteger(), nullable=False),
        sa.Column("dumped_grams", sa.BigInteger(), nullable=False),
        sa.Column("compliant_stored_grams", sa.BigInteger(), nullable=False),
        sa.Column("closing_grams", sa.BigInteger(), nullable=False),
        sa.Column("own_used_grams", sa.BigInteger(), nullable=False),
        sa.Column("own_used_prior_grams", sa.BigInteger(), nullable=False),
        sa.Column("own_disposed_grams", sa.BigInteger(), nullable=False),
        sa.Column("own_disposed_prior_grams", sa.BigInteger(), nullable=False),
        sa.Column("own_disposed_harmlessly_grams", sa.BigInteger(), nullable=False),
        sa.Column("used_on_site_grams", sa.BigInteger(), nullable=False),
        sa.Column("sent_for_use_grams", sa.BigInteger(), nullable=False),
        sa.Column("stored_grams", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["ledger_versions.id"], name=op.f("fk_ledger_lines_version_id_ledger_versions")
        ),
        sa.PrimaryKeyConstraint("version_id", "position", name=op.f("pk_ledger_lines")),
    )


def downgrade() -> None:
    op.drop_table("ledger_lines")
    op.drop_table("ledger_flows")
    op.drop_table("ledger_activities")
    op.drop_index(op.f("ix_transfer_confirmations_transfer_id"), table_name="transfer_confirmations")
    op.drop_table("transfer_confirmations")
    op.drop_index("uq_ledger_versions_ledger_id_number", table_name="ledger_versions")
    op.drop_table("ledger_versions")
    op.drop_index(op.f("ix_ledger_transitions_ledger_id"), table_name="ledger_transitions")
    op.drop_table("ledger_transitions")
    op.drop_index("uq_transfers_key", table_name="transfers")
    op.drop_index("ix_transfers_sender_site_id_month", table_name="transfers")
    op.drop_index("ix_transfers_sender_enterprise_id_month", table_name="transfers")
    op.drop_index("ix_transfers_receiver_site_id_month", table_name="transfers")
    op.drop_index("ix_transfers_receiver_party", table_name="transfers")
    op.drop_index("ix_transfers_receiver_enterprise_id_month", table_name="transfers")
    op.drop_table("transfers")
    op.drop_index("uq_ledgers_site_id_month", table_name="ledgers")
    op.drop_index("ix_ledgers_month", table_name="ledgers")
    op.drop_table("ledgers")
    op.drop_index("uq_facilities_site_id_code", table_name="facilities")
    op.drop_table("facilities")
    op.drop_index(op.f("ix_client_secrets_client_pk"), table_name="client_secrets")
    op.drop_table("client_secrets")
    op.drop_index(op.f("ix_users_enterprise_id"), table_name="users")
    op.drop_table("users")
    op.drop_index(op.f("ix_sites_region"), table_name="sites")
    op.drop_index(op.f("ix_sites_enterprise_id"), table_name="sites")
    op.drop_table("sites")
    op.drop_index("uq_reference_rows_kind_code_version", table_name="reference_rows")
    op.drop_index(
        "uq_reference_rows_current",
        table_name="reference_rows",
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_table("reference_rows")
    op.drop_index(op.f("ix_clients_enterprise_id"), table_name="clients")
    op.drop_table("clients")
    op.drop_index("ix_rollups_month", table_name="rollups")
    op.drop_table("rollups")
    op.drop_table("reference_releases")
    op.drop_index("uq_month_closings_region_month", table_name="month_closings")
    op.drop_table("month_closings")
    op.drop_table("idempotency_keys")
    op.drop_index(op.f("ix_enterprises_region"), table_name="enterprises")
    op.drop_table("enterprises")
