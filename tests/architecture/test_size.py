"""Files and functions stay small enough to be read in one go."""

import ast
from collections.abc import Iterator

from support.project import python_files, syntax, text

MAX_LINES = 400
MAX_TEST_LINES = 600
MAX_FUNCTION_LINES = 40
_LINES_FREE = ("migrations",)


def test_no_file_is_too_long() -> None:
    too_long = []
    for path in python_files():
        if path.parts[0] in _LINES_FREE:
            continue
        limit = MAX_TEST_LINES if path.parts[0] == "tests" else MAX_LINES
        lines = text(path).count("\n")
        if lines > limit:
            too_long.append(f"{path}: {lines} lines, {limit} allowed: split it by use case")
    assert not too_long, "\n".join(too_long)


def test_no_function_is_too_long() -> None:
    too_long = []
    for path in python_files():
        if path.parts[0] in _LINES_FREE:
            continue
        for name, lines in function_lengths(syntax(path)):
            if lines > MAX_FUNCTION_LINES:
                too_long.append(f"{path}: {name} has {lines} lines, {MAX_FUNCTION_LINES} allowed")
    assert not too_long, "\n".join(too_long)


def function_lengths(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Count each function's lines from its `def` to its end, decorators left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_a_long_function_would_be_seen() -> None:
    body = "\n".join(f"    x = {number}" for number in range(MAX_FUNCTION_LINES))
    assert dict(function_lengths(ast.parse(f"@decorated\ndef f():\n{body}\n"))) == {
        "f": MAX_FUNCTION_LINES + 1
    }
