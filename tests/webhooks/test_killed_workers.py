"""Fifty workers killed at random moments: each event arrives, in the order of its site, and what never was does not."""

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import pytest
from sqlalchemy import func, select
from support.served import environment
from webhooks.desk import Desk, Receiver

from app.db.session import Database
from app.ids import new_id
from app.outbox.events import NewEvent, publish
from app.outbox.models import Event
from app.webhooks.models import Delivery, DeliveryState

KILLS = 50
_NURSERY = Path(__file__).with_name("nursery.py")
_PATIENCE_SECONDS = 60


class ChangedMindError(Exception):
    """This transaction is not to be."""


@contextmanager
def nursery(desk: Desk, receiver: Receiver) -> Iterator[IO[str]]:
    """Open a nursery; it says when it is ready, and then a line for each worker that it has killed."""
    settings = {
        "database_url": desk.settings.database_url,
        "job_lease_seconds": "2",
        "worker_poll_seconds": "0.05",
        "outbound_allowed_networks": "127.0.0.0/8",
        "log_level": "ERROR",
    }
    process = subprocess.Popen(
        [sys.executable, str(_NURSERY), str(receiver.folder / "received"), str(KILLS), "20260110"],
        env=environment(settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.communicate()


def publish_one(sessions: Database, desk: Desk, number: int, site: Any, *, is_kept: bool) -> None:
    event = NewEvent("ledger.submitted", {"n": number}, region="140212", site_id=site)
    with suppress(ChangedMindError), sessions.writing() as session:
        publish(session, [event], now=desk.clock())
        session.flush()
        if not is_kept:
            raise ChangedMindError


def delivered(sessions: Database) -> int:
    with sessions.reading() as session:
        return session.scalar(select(func.count()).where(Delivery.state == DeliveryState.DELIVERED)) or 0


@pytest.mark.slow
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_killed_workers_lose_nothing_and_double_only_with_the_same_id(desk: Desk, receiver: Receiver) -> None:
    hooks = ("a", "b")
    for name in hooks:
        desk.hook(f"{receiver.url}&hook={name}")
    sites = [new_id() for _ in range(6)]
    told: dict[Any, list[int]] = defaultdict(list)

    def publish_some(numbers: Iterable[int]) -> None:
        """Some more events, each third one in a transaction that fails."""
        for number in numbers:
            is_kept = number % 3 != 0
            site = sites[number % 5 if number % 2 else 5]
            publish_one(desk.sessions, desk, number, site, is_kept=is_kept)
            if is_kept:
                told[site.hex].append(number)

    publish_some(range(3))
    with nursery(desk, receiver) as killed:
        assert killed.readline() == "ready\n"
        for death in range(1, KILLS + 1):
            publish_some(range(3 * death, 3 * death + 3))
            assert killed.readline() == "killed\n"
        expected = len(hooks) * sum(map(len, told.values()))
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while missing := expected - delivered(desk.sessions):
            assert time.monotonic() < deadline, f"{missing} of {expected} are missing"
            time.sleep(0.02)
    doubles = sum(_doubles_of(desk, receiver, name, told) for name in hooks)
    assert doubles > 0, "nobody was killed between sending and keeping: this proved nothing"


def _doubles_of(desk: Desk, receiver: Receiver, hook: str, told: Any) -> int:
    """Look at what a webhook got; answers how many messages were repeated."""
    with desk.sessions.reading() as session:
        written = {str(event.id): event for event in session.scalars(select(Event))}
    came: dict[str, list[int]] = defaultdict(list)
    bodies: dict[str, str] = {}
    messages = [each for each in receiver.messages if each["path"].endswith(f"hook={hook}")]
    for message in messages:
        message_id = message["headers"]["webhook-id"]
        event = written[message_id]
        assert event.site_id is not None
        if message_id not in bodies:
            came[event.site_id.hex].append(event.payload["n"])
        assert bodies.setdefault(message_id, message["body"]) == message["body"], (
            "the same id, the same event"
        )
    assert came == told, "each event, in the order of its site, and none of a transaction that failed"
    return len(messages) - len(bodies)
