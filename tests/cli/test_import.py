"""`huanlian import`: a file filed here and now, refusals by row and column, the exit code."""

import json
from pathlib import Path

import pytest
from builders import MILL, People
from imports.sending import SITE, as_csv, as_xlsx, line, read_back
from typer.testing import CliRunner

from app.cli import cli

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def run(people: People, database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    people.register(MILL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", database)
    return CliRunner()


def test_a_file_is_filed_and_again_changes_nothing(run: CliRunner, people: People) -> None:
    Path("a.xlsx").write_bytes(as_xlsx(line("2025-03"), line("2025-04", opening_stock_tonnes="300")))
    done = run.invoke(cli, ["import", "a.xlsx", "--enterprise", MILL])
    assert done.exit_code == 0, done.output
    assert "新增 created 2" in done.stdout
    assert "已保存 saved" in done.stdout
    told = json.loads(run.invoke(cli, ["import", "a.xlsx", "--json"]).stdout)
    assert told["summary"]["unchanged"] == 2
    assert told["saved"] is False
    filed = people.client.get("/v1/ledgers", headers=people.of()).json()["items"]
    assert {each["filed_by"] for each in filed} == {"enterprise:command line"}


def test_what_is_refused_is_named_by_row_and_column(run: CliRunner) -> None:
    Path("a.csv").write_bytes(as_csv(line("2025-03"), line("2025-04", generated_tonnes="-1")))
    refused = run.invoke(cli, ["import", "a.csv", "--report", "answered.xlsx", "--dry-run"])
    assert refused.exit_code == 1
    assert "a.csv 行 row 3 “产生量”: 吨数不能为负 / tonnes must not be negative" in refused.stderr
    assert "未保存任何台账 nothing saved" in refused.stdout
    rows = read_back(Path("answered.xlsx").read_bytes())
    assert rows[1][0] == SITE
    assert "rejected" in rows[2][-3]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"site,month,generated\nA,2025-03,5\n", "行 row 1 “generated”"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as .xlsx"),
        (b"", "there is no ledger"),
    ],
)
def test_a_file_that_is_none_is_refused(run: CliRunner, content: bytes, words: str) -> None:
    Path("a.csv").write_bytes(content)
    refused = run.invoke(cli, ["import", "a.csv"])
    assert refused.exit_code == 1
    assert words in refused.stderr


def test_an_unknown_enterprise_and_a_missing_file(run: CliRunner) -> None:
    Path("a.csv").write_bytes(as_csv(line()))
    assert "no such enterprise" in run.invoke(cli, ["import", "a.csv", "--enterprise", "X"]).stderr
    assert run.invoke(cli, ["import", "b.csv"]).exit_code == 2
