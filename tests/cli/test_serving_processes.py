"""`huanlian serve` as operators run it: told to stop it finishes what it began, several processes stand in for each other."""

import http.client
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from support.served import Server, environment
from typer.testing import CliRunner

from app.cli import cli

_TOKEN = "scraper-" + "x" * 32
_PATIENCE_S = 60
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


@contextmanager
def running(url: str, folder: Path, *arguments: str, **settings: str) -> Iterator[Server]:
    server = Server({"database_url": url, "metrics_token": _TOKEN, **settings}, folder)
    server.start(*arguments)
    try:
        yield server
    finally:
        server.kill()


def begun_post(port: int, body: bytes) -> socket.socket:
    """A request that the application has begun to read, and whose body has not come yet."""
    talk = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_S)
    head = f"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
    talk.sendall(
        (head + "Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\n\r\n").encode()
    )
    assert talk.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
    return talk


def is_shut(port: int) -> bool:
    with socket.socket() as talk:
        return talk.connect_ex(("127.0.0.1", port)) != 0


def rest_of(talk: socket.socket) -> bytes:
    said = b""
    while piece := talk.recv(65536):
        said += piece
    return said


@ON_SQLITE
@pytest.mark.slow
def test_told_to_stop_it_answers_what_it_began_and_waits_no_longer_than_it_may(
    database: str, tmp_path: Path
) -> None:
    body = b"grant_type=client_credentials&client_id=c_nobody&client_secret=nothing"
    with running(database, tmp_path, shutdown_seconds="2", worker_in_server="true") as server:
        honest, endless = begun_post(server.port, body), begun_post(server.port, body)
        server.process.send_signal(signal.SIGTERM)
        server.wait_until(lambda: is_shut(server.port))
        honest.sendall(body)
        answer = rest_of(honest)
        assert answer.startswith(b"HTTP/1.1 401"), answer
        assert b"connection: close" in answer.lower()
        assert server.process.wait(_PATIENCE_S) in {0, -signal.SIGTERM}
        endless.close()
        honest.close()
        assert '"worker stopped"' in server.log


def processes(port: int) -> dict[str, float]:
    """Which processes serve, and whether each tells its metrics."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
    try:
        connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {_TOKEN}"})
        text = connection.getresponse().read().decode()
    except OSError:
        return {}
    finally:
        connection.close()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    up = {sample.labels["process"]: sample.value for sample in families["huanlian_process_up"].samples}
    started = families["process_start_time_seconds"].samples
    return {sample.labels["process"]: sample.value for sample in started if up[sample.labels["process"]]}


def children(pid: int) -> list[int]:
    """The processes that serve, by what the system says of a parent."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(each) for each in found if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes()]


@ON_POSTGRESQL
@pytest.mark.slow
def test_of_several_processes_a_killed_one_is_replaced_and_all_end_together(
    database: str, tmp_path: Path
) -> None:
    with running(database, tmp_path, "--workers", "2") as server:
        pid = server.process.pid
        server.wait_until(lambda: len(processes(server.port)) == 2)
        before = processes(server.port)
        killed, stays = children(pid)
        os.kill(killed, signal.SIGKILL)
        server.wait_until(lambda: len(after := processes(server.port)) == 2 and after != before)
        after = processes(server.port)
        assert set(after) == {"1", "2"}
        assert len(set(after.values()) & set(before.values())) == 1, "one of them has stayed"
        assert stays in children(pid)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(_PATIENCE_S) == 0
        assert is_shut(server.port)


def test_several_processes_on_sqlite_are_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", f"sqlite:///{tmp_path}/x.db")
    done = CliRunner().invoke(cli, ["serve", "--workers", "2"])
    assert done.exit_code == 1
    assert "SQLite has one writer" in done.output


_ORPHAN = """
import multiprocessing
from support_orphan import child
if __name__ == "__main__":
    process = multiprocessing.get_context("spawn").Process(target=child)
    process.start()
    print(process.pid, flush=True)
    process.join()
"""
_CHILD = """
import signal, threading
from app.cli.processes import end_with_parent
def child():
    threading.Thread(target=end_with_parent, daemon=True).start()
    signal.pause()
"""


def test_a_process_whose_parent_was_killed_ends_too(tmp_path: Path) -> None:
    (tmp_path / "orphan.py").write_text(_ORPHAN)
    (tmp_path / "support_orphan.py").write_text(_CHILD)
    with subprocess.Popen(
        [sys.executable, "orphan.py"], cwd=tmp_path, env=environment({}), stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        orphan = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    # Readable when the process has ended.
    assert select.select([orphan], [], [], _PATIENCE_S)[0] == [orphan]
    os.close(orphan)
