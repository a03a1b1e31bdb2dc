"""A server killed with −9 between requests, in requests, between commit and answer: nothing lost, nothing doubled."""

import threading
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from builders import MILL, example_line, ledger
from support.served import Server

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.clients import service as clients
from app.db.session import Database
from app.enterprises import onboarding
from app.enterprises.schemas import EnterpriseIn, SiteIn
from app.ids import new_id
from app.ledgers.service import differences_from_lines

MONTHS = [f"{year}-{month:02d}" for year in (2020, 2021, 2022, 2023) for month in range(1, 13)]
SITE = MILL + "001P"


def onboard(sessions: Database) -> tuple[str, str]:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    admin = Subject(new_id(), "test", Role.ADMIN, SCOPES_OF[Role.ADMIN])
    company = {"credit_code": MILL, "name": "示例企业", "industry": "44", "region": "140212"}
    site = {
        "code": SITE,
        "enterprise": MILL,
        "name": "示例场所",
        "region": "140212",
        "reports_from": "2020-01",
    }
    with sessions.writing() as session:
        onboarding.register_enterprise(session, admin, EnterpriseIn.model_validate(company), now)
        onboarding.register_site(
            session, admin, SiteIn.model_validate(site), now=now, timezone="Asia/Shanghai"
        )
        made = clients.create_client(session, name="erp", role=Role.ENTERPRISE, enterprise=MILL, now=now)
    return made.client_id, made.client_secret


def post(talk: httpx2.Client, url: str, token: str, month: str) -> Any:
    line = example_line(generated_tonnes=str(1000 + MONTHS.index(month)))
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": month}
    return talk.post(f"{url}/v1/ledgers", json=ledger(SITE, month, line), headers=headers)


@pytest.mark.slow
@pytest.mark.parametrize("acknowledged_first", [1, 12])
def test_every_acknowledged_ledger_is_there_once(
    server: Server, sessions: Database, acknowledged_first: int
) -> None:
    client_id, client_secret = onboard(sessions)
    grant = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    receipts: dict[str, Any] = {}
    enough = threading.Event()
    with httpx2.Client(timeout=30) as talk:
        token = talk.post(f"{server.url}/oauth/token", data=grant).json()["access_token"]

    def send(months: list[str]) -> None:
        with httpx2.Client(timeout=30) as talk:
            for month in months:
                try:
                    answer = post(talk, server.url, token, month)
                except httpx2.TransportError:
                    return
                assert answer.status_code == 201
                receipts[month] = answer.json()
                if len(receipts) >= acknowledged_first:
                    enough.set()

    senders = [threading.Thread(target=send, args=(MONTHS[part::3],)) for part in range(3)]
    for sender in senders:
        sender.start()
    assert enough.wait(60)
    server.kill()
    for sender in senders:
        sender.join()
    server.start()
    with httpx2.Client(timeout=30) as talk:
        again = {month: post(talk, server.url, token, month) for month in MONTHS}
    assert {answer.status_code for answer in again.values()} == {201}
    assert {month: again[month].json() for month in receipts} == receipts
    assert len({answer.json()["id"] for answer in again.values()}) == len(MONTHS)
    assert {answer.json()["version"] for answer in again.values()} == {1}
    with sessions.reading() as session:
        assert differences_from_lines(session) == []
