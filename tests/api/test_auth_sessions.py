"""People signing in, what their cookie opens, and how a form proves where it comes from; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.responses import Response
from starlette.testclient import TestClient
from support.clock import SettableClock

from app.auth import sessions as pages
from app.auth.models import User
from app.auth.subjects import Role, Subject
from app.auth.tokens import PAGE_AUDIENCE, claims_of
from app.clients.service import UsernameTaken, create_user
from app.db.session import Database
from app.http.problems import Invalid
from app.settings import Settings

PASSWORD = "correct horse battery"


@pytest.fixture
def person(sessions: Database, clock: SettableClock) -> Subject:
    with sessions.writing() as session:
        return create_user(
            session,
            username="wang",
            name="王工",
            password=PASSWORD,
            role=Role.ADMIN,
            now=clock(),
        )


def _cookie(subject: Subject, settings: Settings, clock: SettableClock) -> str:
    response = Response()
    pages.start(response, subject, settings=settings, now=clock())
    return response.headers["set-cookie"].split(";")[0].partition("=")[2]


def test_only_the_right_password_signs_in(sessions: Database, person: Subject) -> None:
    with sessions.reading() as session:
        assert pages.authenticate_user(session, "wang", PASSWORD) == person
        for username, password in [
            ("wang", "wrong"),
            ("li", PASSWORD),
            ("wang\x00", PASSWORD),
            ("wang", "x" * 9999),
        ]:
            assert pages.authenticate_user(session, username, password) is None


def test_the_password_itself_is_not_kept(sessions: Database, person: Subject) -> None:
    with sessions.reading() as session:
        kept = session.scalars(select(User.password_hash).where(User.id == person.id)).one()
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


def test_a_name_is_given_once(sessions: Database, person: Subject, clock: SettableClock) -> None:
    with pytest.raises(UsernameTaken), sessions.writing() as session:
        create_user(
            session, username="wang", name=person.name, password=PASSWORD, role=Role.ADMIN, now=clock()
        )


def test_a_short_password_is_refused(sessions: Database, clock: SettableClock) -> None:
    with pytest.raises(Invalid) as refused, sessions.writing() as session:
        create_user(session, username=" x", name="x", password="short", role=Role.ADMIN, now=clock())
    assert [fault.pointer for fault in refused.value.errors] == ["/username", "/password"]


def test_the_cookie_opens_reading_but_not_writing(
    client: TestClient, person: Subject, settings: Settings, clock: SettableClock
) -> None:
    client.cookies.set(pages.COOKIE, _cookie(person, settings, clock))
    assert client.get("/v1/clients").status_code == 200
    assert client.post("/v1/clients", json={"name": "x", "role": "admin"}).status_code == 401


def test_a_wrong_token_beside_a_good_cookie_is_refused(
    client: TestClient, person: Subject, settings: Settings, clock: SettableClock
) -> None:
    cookie = _cookie(person, settings, clock)
    client.cookies.set(pages.COOKIE, cookie)
    assert client.get("/v1/clients", headers={"Authorization": f"Bearer {cookie}"}).status_code == 401


def test_a_session_ends_with_time_and_with_the_account(
    client: TestClient, sessions: Database, person: Subject, settings: Settings, clock: SettableClock
) -> None:
    client.cookies.set(pages.COOKIE, _cookie(person, settings, clock))
    clock.now += timedelta(hours=settings.session_hours)
    assert client.get("/v1/clients").status_code == 401
    client.cookies.set(pages.COOKIE, _cookie(person, settings, clock))
    assert client.get("/v1/clients").status_code == 200
    with sessions.writing() as session:
        session.get_one(User, person.id).disabled_at = clock()
    assert client.get("/v1/clients").status_code == 401


def test_the_cookie_is_kept_from_scripts_and_other_sites(
    settings: Settings, person: Subject, clock: SettableClock
) -> None:
    response = Response()
    secure = settings.model_copy(update={"secure_cookies": True})
    pages.start(response, person, settings=secure, now=clock())
    flags = {part.strip().lower() for part in response.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= flags


def test_a_form_token_belongs_to_one_session(
    settings: Settings, person: Subject, clock: SettableClock
) -> None:
    first = pages.read(_cookie(person, settings, clock), settings=settings, now=clock())
    second = pages.read(_cookie(person, settings, clock), settings=settings, now=clock())
    assert first is not None
    assert second is not None
    assert first.subject == person
    assert first.accepts(first.csrf_token)
    for other in (second.csrf_token, "", None, "é\ud800"):
        assert not first.accepts(other)


def test_a_form_token_is_not_in_the_cookie(settings: Settings, person: Subject, clock: SettableClock) -> None:
    cookie = _cookie(person, settings, clock)
    page = pages.read(cookie, settings=settings, now=clock())
    secret = settings.secret_key.get_secret_value()
    claims = claims_of(cookie, secret=secret, audience=PAGE_AUDIENCE, now=clock())
    assert page is not None
    assert page.csrf_token not in str(claims)
