"""Asking for work: jobs exist exactly when the transaction that asked commits, and one of a key waits."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from support.clock import SettableClock

from app.db.session import Database
from app.outbox.jobs import enqueue
from app.outbox.models import Job


def jobs(sessions: Database) -> list[Job]:
    with sessions.reading() as session:
        return list(session.scalars(select(Job).order_by(Job.created_at, Job.id)))


def test_a_job_is_there_after_the_commit_and_not_before(sessions: Database, clock: SettableClock) -> None:
    with sessions.writing() as session:
        made = enqueue(session, "test.note", {"site": "甲"}, now=clock())
        assert jobs(sessions) == []
    (job,) = jobs(sessions)
    assert (job.id, job.kind, job.payload, job.due_at) == (made, "test.note", {"site": "甲"}, clock())


def test_a_transaction_that_rolls_back_leaves_no_job(sessions: Database, clock: SettableClock) -> None:
    def fail() -> None:
        with sessions.writing() as session:
            enqueue(session, "test.note", {}, now=clock())
            enqueue(session, "test.note", {}, now=clock(), key="a")
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        fail()
    assert jobs(sessions) == []


def test_one_job_of_a_key_waits(sessions: Database, clock: SettableClock) -> None:
    later = clock() + timedelta(hours=1)
    with sessions.writing() as session:
        first = enqueue(session, "test.note", {"n": 1}, now=clock(), key="1402", not_before=later)
    with sessions.writing() as session:
        second = enqueue(session, "test.note", {"n": 2}, now=clock(), key="1402")
        third = enqueue(session, "test.note", {"n": 3}, now=clock(), key="1402", not_before=later)
        enqueue(session, "test.note", {"n": 4}, now=clock(), key="1403")
        enqueue(session, "test.other", {"n": 5}, now=clock(), key="1402")
        for _ in range(2):
            enqueue(session, "test.note", {"n": 6}, now=clock())
    assert first == second == third
    kept = {job.id: job for job in jobs(sessions)}
    assert sorted(job.payload["n"] for job in kept.values()) == [3, 4, 5, 6, 6]
    assert kept[first].due_at == clock(), "the sooner of the times asked for"


def test_writers_of_one_key_at_once_make_one_job(sessions: Database, clock: SettableClock) -> None:
    begin = threading.Barrier(8)
    made = set()

    def ask() -> None:
        begin.wait(30)
        for _ in range(5):
            with sessions.writing() as session:
                made.add(enqueue(session, "test.note", {}, now=clock(), key="1402"))

    writers = [threading.Thread(target=ask) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with sessions.reading() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 1
    assert len(made) == 1
