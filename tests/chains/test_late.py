"""What takes long to load is loaded by what uses it, and by nothing else."""

import json
import subprocess
import sys

import pytest
from support.project import ROOT

from chains.late import LateModule

SLOW = (
    "alembic",
    "docx",
    "duckdb",
    "networkx",
    "numpy",
    "pandas",
    "pyarrow",
    "scipy",
    "sqlglot",
    "statsmodels",
    "typst",
    "xlsxwriter",
)


def loaded_by(statement: str) -> list[str]:
    """Which of SLOW a fresh interpreter has after the statement."""
    probe = (
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{statement}\n"
        f"import json\nprint(json.dumps([name for name in {SLOW!r} if name in sys.modules]))"
    )
    told = subprocess.run(
        [sys.executable, "-B", "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )
    found: list[str] = json.loads(told.stdout.splitlines()[-1])
    return found


def test_the_service_starts_without_what_few_requests_need() -> None:
    assert loaded_by("import app.main") == []


def test_the_help_of_the_command_line_needs_no_solver() -> None:
    help_of = "from typer.testing import CliRunner\nfrom app.cli import cli\n"
    assert loaded_by(help_of + "assert CliRunner().invoke(cli, ['--help']).exit_code == 0") == []


def test_what_is_used_is_loaded() -> None:
    solve = "from chains.stock import StockRule\nfrom chains.reconciliation.criteria import normal_critical\n"
    assert loaded_by(solve) == []
    assert loaded_by(solve + "assert round(normal_critical(0.05), 2) == 1.96") == ["numpy", "scipy"]


def test_an_attribute_is_that_of_the_module_and_fetched_once() -> None:
    late = LateModule("json.decoder")
    assert "JSONDecoder" not in vars(late)
    assert late.JSONDecoder is json.JSONDecoder
    assert vars(late)["JSONDecoder"] is json.JSONDecoder


def test_what_the_module_has_not_is_missing_here_too() -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = LateModule("json").nothing_of_the_kind
