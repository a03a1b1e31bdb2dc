"""Jobs are run, tried again with growing pauses, buried at last; a lease that ends passes to another worker."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from pydantic import JsonValue
from sqlalchemy import text
from worker.working import Bench

from app.db.session import WriteSession
from app.domain.errors import Message
from app.http.problems import Conflict
from app.ids import new_id
from app.outbox import queue
from app.outbox.jobs import JobContext, JobFailed, LeaseLost
from app.outbox.models import JobState
from app.outbox.queue import MAX_ERROR
from app.outbox.retries import RetryPolicy
from app.worker.loop import Worker
from app.worker.registry import SliceJobs, gather

Payload = Mapping[str, JsonValue]
TWICE = RetryPolicy(attempts=2, first=timedelta(minutes=1), factor=1)


class Handler:
    """Notes what it is called with, and fails when told to."""

    def __init__(self, *failures: BaseException) -> None:
        self.seen: list[Any] = []
        self.failures = list(failures)

    def __call__(self, _context: JobContext, payload: Payload) -> None:
        self.seen.append(payload["n"])
        if self.failures:
            raise self.failures.pop(0)


def test_jobs_run_in_the_order_in_which_they_are_due(bench: Bench) -> None:
    handler = Handler()
    bench.ask(3, not_before=bench.clock() - timedelta(seconds=1))
    bench.ask(4, not_before=bench.clock() + timedelta(seconds=30))
    bench.ask(1, not_before=bench.clock() - timedelta(hours=2))
    bench.ask(2, not_before=bench.clock() - timedelta(hours=1))
    assert bench.worker(handler).drain() == 3
    assert handler.seen == [1, 2, 3]
    bench.clock.advance(seconds=30)
    assert bench.worker(handler).drain() == 1
    assert bench.jobs() == []


def test_many_jobs_of_one_kind_do_not_hold_up_the_others(bench: Bench) -> None:
    told: list[str] = []

    def told_of(kind: str) -> Callable[[JobContext, Payload], None]:
        return lambda _context, _payload: told.append(kind)

    kinds = ("test.long", "test.quick", "test.rare")
    registry = gather([SliceJobs({kind: told_of(kind) for kind in kinds})])
    for number in range(6):
        bench.ask(number, kind="test.long", not_before=bench.clock() - timedelta(hours=2))
    for kind in ("test.quick", "test.quick", "test.rare"):
        bench.ask(kind=kind)
    Worker(bench.sessions, bench.settings, registry, clock=bench.clock).drain()
    shifts = ["test.long", "test.quick"] * 2 + ["test.long", "test.rare"]
    assert told == [*shifts, *["test.long"] * 3]


def test_a_kind_of_a_newer_version_is_left_to_its_workers(bench: Bench) -> None:
    bench.ask(kind="test.unheard_of")
    assert not bench.worker(Handler()).work_one()
    (job,) = bench.jobs()
    assert (job.state, job.attempts) == (JobState.WAITING, 0)


def test_a_failure_waits_longer_and_longer_then_is_a_dead_letter(bench: Bench) -> None:
    policy = RetryPolicy(attempts=3, first=timedelta(minutes=1), factor=10)
    handler = Handler(*(JobFailed(f"no answer {n}") for n in range(3)))
    worker = bench.worker(handler, policy=policy)
    made = bench.ask(7)
    for run, (least, most) in enumerate([(45, 60), (450, 600)], 1):
        assert worker.work_one()
        (job,) = bench.jobs()
        assert (job.id, job.state, job.attempts) == (made, JobState.WAITING, run)
        pause = (job.due_at - bench.clock()).total_seconds()
        assert least < pause <= most
        bench.clock.advance(seconds=pause - 0.001)
        assert not worker.work_one(), "not before its time"
        bench.clock.advance(seconds=0.001)
    assert worker.work_one()
    (dead,) = bench.jobs()
    assert (dead.state, dead.attempts, dead.lock_token) == (JobState.DEAD, 3, None)
    assert dead.last_error is not None
    assert dead.last_error.startswith("JobFailed: no answer 2")
    bench.clock.advance(days=9)
    assert not worker.work_one(), "nobody runs a dead letter"


def test_a_dead_letter_can_be_tried_again_with_a_clean_count(bench: Bench) -> None:
    handler = Handler(JobFailed("gone"), JobFailed("gone"))
    worker = bench.worker(handler, policy=TWICE)
    made, other = bench.ask(1), bench.ask(2, kind="test.other")
    assert worker.work_one()
    bench.clock.advance(minutes=2)
    assert worker.work_one()
    with bench.sessions.writing() as session:
        assert queue.retry_dead(session, now=bench.clock(), job_id=new_id()) == []
        assert queue.retry_dead(session, now=bench.clock(), job_id=other) == [], "it is not dead"
        assert queue.retry_dead(session, now=bench.clock(), kind="test.other") == []
        assert queue.retry_dead(session, now=bench.clock(), job_id=made) == [made]
    assert {job.attempts for job in bench.jobs()} == {0}
    assert worker.work_one()
    assert handler.seen == [1, 1, 1]
    assert [job.id for job in bench.jobs()] == [other]


def test_what_is_kept_of_a_failure_tells_no_secrets_and_is_bounded(bench: Bench) -> None:
    def leak(context: JobContext, _payload: Payload) -> None:
        try:
            with context.database.reading() as session:
                session.execute(text("SELECT :secret FROM nowhere"), {"secret": "hunter2"})
        except Exception as error:
            raise RuntimeError("https://user:hunter2@example.cn") from error

    def refuse(_context: JobContext, _payload: Payload) -> None:
        raise Conflict(Message("冲突" * 900, "clash " * 900))

    for handler in (leak, refuse):
        bench.ask()
        bench.worker(handler).work_one()
    leaked, refused = (job.last_error or "" for job in bench.jobs())
    assert "hunter2" not in leaked
    assert leaked.startswith("RuntimeError at app/worker/running.py")
    assert "; because of OperationalError (" in leaked or "; because of ProgrammingError (" in leaked
    assert refused.startswith("Conflict: conflict: clash")
    assert len(refused) == MAX_ERROR


def test_a_handler_that_loses_its_database_transaction_has_no_effect(bench: Bench) -> None:
    def half(context: JobContext, _payload: Payload) -> None:
        with context.database.writing() as session:
            queue.retry_dead(session, now=context.now())
            bench_ask(session, context)
            raise JobFailed("in the middle")

    def bench_ask(session: WriteSession, context: JobContext) -> None:
        from app.outbox.jobs import enqueue

        enqueue(session, "test.other", {}, now=context.now())

    bench.ask()
    bench.worker(half).work_one()
    assert [job.kind for job in bench.jobs()] == ["test.note"]


def test_an_ended_lease_passes_to_another_worker_and_the_first_has_no_more_say(bench: Bench) -> None:
    """The first worker sleeps longer than its lease: the second does the job, the first is refused at the end."""
    effects: list[str] = []
    second = bench.worker(lambda context, _: finish(context, "second"), name="w2")

    def finish(context: JobContext, who: str) -> None:
        with context.database.writing() as session:
            context.complete(session)
            effects.append(who)

    def slow(context: JobContext, _payload: Payload) -> None:
        bench.clock.advance(seconds=bench.settings.job_lease_seconds - 1)
        assert not second.work_one(), "the lease still holds"
        bench.clock.advance(seconds=1)
        assert second.work_one(), "it has ended"
        with pytest.raises(LeaseLost):
            finish(context, "first")
        raise LeaseLost

    bench.ask()
    assert bench.worker(slow).work_one()
    assert effects == ["second"]
    assert bench.jobs() == []


def test_a_failure_after_the_lease_was_lost_is_not_counted(bench: Bench) -> None:
    taken = []
    second = bench.worker(lambda *_: taken.append(bench.jobs()[0].attempts), name="w2")

    def fail_late(_context: JobContext, _payload: Payload) -> None:
        bench.clock.advance(seconds=bench.settings.job_lease_seconds)
        with bench.sessions.writing() as session:
            kinds = ["test.note"]
            lease_for = timedelta(minutes=1)
            claimed = queue.claim(session, kinds, worker="w2", now=bench.clock(), lease_for=lease_for)
        assert claimed is not None
        raise JobFailed("too late to matter")

    bench.ask()
    bench.worker(fail_late).work_one()
    (job,) = bench.jobs()
    assert (job.state, job.worker, job.last_error, job.attempts) == (JobState.RUNNING, "w2", None, 2)
    bench.clock.advance(minutes=1)
    assert second.work_one()
    assert taken == [3]


def test_the_heartbeat_keeps_a_long_job(bench: Bench) -> None:
    second = bench.worker(Handler(), name="w2")
    third = bench.settings.job_lease_seconds / 3

    def long(_context: JobContext, _payload: Payload) -> None:
        for _ in range(7):
            bench.clock.advance(seconds=third)
            first.renew()
            assert not second.work_one()

    bench.ask()
    first = bench.worker(long)
    assert first.work_one()
    assert bench.jobs() == []


def test_a_job_that_ends_its_workers_is_buried(bench: Bench) -> None:
    bench.ask()
    for _ in range(2):
        with bench.sessions.writing() as session:
            lease_for = timedelta(seconds=60)
            queue.claim(session, ["test.note"], worker="w0", now=bench.clock(), lease_for=lease_for)
        bench.clock.advance(seconds=60)
    handler = Handler()
    assert bench.worker(handler, policy=TWICE).work_one()
    assert handler.seen == []
    (job,) = bench.jobs()
    assert job.state is JobState.DEAD
    assert "ended without a word" in (job.last_error or "")


def test_jobs_of_one_key_run_one_after_the_other(bench: Bench) -> None:
    order: list[Any] = []
    second = bench.worker(lambda _, payload: order.append(payload["n"]), name="w2")

    def first_one(_context: JobContext, payload: Payload) -> None:
        order.append(payload["n"])
        bench.ask(2, key="1402")
        assert not second.work_one(), "one of its key is running"
        bench.clock.advance(seconds=bench.settings.job_lease_seconds / 2)
        bench.ask(3, key="1403")
        assert second.work_one(), "another key may run"

    bench.ask(1, key="1402")
    assert bench.worker(first_one).work_one()
    assert second.work_one()
    assert order == [1, 3, 2]


def test_a_failed_job_of_a_key_is_done_by_the_one_asked_for_meanwhile(bench: Bench) -> None:
    def fail(_context: JobContext, _payload: Payload) -> None:
        bench.ask(2, key="1402")
        raise JobFailed("not yet")

    bench.ask(1, key="1402")
    bench.worker(fail).work_one()
    (job,) = bench.jobs()
    assert (job.payload, job.state, job.attempts) == ({"n": 2}, JobState.WAITING, 1)
    assert (job.last_error or "").startswith("JobFailed: not yet")
    assert job.due_at == bench.clock(), "what was asked for now is not put off by an older failure"


def test_depths_say_what_waits_runs_and_lies_dead(bench: Bench) -> None:
    oldest = bench.clock() - timedelta(hours=1)
    bench.ask(1, not_before=oldest)
    bench.ask(2)
    bench.ask(3, kind="test.other")

    def look(_context: JobContext, _payload: Payload) -> None:
        with bench.sessions.reading() as session:
            seen.extend((d.kind, d.state.value, d.jobs) for d in queue.queue_depths(session))
        raise JobFailed("so be it")

    seen: list[tuple[str, str, int]] = []
    with bench.sessions.reading() as session:
        assert queue.queue_depths(session)[0].oldest_due_at == oldest
    bench.worker(look, policy=RetryPolicy(attempts=1)).work_one()
    assert seen == [("test.note", "running", 1), ("test.note", "waiting", 1), ("test.other", "waiting", 1)]
    with bench.sessions.reading() as session:
        depths = {(depth.kind, depth.state.value): depth.jobs for depth in queue.queue_depths(session)}
    assert depths[("test.note", "dead")] == 1
