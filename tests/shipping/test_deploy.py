"""What stands in deploy/ names settings, commands and metrics that there are."""

import json
import re
import shutil
import subprocess
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


def _seconds(text: str) -> int:
    amount, unit = re.fullmatch(r"(\d+)(s|m)?", text).groups()  # type: ignore[union-attr]
    return int(amount) * (60 if unit == "m" else 1)


def test_compose_gives_settings_that_the_service_takes() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    for name in ("upgrade", "server-1", "server-2", "worker"):
        told = {
            key.removeprefix("HUANLIAN_").lower(): re.sub(r"\$\{\w+:\?\}", "x" * 40, value)
            for key, value in services[name]["environment"].items()
            if key.startswith("HUANLIAN_")
        }
        settings = Settings(**told)
        assert (settings.environment, settings.is_sqlite, settings.secure_cookies) == (
            "production",
            False,
            True,
        )
        assert not settings.has_worker_in_server


def test_whoever_stops_us_waits_longer_than_we_take() -> None:
    settings = Settings()
    needed = settings.shutdown_seconds + settings.worker_grace_seconds
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    for name in ("server-1", "server-2", "worker"):
        assert _seconds(services[name]["stop_grace_period"]) > needed
    for unit in ("huanlian.service", "huanlian-worker.service"):
        told = dict(re.findall(r"^(\w+)=(.*)$", (DEPLOY / unit).read_text(), re.MULTILINE))
        assert _seconds(told["TimeoutStopSec"]) > needed
    limit = re.search(r"LimitNOFILE=(\d+)", (DEPLOY / "huanlian.service").read_text())
    assert limit is not None
    assert int(limit[1]) > 2 * settings.max_connections


def test_the_proxy_lets_in_what_we_take_and_lets_go_before_we_do() -> None:
    settings, proxy = Settings(), (DEPLOY / "Caddyfile").read_text()
    body = re.search(r"max_size (\d+)MB", proxy)
    idle = re.search(r"keepalive (\d+s)", proxy)
    assert body is not None
    assert idle is not None
    assert int(body[1]) * 10**6 > settings.max_bulk_bytes
    assert _seconds(idle[1]) < settings.keep_alive_seconds
    assert proxy.count("{") == proxy.count("}")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for unit in ("huanlian.service", "huanlian-worker.service"):
        text = (DEPLOY / unit).read_text().replace("/opt/huanlian/bin/huanlian", "/bin/true")
        (tmp_path / unit).write_text(text)
        done = subprocess.run(
            ["systemd-analyze", "verify", str(tmp_path / unit)], capture_output=True, text=True, check=False
        )
        assert unit not in done.stderr, done.stderr
