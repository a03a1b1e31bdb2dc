"""A process of its own that keeps one PostgreSQL server for a test run.

`python postgres_keeper.py ALIVE_FIFO LOCK_FILE` prints one line of JSON, {"socket", "port", "user",
"programs"} or {"error"}, then waits. The test run holds the other end of the FIFO open; when that end
closes, because the run is over or was killed, the server is stopped and its files and the run's folder
are removed. The lock file is held until that is done.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

from postgres_binaries import Account, candidates, run_as, server_account

PORT = 5432  # only names the socket: the server does not listen on the network
ROLE = "huanlian"
_START_SECONDS = 60
_STOP_SECONDS = 20
# Throw-away data: nothing is flushed, nothing is kept for replicas, statistics are gathered when asked for.
_OPTIONS = {
    "listen_addresses": "",
    "port": str(PORT),
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def main(alive_fifo: str, lock_file: str) -> int:
    # Not blocking, so that a run that has died by now is an end of file and not a wait for ever.
    alive_fd = os.open(alive_fifo, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(alive_fd, True)
    with Path(lock_file).open("w") as lock, os.fdopen(alive_fd, "rb") as alive:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Root's server runs as someone else, who must be able to walk to its folder.
        place = Path(tempfile.mkdtemp(prefix="huanlian-pg-", dir="/tmp" if os.geteuid() == 0 else None))
        try:
            code = _keep(place, alive)
        finally:
            shutil.rmtree(place, ignore_errors=True)
        if code == 0:
            shutil.rmtree(Path(alive_fifo).parent, ignore_errors=True)
        return code


def _keep(place: Path, alive: BinaryIO) -> int:
    account = server_account()
    place.chmod(0o755)
    problems: list[str] = []
    server: subprocess.Popen[bytes] | None = None
    for number, programs in enumerate(candidates(place, account)):
        home = place / str(number)
        home.mkdir(mode=0o700)
        if account is not None:
            os.chown(home, account.uid, account.gid)
        try:
            server = _start(programs, home, account)
        except (OSError, subprocess.SubprocessError, RuntimeError) as error:
            problems.append(f"{programs}: {_short(error)}")
            continue
        _say({"socket": str(home), "port": PORT, "user": ROLE, "programs": str(programs)})
        break
    if server is None:
        _say({"error": "; ".join(problems) or "no initdb and postgres found, installed or in the wheel"})
        return 1
    alive.read()  # returns when the test run is gone
    _stop(server)
    return 0


def _start(programs: Path, home: Path, account: Account | None) -> subprocess.Popen[bytes]:
    data = home / "data"
    _initdb(programs, data, account)
    options = [part for name, value in _OPTIONS.items() for part in ("-c", f"{name}={value}")]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-c", f"unix_socket_directories={home}", *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=_environment(),
            **run_as(account),
        )
    deadline = time.monotonic() + _START_SECONDS
    while not _ready(data):
        if server.poll() is not None or time.monotonic() > deadline:
            server.kill()
            server.wait()
            raise RuntimeError((home / "server.log").read_text(errors="replace")[-600:])
        time.sleep(0.02)
    return server


def _initdb(programs: Path, data: Path, account: Account | None) -> None:
    """UTF-8 and byte order; `C` where the system has no C.UTF-8."""
    for locale in ("C.UTF-8", "C"):
        done = subprocess.run(
            [
                programs / "initdb",
                "-D",
                data,
                "-U",
                ROLE,
                "-A",
                "trust",
                "-E",
                "UTF8",
                f"--locale={locale}",
                "--no-sync",
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_environment(),
            **run_as(account),
        )
        if done.returncode == 0:
            return
        shutil.rmtree(data, ignore_errors=True)
    raise RuntimeError(done.stderr[-600:])


def _ready(data: Path) -> bool:
    """As pg_ctl does it: the eighth line of the pid file."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # fast shutdown: open connections are cut
    try:
        server.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait()


def _environment() -> dict[str, str]:
    # No PG* variable and no foreign locale from outside may change the server.
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def _say(message: dict[str, object]) -> None:
    print(json.dumps(message), flush=True)  # noqa: T201 - the one line the starter waits for


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[-400:]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
