"""Real workers in processes of their own: killed in the middle of a job, several beside each other, told to stop."""

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from support.served import Server, environment

from app.db.session import Database
from app.ids import new_id
from app.outbox.events import NewEvent, publish
from app.outbox.jobs import enqueue
from app.outbox.models import Event, Job, JobState

_PROGRAM = Path(__file__).with_name("worker_program.py")
_PATIENCE_SECONDS = 60


class Workers:
    """Worker processes on the test's database; `folder` is where they and the test leave each other notes."""

    def __init__(self, database: str, folder: Path) -> None:
        self._environment = environment(
            {"database_url": database, "job_lease_seconds": "2", "worker_poll_seconds": "0.05"}
        )
        self.folder = folder
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, concurrency: int = 1) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(_PROGRAM), str(self.folder), str(concurrency)]
        with (self.folder / "workers.log").open("ab") as log:
            process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)
        self._running.append(process)
        return process

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Look again and again, and give up with the workers' log."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < deadline, (self.folder / "workers.log").read_text()[-3000:]
            time.sleep(0.02)

    def end(self) -> None:
        for process in self._running:
            process.kill()
            process.wait()


@pytest.fixture
def workers(database: str, tmp_path: Path) -> Iterator[Workers]:
    folder = tmp_path / "workers"
    folder.mkdir()
    made = Workers(database, folder)
    yield made
    made.end()


def ask(sessions: Database, kind: str, count: int) -> None:
    now = datetime.now(UTC)
    with sessions.writing() as session:
        for number in range(count):
            enqueue(session, kind, {"n": number}, now=now)


def left(sessions: Database) -> int:
    with sessions.reading() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0


def effects(sessions: Database) -> list[int]:
    with sessions.reading() as session:
        return sorted(payload["n"] for payload in session.scalars(select(Event.payload)))


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["hang-before-commit", "hang-after-commit"])
def test_a_job_whose_worker_was_killed_is_done_once_by_another(
    workers: Workers, sessions: Database, moment: str
) -> None:
    ask(sessions, "test.effect", 1)
    (workers.folder / moment).touch()
    first = workers.start()
    workers.wait_until((workers.folder / "hanging").exists)
    first.kill()
    first.wait()
    (workers.folder / moment).unlink()
    assert effects(sessions) == ([0] if moment == "hang-after-commit" else [])
    workers.start()
    workers.wait_until(lambda: left(sessions) == 0)
    assert effects(sessions) == [0]


@pytest.mark.slow
def test_workers_killed_at_any_moment_lose_and_double_nothing(workers: Workers, sessions: Database) -> None:
    jobs, kills = 90, 3
    ask(sessions, "test.effect", jobs)
    for kill in range(1, kills + 1):
        process = workers.start(concurrency=2)
        # Killed while it works, each time a little further on.
        workers.wait_until(lambda done=kill * jobs // (kills + 1): len(effects(sessions)) >= done)  # type: ignore[misc]
        process.kill()
        process.wait()
    workers.start()
    workers.wait_until(lambda: left(sessions) == 0)
    assert effects(sessions) == list(range(jobs))
    workers.wait_until(lambda: unplaced(sessions) == 0)
    with sessions.reading() as session:
        positions = sorted(place for place in session.scalars(select(Event.position)) if place is not None)
    assert positions == list(range(1, jobs + 1)), "places without gap and without double"


def unplaced(sessions: Database) -> int:
    with sessions.reading() as session:
        query = select(func.count()).select_from(Event).where(Event.position.is_(None))
        return session.scalar(query) or 0


@pytest.mark.slow
def test_two_workers_never_run_one_job_at_the_same_time(workers: Workers, sessions: Database) -> None:
    jobs = 200
    for _ in range(2):
        workers.start(concurrency=4)
    workers.wait_until(lambda: len(list(workers.folder.glob("ready-*"))) == 2)
    ask(sessions, "test.alone", jobs)
    workers.wait_until(lambda: left(sessions) == 0)
    assert list(workers.folder.glob("together-*")) == []
    runs = Counter((workers.folder / "runs").read_text().split())
    assert runs == Counter(str(number) for number in range(jobs)), "each once"
    with sessions.reading() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 0


def lease_end(sessions: Database) -> datetime:
    with sessions.reading() as session:
        return session.execute(select(Job.due_at).where(Job.state == JobState.RUNNING)).scalar_one()


@pytest.mark.slow
def test_told_to_stop_a_worker_finishes_what_it_has_and_takes_no_more(
    workers: Workers, sessions: Database
) -> None:
    ask(sessions, "test.slow", 2)
    process = workers.start()
    workers.wait_until((workers.folder / "hanging").exists)
    process.send_signal(signal.SIGTERM)
    # Its lease is kept all the same, so that nobody else takes the job meanwhile.
    until = lease_end(sessions)
    workers.wait_until(lambda: lease_end(sessions) > until)
    (workers.folder / "go-on").touch()
    assert process.wait(_PATIENCE_SECONDS) == 0
    assert (workers.folder / "finished").exists()
    with sessions.reading() as session:
        (waiting,) = session.scalars(select(Job))
    assert (waiting.state, waiting.attempts) == (JobState.WAITING, 0)


@pytest.mark.slow
def test_the_command_works_once_and_stops_when_told(
    database: str, sessions: Database, tmp_path: Path
) -> None:
    with sessions.writing() as session:
        publish(session, [NewEvent("site.touched", {}, region=None)], now=datetime.now(UTC))
    program = "from app.cli import main; main()"
    command = [sys.executable, "-c", program, "worker"]
    settings = environment({"database_url": database, "worker_poll_seconds": "0.05"})
    done = subprocess.run([*command, "--once"], env=settings, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    with sessions.reading() as session:
        assert session.scalar(select(Event.position)) == 1
    process = subprocess.Popen(
        [*command, "--concurrency", "2"], env=settings, cwd=tmp_path, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    assert b"worker started" in process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    assert process.wait(_PATIENCE_SECONDS) == 0
    process.stderr.close()


@pytest.mark.slow
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_server_on_sqlite_needs_no_worker_beside_it(server: Server, sessions: Database) -> None:
    event_id = new_id()
    with sessions.writing() as session:
        (event_id,) = publish(session, [NewEvent("site.touched", {}, region=None)], now=datetime.now(UTC))
    deadline = time.monotonic() + _PATIENCE_SECONDS
    placed = None
    while placed is None and time.monotonic() < deadline:
        with sessions.reading() as session:
            placed = session.scalar(select(Event.position).where(Event.id == event_id))
        time.sleep(0.02)
    assert placed == 1, server.log
    server.stop()
    assert "worker stopped" in server.log


def test_who_has_a_worker_in_the_server() -> None:
    from app.settings import Settings

    assert Settings(database_url="sqlite:///x.db").has_worker_in_server
    assert not Settings(database_url="postgresql:///x").has_worker_in_server
    assert Settings(database_url="postgresql:///x", worker_in_server=True).has_worker_in_server
    assert not Settings(database_url="sqlite:///x.db", worker_in_server=False).has_worker_in_server
