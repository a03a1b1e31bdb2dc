"""From 0016 on no migration holds writers up: large tables get and lose indexes by app/db/online.py."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.project import python_files, syntax

from app.db.online import LARGE

_FIRST = "0016"
_SCANS = ("create_index", "create_unique_constraint", "create_foreign_key", "create_check_constraint")
_BLOCKING = {*_SCANS, "drop_index"}


def migrations() -> list[Path]:
    folder = Path("migrations/versions")
    return [path for path in python_files() if path.parent == folder and path.name[: len(_FIRST)] >= _FIRST]


def test_large_tables_are_changed_beside_their_writers() -> None:
    assert migrations()
    found = [f"{path}: {what}" for path in migrations() for what in holding_up(syntax(path))]
    assert not found, "see app/db/online.py: " + "\n".join(found)


def holding_up(tree: ast.AST) -> Iterator[str]:
    """What would make writers of a large table wait for as long as it takes on ten million rows."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and "LOCK TABLE" in str(node.value):
            yield f"line {node.lineno}: LOCK TABLE"
        if not (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _by_alembic(node.func)
        ):
            continue
        told = [*node.args, *(each.value for each in node.keywords)]
        names = {str(each.value) for each in told if isinstance(each, ast.Constant)}
        if large := sorted(names & LARGE):
            yield f"line {node.lineno}: {node.func.attr} on {', '.join(large)}"


def _by_alembic(called: ast.Attribute) -> bool:
    return called.attr in _BLOCKING and isinstance(called.value, ast.Name) and called.value.id == "op"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('op.create_index("i", "transfers", ["month"])', ["line 1: create_index on transfers"]),
        ('op.drop_index("i", table_name="ledger_lines")', ["line 1: drop_index on ledger_lines"]),
        ('op.execute("LOCK TABLE sites IN SHARE MODE")', ["line 1: LOCK TABLE"]),
        ('op.create_index("i", "sites", ["region"])', []),
        ('create_index("i", "transfers", ["month"])', []),
    ],
)
def test_the_test_sees_it(source: str, told: list[str]) -> None:
    assert list(holding_up(ast.parse(source))) == told
