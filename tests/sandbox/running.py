"""`huanlian sandbox` as its own process, with the credentials that it tells."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.served import environment
from typer.testing import CliRunner, Result

from app.cli import cli

_PROGRAM = "from app.cli import main; main()"
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox that serves."""

    url: str
    database_url: str
    enterprise: tuple[str, str]
    permits: tuple[str, str]


def command(database_url: str, *arguments: str, **settings: str) -> Result:
    """Run `huanlian sandbox` to its end, in this process; what it sets in the environment is taken back."""
    environment: dict[str, str | None] = {
        "HUANLIAN_DATABASE_URL": database_url,
        "HUANLIAN_SANDBOX": None,
        "HUANLIAN_OUTBOUND_ALLOW_PRIVATE": None,
        "HUANLIAN_WORKER_IN_SERVER": None,
    }
    environment |= {f"HUANLIAN_{name.upper()}": value for name, value in settings.items()}
    return CliRunner().invoke(cli, ["sandbox", *arguments], env=environment, catch_exceptions=False)


@contextmanager
def serving(database_url: str, folder: Path) -> Iterator[Sandbox]:
    """Run one until the block ends."""
    port = _free_port()
    arguments = ["sandbox", "--json", "--port", str(port)]
    with (folder / "sandbox.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, *arguments],
            env=environment({"database_url": database_url, "worker_poll_seconds": "0.05"}),
            stdout=subprocess.PIPE,
            stderr=log,
        )
    assert process.stdout is not None
    try:
        told: Any = json.loads(process.stdout.readline())
        by_role = {each["role"]: (each["client_id"], each["client_secret"]) for each in told["clients"]}
        _wait_for(port, process)
        yield Sandbox(told["address"], database_url, by_role["enterprise"], by_role["permit_system"])
    finally:
        process.terminate()
        process.stdout.close()
        process.wait(_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise RuntimeError("the sandbox did not start")


def surroundings(sandbox: Sandbox) -> dict[str, str]:
    """What the guide's examples expect in the environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "HUANLIAN_URL": sandbox.url,
        "CLIENT_ID": sandbox.enterprise[0],
        "CLIENT_SECRET": sandbox.enterprise[1],
        "PERMIT_CLIENT_ID": sandbox.permits[0],
        "PERMIT_CLIENT_SECRET": sandbox.permits[1],
    }
