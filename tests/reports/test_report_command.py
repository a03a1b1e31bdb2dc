"""`huanlian report`: the ending of the file says what it is; refusals name what is wrong and end with 1."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
BULLETIN = ("report", "bulletin", "--region", "1402", "--year", "2025")


def run(database: str, *arguments: str) -> tuple[int, str, str]:
    told = CliRunner().invoke(cli, arguments, env={"HUANLIAN_DATABASE_URL": database})
    return told.exit_code, told.stdout, told.stderr


@pytest.mark.parametrize(
    ("ending", "begins"), [(".pdf", b"%PDF-"), (".DOCX", b"PK"), (".xlsx", b"PK"), (".json", b"{")]
)
def test_the_ending_decides(database: str, tmp_path: Path, ending: str, begins: bytes) -> None:
    file = tmp_path / f"report{ending}"
    code, out, err = run(database, *BULLETIN, "--out", str(file), "--language", "en")
    assert (code, out) == (0, ""), err
    assert file.read_bytes().startswith(begins)
    assert str(file) in err


def test_json_goes_where_pipes_go(database: str) -> None:
    code, out, _ = run(database, *BULLETIN, "--json")
    assert code == 0
    assert json.loads(out)["kind"] == "bulletin"


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        ((*BULLETIN, "--out", "report.exe"), 2, "--out"),
        ((*BULLETIN, "--language", "fr"), 2, "--language"),
        ((*BULLETIN, "--out", "/nowhere/at/all.pdf"), 1, "/nowhere/at/all.pdf"),
        (("report", "bulletin", "--region", "9999", "--year", "2025"), 1, "#query/region"),
        (("report", "year-end", "--year", "2190"), 1, "#query/year"),
        (("report", "brief", "--quarter", "2025-Q7"), 2, "--quarter"),
        (("report", "compare", "--year", "2025", "--as-of", "2025-01-01"), 2, "--as-of"),
        (("report", "compare", "--year", "2025", "--as-of", "yesterday"), 2, "--as-of"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    database: str, arguments: tuple[str, ...], code: int, word: str
) -> None:
    ended, out, err = run(database, *arguments)
    assert (ended, out) == (code, "")
    assert word in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("report", "brief", "--region", "1402", "--quarter", "2025-Q1"),
        ("report", "year-end", "--region", "1402", "--year", "2025"),
        ("report", "compare", "--region", "1402", "--year", "2025", "--as-of", "2025-06-30T00:00:00+08:00"),
    ],
)
def test_without_a_file_an_outline_is_told(database: str, arguments: tuple[str, ...]) -> None:
    code, out, err = run(database, *arguments)
    assert code == 0, err
    assert "大同市" in out
    assert "--out FILE.pdf" in out
