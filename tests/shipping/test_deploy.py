"""What stands in deploy/ names settings, commands and metrics that there are."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi import FastAPI
from starlette.testclient import TestClient
from typer.main import get_command

from app.cli import cli
from app.settings import Settings

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
FILES = sorted(path for path in DEPLOY.iterdir() if path.is_file())
# Read by the proxy, not by the service.
_OF_OTHERS = {"HUANLIAN_HOST"}


def test_there_is_something_to_look_at() -> None:
    assert {path.name for path in FILES} >= {
        "Containerfile",
        "compose.yaml",
        "huanlian.service",
        "grafana.json",
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_settings_that_are_named_exist(file: Path) -> None:
    named = set(re.findall(r"HUANLIAN_[A-Z_]+", file.read_text())) - _OF_OTHERS
    assert named <= {f"HUANLIAN_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_commands_that_are_named_exist(file: Path) -> None:
    root: Any = get_command(cli)
    for words in re.findall(
        r"bin/huanlian ([a-z ]+)|^\s*command: \[huanlian, ([a-z, ]+)", file.read_text(), re.MULTILINE
    ):
        command = root
        for word in re.findall(r"[a-z]+", "".join(words)):
            command = command.commands[word]


def test_the_board_shows_metrics_that_there_are(app: FastAPI) -> None:
    with TestClient(app) as client:
        client.get("/healthz")
        told = app.state.metrics.text().decode()
    names = set(re.findall(r"^# TYPE (\w+)", told, re.MULTILINE)) | set(
        re.findall(r"^(\w+)[{ ]", told, re.MULTILINE)
    )
    panels = json.loads((DEPLOY / "grafana.json").read_text())["panels"]
    shown = {
        name
        for panel in panels
        for target in panel["targets"]
        for name in re.findall(r"\b(?:huanlian|process)_\w+", target["expr"])
    }
    assert len(shown) > 8
    assert shown - names == set()


def test_compose_starts_servers_after_the_upgrade_and_keeps_secrets_out() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert {name for name in services if name.startswith("server")} == {"server-1", "server-2"}
    for name in ("server-1", "server-2", "worker"):
        assert services[name]["depends_on"] == {"upgrade": {"condition": "service_completed_successfully"}}
        assert services[name]["environment"]["HUANLIAN_SECRET_KEY"] == "${HUANLIAN_SECRET_KEY:?}"
        assert "ports" not in services[name]
    proxy = services["proxy"]["networks"]["inside"]["ipv4_address"]
    assert services["server-1"]["environment"]["FORWARDED_ALLOW_IPS"] == proxy
