"""The service as its own process on a loopback port, for tests that need real HTTP or want to kill it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from support.project import ROOT

_PROGRAM = "from app.cli import main; main()"
_START_SECONDS = 60
_STOP_SECONDS = 20


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Make an environment with these HUANLIAN_ settings and no others, the checkout importable."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUANLIAN_")}
    kept["PYTHONPATH"] = str(ROOT)
    return kept | {f"HUANLIAN_{name.upper()}": value for name, value in settings.items()}


class Server:
    """`huanlian serve`; started once, it may be killed and started again on the same port."""

    def __init__(self, settings: Mapping[str, str], folder: Path) -> None:
        self._settings = settings
        self._log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """What was started last and not ended here."""
        assert self._process is not None
        return self._process

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def start(self, *arguments: str) -> None:
        """Start it and wait until it answers; a port that someone else took meanwhile is left to them."""
        for _ in range(3):
            self.port = self.port or _free_port()
            if self._started(arguments):
                return
            self.port = 0
        raise RuntimeError(f"the server did not start:\n{self.log[-3000:]}")

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Ask again and again, leaving it the processor in between."""
        deadline = time.monotonic() + _START_SECONDS
        while not is_so():
            if time.monotonic() > deadline:
                raise RuntimeError(f"it never came about:\n{self.log[-3000:]}")
            time.sleep(0.2)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as an operator would."""
        self._end(signal.SIGTERM)

    def _started(self, arguments: tuple[str, ...]) -> bool:
        command = [sys.executable, "-c", _PROGRAM, "serve", "--host", "127.0.0.1", "--port", str(self.port)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *arguments],
                cwd=self._log.parent,
                env=environment(self._settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._answers():
                return True
            time.sleep(0.05)
        self.kill()
        return False

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(how)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
