"""What comes again is enqueued at most once a period, and once for whatever was missed."""

import threading
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worker.working import Bench

from app.outbox.schedules import Daily, Every, Periodic, begin_period
from app.worker.loop import Worker
from app.worker.registry import SliceJobs, gather

SHANGHAI = "Asia/Shanghai"
NIGHTLY = Periodic("night", "test.note", Daily(time(2, 30)), {"n": 1})
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - naive bounds


@pytest.mark.parametrize(
    ("now", "start"),
    [
        ("2026-01-09T18:30:00+00:00", "2026-01-09T18:30:00+00:00"),
        ("2026-01-09T18:29:59+00:00", "2026-01-08T18:30:00+00:00"),
        ("2026-01-10T08:00:00+00:00", "2026-01-09T18:30:00+00:00"),
    ],
)
def test_a_day_begins_on_the_wall(now: str, start: str) -> None:
    begun = NIGHTLY.schedule.period_start(datetime.fromisoformat(now), SHANGHAI)
    assert begun == datetime.fromisoformat(start)


@given(
    now=moments,
    at=st.times().map(lambda t: t.replace(fold=0)),
    zone=st.sampled_from([SHANGHAI, "UTC", "Europe/Berlin"]),
)
def test_a_day_begins_before_now_and_less_than_two_days_ago(now: datetime, at: time, zone: str) -> None:
    begun = Daily(at).period_start(now, zone)
    # A change of clocks may make a day of 23 or 25 hours; a moment that it skips is an hour later.
    assert timedelta(0) <= now - begun <= timedelta(hours=25)
    wall = begun.astimezone(ZoneInfo(zone))
    assert wall.time().minute == at.minute
    assert Daily(at).period_start(begun, zone) == begun


@given(now=moments, minutes=st.sampled_from([1, 5, 15, 60, 240, 1440]))
def test_steps_divide_the_day(now: datetime, minutes: int) -> None:
    step = timedelta(minutes=minutes)
    begun = Every(step).period_start(now, SHANGHAI)
    assert timedelta(0) <= now - begun < step
    midnight = begun.replace(hour=0, minute=0, second=0, microsecond=0)
    assert (begun - midnight) % step == timedelta(0)


def worker_of(bench: Bench, runs: list[int], name: str) -> Worker:
    registry = gather([SliceJobs({"test.note": lambda *_: runs.append(1)}, periodic=(NIGHTLY,))])
    return Worker(bench.sessions, bench.settings, registry, clock=bench.clock, name=name)


def test_a_night_has_one_run_however_many_workers_there_are(bench: Bench) -> None:
    runs: list[int] = []
    workers = [worker_of(bench, runs, name) for name in ("w1", "w2", "w3")]
    for worker in workers:
        worker.drain()
    assert len(runs) == 1, "a new installation begins at once"
    bench.clock.set("2026-01-10T18:29:59Z")
    assert [worker_of(bench, runs, "w").drain() for _ in workers] == [0, 0, 0]
    bench.clock.advance(seconds=1)
    assert [worker_of(bench, runs, "w").drain() for _ in workers] == [1, 0, 0]


def test_missed_nights_are_made_up_for_once(bench: Bench) -> None:
    runs: list[int] = []
    worker_of(bench, runs, "w").drain()
    bench.clock.advance(days=5)
    assert [worker_of(bench, runs, "w").drain() for _ in range(2)] == [1, 0]


def test_a_clock_that_goes_back_begins_nothing(bench: Bench) -> None:
    runs: list[int] = []
    worker_of(bench, runs, "w").drain()
    bench.clock.advance(days=-3)
    assert worker_of(bench, runs, "w").drain() == 0


def test_a_run_that_is_still_waiting_stands_for_the_next_period_too(bench: Bench) -> None:
    start = NIGHTLY.schedule.period_start(bench.clock(), SHANGHAI)
    for days in (0, 1):
        with bench.sessions.writing() as session:
            assert begin_period(session, NIGHTLY, start + timedelta(days=days), bench.clock())
    assert len(bench.jobs()) == 1


def test_workers_that_begin_a_period_at_the_same_moment_make_one_job(bench: Bench) -> None:
    start = NIGHTLY.schedule.period_start(bench.clock(), SHANGHAI)
    together = threading.Barrier(6)
    won: list[bool] = []

    def begin() -> None:
        together.wait(30)
        with bench.sessions.writing() as session:
            won.append(begin_period(session, NIGHTLY, start, bench.clock()))

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 5 + [True]
    assert len(bench.jobs()) == 1
