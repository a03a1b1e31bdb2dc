"""Who is shut out is out at once, on both databases: machines by their tokens, and never the last administrator."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from builders import People
from starlette.testclient import TestClient
from support.clock import SettableClock

from app.auth.provider import Account
from app.auth.subjects import Role
from app.clients import identities
from app.clients import people as accounts
from app.clients import service as clients
from app.db.session import Database


def made(sessions: Database, clock: SettableClock, username: str, role: Role = Role.ADMIN) -> str:
    with sessions.writing() as session:
        clients.create_user(
            session,
            username=username,
            name=username,
            password=clients.unknown_password(),
            role=role,
            region="1402" if role is Role.REGULATOR else None,
            now=clock(),
        )
    return username


def test_a_machine_that_is_shut_out_has_no_token_any_more(people: People, client: TestClient) -> None:
    with people.sessions.writing() as session:
        machine = clients.create_client(
            session, name="市平台", role=Role.REGULATOR, region="1402", now=people.now
        )
    signed = (machine.client_id, machine.client_secret)

    def token() -> dict[str, str]:
        answer = client.post("/oauth/token", auth=signed, data={"grant_type": "client_credentials"})
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    held = token()
    assert client.get("/v1/findings", headers=held).status_code == 200
    path = f"/v1/clients/{machine.client_id}"
    assert client.post(f"{path}/disable", headers=people.admin).json()["disabled_at"] is not None
    assert client.get("/v1/findings", headers=held).status_code == 401
    assert client.post(f"{path}/enable", headers=people.admin).json()["disabled_at"] is None
    assert client.get("/v1/findings", headers=held).status_code == 401, "a token of before stays dead"
    assert client.get("/v1/findings", headers=token()).status_code == 200


def test_of_two_administrators_who_shut_each_other_out_one_stays(
    sessions: Database, clock: SettableClock
) -> None:
    one, other = made(sessions, clock, "one"), made(sessions, clock, "other")

    def shut_out(username: str) -> bool:
        try:
            with sessions.writing() as session:
                accounts.disable(session, username, clock())
        except accounts.LastAdministrator:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(shut_out, (one, other))) == [False, True]
    with sessions.reading() as session:
        assert [user.disabled_at is None for user in accounts.everyone(session)].count(True) == 1


def test_of_two_who_use_one_link_at_once_one_has_it(sessions: Database, clock: SettableClock) -> None:
    made(sessions, clock, "zhang")
    with sessions.writing() as session:
        link = accounts.new_password_link(session, "zhang", clock())

    def use(password: str) -> bool:
        try:
            with sessions.writing() as session:
                accounts.use_password_link(session, link, password, clock())
        except accounts.LinkSpent:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(use, ("quiet-gravel-47", "gravel-quiet-74"))) == [False, True]


def test_of_two_accounts_there_that_bear_one_name_one_is_bound(
    sessions: Database, clock: SettableClock
) -> None:
    made(sessions, clock, "zhang", Role.REGULATOR)
    with sessions.writing() as session:
        identities.invite(session, "zhang", clock())

    def bind(subject: str) -> bool:
        with sessions.writing() as session:
            account = Account("https://id.example", subject, "zhang")
            return identities.bind(session, account, clock()) is not None

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(bind, ("s-1", "s-2"))) == [False, True]
    with sessions.reading() as session:
        assert len(identities.all_bonds(session)) == 1


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_nobody_is_let_in_by_another_way_while_the_account_is_shut(
    sessions: Database, clock: SettableClock
) -> None:
    made(sessions, clock, "one")
    made(sessions, clock, "zhang", Role.REGULATOR)
    with sessions.writing() as session:
        accounts.disable(session, "zhang", clock())
    for let_in in (accounts.new_password_link, identities.invite):
        with pytest.raises(accounts.AccountDisabled), sessions.writing() as session:
            let_in(session, "zhang", clock())
