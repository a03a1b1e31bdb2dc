"""`huanlian audit` and `huanlian receipt`: exit codes, what they print, and that a file needs no database."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from audit.log import seal, write
from builders import People, ledger
from sqlalchemy import text
from support.audit_rows import chain, lines
from support.clock import SettableClock
from support.project import ROOT
from typer.testing import CliRunner

from app.audit import anchors
from app.cli import cli
from app.db.session import Database
from app.domain.audit.anchors import Anchor
from app.domain.audit.merkle import root_of

ROWS = chain(6)


def run(*arguments: object) -> Any:
    return CliRunner().invoke(cli, [str(each) for each in arguments])


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with an export and an anchor over it."""
    (tmp_path / "audit.ndjson").write_bytes(b"".join(lines(ROWS)))
    anchor = Anchor(date(2026, 1, 11), 1, 6, ROWS[-1].seal, root_of([row.seal for row in ROWS]))
    (tmp_path / "anchors.json").write_text(json.dumps({"items": [anchor.document()]}))
    return tmp_path


def test_an_intact_export(files: Path) -> None:
    done = run("audit", "verify", "--file", files / "audit.ndjson", "--anchors", files / "anchors.json")
    assert done.exit_code == 0, done.output
    assert "intact: 记录 entries 1-6 (6)" in done.stdout
    assert ROWS[-1].seal in done.stdout
    told = json.loads(run("audit", "verify", "--file", files / "audit.ndjson", "--json").stdout)
    assert (told["ok"], told["checked"], told["head"], told["flaws"]) == (True, 6, ROWS[-1].seal, [])


def test_a_flipped_byte_is_named_and_the_exit_says_so(files: Path) -> None:
    file = files / "audit.ndjson"
    file.write_bytes(file.read_bytes().replace("示例企业4".encode(), "示例企业5".encode()))
    done = run("audit", "verify", "--file", file)
    assert done.exit_code == 1
    assert "记录 entry 4, 行 line 4, 字段 field actor_name" in done.stderr
    assert "FLAWED" in done.stdout
    told = json.loads(run("audit", "verify", "--file", file, "--json").stdout)
    [flaw] = told["flaws"]
    assert (flaw["number"], flaw["line"], flaw["field"], flaw["code"]) == (4, 4, "actor_name", "changed")


def test_what_is_cut_off_is_found_with_anchors(files: Path) -> None:
    (files / "audit.ndjson").write_bytes(b"".join(lines(ROWS[:5])))
    assert run("audit", "verify", "--file", files / "audit.ndjson").exit_code == 0
    done = run("audit", "verify", "--file", files / "audit.ndjson", "--anchors", files / "anchors.json")
    assert done.exit_code == 1
    assert "6-6 (2026-01-11)" in done.stderr


def test_a_filtered_export_says_that_it_is_one(files: Path) -> None:
    (files / "audit.ndjson").write_bytes(b"".join(lines([ROWS[1], ROWS[4]])))
    assert run("audit", "verify", "--file", files / "audit.ndjson").exit_code == 1
    assert run("audit", "verify", "--file", files / "audit.ndjson", "--partial").exit_code == 0
    assert run("audit", "verify", "--partial").exit_code == 2


@pytest.mark.parametrize("content", ["", "[1]", "x", '{"items": [{"day": "2026-01-11"}]}', '"x"'])
def test_anchors_that_are_none_are_refused(files: Path, content: str) -> None:
    (files / "anchors.json").write_text(content)
    done = run("audit", "verify", "--file", files / "audit.ndjson", "--anchors", files / "anchors.json")
    assert done.exit_code == 1
    assert "anchors.json" in done.stderr
    assert run("audit", "verify", "--file", files / "no-such-file").exit_code == 2


