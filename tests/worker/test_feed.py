"""The feed of events: nothing of a rollback, places that never change, cursors that pass nothing by, rights kept."""

import uuid
from typing import Any

import pytest
from worker.working import Bench

from app.auth.subjects import SCOPES_OF, Role, Scope, Subject
from app.ids import new_id
from app.outbox import feed
from app.outbox.events import NewEvent, publish
from app.outbox.models import Event
from app.outbox.queue import claim
from app.worker.loop import Worker
from app.worker.registry import SliceJobs, gather

ADMIN = Subject(new_id(), "a", Role.ADMIN, SCOPES_OF[Role.ADMIN])
MILL, WORKS = new_id(), new_id()


def subject(role: Role, **who: Any) -> Subject:
    return Subject(new_id(), role.value, role, SCOPES_OF[role], **who)


def event(
    number: int = 0, kind: str = "site.touched", region: str | None = "140212", **more: Any
) -> NewEvent:
    return NewEvent(kind, {"n": number}, region=region, **more)


def tell(bench: Bench, *events: NewEvent) -> list[uuid.UUID]:
    with bench.sessions.writing() as session:
        return publish(session, events, now=bench.clock())


def place(bench: Bench) -> feed.Placed | None:
    with bench.sessions.writing() as session:
        return feed.place(session, now=bench.clock(), subscriptions={})


def read(bench: Bench, who: Subject = ADMIN, after: int = 0, limit: int = 50, **more: Any) -> feed.Page:
    with bench.sessions.reading() as session:
        return feed.events_after(session, who, after, limit, **more)


def numbers(page: feed.Page) -> list[int]:
    return [item.payload["n"] for item in page.items]


def test_events_stand_in_the_order_of_writing(bench: Bench) -> None:
    ids = tell(bench, *(event(n) for n in range(5))) + tell(bench, event(5), event(6))
    assert read(bench).items == [], "nothing has a place before the relay has seen it"
    placed = place(bench)
    assert placed is not None
    assert (placed.after, placed.upto, placed.types) == (0, 7, frozenset({"site.touched"}))
    page = read(bench)
    assert [item.id for item in page.items] == ids
    assert numbers(page) == list(range(7))
    assert (page.cursor, page.has_more) == (7, False)
    assert place(bench) is None


def test_places_never_change_and_go_on(bench: Bench) -> None:
    tell(bench, event(1), event(2))
    place(bench)
    before = [(item.id, item.position) for item in read(bench).items]
    tell(bench, event(3))
    place(bench)
    assert [(item.id, item.position) for item in read(bench).items][:2] == before
    assert numbers(read(bench, after=2)) == [3]


def test_a_rollback_leaves_no_event_and_no_gap(bench: Bench) -> None:
    def fail() -> None:
        with bench.sessions.writing() as session:
            publish(session, [event(1)], now=bench.clock())
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        fail()
    tell(bench, event(2))
    place(bench)
    page = read(bench)
    assert numbers(page) == [2]
    assert page.cursor == 1


def test_pages_go_on_where_the_last_one_ended(bench: Bench) -> None:
    tell(bench, *(event(n) for n in range(7)))
    place(bench)
    seen: list[int] = []
    cursor, has_more = 0, True
    while has_more:
        page = read(bench, after=cursor, limit=3)
        assert len(page.items) <= 3
        seen += numbers(page)
        cursor, has_more = page.cursor, page.has_more
    assert seen == list(range(7))
    assert numbers(read(bench, after=cursor)) == []
    assert read(bench, after=cursor).cursor == 7
    assert read(bench, after=10**17).cursor == 10**17, "a cursor never moves back"


def test_a_large_set_takes_its_places_in_several_turns(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "BATCH", 3)
    tell(bench, *(event(n) for n in range(8)))
    turns = [place(bench) for _ in range(4)]
    assert [(turn.after, turn.upto) for turn in turns if turn] == [(0, 3), (3, 6), (6, 8)]
    assert turns[3] is None
    assert numbers(read(bench)) == list(range(8))


