"""Nothing unfinished is committed: no marks, no stubs, no odds and ends, no tests that cannot fail."""

import ast
import re
from collections.abc import Iterator
from typing import TypeGuard

from support.project import project_files, python_files, syntax, text

# Written in pieces, so that this file does not find itself.
_MARKS = re.compile(
    r"(?:#|//|/\*|<!--).*\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")) + r")\b"
)
_MARKED_SUFFIXES = {".py", ".js", ".css", ".html", ".yaml", ".yml", ".toml", ".sh", ".sql"}
_UNFINISHED = {"NotImplemented" + "Error"}
_DODGES = {"x" + "fail"}
_DRAWERS = {"utils.py", "util.py", "helpers.py", "misc.py", "common.py"}


def test_no_marks_of_open_work() -> None:
    found = [
        f"{path}:{number}: {line.strip()}"
        for path in project_files()
        if path.suffix in _MARKED_SUFFIXES
        for number, line in enumerate(text(path).splitlines(), 1)
        if _MARKS.search(line)
    ]
    assert not found, "\n".join(found)


def test_no_drawers_for_odds_and_ends() -> None:
    found = [str(path) for path in python_files() if path.name in _DRAWERS]
    assert not found, f"name a file after what it does: {found}"


def test_nothing_is_left_out() -> None:
    found = [f"{path}: {what}" for path in python_files() for what in unfinished(syntax(path))]
    assert not found, "\n".join(found)


def unfinished(tree: ast.Module) -> Iterator[str]:
    """Stubs, functions without a body, assertions of a constant, tests that are expected to fail."""
    protocols = {id(method) for node in ast.walk(tree) if _is_protocol(node) for method in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in _UNFINISHED:
            yield f"line {node.lineno}: {node.id}"
        if isinstance(node, ast.Attribute) and node.attr in _DODGES:
            yield f"line {node.lineno}: {node.attr}"
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant) and node.test.value:
            yield f"line {node.lineno}: an assertion that cannot fail"
        if _is_stub(node) and id(node) not in protocols:
            yield f"line {node.lineno}: {node.name} has no body"


def _is_protocol(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef) and any("Protocol" in ast.unparse(base) for base in node.bases)


def _is_stub(node: ast.AST) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return all(_says_nothing(statement) for statement in node.body) and not _is_declaration(node)


def _is_declaration(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Overloads and abstract methods have no body by nature, a command group's callback only its help."""
    marks = ("overload", "abstractmethod", "callback")
    return any(mark in ast.unparse(decorator) for decorator in node.decorator_list for mark in marks)


def _says_nothing(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def test_unfinished_work_would_be_seen() -> None:
    seen = sorted(
        unfinished(
            ast.parse(
                "def later(): ...\n"
                "def also():\n    '''Says much, does nothing.'''\n"
                "class Shape(Protocol):\n    def area(self) -> float: ...\n"
                "assert 1\n"
            )
        )
    )
    assert seen == [
        "line 1: later has no body",
        "line 2: also has no body",
        "line 6: an assertion that cannot fail",
    ]
