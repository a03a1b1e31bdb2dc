"""Entries are written with their change and sealed after it, in order and without gaps, on both databases."""

import threading
from contextlib import ExitStack

import pytest
from audit.log import SOMEONE, entries, named, seal, write
from builders import People, ledger
from sqlalchemy import func, select
from support.clock import SettableClock

from app.audit import sealing
from app.audit.jobs import HANDLERS, PERIODIC, SEAL, WAITING
from app.audit.models import AuditAnchor
from app.audit.service import Change, record
from app.audit.verification import verify
from app.db.session import Database
from app.outbox.models import Event, Job
from app.settings import Settings
from app.worker.loop import Worker
from app.worker.registry import SliceJobs, gather

AUDIT_ONLY = gather([SliceJobs(HANDLERS, PERIODIC, waiting=WAITING)])


def worker(log: Database, settings: Settings, clock: SettableClock) -> Worker:
    return Worker(log, settings, AUDIT_ONLY, clock=clock)


def test_an_entry_goes_with_its_change(log: Database, clock: SettableClock) -> None:
    with log.writing() as session:
        record(session, SOMEONE, [Change("site.changed", "site", "s1")], now=clock())
        session.rollback()
    assert entries(log) == []
    write(log, clock(), "s1")
    [entry] = entries(log)
    assert (entry.number, entry.seal, entry.marks, entry.previous) == (None, None, None, None)


def test_entries_are_sealed_in_the_order_of_writing(log: Database, clock: SettableClock) -> None:
    for name in ("s1", "s2", "s3"):
        write(log, clock(), name)
    assert seal(log) == 3
    write(log, clock(), "s4", "s5")
    assert seal(log) == 2
    assert seal(log) == 0
    found = entries(log)
    assert [entry.number for entry in found] == [1, 2, 3, 4, 5]
    assert [entry.object_id for entry in found] == ["s1", "s2", "s3", "s4", "s5"]
    assert [entry.previous for entry in found[1:]] == [entry.seal for entry in found[:-1]]
    with log.reading() as session:
        report = verify(session)
    assert report.is_intact
    assert (report.checked, report.head) == (5, found[-1].seal)


def test_more_than_a_batch_is_sealed_all_the_same(
    log: Database, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 4)
    write(log, clock(), *(f"s{number}" for number in range(10)))
    assert seal(log) == 10
    with log.reading() as session:
        assert verify(session).is_intact


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_writers_do_not_wait_for_each_other(log: Database, clock: SettableClock) -> None:
    """The one who wrote first commits last: the chain has them in the order in which the sealer saw them."""
    with ExitStack() as open_ones:
        first = open_ones.enter_context(log.writing())
        record(first, SOMEONE, [Change("site.changed", "site", "slow")], now=clock())
        write(log, clock(), "quick")
        assert seal(log) == 1
    assert seal(log) == 1
    found = {entry.object_id: (entry.number, entry.ordinal) for entry in entries(log)}
    assert found["quick"][0] == 1
    assert found["slow"][0] == 2
    assert found["slow"][1] < found["quick"][1]
    with log.reading() as session:
        assert verify(session).is_intact