def test_each_sees_what_is_about_it(bench: Bench) -> None:
    tell(
        bench,
        event(1, enterprise_id=MILL),
        event(2, enterprise_id=WORKS, region="140311"),
        event(3, enterprise_id=MILL, counterpart_enterprise_id=WORKS, counterpart_region="140311"),
        event(4, region=None),
    )
    place(bench)
    seen = {
        "admin": numbers(read(bench)),
        "mill": numbers(read(bench, subject(Role.ENTERPRISE, enterprise_id=MILL))),
        "works": numbers(read(bench, subject(Role.ENTERPRISE, enterprise_id=WORKS))),
        "stranger": numbers(read(bench, subject(Role.ENTERPRISE, enterprise_id=new_id()))),
        "nobody": numbers(read(bench, subject(Role.ENTERPRISE))),
        "successor": numbers(
            read(bench, subject(Role.ENTERPRISE, enterprise_id=new_id(), former_ids=frozenset({MILL})))
        ),
        "city": numbers(read(bench, subject(Role.REGULATOR, region="1402"))),
        "province": numbers(read(bench, subject(Role.REGULATOR, region="14"))),
        "next door": numbers(read(bench, subject(Role.REGULATOR, region="1403"))),
        "elsewhere": numbers(read(bench, subject(Role.REGULATOR, region="15"))),
    }
    assert seen == {
        "admin": [1, 2, 3, 4],
        "mill": [1, 3],
        "works": [2, 3],
        "stranger": [],
        "nobody": [],
        "successor": [1, 3],
        "city": [1, 3],
        "province": [1, 2, 3],
        "next door": [2, 3],
        "elsewhere": [],
    }


def test_a_cursor_moves_on_over_what_others_see(bench: Bench) -> None:
    tell(bench, *(event(n, enterprise_id=WORKS) for n in range(5)))
    place(bench)
    page = read(bench, subject(Role.ENTERPRISE, enterprise_id=MILL))
    assert (page.items, page.cursor, page.has_more) == ([], 5, False)


def test_scopes_open_topics(bench: Bench) -> None:
    tell(bench, event(1, "ledger.submitted"), event(2, "permit.changed"), event(3, "finding.opened"))
    place(bench)
    region = "1402"
    narrow = Subject(new_id(), "r", Role.REGULATOR, frozenset({Scope.FINDINGS_WRITE}), region=region)
    assert numbers(read(bench, narrow)) == [3]
    assert numbers(read(bench, subject(Role.PERMIT_SYSTEM, region=region))) == [2]
    assert numbers(read(bench, Subject(new_id(), "r", Role.REGULATOR, frozenset(), region=region))) == []
    assert numbers(read(bench, types=["finding.opened", "permit.changed"])) == [2, 3]


@pytest.mark.parametrize(
    "name", ["ledger", "weather.changed", "Ledger.submitted", "ledger.Submitted", "ledger." + "a" * 60]
)
def test_a_type_that_nobody_could_read_is_refused(bench: Bench, name: str) -> None:
    with pytest.raises(ValueError, match="is not a type of event"):
        tell(bench, event(1, name))


def test_subscriptions_make_one_job_a_batch(bench: Bench) -> None:
    told: list[Any] = []

    def follow(context: Any, payload: Any) -> None:
        with context.database.reading() as session:
            kinds = ["ledger.submitted"]
            found = feed.between(session, payload["after"], payload["upto"], kinds)
            told.append([item.payload["n"] for item in found])

    parts = SliceJobs({"test.follow": follow}, subscriptions={"test.follow": ["ledger.submitted"]})
    worker = Worker(bench.sessions, bench.settings, gather([parts]), clock=bench.clock)
    tell(bench, event(1, "ledger.submitted"), event(2), event(3, "ledger.submitted"))
    assert worker.drain() == 1
    tell(bench, event(4), event(5, "ledger.amended"))
    again = Worker(bench.sessions, bench.settings, gather([parts]), clock=bench.clock)
    assert again.drain() == 0, "nobody subscribed to these"
    assert told == [[1, 3]]
    assert numbers(read(bench)) == [1, 2, 3, 4, 5]


def test_a_job_is_never_there_before_its_events_have_their_places(bench: Bench) -> None:
    """Both belong to one transaction: a relay that fails leaves neither."""
    tell(bench, event(1, "ledger.submitted"))

    def fail() -> None:
        with bench.sessions.writing() as session:
            feed.place(session, now=bench.clock(), subscriptions={"test.follow": ["ledger.submitted"]})
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        fail()
    with bench.sessions.writing() as session:
        lease_for = bench.clock() - bench.clock()
        assert claim(session, ["test.follow"], worker="w", now=bench.clock(), lease_for=lease_for) is None
        assert session.query(Event).filter(Event.position.is_not(None)).count() == 0
