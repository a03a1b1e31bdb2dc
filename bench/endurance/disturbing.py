"""Faults, each counted: processes killed, connections cut and late, PostgreSQL crashed, the disk full, clocks askew."""

import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg

from bench.endurance.proxy import Wire

_ROOT = Path(__file__).resolve().parent.parent.parent
_PROGRAM = "from app.cli import main; main()"
# Makes the clock of a process and of those it starts go wrong.
_ASKEW = Path(__file__).resolve().parent / "askew"
# Of a server among many others that want the processor.
_START_S = 300


def wait_for(address: str, patience_s: float = _START_S) -> None:
    """Wait until a server answers. Raises TimeoutError."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()  # noqa: S310 - our own, on loopback
            return
        time.sleep(0.05)
    raise TimeoutError(address)


class Process:
    """One of ours that may be killed and started again with the same arguments."""

    def __init__(self, arguments: list[str], settings: dict[str, str], log: Path) -> None:
        self._arguments = arguments
        self._settings = settings
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, askew_s: int = 0, most_bytes: int | None = None) -> None:
        """Start it, with another clock or with files that may not grow beyond a size when told so."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HUANLIAN_")}
        environment |= {f"HUANLIAN_{name.upper()}": value for name, value in self._settings.items()}
        environment["PYTHONPATH"] = f"{_ROOT}{os.pathsep}{_ASKEW}" if askew_s else str(_ROOT)
        environment["CLOCK_AHEAD_SECONDS"] = str(askew_s)

        def bound() -> None:
            if most_bytes is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, *self._arguments],
                env=environment,
                cwd=self._log.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=bound,  # noqa: PLW1509 - nothing here has threads that hold locks at a fork
            )

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it, at once unless told otherwise; killed, with all that it started, as when the power goes."""
        if self._process is not None:
            children = self._children() if how is signal.SIGKILL else []
            self._process.send_signal(how)
            for child in children:
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
            self._process.wait()
            psutil.wait_procs(children, _START_S)
            self._process = None

    def kill_one_server(self, chance: random.Random) -> bool:
        """Kill one of the processes that serve for it; False when it serves itself."""
        serving = [each for each in self._children() if "spawn_main" in " ".join(each.cmdline())]
        if not serving:
            return False
        chance.choice(serving).kill()
        return True

    def _children(self) -> list[psutil.Process]:
        if self._process is None:
            return []
        return psutil.Process(self._process.pid).children(recursive=True)


class Disturber:
    """Does one fault after the other until each has been done as often as asked for."""

    def __init__(self, server: Process, workers: list[Process], address: str, seed: int) -> None:
        self.counts: Counter[str] = Counter()
        self.server, self.workers, self.address = server, workers, address
        self._chance = random.Random(seed)  # noqa: S311 - chance that can be repeated

    def kill_servers(self, times: int) -> None:
        """Kill the server at a random moment after it answers, and start it again, each third time with another clock."""
        for number in range(times):
            wait_for(self.address)
            time.sleep(self._chance.uniform(0.0, 2.0))
            if number % 2 and self.server.kill_one_server(self._chance):
                self.counts["one of several server processes killed"] += 1
                continue
            self.server.end()
            self.counts["servers killed"] += 1
            askew = self._chance.choice((-1800, 1800)) if number % 3 == 0 else 0
            self.counts["servers with a wrong clock"] += bool(askew)
            self.server.start(askew_s=askew)

    def kill_workers(self, times: int) -> None:
        """Kill one of the workers, whatever it does, and start it again."""
        for number in range(times):
            time.sleep(self._chance.uniform(1.0, 4.0))
            worker = self.workers[number % len(self.workers)]
            worker.end()
            worker.start(askew_s=self._chance.choice((0, 0, 1800)))
            self.counts["workers killed"] += 1

    def fill_disk(self, database: Path, times: int) -> None:
        """Let the server write little more than there is: every file ends there, as on a full disk."""
        for _ in range(times):
            self.server.end()
            self.server.start(most_bytes=database.stat().st_size + 65_536)
            wait_for(self.address)
            time.sleep(2.0)
            self.server.end()
            self.server.start()
            wait_for(self.address)
            self.counts["disks full"] += 1

    def disturb_wire(self, wire: Wire, times: int) -> None:
        """Cut all connections, or make them late for a while."""
        for number in range(times):
            time.sleep(self._chance.uniform(1.0, 3.0))
            if number % 2:
                wire.delay = 0.05
                time.sleep(1.0)
                wire.delay = 0.0
                self.counts["wires slowed"] += 1
            else:
                wire.cut()
                self.counts["wires cut"] += 1

    def crash_postgres(self, admin_url: str, times: int) -> None:
        """Kill one backend: PostgreSQL takes all its sessions down and recovers from its log."""
        for _ in range(times):
            time.sleep(self._chance.uniform(4.0, 8.0))
            _crash_one_backend(admin_url)
            self.counts["PostgreSQL crashed"] += 1


def _crash_one_backend(admin_url: str) -> None:
    """A session of our own is what dies, so that the crash comes at a moment of its own."""
    with psycopg.connect(admin_url) as connection, contextlib.suppress(psycopg.OperationalError):
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        connection.execute("SELECT 1")


def together(*tasks: Callable[[], None]) -> None:
    """Do the tasks at once and wait for all; the first failure is raised."""
    failures: list[BaseException] = []

    def run(task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException as error:  # noqa: BLE001 - raised below, where it is seen
            failures.append(error)

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
