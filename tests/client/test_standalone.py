"""The client can be installed alone: nothing of the service, nothing but httpx2 and the standard library."""

import ast
import sys
import tomllib
from pathlib import Path

import huanlian_client

PACKAGE = Path(huanlian_client.__file__).parent


def imported(file: Path) -> set[str]:
    """Name the packages that a file imports, at its top or later."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add((node.module or "").partition(".")[0])
    return found


def test_it_imports_what_it_declares_and_no_more() -> None:
    used = set().union(*(imported(file) for file in PACKAGE.rglob("*.py")))
    declared = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    assert used - set(sys.stdlib_module_names) - {"huanlian_client"} == {"httpx2"}
    assert declared["project"]["dependencies"] == ["httpx2"]


def test_it_is_typed_and_names_what_it_offers() -> None:
    assert (PACKAGE / "py.typed").is_file()
    assert sorted(huanlian_client.__all__) == list(huanlian_client.__all__)
    assert all(hasattr(huanlian_client, name) for name in huanlian_client.__all__)
