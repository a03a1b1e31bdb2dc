"""PostgreSQL looks at large tables often enough: a month of filing is two rows in a hundred of five years.

By default statistics are renewed after a tenth of a table has changed, and what was inserted is marked visible after a fifth. Of
ten million transfers that is half a year, in which the planner takes the newest months for empty. SQLite has neither.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TABLES = (
    "audit_entries",
    "events",
    "ledger_activities",
    "ledger_flows",
    "ledger_lines",
    "ledger_versions",
    "ledgers",
    "transfers",
)
_OFTEN = {
    "autovacuum_analyze_scale_factor": "0.005",
    "autovacuum_vacuum_scale_factor": "0.02",
    "autovacuum_vacuum_insert_scale_factor": "0.02",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        settings = ", ".join(f"{name} = {value}" for name, value in _OFTEN.items())
        for table in _TABLES:
            # SHARE UPDATE EXCLUSIVE: neither readers nor writers wait.
            op.execute(f"ALTER TABLE {table} SET ({settings})")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in _TABLES:
            op.execute(f"ALTER TABLE {table} RESET ({', '.join(_OFTEN)})")
