"""The project's own files, as the architecture tests look at them."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE_FOLDERS = ("app", "chains", "client", "seed", "migrations", "bench", "tests", "tools")
_NOT_OURS = {
    ".git",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".venv",
}
_NOT_OURS |= {"__pycache__", "dist", "node_modules", "var"}


@cache
def project_files() -> tuple[Path, ...]:
    """List all that is or could be committed, relative to ROOT; without git, what is not generated."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        paths = [Path(name) for name in listed.stdout.decode().split("\0") if name]
    else:
        paths = [
            path.relative_to(ROOT)
            for path in ROOT.rglob("*")
            if not _NOT_OURS & set(path.relative_to(ROOT).parts)
        ]
    return tuple(sorted(path for path in paths if (ROOT / path).is_file()))


@cache
def python_files() -> tuple[Path, ...]:
    """Our Python files, relative to ROOT."""
    return tuple(path for path in project_files() if path.suffix == ".py" and path.parts[0] in SOURCE_FOLDERS)


@cache
def syntax(path: Path) -> ast.Module:
    return ast.parse(text(path), filename=str(path))


@cache
def text(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
