"""On SQLite the kept sums of 0018 are changed in place: there is one writer, so that no row need be appended for each."""

import re
from collections.abc import Callable

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_A_NEW_ROW, _THE_ROW = "lower(hex(randomblob(16)))", f"'{'0' * 32}'"
_TRIGGERS = tuple(
    f"keep_{kept}_{deed}" for kept in ("sent_sums", "filed_counts") for deed in ("insert", "update", "delete")
)
_KEY_AND_SUMS = {
    "sent_sums": ("region, month, waste, id", ("sent_grams", "confirmed_grams", "own_for_use_grams")),
    "filed_counts": ("region, month, id", ("ledgers", "expected_ledgers")),
}


def upgrade() -> None:
    _rewrite(_in_place)


def downgrade() -> None:
    _rewrite(_appending)


def _rewrite(change: Callable[[str, str], str]) -> None:
    """Make the triggers anew from their own words, so that what they sum is what 0018 says."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    for name in _TRIGGERS:
        told = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?", (name,)
        )
        text = change(str(told.scalar_one()), _added(name))
        op.execute(f"DROP TRIGGER {name}")
        connection.exec_driver_sql(text)


def _added(trigger: str) -> str:
    """What becomes of a row that is there; a sum is folded from the beginning."""
    key, sums = _KEY_AND_SUMS[trigger.removeprefix("keep_").rpartition("_")[0]]
    return f" ON CONFLICT ({key}) DO UPDATE SET " + ", ".join(
        f"{name} = {name} + excluded.{name}" for name in sums
    )


def _in_place(text: str, added: str) -> str:
    text = text.replace(_A_NEW_ROW, _THE_ROW).replace(", FALSE\nFROM sites", ", TRUE\nFROM sites")
    return re.sub(r"(FROM sites WHERE [^;]+);", lambda found: f"{found[1]}{added};", text)


def _appending(text: str, added: str) -> str:
    text = text.replace(_THE_ROW, _A_NEW_ROW).replace(", TRUE\nFROM sites", ", FALSE\nFROM sites")
    return text.replace(added, "")
