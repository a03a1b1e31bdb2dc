"""Closing a month while others file and decide: whoever comes second finds what the first has done."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from builders import MILL, People, ledger
from sqlalchemy import select, text
from support.clock import SettableClock

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.session import Database, WriteSession
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.ids import new_id
from app.ledgers.models import LedgerTransition
from app.ledgers.schemas import LedgerIn
from app.ledgers.service import Command, Filer, close_month, decide, file

NOW = datetime(2026, 1, 10, 8, 1, tzinfo=UTC)
ADMIN = Subject(new_id(), "admin", Role.ADMIN, SCOPES_OF[Role.ADMIN])
CLOSING = {"region": "1402", "month": "2025-03"}
SUBMITTED, ACCEPTED, CLOSED = LedgerState.SUBMITTED, LedgerState.ACCEPTED, LedgerState.CLOSED


def put(session: WriteSession, body: dict[str, Any]) -> None:
    command = Command(LedgerIn.model_validate(body).content())
    (result,) = file(session, [command], Filer(ADMIN, NOW, Month(2026, 1)))
    assert result.problem is None


class Later:
    """A request that another thread has sent; `answer` is there when it has ended."""

    def __init__(self, people: People, path: str, body: Any, headers: Any) -> None:
        self.answer: Any = None
        self._ask = lambda: people.client.post(path, json=body, headers=headers)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        self.answer = self._ask()

    def join(self) -> Any:
        self._thread.join()
        return self.answer


@contextmanager
def first(sessions: Database) -> Iterator[tuple[WriteSession, list[Later]]]:
    """A transaction that commits only when the requests listed meanwhile wait for it, or were answered.

    SQLite has one writer: whoever comes while the transaction is open waits without fail.
    """
    waiting: list[Later] = []
    with sessions.writing() as session:
        yield session, waiting
        if session.get_bind().dialect.name == "postgresql":
            _wait(sessions, waiting)


def _wait(sessions: Database, waiting: list[Later]) -> None:
    blocked = text(
        "SELECT count(*) FROM pg_locks WHERE NOT granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    pause = threading.Event()
    for _ in range(3_000):
        with sessions.reading() as session:
            if session.scalar(blocked) or all(later.answer is not None for later in waiting):
                return
        pause.wait(0.01)
    raise AssertionError("the other request neither waits nor ends")


def moves(sessions: Database) -> list[tuple[LedgerState | None, LedgerState]]:
    query = select(LedgerTransition.from_state, LedgerTransition.to_state).order_by(LedgerTransition.id)
    with sessions.reading() as session:
        return [(before, after) for before, after in session.execute(query)]


def test_a_month_that_is_closed_while_a_ledger_is_filed_closes_that_ledger_too(
    people: People, sessions: Database
) -> None:
    (site,) = people.register()
    headers = people.regulator()
    with first(sessions) as (session, waiting):
        put(session, ledger(site))
        waiting.append(Later(people, "/v1/closings", CLOSING, headers))
    assert waiting[0].join().json()["ledgers_closed"] == 1
    (found,) = people.client.get("/v1/ledgers", headers=people.of()).json()["items"]
    assert found["state"] == "closed"
    assert moves(sessions) == [(None, SUBMITTED), (SUBMITTED, CLOSED)]


def test_a_ledger_that_is_filed_while_its_month_is_closed_needs_a_reason(
    people: People, sessions: Database
) -> None:
    (site,) = people.register()
    headers = people.of()
    with first(sessions) as (session, waiting):
        close_month(session, ADMIN, "1402", Month(2025, 3), now=NOW, this_month=Month(2026, 1))
        waiting.append(Later(people, "/v1/ledgers", ledger(site), headers))
    answer = waiting[0].join()
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:huanlian:problem:month_closed")


def test_a_transition_begins_where_the_ledger_really_was(people: People, sessions: Database) -> None:
    (site,) = people.register()
    ledger_id = people.file(ledger(site)).json()["id"]
    headers = people.regulator()
    with first(sessions) as (session, waiting):
        decide(session, ADMIN, UUID(ledger_id), ACCEPTED, None, NOW)
        waiting.append(Later(people, "/v1/closings", CLOSING, headers))
    assert waiting[0].join().json()["ledgers_closed"] == 1
    assert moves(sessions) == [(None, SUBMITTED), (SUBMITTED, ACCEPTED), (ACCEPTED, CLOSED)]


def test_only_months_that_have_come_and_regions_that_exist_are_closed(
    people: People, clock: SettableClock
) -> None:
    people.register()
    for closing, pointer in (
        ({"region": "1402", "month": "2026-02"}, "/month"),
        ({"region": "140299", "month": "2025-03"}, "/region"),
    ):
        answer = people.client.post("/v1/closings", json=closing, headers=people.regulator())
        assert (answer.status_code, [fault["pointer"] for fault in answer.json()["errors"]]) == (
            422,
            [pointer],
        )
    this_month = {"region": "1402", "month": f"{clock():%Y-%m}"}
    assert people.client.post("/v1/closings", json=this_month, headers=people.regulator()).status_code == 200
    elsewhere = people.client.post("/v1/closings", json=CLOSING, headers=people.regulator("13"))
    assert elsewhere.status_code == 403


def test_the_same_closing_again_closes_what_came_late_and_no_other_county(people: People) -> None:
    site, other = people.register(sites=2)
    (abroad,) = people.register("91140200MA0EXAMPLG", region="140311")
    assert people.file(ledger(site)).status_code == 201
    assert people.file(ledger(abroad), enterprise="91140200MA0EXAMPLG").status_code == 201

    def close() -> Any:
        return people.client.post("/v1/closings", json=CLOSING, headers=people.regulator()).json()

    assert close()["ledgers_closed"] == 1
    assert people.file(ledger(other, reason="迟报"), enterprise=MILL).json()["state"] == "submitted"
    assert (close()["ledgers_closed"], close()["ledgers_closed"]) == (1, 0)
    listed = people.client.get("/v1/ledgers?region=1403", headers=people.regulator("14")).json()["items"]
    assert [(one["site"], one["state"]) for one in listed] == [(abroad, "submitted")]
