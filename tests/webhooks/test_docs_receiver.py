"""The receiver that docs/api.md shows: run as it stands there, it takes our messages and no others."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.project import ROOT
from webhooks.desk import Desk


def example() -> str:
    """The Python block about receiving."""
    text = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    (block,) = [block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "do_POST" in block]
    return str(block)


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free: int = taken.getsockname()[1]
    return free


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()


def wait_for(port: int) -> None:
    for _ in range(1000):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.01)
    raise AssertionError("the example does not listen")


def post(port: int, headers: dict[str, str], body: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/", body, headers)
    try:
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_example_receives_and_verifies(
    desk: Desk, port: int, shown: list[subprocess.Popen[str]], tmp_path: Path
) -> None:
    # The package looks at the wall's clock: a message older than five minutes is refused.
    desk.clock.now = datetime.now(UTC)
    hook = desk.hook(f"http://127.0.0.1:{port}/")
    program = tmp_path / "receiver.py"
    program.write_text(example(), encoding="utf-8")
    environment = os.environ | {"PORT": str(port), "WEBHOOK_SECRET": hook["secret"]}
    process = subprocess.Popen(
        [sys.executable, str(program)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    shown.append(process)
    wait_for(port)
    desk.tell([1])
    desk.work()
    (entry,) = desk.deliveries(hook)
    assert (entry["state"], entry["response_status"]) == ("delivered", 204)
    assert process.stdout is not None
    assert process.stdout.readline() == "ledger.submitted {'n': 1}\n"
    forged = {"webhook-id": entry["event"], "webhook-timestamp": str(int(desk.clock().timestamp()))}
    assert post(port, forged | {"webhook-signature": "v1,AAAA"}, '{"id": "x"}') == 400
    assert post(port, forged | {"webhook-signature": "nonsense"}, '{"id": "x"}') == 400
    assert post(port, {}, "{}") == 400
