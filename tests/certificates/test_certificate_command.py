"""`huanlian certificate` and its reports: exit codes, what they print, and that a file needs no database."""

import json
from pathlib import Path
from typing import Any

import pytest
from batches.forms import MILL_SITE, WORKS_SITE, cement, works_ledger
from builders import MILL, WORKS, People, ledger
from typer.testing import CliRunner

from app.cli import cli

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def run(*arguments: object) -> Any:
    return CliRunner().invoke(cli, [str(each) for each in arguments])


@pytest.fixture
def works(people: People, database: str, monkeypatch: pytest.MonkeyPatch) -> People:
    """The works have 250 t of ash in their cement of March 2025; the commands use the same database."""
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", database)
    people.register(MILL)
    people.register(WORKS)
    assert people.file(ledger(MILL_SITE)).status_code == 201
    assert people.file(works_ledger("400"), enterprise=WORKS).status_code == 201
    headers = people.of(WORKS)
    people.client.post("/v1/product-batches", json=cement("P-1"), headers=headers).raise_for_status()
    return people


def issue(*more: object, ash: str = "100", reference: str = "HT-1") -> Any:
    return run(
        "certificate", "issue", "--site", WORKS_SITE, "--period", "2025-Q1", "--product", "cement", "--tonnes", "400",
        "--content", f"SW02={ash}", "--reference", reference, "--signed-by", "示例负责人", *more,
    )  # fmt: skip


@SQLITE
def test_issued_verified_listed_and_revoked(works: People, tmp_path: Path) -> None:
    out = tmp_path / "certificate.json"
    done = issue("--out", out, "--json")
    assert done.exit_code == 0, done.output
    code = json.loads(done.stdout)["code"]
    (key,) = json.loads(run("certificate", "keys", "--json").stdout)["items"]
    verified = run("certificate", "verify", out, "--key", key["public_key"])
    assert verified.exit_code == 0
    assert code in verified.stdout
    assert verified.stderr == ""
    assert "--key" in run("certificate", "verify", out).stderr
    over = issue(ash="150.000001", reference="HT-2")
    assert over.exit_code == 1
    assert "at most 150 t" in over.stderr
    assert "有效 valid" in run("certificate", "list", "--site", WORKS_SITE).stdout
    gone = run("certificate", "revoke", code.lower(), "--reason", "合同取消")
    assert gone.exit_code == 0
    assert "revoked" in gone.stdout
    assert run("certificate", "revoke", code, "--reason", "再次").exit_code == 1
    assert issue(ash="250", reference="HT-2").exit_code == 0


@SQLITE
def test_refusals_name_the_field(works: People, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "/content/0/tonnes" in issue(ash="many").stderr
    assert "/site" in run(
        "certificate", "issue", "--site", "nowhere", "--period", "2025-Q1", "--product", "cement", "--tonnes", "1",
        "--content", "SW02=1", "--reference", "X", "--signed-by", "示例",
    ).stderr  # fmt: skip
    assert issue("--out", "certificate.txt").exit_code == 2
    monkeypatch.setenv("HUANLIAN_CERTIFICATE_KEY", "not-a-key")
    refused = issue()
    assert (refused.exit_code, "64 hexadecimal" in refused.stderr) == (1, True)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    for content in (
        b"",
        b"{}",
        b"[" * 100_000,
        b"\xff",
        b'{"format": "huanlian-certificate/1"}',
        b"0" * 2_000_000,
    ):
        file = tmp_path / "bad.json"
        file.write_bytes(content)
        done = run("certificate", "verify", file)
        assert done.exit_code == 1, content[:20]
        assert "Traceback" not in done.output
        assert json.loads(run("certificate", "verify", file, "--json").stdout)["ok"] is False


@SQLITE
def test_the_reports_are_written_as_their_names_end(works: People, tmp_path: Path) -> None:
    vat = ("report", "vat-evidence", "--site", WORKS_SITE, "--product", "cement", "--grade", "42.5")
    told = json.loads(run(*vat, "--period", "2025-Q1", "--json").stdout)
    assert told["sections"][0]["tables"][0]["rows"][2]["value"]["percent"] == "25.00"
    for ending, start in ((".xlsx", b"PK"), (".docx", b"PK"), (".pdf", b"%PDF-")):
        out = tmp_path / f"vat{ending}"
        assert run(*vat, "--period", "2025-Q1", "--out", out).exit_code == 0
        assert out.read_bytes().startswith(start)
    assert run(*vat, "--period", "2022").exit_code == 1
    assert run(*vat, "--period", "spring").exit_code == 1
    tables = ("report", "batch-tables", "--site", WORKS_SITE)
    assert run(*tables, "--month", "2025-03", "--json").exit_code == 0
    assert run(*tables, "--month", "2025-13").exit_code == 1
