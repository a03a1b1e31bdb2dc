"""The loop rests when there is nothing to do, longer when the database refuses, and never ends by itself."""

import threading
from collections import defaultdict
from typing import Any

import pytest
from structlog.testing import capture_logs
from support.clock import SettableClock
from worker.working import Bench

from app.db.engine import make_engines
from app.db.session import Database
from app.outbox import feed
from app.outbox.events import NewEvent, publish
from app.outbox.models import Event
from app.settings import Settings
from app.worker.loop import Worker
from app.worker.registry import SliceJobs, gather


class Waiter:
    """Rests no time at all; notes how long it should have been, and stops the worker after so many rests."""

    def __init__(self, rests: int) -> None:
        self.rests: dict[str, list[float]] = defaultdict(list)
        self.enough = threading.Event()
        self._count = rests

    def __call__(self, until: threading.Event, seconds: float) -> bool:
        mine = self.rests[threading.current_thread().name]
        if len(mine) < self._count:
            mine.append(seconds)
        if all(len(self.rests[f"worker-{number}"]) >= self._count for number in (0, 1)):
            self.enough.set()
        return until.is_set()


def test_an_idle_worker_rests_between_two_looks(bench: Bench) -> None:
    waiter = Waiter(3)
    registry = gather([SliceJobs({"test.note": lambda *_: None})])
    worker = Worker(bench.sessions, bench.settings, registry, clock=bench.clock, wait=waiter)
    worker.start()
    assert waiter.enough.wait(30)
    assert worker.stop(30)
    assert waiter.rests["worker-1"] == [bench.settings.worker_poll_seconds] * 3


def test_after_a_job_it_looks_again_at_once(bench: Bench) -> None:
    for number in range(5):
        bench.ask(number)
    done = threading.Semaphore(0)
    rested_early: list[float] = []

    def wait(until: threading.Event, seconds: float) -> bool:
        if threading.current_thread().name == "worker-1" and bench.jobs():
            rested_early.append(seconds)
        return until.wait(0.01)

    registry = gather([SliceJobs({"test.note": lambda *_: done.release()})])
    worker = Worker(bench.sessions, bench.settings, registry, clock=bench.clock, wait=wait)
    worker.start()
    assert all(done.acquire(timeout=30) for _ in range(5))
    assert worker.stop(30)
    assert rested_early == []
    assert bench.jobs() == []


def test_a_database_that_refuses_is_asked_less_and_less_often(
    empty_database: str, clock: SettableClock
) -> None:
    settings = Settings(database_url=empty_database)
    engines = make_engines(settings)
    waiter = Waiter(8)
    registry = gather([SliceJobs({"test.note": lambda *_: None})])
    with capture_logs() as logs:
        worker = Worker(Database(engines), settings, registry, clock=clock, wait=waiter)
        worker.start()
        assert waiter.enough.wait(30)
        assert worker.stop(30)
    engines.dispose()
    assert waiter.rests["worker-1"] == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    told = [line for line in logs if line["event"] == "worker step failed"]
    assert told
    assert all("Error (" in line["error"] for line in told)


def test_a_stop_that_takes_too_long_says_so(bench: Bench) -> None:
    bench.ask()
    began, go_on = threading.Event(), threading.Event()

    def long(*_: Any) -> None:
        began.set()
        go_on.wait(30)

    worker = bench.worker(long)
    worker.start()
    assert began.wait(30)
    try:
        assert not worker.stop(0)
    finally:
        go_on.set()
    assert worker.stop(30), "in the end it is done"


def test_the_log_names_the_request_that_asked(bench: Bench) -> None:
    from structlog.contextvars import bound_contextvars

    from app.ids import new_id

    request_id = str(new_id())
    with bound_contextvars(request_id=request_id):
        bench.ask()
    seen: list[dict[str, Any]] = []

    def look(*_: Any) -> None:
        from structlog.contextvars import get_contextvars

        seen.append(dict(get_contextvars()))

    bench.worker(look).work_one()
    assert [(names["request_id"], names["kind"]) for names in seen] == [(request_id, "test.note")]


def test_tending_places_events_although_another_batch_waits(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "BATCH", 2)
    told = [NewEvent("site.touched", {"n": number}, region=None) for number in range(5)]
    with bench.sessions.writing() as session:
        publish(session, told, now=bench.clock())
    bench.worker(lambda *_: None).tend()
    with bench.sessions.reading() as session:
        assert session.query(Event).filter(Event.position.is_(None)).count() == 0
