"""`huanlian permits` as an operator runs it: a process of its own, killed where it hurts, its secret never said."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from builders import MILL
from permits.permit_bodies import permit
from sqlalchemy import func, select
from support.permit_system import TOKEN, PermitSystem
from support.served import environment
from typer.testing import CliRunner

from app.cli import cli
from app.db.session import Database
from app.outbox.models import Event
from app.permits.models import Permit, PermitVersionRow

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
_PROGRAM = "from app.cli import main; main()"
_PATIENCE_SECONDS = 30


@pytest.fixture
def system(tmp_path: Path) -> Iterator[PermitSystem]:
    running = PermitSystem(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def told(database: str, system: PermitSystem) -> dict[str, str]:
    return {
        "database_url": database,
        "permits_sync_url": system.url,
        "permits_sync_token": TOKEN,
        "permits_sync_limit": "1",
        "outbound_allow_private": "true",
    }


def run(monkeypatch: pytest.MonkeyPatch, told: dict[str, str], *arguments: str) -> Any:
    for name, value in told.items():
        monkeypatch.setenv(f"HUANLIAN_{name.upper()}", value)
    return CliRunner().invoke(cli, ["permits", *arguments], catch_exceptions=False)


def test_a_reader_that_is_killed_goes_on_where_it_was(
    system: PermitSystem, told: dict[str, str], sessions: Database, tmp_path: Path
) -> None:
    """Killed by the system's signal while it waits for the third page; the next run brings the rest, once."""
    system.hold([permit(number=f"{MILL}{serial:03d}P") for serial in range(1, 6)])
    command = [sys.executable, "-c", _PROGRAM, "permits", "sync", "--json"]
    options: Any = {"cwd": tmp_path, "env": environment(told), "stdin": subprocess.DEVNULL}
    system.trouble("pass", "pass", [429, 300])
    first = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while [asked["status"] for asked in system.log()][2:] != [429]:
        assert time.monotonic() < deadline
        assert first.poll() is None, first.communicate()
        time.sleep(0.05)
    os.kill(first.pid, signal.SIGKILL)
    assert first.communicate()[0] == b""

    second = subprocess.run(command, capture_output=True, check=True, timeout=_PATIENCE_SECONDS, **options)
    said = json.loads(second.stdout)
    assert (said["created"], said["changed"], said["unchanged"], said["rejected"]) == (3, 0, 0, 0)
    assert TOKEN not in second.stdout.decode() + second.stderr.decode()
    with sessions.reading() as session:
        for model in (Permit, PermitVersionRow):
            assert session.scalar(select(func.count()).select_from(model)) == 5
        kinds = list(session.scalars(select(Event.type)))
    assert kinds.count("permit.received") == 5


def test_what_was_refused_is_said_and_ends_with_one(
    system: PermitSystem, told: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    system.hold([permit(number=f"{MILL}001P"), permit(number=f"{MILL}002P", region="999999")])
    dry = run(monkeypatch, told, "sync", "--dry-run", "--json")
    assert (dry.exit_code, json.loads(dry.stdout)["created"]) == (1, 1)
    assert json.loads(run(monkeypatch, told, "list", "--json").stdout) == []
    real = run(monkeypatch, told, "sync")
    assert real.exit_code == 1
    assert "page 2 item 1" in real.stderr
    assert f"{MILL}002P /region" in real.stderr
    again = run(monkeypatch, told, "sync", "--json")
    assert (again.exit_code, json.loads(again.stdout)["rejected"]) == (0, 0)
    system.trouble(401)
    stopped = run(monkeypatch, told, "sync")
    assert (stopped.exit_code, "401" in stopped.stderr, TOKEN in stopped.output) == (1, True, False)


def test_without_a_source_the_command_says_which_setting(
    told: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    del told["permits_sync_url"]
    refused = run(monkeypatch, told, "sync")
    assert (refused.exit_code, "HUANLIAN_PERMITS_SYNC_URL" in refused.stderr) == (1, True)


def test_a_file_is_taken_in_and_shown(
    told: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    number = f"{MILL}001P"
    file, answer = tmp_path / "permits.json", tmp_path / "answer.csv"
    file.write_text(json.dumps([permit(number=number), {"number": "?"}]), encoding="utf-8")
    taken = run(monkeypatch, told, "import", str(file), "--answer", str(answer), "--json")
    assert (taken.exit_code, json.loads(taken.stdout)["counts"]) == (1, {"rejected": 1, "unmatched": 1})
    assert "已保存，未关联场所" in answer.read_text(encoding="utf-8-sig")
    listed = json.loads(run(monkeypatch, told, "list", "--region", "1402", "--unmatched", "--json").stdout)
    assert [each["number"] for each in listed] == [number]
    shown = json.loads(run(monkeypatch, told, "show", number, "--month", "2025-03", "--json").stdout)
    assert shown["content"]["facilities"][0]["capacity"] == {"amount": "50", "unit": "万t"}
    assert shown["warnings"][0]["message"]["zh"]
    table = run(monkeypatch, told, "show", number).stdout
    assert "TS001" in table
    assert "SW02" in table
    assert number in run(monkeypatch, told, "list").stdout.replace("\n", "")
    assert run(monkeypatch, told, "show", f"{MILL}009P").exit_code == 1
    assert run(monkeypatch, told, "show", number, "--month", "2025-13").exit_code == 2
    assert run(monkeypatch, told, "list", "--region", "14021").exit_code == 2
    file.write_text("[", encoding="utf-8")
    broken = run(monkeypatch, told, "import", str(file))
    assert (broken.exit_code, "JSON" in broken.stderr) == (1, True)
