"""`huanlian findings`: run, list, explain."""

import json
from typing import Any

import pytest
from findings.town import A, B, Town, fly_ash, sent
from typer.testing import CliRunner

from app.cli import cli


@pytest.fixture
def told(town: Town, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command on the town's database; gives exit code and output."""
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", town.settings.database_url)

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, ["findings", *words])
        return done.exit_code, done.output

    return run


def test_run_list_explain(town: Town, told: Any) -> None:
    town.file(A, "2025-09", fly_ash(closing_stock_tonnes="400"))
    town.file(A, "2025-10", sent("500"))
    town.file(B, "2025-10")
    code, output = told("run", "--json")
    first = json.loads(output)
    assert code == 0
    assert first["findings"]["opened"] > 0
    unseen = {rule["group"]: rule["unseen_tonnes"] for rule in first["rules"]}
    assert (unseen["line_balance"], unseen["receiver_silent"]) == ("600", "500")
    _, output = told("run", "--json", "--region", "1402")
    again = json.loads(output)["findings"]
    assert (again["opened"], again["changed"], again["gone"]) == (0, 0, 0)
    code, output = told("list", "--json", "--min-tonnes", "500.5", "--rule", "line_balance")
    (finding,) = json.loads(output)
    assert (code, finding["site"], finding["tonnes"]) == (0, A, "600")
    code, output = told("explain", finding["id"])
    assert code == 0
    assert finding["explanation"]["zh"] in output
    assert "未与官方文本核对 not compared with the official text" in output
    assert "least_tonnes = 1" in output
    code, output = told("list", "--region", "13")
    assert code == 0
    assert A not in output


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["list", "--region", "14x"], 2),
        (["list", "--min-tonnes", "much"], 2),
        (["list", "--state", "lost"], 2),
        (["explain", "nonsense"], 1),
        (["explain", "0199f3c2-7e2c-7000-8000-000000000001"], 1),
    ],
)
def test_refusals(told: Any, words: list[str], code: int) -> None:
    assert told(*words)[0] == code
