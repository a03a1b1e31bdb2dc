"""What `huanlian demo` prints to sign in with: for people and for machines, and nothing of it in a log."""

import logging
import re

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from support.clock import SettableClock

from app.auth.models import Client
from app.auth.subjects import SCOPES_OF, Role
from app.cli.serving import tell_logins
from app.db.session import Database
from seed.demo_load import DemoLogin, load_demo

LOGIN = DemoLogin("demo-coal", "the-password", "示例煤业", Role.ENTERPRISE, "c_123", "the-secret")


def test_logins_and_a_way_to_a_token_are_printed(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        tell_logins((LOGIN,), "http://127.0.0.1:8123")
    out, err = capsys.readouterr()
    assert all(word in out for word in ("demo-coal", "the-password", "c_123", "the-secret"))
    curl = "curl -s -u c_123:the-secret -d grant_type=client_credentials http://127.0.0.1:8123/oauth/token"
    assert curl in out.splitlines()
    assert "secret" not in err + caplog.text


@pytest.mark.demo_city
@pytest.mark.slow
def test_each_start_of_the_demo_makes_machines_that_get_a_token(
    client: TestClient, sessions: Database, clock: SettableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    first = load_demo(sessions, clock())
    clock.advance(minutes=1)
    second = load_demo(sessions, clock())
    assert [login.role for login in second] == [
        Role.REGULATOR,
        *[Role.ENTERPRISE] * 3,
        Role.PERMIT_SYSTEM,
    ]
    assert len({login.client_secret for login in (*first, *second)}) == 10
    for login in second:
        asked = {"grant_type": "client_credentials"}
        answer = client.post("/oauth/token", auth=(login.client_id, login.client_secret), data=asked)
        assert answer.status_code == 200
        assert set(answer.json()["scope"].split()) == SCOPES_OF[login.role]
        if login.role is not Role.PERMIT_SYSTEM:
            token = {"Authorization": f"Bearer {answer.json()['access_token']}"}
            assert client.get("/v1/ledgers?limit=1", headers=token).json()["items"]
    for login in first:
        answer = client.post("/oauth/token", auth=(login.client_id, login.client_secret), data=asked)
        assert answer.status_code == 401
    with sessions.reading() as session:
        assert len(session.scalars(select(Client).where(Client.disabled_at.is_(None))).all()) == 5
    said = capsys.readouterr()
    secrets = [login.client_secret for login in (*first, *second)]
    assert not re.search("|".join(map(re.escape, secrets)), said.out + said.err)
