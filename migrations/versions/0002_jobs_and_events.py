"""Jobs that wait for a worker, the periods that were begun, and the feed of events."""

import sqlalchemy as sa
from alembic import op

from app.db import types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_WAITING_KEY = sa.text("state = 'waiting' AND key IS NOT NULL")
_RUNNING_KEY = sa.text("state = 'running' AND key IS NOT NULL")
_UNPLACED = sa.text("position IS NULL")
_TWO_PARTIES = sa.text("counterpart_enterprise_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("payload", types.Json(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "dead",
                name="job_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_at", types.UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lock_token", sa.Uuid(), nullable=True),
        sa.Column("worker", sa.String(length=120), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("failed_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_due_at", "jobs", ["due_at"], unique=False)
    op.create_index(
        "uq_jobs_waiting_key",
        "jobs",
        ["kind", "key"],
        unique=True,
        sqlite_where=_WAITING_KEY,
        postgresql_where=_WAITING_KEY,
    )
    op.create_index(
        "ix_jobs_running_key",
        "jobs",
        ["kind", "key"],
        unique=False,
        sqlite_where=_RUNNING_KEY,
        postgresql_where=_RUNNING_KEY,
    )
    op.create_table(
        "periodic_runs",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("period_start", types.UtcDateTime(), nullable=False),
        sa.Column("enqueued_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_periodic_runs")),
    )
    _create_events()


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=True),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("region", sa.String(length=6), nullable=True),
        sa.Column("counterpart_enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("counterpart_region", sa.String(length=6), nullable=True),
        sa.Column("payload", types.Json(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_events")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_events_id", "events", ["id"], unique=True)
    op.create_index("uq_events_position", "events", ["position"], unique=True)
    op.create_index("ix_events_enterprise_id_position", "events", ["enterprise_id", "position"], unique=False)
    op.create_index(
        "ix_events_counterpart_enterprise_id_position",
        "events",
        ["counterpart_enterprise_id", "position"],
        unique=False,
        sqlite_where=_TWO_PARTIES,
        postgresql_where=_TWO_PARTIES,
    )
    op.create_index(
        "ix_events_unplaced",
        "events",
        ["number"],
        unique=False,
        sqlite_where=_UNPLACED,
        postgresql_where=_UNPLACED,
    )


def downgrade() -> None:
    op.drop_table("events")
    op.drop_table("periodic_runs")
    op.drop_table("jobs")