@pytest.mark.slow
def test_a_file_is_checked_without_database_or_service(files: Path) -> None:
    """The check of an auditor: a machine with the program and the file, and nothing configured."""
    program = (
        "import sys\nfrom app.cli import cli\n"
        f"try: cli(['audit', 'verify', '--file', {str(files / 'audit.ndjson')!r}])\n"
        "except SystemExit as end: code = end.code\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "assert not loaded & {'sqlalchemy', 'fastapi', 'psycopg'}, sorted(loaded)\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "intact" in done.stdout


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_database_is_checked_exported_and_anchored(
    log: Database, database: str, clock: SettableClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", database)
    write(log, clock(), "s1", "s2", "s3")
    seal(log)
    with log.writing() as session:
        anchors.take(session, clock().date(), clock())
    write(log, clock(), "s4")
    done = run("audit", "verify")
    assert done.exit_code == 0, done.output
    assert "entries 1-3 (3), 待封 unsealed 1, 锚定 anchors 1" in done.stdout
    assert run("audit", "export", "--output", tmp_path / "all.ndjson").exit_code == 0
    assert (tmp_path / "all.ndjson").read_text(encoding="utf-8") == run("audit", "export").stdout
    (tmp_path / "anchors.json").write_text(run("audit", "anchors").stdout)
    offline = ("audit", "verify", "--file", tmp_path / "all.ndjson", "--anchors", tmp_path / "anchors.json")
    assert run(*offline).exit_code == 0
    with log.writing() as session:
        session.execute(text("DELETE FROM audit_entries WHERE number = 3"))
        session.execute(text("DELETE FROM audit_anchors"))
    assert run("audit", "verify").exit_code == 0, "our own anchor is gone too"
    done = run("audit", "verify", "--anchors", tmp_path / "anchors.json")
    assert done.exit_code == 1
    assert "记录 entry 3, 字段 field number" in done.stderr


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_receipt_is_checked_from_its_file(
    people: People, log: Database, clock: SettableClock, tmp_path: Path
) -> None:
    [site] = people.register()
    filed = people.file(ledger(site)).json()
    seal(log)
    with log.writing() as session:
        made = anchors.take(session, clock().date(), clock())
    assert made is not None
    file, kept = tmp_path / "receipt.json", tmp_path / "anchors.json"
    got = people.client.get(f"/v1/ledgers/{filed['id']}/receipt", headers=people.of())
    file.write_bytes(got.content)
    kept.write_bytes(people.client.get("/v1/audit/anchors", headers=people.of()).content)
    done = run("receipt", "verify", file, "--anchors", kept)
    assert done.exit_code == 0, done.output
    assert "an anchor kept elsewhere" in done.stdout
    assert json.loads(run("receipt", "verify", file, "--json").stdout)["proven_by"] == "anchor"
    other = replace(made, root="0" * 64)
    kept.write_text(json.dumps(other.document()))
    assert run("receipt", "verify", file, "--anchors", kept).exit_code == 1
    file.write_bytes(got.content.replace(b'"1000"', b'"1001"'))
    done = run("receipt", "verify", file)
    assert done.exit_code == 1
    assert "字段 field content" in done.stderr
    file.write_text("no receipt")
    assert run("receipt", "verify", file).exit_code == 1


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_ledgers_are_held_against_the_log(
    people: People, log: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log outlives what it speaks of: a ledger that was changed or deleted behind the service is named."""
    monkeypatch.setattr("app.ledgers.against_log._AT_ONCE", 2)
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", str(log.engines.read.url))
    [site] = people.register()
    months = [people.file(ledger(site, f"2025-0{month}")).json()["id"] for month in range(1, 6)]
    seal(log)
    assert run("audit", "verify", "--ledgers").exit_code == 0
    spoiled = (
        ("UPDATE ledger_versions SET body = replace(body, '1000', '1001') WHERE ledger_id = :it", months[0]),
        ("UPDATE ledger_versions SET sha256 = '0' WHERE ledger_id = :it", months[2]),
        ("DELETE FROM ledger_versions WHERE ledger_id = :it", months[4]),
    )
    with log.writing() as session:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table in ("lines", "flows", "activities"):
            of_version = "version_id IN (SELECT id FROM ledger_versions WHERE ledger_id = :it)"
            statement = text(f"DELETE FROM ledger_{table} WHERE {of_version}")
            session.execute(statement, {"it": months[4].replace("-", "")})
        for statement, ledger_id in spoiled:
            session.execute(text(statement), {"it": ledger_id.replace("-", "")})
    assert run("audit", "verify").exit_code == 0, "the log itself is what it was"
    told = json.loads(run("audit", "verify", "--ledgers", "--json").stdout)
    assert [(flaw["field"], flaw["code"]) for flaw in told["flaws"]] == [
        ("ledger", "changed"),
        ("ledger/receipt", "changed"),
        ("ledger", "missing"),
    ]
    assert f"{months[0]} v1" in told["flaws"][0]["message"]["zh"]


def test_a_file_without_entries_is_not_called_intact(tmp_path: Path) -> None:
    (tmp_path / "empty.ndjson").touch()
    told = run("audit", "verify", "--file", tmp_path / "empty.ndjson")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "no entries" in told.stderr


def test_an_export_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", f"sqlite:///{tmp_path}/without_tables.db")
    assert run("audit", "export", "--output", tmp_path / "log.ndjson").exit_code == 1
    assert not list(tmp_path.glob("log.ndjson*"))