def test_many_writers_and_sealers_at_once_leave_one_chain(log: Database, clock: SettableClock) -> None:
    def write_some(who: int) -> None:
        for number in range(15):
            write(log, clock(), f"{who}-{number}")

    def seal_some() -> None:
        for _ in range(12):
            seal(log)

    threads = [threading.Thread(target=write_some, args=(who,)) for who in range(4)]
    threads += [threading.Thread(target=seal_some) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal(log)
    with log.reading() as session:
        report = verify(session)
    assert report.is_intact, report.flaws
    assert (report.checked, report.last, report.unsealed) == (60, 60, 0)


def test_the_worker_seals_what_waits_and_rests_when_nothing_does(
    log: Database, settings: Settings, clock: SettableClock
) -> None:
    write(log, clock(), "s1", "s2")
    worker(log, settings, clock).drain()
    assert [entry.number for entry in entries(log)] == [1, 2]
    assert worker(log, settings, clock).drain() == 0
    write(log, clock(), "s3")
    assert worker(log, settings, clock).drain() == 1
    assert [entry.number for entry in entries(log)] == [1, 2, 3]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_one_job_waits_however_often_it_is_asked_for(
    log: Database, settings: Settings, clock: SettableClock
) -> None:
    write(log, clock(), "s1")
    for _ in range(3):
        worker(log, settings, clock).tend()
    with log.reading() as session:
        assert session.scalar(select(func.count()).where(Job.kind == SEAL)) == 1


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_sealer_that_dies_leaves_no_gap(
    log: Database, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 2)
    write(log, clock(), "s1", "s2", "s3", "s4", "s5")
    with log.writing() as session:
        assert sealing.seal_some(session) == 2
    with log.writing() as session:
        assert sealing.seal_some(session) == 2
        session.rollback()
    assert [entry.number for entry in entries(log)] == [1, 2, None, None, None]
    assert seal(log) == 3
    with log.reading() as session:
        assert verify(session).is_intact


def test_the_day_is_anchored_once_over_what_was_sealed_since(
    log: Database, settings: Settings, clock: SettableClock
) -> None:
    write(log, clock(), "s1", "s2", "s3")
    worker(log, settings, clock).drain()
    clock.advance(days=1)
    write(log, clock(), "s4")
    worker(log, settings, clock).drain()
    clock.advance(days=1)
    worker(log, settings, clock).drain()
    with log.reading() as session:
        kept = session.scalars(select(AuditAnchor).order_by(AuditAnchor.number)).all()
        told = session.scalars(
            select(Event).where(Event.type == "audit.anchored").order_by(Event.number)
        ).all()
        report = verify(session)
    assert [(str(each.day), each.first, each.number) for each in kept] == [
        ("2026-01-10", 1, 3),
        ("2026-01-11", 4, 4),
    ]
    assert [event.payload["seal"] for event in told] == [each.seal for each in kept]
    assert report.is_intact
    assert report.anchors_met == 2


def test_what_a_stretch_says_is_what_the_whole_says(log: Database, clock: SettableClock) -> None:
    write(log, clock(), *(f"s{number}" for number in range(7)))
    seal(log)
    with log.reading() as session:
        first = verify(session, limit=3)
        second = verify(session, after=3, limit=3)
        third = verify(session, after=6, limit=3)
    assert [(each.checked, each.first, each.last) for each in (first, second, third)] == [
        (3, 1, 3),
        (3, 4, 6),
        (1, 7, 7),
    ]
    assert all(each.is_intact for each in (first, second, third))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_filing_says_who_when_from_where_and_what(people: People, log: Database) -> None:
    [site] = people.register()
    answer = people.file(ledger(site))
    [entry] = entries(log, action="ledger.submitted")
    assert str(entry.request_id) == answer.headers["x-request-id"]
    assert (entry.actor_kind, entry.address, entry.region) == ("enterprise", "testclient", "140212")
    assert (entry.object_id, entry.version) == (answer.json()["id"], 1)
    assert (entry.before, entry.after) == (None, answer.json()["receipt"]["sha256"])
    changed = people.client.post(
        f"/v1/ledgers/{entry.object_id}/amendments",
        json=ledger(site, reason="更正", signed_by="另一人"),
        headers=people.of() | {"If-Match": '"1"'},
    )
    [amended] = entries(log, action="ledger.amended")
    assert (amended.before, amended.after) == (entry.after, changed.json()["receipt"]["sha256"])
    assert amended.version == 2
    with log.reading() as session:
        assert named(verify(session)) == set()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_changes_nothing_is_not_written_down(people: People, log: Database) -> None:
    [site] = people.register()
    people.of()
    before = len(entries(log))
    checked = people.client.post("/v1/ledgers/validate", json=ledger(site), headers=people.of())
    assert checked.status_code == 200
    people.register()
    assert people.file(ledger("no-such-site")).status_code == 404
    assert len(entries(log)) == before
