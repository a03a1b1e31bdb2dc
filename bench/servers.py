"""Servers of a bench: each a process of its own on a loopback port; databases of both kinds."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.pressing import free_port

_ROOT = Path(__file__).resolve().parent.parent
_START_S = 300
OURS = ("-c", "from app.cli import main; main()", "serve", "--host", "127.0.0.1", "--port")


@dataclass(frozen=True, slots=True)
class Server:
    """One that answers."""

    name: str
    port: int
    process: psutil.Process


@contextmanager
def served(name: str, command: Sequence[str], folder: Path, **settings: str) -> Iterator[Server]:
    """Run `python *command PORT` until the block ends; `settings` are ours, without their prefix."""
    port = free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HUANLIAN_")}
    environment |= {f"HUANLIAN_{key.upper()}": value for key, value in settings.items()}
    environment["PYTHONPATH"] = str(_ROOT)
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *command, str(port)], cwd=folder, env=environment, stdout=log, stderr=log
        )
        try:
            _wait(process, port, folder / f"{name}.log")
            yield Server(name, port, psutil.Process(process.pid))
        finally:
            process.terminate()
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
        except urllib.error.HTTPError:
            return  # it answers; a peer knows no such address
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(log.read_text(errors="replace")[-2000:])


@contextmanager
def postgres() -> Iterator["PostgresDatabases"]:
    """Start a PostgreSQL as the tests do, and end it with the block."""
    sys.path.insert(0, str(_ROOT / "tests"))
    from support.postgres import running_postgres  # noqa: PLC0415 - found after the line above
    from support.run import Run  # noqa: PLC0415 - same

    run = Run.begin()
    try:
        yield PostgresDatabases(running_postgres(run))
    finally:
        run.end()


class PostgresDatabases:
    """Makes databases in a running server."""

    def __init__(self, running: object) -> None:
        self._running = running

    def new(self) -> str:
        """The URL of an empty database."""
        name = self._running.create()  # type: ignore[attr-defined]
        return str(self._running.url(name))  # type: ignore[attr-defined]
