"""Writers commit in any order, relays and readers come in between: no cursor ever passes an event by.

On SQLite writers queue, so there the interleaving of open transactions is that of one writer at a time.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from worker.test_feed import event, numbers, read
from worker.working import Bench

from app.db.session import WriteSession
from app.outbox import feed
from app.outbox.events import publish
from app.outbox.models import Event

WRITERS = 3
PER_WRITER = 40
steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["write", "commit", "rollback"]), st.integers(0, WRITERS - 1)),
        st.tuples(st.sampled_from(["relay", "poll"]), st.just(0)),
    ),
    min_size=20,
    max_size=60,
)


def relay(bench: Bench) -> None:
    with bench.sessions.writing() as session:
        feed.place(session, now=bench.clock(), subscriptions={})


@dataclass
class Play:
    """Open transactions that are led by hand, and a reader with a cursor."""

    bench: Bench
    cursor: int
    open: dict[int, tuple[ExitStack, WriteSession, list[int]]] = field(default_factory=dict)
    committed: list[list[int]] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    told: int = 0

    def step(self, what: str, who: int) -> None:
        steps: dict[str, Callable[[int], None]] = {
            "write": self.write,
            "commit": self.commit,
            "rollback": self.roll_back,
            "relay": lambda _: relay(self.bench),
            "poll": lambda _: self.poll(),
        }
        steps[what](who)

    def write(self, who: int) -> None:
        if who not in self.open:
            stack = ExitStack()
            session = stack.enter_context(WriteSession(self.bench.sessions.engines.write))
            self.open[who] = (stack, session, [])
        _, session, mine = self.open[who]
        self.told += 1
        publish(session, [event(self.told)], now=self.bench.clock())
        mine.append(self.told)

    def commit(self, who: int) -> None:
        if who in self.open:
            stack, session, mine = self.open.pop(who)
            session.commit()
            self.committed.append(mine)
            stack.close()

    def roll_back(self, who: int) -> None:
        if who in self.open:
            stack, session, _ = self.open.pop(who)
            session.rollback()
            stack.close()

    def poll(self) -> None:
        page = read(self.bench, after=self.cursor, limit=2)
        self.seen += numbers(page)
        self.cursor = page.cursor

    def end(self) -> None:
        for who in list(self.open):
            self.commit(who)
        relay(self.bench)
        for _ in range(self.told + 1):
            self.poll()


@given(script=steps)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_interleaving_is_read_completely_once_and_in_order(
    script: list[tuple[str, int]], bench: Bench
) -> None:
    if bench.settings.is_sqlite:
        # One writer: whoever writes holds the door until it is done, relays included.
        script = [
            step
            for what, _ in script
            for step in ([(what, 0), ("commit", 0)] if what == "write" else [(what, 0)])
        ]
    with bench.sessions.reading() as session:
        start = session.scalar(select(func.max(Event.position))) or 0
    play = Play(bench, cursor=start)
    for what, who in script:
        play.step(what, who)
    play.end()
    assert sorted(play.seen) == sorted(number for mine in play.committed for number in mine)
    for mine in play.committed:
        assert [number for number in play.seen if number in set(mine)] == mine, "the order of writing"
    _assert_causal_order(play)


def _assert_causal_order(play: Play) -> None:
    """What was written after another transaction had committed stands after it."""
    place = {number: index for index, number in enumerate(play.seen)}
    for index, earlier in enumerate(play.committed):
        for later in play.committed[index + 1 :]:
            if earlier and later and min(later) > max(earlier):
                assert place[earlier[-1]] < place[later[0]]


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_an_event_that_commits_late_is_still_read(bench: Bench) -> None:
    """The case that a sequence number gets wrong: 1 is drawn first and committed last. SQLite has one writer."""
    play = Play(bench, cursor=0)
    for what, who in (("write", 0), ("write", 1), ("commit", 1), ("relay", 0), ("poll", 0)):
        play.step(what, who)
    assert play.seen == [2]
    play.step("commit", 0)
    play.step("relay", 0)
    play.step("poll", 0)
    assert play.seen == [2, 1]


def _write(bench: Bench, base: int) -> None:
    for number in range(PER_WRITER):
        with bench.sessions.writing() as session:
            publish(session, [event(base + number)], now=bench.clock())


def _relay_until(bench: Bench, is_read: threading.Event) -> None:
    worker = bench.worker(lambda *_: None)
    while not is_read.is_set():
        worker.tend()


def _read_all(bench: Bench, total: int) -> list[int]:
    seen: list[int] = []
    cursor, polls = 0, 0
    while len(seen) < total and polls < 20_000:
        page = read(bench, after=cursor, limit=7)
        seen += numbers(page)
        cursor, polls = page.cursor, polls + 1
    return seen


def test_writers_relays_and_readers_at_once(bench: Bench) -> None:
    bases = [1_000, 2_000, 3_000, 4_000]
    expected = {base + number for base in bases for number in range(PER_WRITER)}
    is_read = threading.Event()
    with ThreadPoolExecutor(8) as pool:
        readers = [pool.submit(_read_all, bench, len(expected)) for _ in range(2)]
        relays = [pool.submit(_relay_until, bench, is_read) for _ in range(2)]
        writers = [pool.submit(_write, bench, base) for base in bases]
        try:
            first, second = (reader.result(120) for reader in readers)
        finally:
            is_read.set()
        for done in relays + writers:
            done.result(120)
    assert len(first) == len(expected)
    assert set(first) == expected
    assert first == second, "every reader sees the same order"
    for base in bases:
        own = [number for number in first if base <= number < base + 1_000]
        assert own == sorted(own), "one writer's events in its order"
