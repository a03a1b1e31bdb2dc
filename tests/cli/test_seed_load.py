"""`huanlian seed load`: what it did, and with --demo whom one may sign in as, told this once."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.auth.subjects import Role
from app.cli import cli
from app.db.session import Database
from seed import demo_load
from seed.demo_load import DemoLogin

LOGIN = DemoLogin("demo-coal", "the-password", "示例煤业", Role.ENTERPRISE, "c_123", "the-secret")


@pytest.fixture
def run(database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", database)
    return CliRunner()


def test_a_load_says_what_it_did_with_each_row(run: CliRunner) -> None:
    done = run.invoke(cli, ["seed", "load"])
    assert done.exit_code == 0, done.output
    assert "+0 ~0 =" in done.stdout
    assert "-0 kept 0" in done.stdout
    told = json.loads(run.invoke(cli, ["seed", "load", "--json"]).stdout)
    assert (told["inserted"], told["changed"], told["retired"], told["kept"]) == (0, 0, 0, 0)
    assert told["unchanged"] > 1_000
    assert "logins" not in told


def test_the_demo_tells_people_and_machines_their_way_in(
    run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loaded(_database: Database, _now: object) -> tuple[DemoLogin, ...]:
        return (LOGIN,)

    monkeypatch.setattr(demo_load, "load_demo", loaded)
    done = run.invoke(cli, ["seed", "load", "--demo"])
    assert done.exit_code == 0, done.output
    for word in ("demo-coal", "the-password", "c_123", "the-secret", "-u c_123:the-secret"):
        assert word in done.stdout
    told = json.loads(run.invoke(cli, ["seed", "load", "--demo", "--json"]).stdout)
    assert told["logins"] == [
        {
            "username": "demo-coal",
            "password": "the-password",
            "name": "示例煤业",
            "role": "enterprise",
            "client_id": "c_123",
            "client_secret": "the-secret",
        }
    ]
