"""Single posts that come together are filed together, and nobody is the worse for their neighbours."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from builders import JSON, example_line, ledger
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from app.audit.models import AuditEntry
from app.audit.service import Origin
from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.base import table_of
from app.db.rows import insert_rows
from app.db.session import Database, WriteSession
from app.domain.periods import Month
from app.enterprises.models import Enterprise, Site
from app.http.dependencies import Places
from app.http.problems import Busy, Problem
from app.ids import new_id
from app.ledgers import desk as desks
from app.ledgers.commands import Command, Filer
from app.ledgers.desk import Desk
from app.ledgers.models import LedgerVersion
from app.ledgers.posting import Post
from app.ledgers.replay import Answer
from app.ledgers.rollups import differences_from_lines
from app.ledgers.schemas import LedgerIn
from app.outbox.models import Event
from app.settings import Settings
from app.transfers.models import Transfer

NOW = datetime(2026, 1, 10, 8, tzinfo=UTC)
SITES = 12
Made = list[Answer | BaseException]


def code(number: int) -> str:
    return f"91140200MA0DESK{number:02d}P"


@pytest.fixture
def owners(sessions: Database) -> list[Subject]:
    """A dozen sites, each of an enterprise of its own; the subjects that may file for them."""
    shared = {"name": "示例", "region": "140212", "industry": "44", "created_at": NOW}
    firms = [
        {"id": new_id(), "credit_code": f"91140200MA0DESK{number:02d}X", "credit_code_valid": False, **shared}
        for number in range(SITES)
    ]
    sites = [
        {"id": new_id(), "code": code(number), "enterprise_id": firm["id"], "reports_from": Month(2025, 1)}
        | shared
        for number, firm in enumerate(firms)
    ]
    with sessions.writing() as session:
        insert_rows(session, table_of(Enterprise), firms)
        insert_rows(session, table_of(Site), sites)
    return [_of(uuid.UUID(str(firm["id"]))) for firm in firms]


def _of(enterprise: uuid.UUID) -> Subject:
    return Subject(new_id(), "erp", Role.ENTERPRISE, SCOPES_OF[Role.ENTERPRISE], enterprise_id=enterprise)


def post(subject: Subject, body: JSON, key: str | None = None) -> Post:
    read = LedgerIn.model_validate(body)
    filer = Filer(subject, NOW, Month(2026, 1), Origin(new_id(), "192.0.2.7"))
    command = Command(read.content(), draft=read.draft, reason=read.reason)
    return Post(command, filer, key, "POST /v1/ledgers", 201)


def one_each(owners: Sequence[Subject], month: str = "2025-03") -> list[Post]:
    """Each site hands 500 t to the next and takes 500 t from the one before."""
    return [
        post(
            owner,
            ledger(
                code(number),
                month,
                example_line(
                    sent=[{"to": code((number + 1) % SITES), "tonnes": "500"}],
                    received=[{"from": code((number - 1) % SITES), "tonnes": "500"}],
                ),
            ),
        )
        for number, owner in enumerate(owners)
    ]


def hand_in(desk: Desk, posts: Sequence[Post]) -> Made:
    """All at the same moment, as many callers."""

    async def all_of_them() -> Made:
        return await asyncio.gather(*map(desk.answer, posts), return_exceptions=True)

    return asyncio.run(all_of_them())


@pytest.fixture
def desk(sessions: Database, settings: Settings) -> Desk:
    return Desk(sessions, Places.of(settings))


@pytest.fixture
def commits(sessions: Database) -> list[int]:
    """Grows by one with each transaction of a writer."""
    found: list[int] = []
    event.listen(sessions.engines.write, "commit", lambda _connection: found.append(1))
    return found


def counted(sessions: Database, model: Any) -> int:
    with sessions.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def statuses(made: Made) -> list[int]:
    return [each.status for each in made if isinstance(each, Answer | Problem)]


def test_what_waits_is_one_transaction(
    desk: Desk, owners: list[Subject], sessions: Database, commits: list[int]
) -> None:
    posts = [each for month in range(1, 7) for each in one_each(owners, f"2025-{month:02d}")]
    made = hand_in(desk, posts)
    assert statuses(made) == [201] * len(posts)
    # All 72 are there before the first is served: a set of the most there may be, and the rest.
    assert len(commits) == 2
    with sessions.reading() as session:
        assert differences_from_lines(session) == []
        transfers = session.execute(select(Transfer.sent_grams, Transfer.received_grams)).all()
    assert {tuple(each) for each in transfers} == {(500_000_000, 500_000_000)}
    assert len(transfers) == len(posts)


def test_each_has_its_own_request_in_log_and_feed(
    desk: Desk, owners: list[Subject], sessions: Database
) -> None:
    posts = one_each(owners)
    hand_in(desk, posts)
    requests = {each.filer.request.request_id for each in posts}
    with sessions.reading() as session:
        entries = session.execute(
            select(AuditEntry.request_id, AuditEntry.actor_id, AuditEntry.address).where(
                AuditEntry.object_kind == "ledger"
            )
        ).all()
        told = set(session.scalars(select(Event.request_id).where(Event.type == "ledger.submitted")))
    assert {each.request_id for each in entries} == told == requests
    assert {each.actor_id for each in entries} == {each.filer.subject.id for each in posts}
    assert {each.address for each in entries} == {"192.0.2.7"}


def test_a_refusal_is_its_own(desk: Desk, owners: list[Subject], sessions: Database) -> None:
    good = one_each(owners)
    stranger = post(owners[0], ledger(code(1), "2025-04"))
    unknown = post(owners[2], ledger(code(2), "2025-04", example_line(waste="SW99")))
    again = post(owners[3], ledger(code(3), "2025-03", example_line(generated_tonnes="1001")))
    made = hand_in(desk, [stranger, *good[:6], unknown, *good[6:], again])
    assert statuses(made) == [404, *[201] * 6, 422, *[201] * 6, 409]
    assert counted(sessions, LedgerVersion) == len(good)


def test_a_set_that_fails_is_filed_one_by_one(
    desk: Desk, owners: list[Subject], sessions: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = one_each(owners)
    sizes: list[int] = []

    def failing(inner: Callable[[WriteSession, Sequence[Post]], Any]) -> Any:
        def file(session: WriteSession, several: Sequence[Post]) -> Any:
            sizes.append(len(several))
            answers = inner(session, several)
            if posts[4] in several:
                raise OperationalError("COMMIT", None, RuntimeError("gone"))
            return answers

        return file

    monkeypatch.setattr(desks, "answer_each", failing(desks.answer_each))
    made = hand_in(desk, posts)
    assert isinstance(made.pop(4), OperationalError)
    assert statuses(made) == [201] * (len(posts) - 1)
    assert sorted(sizes) == [1] * len(posts) + [len(posts)]
    assert counted(sessions, LedgerVersion) == len(posts) - 1
    with sessions.reading() as session:
        assert differences_from_lines(session) == []


def test_one_key_is_filed_once(desk: Desk, owners: list[Subject], sessions: Database) -> None:
    body = ledger(code(0), "2025-03")
    same = [post(owners[0], body, "k-1") for _ in range(4)]
    other = post(owners[0], ledger(code(0), "2025-04"), "k-1")
    made = hand_in(desk, [*same, other])
    assert statuses(made) == [201, 201, 201, 201, 409]
    answers = [each for each in made if isinstance(each, Answer)]
    assert len({each.text for each in answers}) == 1
    assert ["Idempotent-Replayed" in each.headers for each in answers] == [False, True, True, True]
    assert counted(sessions, LedgerVersion) == 1


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_too_many_are_sent_away(
    desk: Desk, owners: list[Subject], sessions: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "MOST_WAITING", 5)
    made = hand_in(desk, one_each(owners))
    assert statuses(made) == [201] * 5 + [503] * 7
    away = [each for each in made if isinstance(each, Busy)]
    assert {each.headers["Retry-After"] for each in away} == {"2"}
    assert counted(sessions, LedgerVersion) == 5


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_caller_that_left_harms_nobody(desk: Desk, owners: list[Subject], sessions: Database) -> None:
    posts = one_each(owners)

    async def leaving() -> Made:
        tasks = [asyncio.create_task(desk.answer(each)) for each in posts]
        await asyncio.sleep(0)
        tasks[3].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    made = asyncio.run(leaving())
    assert isinstance(made.pop(3), asyncio.CancelledError)
    assert statuses(made) == [201] * (len(posts) - 1)
    # What it asked for was under way, and is there or not as a whole.
    assert counted(sessions, LedgerVersion) in {len(posts) - 1, len(posts)}
