"""Imports point down, slices meet through their services, the pure parts stay pure."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.project import ROOT, python_files, syntax

# The rooms of app/ that are not slices: what a slice may build on, and what is built on slices.
_BELOW_SLICES = {"domain", "db", "auth", "http", "outbox", "observability"}
_ABOVE_SLICES = {"api", "web", "worker", "cli"}
_WEB_FRAMEWORK = {"fastapi", "starlette"}


def _slice_of(path: Path) -> str | None:
    """Name the noun whose folder the file is in; None when it is not in a slice."""
    if path.parts[0] != "app" or len(path.parts) < 3 or path.parts[1] in _BELOW_SLICES | _ABOVE_SLICES:
        return None
    return path.parts[1]


def _imported(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported anywhere in the file; `from a import b` counts as a and as a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _module_exists(dotted: str) -> bool:
    path = ROOT.joinpath(*dotted.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


@pytest.mark.slow
def test_import_contracts() -> None:
    """The contracts of .importlinter hold."""
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from importlinter.cli import lint_imports_command as c; c()",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "0 broken" in told.stdout


def test_slices_meet_through_their_services() -> None:
    """A slice knows another's service and tables, never its repository, its routes or its shapes."""
    found = []
    for path in python_files():
        own = _slice_of(path)
        if own is None:
            continue
        for module in _imported(syntax(path)):
            parts = module.split(".")
            if (
                parts[0] != "app"
                or len(parts) < 3
                or parts[1] == own
                or not _module_exists(".".join(parts[:3]))
            ):
                continue
            if _slice_of(Path(*parts)) is not None and parts[2] not in {"service", "models"}:
                found.append(f"{path} imports {module}")
    assert not found, "\n".join(sorted(set(found)))


def test_only_endpoints_of_a_slice_know_the_web_framework() -> None:
    found = [
        f"{path} imports {module}"
        for path in python_files()
        if _slice_of(path) is not None and path.name != "endpoints.py"
        for module in _imported(syntax(path))
        if module.split(".")[0] in _WEB_FRAMEWORK
    ]
    assert not found, "\n".join(found)


def test_migrations_know_only_our_column_types() -> None:
    """A migration says what the tables were on its day: it must not change when the models do.

    How a large table is changed beside its writers (app/db/online.py) says nothing of what it looks like.
    """
    allowed = ("app.db.types", "app.db.online")
    found = [
        f"{path} imports {module}"
        for path in python_files()
        if path.parts[:2] == ("migrations", "versions")
        for module in _imported(syntax(path))
        if module.split(".")[0] == "app" and not module.startswith(allowed) and module != "app.db"
    ]
    assert not found, "\n".join(found)


def test_tests_of_pure_code_need_no_database() -> None:
    pure = {("tests", "domain"), ("tests", "chains"), ("tests", "seed")}
    impure = {"sqlalchemy", "fastapi", "starlette", "psycopg"}
    found = [
        f"{path} imports {module}"
        for path in python_files()
        if path.parts[:2] in pure
        for module in _imported(syntax(path))
        if module.split(".")[0] in impure or module.startswith("app.db")
    ]
    assert not found, "\n".join(found)


def _loaded_by(statement: str, folder: Path) -> dict[str, list[str]]:
    """Run one statement in a fresh interpreter and an empty folder; say what it loaded and wrote."""
    probe = (
        "import json, sys, threading, pathlib; before = set(sys.modules)\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n{statement}\n"
        "tops = sorted({name.partition('.')[0] for name in set(sys.modules) - before})\n"
        "print(json.dumps({'modules': tops, 'files': sorted(map(str, pathlib.Path().rglob('*'))),\n"
        "    'threads': [thread.name for thread in threading.enumerate()]}))"
    )
    told = subprocess.run(
        [sys.executable, "-B", "-c", probe],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    answer: dict[str, list[str]] = json.loads(told.stdout.splitlines()[-1])
    return answer


def test_the_domain_loads_nothing_but_the_standard_library(tmp_path: Path) -> None:
    modules = [
        ".".join(path.with_suffix("").parts)
        for path in python_files()
        if path.parts[:2] == ("app", "domain") and path.name != "__init__.py"
    ]
    assert modules
    loaded = _loaded_by("import " + ", ".join(modules), tmp_path)["modules"]
    assert set(loaded) - set(sys.stdlib_module_names) == {"app"}


def test_the_engine_loads_nothing_of_the_service(tmp_path: Path) -> None:
    modules = [
        ".".join(path.with_suffix("").parts)
        for path in python_files()
        if path.parts[0] == "chains" and path.name != "__init__.py"
    ]
    loaded = set(_loaded_by("import " + ", ".join(["chains", *modules]), tmp_path)["modules"])
    assert not loaded & {
        "app",
        "seed",
        "migrations",
        "sqlalchemy",
        "fastapi",
        "starlette",
        "psycopg",
        "httpx",
    }


def test_importing_the_service_does_nothing(tmp_path: Path) -> None:
    """No application, no settings, no file, no thread comes of an import: create_app(settings) makes all."""
    statement = (
        "import app.main, fastapi\n"
        "assert not [value for value in vars(app.main).values() if isinstance(value, fastapi.FastAPI)]"
    )
    seen = _loaded_by(statement, tmp_path)
    assert seen["files"] == []
    assert seen["threads"] == ["MainThread"]
