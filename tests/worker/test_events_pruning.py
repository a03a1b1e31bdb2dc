"""Old events leave the feed from its beginning on; places go on, and who came too late is told so."""

from datetime import timedelta
from typing import Any

import pytest
from builders import People, ledger
from sqlalchemy import func, select, update

from app.db.session import Database
from app.events import jobs, pruning
from app.outbox import feed
from app.outbox.jobs import JobContext
from app.outbox.models import Event
from app.settings import Settings

MONTHS = ("2025-01", "2025-02", "2025-03", "2025-04")


@pytest.fixture
def told(people: People, sessions: Database) -> People:
    """Four ledgers, a hundred days apart; the last one is told now."""
    (site,) = people.register(reports_from="2025-01")
    for month in MONTHS:
        assert people.file(ledger(site, month)).status_code == 201
    placed(people)
    with sessions.writing() as session:
        last = session.scalar(select(func.max(Event.position))) or 0
        session.execute(
            update(Event).values(occurred_at=people.now - timedelta(days=1000)).where(Event.position <= last)
        )
        for place in range(last - 3, last + 1):
            at = people.now - timedelta(days=100 * (last - place))
            session.execute(update(Event).values(occurred_at=at).where(Event.position == place))
    return people


def placed(people: People) -> None:
    with people.sessions.writing() as session:
        feed.place(session, now=people.now, subscriptions={})


def read(people: People, after: str = "") -> Any:
    return people.client.get(f"/v1/events?type=ledger.submitted&after={after}", headers=people.of())


def run(people: People, settings: Settings, days: int) -> None:
    kept = settings.model_copy(update={"events_days": days})
    jobs.prune(JobContext(people.sessions, kept, lambda: people.now), {})


def months(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["data"]["month"] for each in answer.json()["items"]]


def test_what_is_older_than_the_setting_is_gone_and_a_late_cursor_is_told(
    told: People, settings: Settings
) -> None:
    end = int(read(told).json()["next_cursor"])
    assert months(read(told)) == list(MONTHS)
    run(told, settings, 150)
    assert months(read(told)) == list(MONTHS[2:])
    late = read(told, str(end - 3))
    assert late.status_code == 410
    assert late.headers["content-type"] == "application/problem+json"
    assert set(late.json()["message"]) == {"zh", "en"}
    assert months(read(told, str(end))) == []
    assert months(read(told, str(end - 2))) == list(MONTHS[2:]), "nothing behind it has gone"


def test_the_last_event_stays_and_the_next_place_is_one_more(told: People, settings: Settings) -> None:
    end = int(read(told).json()["next_cursor"])
    told.now += timedelta(days=4000)
    run(told, settings, 30)
    assert months(read(told)) == [MONTHS[-1]]
    (site,) = told.register("91140200MA0EXAMPLF", reports_from="2025-01")
    assert told.file(ledger(site, "2025-01"), enterprise="91140200MA0EXAMPLF").status_code == 201
    placed(told)
    with told.sessions.reading() as session:
        assert session.scalar(select(func.min(Event.position))) == end
        assert (session.scalar(select(func.max(Event.position))) or 0) > end


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_younger_event_stops_it_so_that_no_hole_is_left(
    told: People, sessions: Database, settings: Settings
) -> None:
    with sessions.writing() as session:
        first = session.scalar(select(func.min(Event.position)))
        session.execute(update(Event).values(occurred_at=told.now).where(Event.position == first))
    run(told, settings, 30)
    assert months(read(told)) == list(MONTHS)
    with sessions.writing() as session:
        assert pruning.prune(session, told.now + timedelta(days=1)) > 0
