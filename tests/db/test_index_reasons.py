"""No index of a large table without the query that asks for it, in docs/operations.md; none is named there that is gone."""

import re

from support.project import ROOT

import app.tables  # noqa: F401 - fills Base.metadata
from app.db.base import Base
from app.db.online import LARGE

# Small beside the ledgers, but written with each of them.
_WRITTEN_WITH_THEM = {"filed_counts", "jobs", "rollups", "sent_sums", "transfer_confirmations"}


def indexes() -> dict[str, set[str]]:
    """The indexes of every table, that of its primary key too."""
    return {
        table.name: {f"pk_{table.name}", *(str(index.name) for index in table.indexes)}
        for table in Base.metadata.sorted_tables
    }


def with_a_reason() -> dict[str, str]:
    """What the table under “Indexes” says: name → query."""
    section = (
        (ROOT / "docs/operations.md").read_text(encoding="utf-8").split("### Indexes\n")[1].split("\n###")[0]
    )
    rows = re.findall(r"^\| (`.+`) \| (.+) \|$", section, re.MULTILINE)
    return {name: reason for names, reason in rows for name in re.findall(r"`(\w+)`", names)}


def test_every_index_of_a_large_table_has_its_query() -> None:
    made, told = indexes(), with_a_reason()
    without = {name for table in LARGE | _WRITTEN_WITH_THEM for name in made[table]} - told.keys()
    assert without == set(), "say in docs/operations.md which query asks for it, or drop it"
    assert all(len(reason) > len("a query") for reason in told.values())


def test_no_query_is_told_of_an_index_that_is_not_there() -> None:
    assert with_a_reason().keys() - {name for names in indexes().values() for name in names} == set()
