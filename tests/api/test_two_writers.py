"""Two service processes on one database, asked for the same site's month at the same moment."""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from builders import JSON, MILL, example_line, ledger
from support.served import Server

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.clients import service as clients
from app.db.session import Database
from app.enterprises import onboarding
from app.enterprises.schemas import EnterpriseIn, SiteIn
from app.ids import new_id
from app.ledgers.service import differences_from_lines

MONTHS = [f"2024-{month:02d}" for month in range(1, 13)]
SITE = MILL + "001P"
Post = Callable[[int, JSON, str | None], Any]
"""Post a ledger to one of the two, with an idempotency key or none."""


@pytest.fixture
def post(server: Server, database: str, sessions: Database, tmp_path: Path) -> Iterator[Post]:
    token = _onboard(sessions, server.url)
    (tmp_path / "second").mkdir()
    second = Server({"database_url": database}, tmp_path / "second")
    second.start()
    with httpx2.Client(timeout=60) as talk:

        def send(which: int, body: JSON, key: str | None) -> Any:
            headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
            return talk.post(f"{(server, second)[which].url}/v1/ledgers", json=body, headers=headers)

        yield send
    second.stop()


def _onboard(sessions: Database, url: str) -> str:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    admin = Subject(new_id(), "test", Role.ADMIN, SCOPES_OF[Role.ADMIN])
    firm = EnterpriseIn(credit_code=MILL, name="示例企业", industry="44", region="140212")
    site = {"code": SITE, "enterprise": MILL, "name": "一厂", "region": "140212", "reports_from": "2024-01"}
    with sessions.writing() as session:
        onboarding.register_enterprise(session, admin, firm, now)
        body = SiteIn.model_validate(site)
        onboarding.register_site(session, admin, body, now=now, timezone="Asia/Shanghai")
        made = clients.create_client(session, name="erp", role=Role.ENTERPRISE, enterprise=MILL, now=now)
    asked = {"grant_type": "client_credentials"}
    answer = httpx2.post(f"{url}/oauth/token", auth=(made.client_id, made.client_secret), data=asked)
    return str(answer.json()["access_token"])


def both(post: Post, bodies: Sequence[JSON], key: str | None = None) -> list[Any]:
    """Post to both at the same moment, a body each; the answers, the lower status first."""
    answers: list[Any] = []
    ready = threading.Barrier(2)

    def run(which: int) -> None:
        ready.wait()
        answers.append(post(which, bodies[which], key))

    threads = [threading.Thread(target=run, args=(which,)) for which in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 2
    return sorted(answers, key=lambda answer: int(answer.status_code))


@pytest.mark.slow
def test_one_writer_files_and_the_other_learns_which_ledger_is_there(post: Post, sessions: Database) -> None:
    for month in MONTHS:
        bodies = [ledger(SITE, month, example_line(generated_tonnes=mass)) for mass in ("1000", "2000")]
        filed, refused = both(post, bodies)
        assert (filed.status_code, refused.status_code) == (201, 409), (filed.text, refused.text)
        told = refused.json()
        assert told["type"] == "urn:huanlian:problem:ledger_already_filed"
        assert told["ledger"]["id"] == filed.json()["id"]
        assert told["ledger"]["receipt"] == filed.json()["receipt"]
    with sessions.reading() as session:
        assert differences_from_lines(session) == []


@pytest.mark.slow
def test_the_same_request_at_once_gets_the_same_receipt_twice(post: Post) -> None:
    for month in MONTHS:
        answers = both(post, [ledger(SITE, month)] * 2, key=month)
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()
        assert sorted(answer.headers.get("Idempotent-Replayed", "") for answer in answers) == ["", "true"]
