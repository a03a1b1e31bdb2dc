"""Findings with their evidence, the steps and files of their cases, and the parameters of the rules."""

import sqlalchemy as sa
from alembic import op

from app.db import types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_STATES = ("open", "notified", "answered", "confirmed", "dismissed", "closed")
_STEPS = (
    "opened",
    "evidence",
    "gone",
    "reopened",
    "assigned",
    "notified",
    "answered",
    "commented",
    "attached",
    "confirmed",
    "dismissed",
    "closed",
)


def upgrade() -> None:
    _create_findings()
    _create_cases()
    op.create_table(
        "rule_parameters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("values", types.Json(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=240), nullable=False),
        sa.Column("changed_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_parameters")),
    )
    op.create_index("uq_rule_parameters_rule_number", "rule_parameters", ["rule", "number"], unique=True)


def _create_findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("partition", sa.String(length=160), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("state", _text("case_state", *_STATES), nullable=False),
        sa.Column("severity", _text("severity", "low", "medium", "high"), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("counterpart", sa.String(length=64), nullable=True),
        sa.Column("counterpart_region", sa.String(length=6), nullable=True),
        sa.Column("counterpart_enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("waste", sa.String(length=8), nullable=True),
        sa.Column("first_month", types.MonthDate(), nullable=True),
        sa.Column("last_month", types.MonthDate(), nullable=True),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("sigma_grams", sa.BigInteger(), nullable=True),
        sa.Column("is_weighed", sa.Boolean(), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("evidence", types.Json(), nullable=False),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=False),
        sa.Column("assignee", sa.String(length=200), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("opened_at", types.UtcDateTime(), nullable=False),
        sa.Column("evidence_at", types.UtcDateTime(), nullable=False),
        sa.Column("notified_at", types.UtcDateTime(), nullable=True),
        sa.Column("decided_at", types.UtcDateTime(), nullable=True),
        sa.Column("gone_at", types.UtcDateTime(), nullable=True),
        sa.Column("closed_at", types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_findings_site_id_sites")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_findings_enterprise_id_enterprises")
        ),
        sa.ForeignKeyConstraint(
            ["counterpart_enterprise_id"],
            ["enterprises.id"],
            name=op.f("fk_findings_counterpart_enterprise_id_enterprises"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    op.create_index("uq_findings_rule_key", "findings", ["rule", "key"], unique=True)
    op.create_index("ix_findings_region_state", "findings", ["region", "state"], unique=False)
    op.create_index("ix_findings_grams_id", "findings", ["grams", "id"], unique=False)
    for name in ("partition", "counterpart_region", "enterprise_id", "counterpart_enterprise_id", "site_id"):
        op.create_index(f"ix_findings_{name}", "findings", [name], unique=False)


def _create_cases() -> None:
    op.create_table(
        "finding_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _text("step_kind", *_STEPS), nullable=False),
        sa.Column("from_state", _text("from_state", *_STATES), nullable=True),
        sa.Column("to_state", _text("to_state", *_STATES), nullable=False),
        sa.Column("actor", sa.String(length=240), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("details", types.Json(), nullable=True),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f("fk_finding_steps_finding_id_findings")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_finding_steps_enterprise_id_enterprises")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_steps")),
    )
    op.create_index("ix_finding_steps_finding_id_id", "finding_steps", ["finding_id", "id"], unique=False)
    op.create_table(
        "finding_attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=240), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f("fk_finding_attachments_finding_id_findings")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprises.id"],
            name=op.f("fk_finding_attachments_enterprise_id_enterprises"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_attachments")),
    )
    op.create_index("ix_finding_attachments_finding_id", "finding_attachments", ["finding_id"], unique=False)


def downgrade() -> None:
    op.drop_table("finding_attachments")
    op.drop_table("finding_steps")
    op.drop_table("findings")
    op.drop_table("rule_parameters")


def _text(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
