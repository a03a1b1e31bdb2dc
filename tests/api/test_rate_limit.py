"""Who asks too often is told to wait, alone; who guesses is stopped without stopping others."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import quote

import pytest
from builders import MILL, WORKS, People
from pydantic import ValidationError
from starlette.testclient import TestClient
from support.clock import SettableClock

from app.auth.subjects import Role
from app.clients import service as clients
from app.clients.service import NewClient
from app.db.session import Database
from app.http.rate_limit.contract import RATE_LIMIT_HEADERS, RETRY_AFTER
from app.main import create_app
from app.settings import Settings

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

NEAR, FAR = "203.0.113.7", "198.51.100.9"


@dataclass
class Service:
    """The service with limits that a test can reach, spoken to from addresses of its choice."""

    database_url: str
    clock: SettableClock
    sessions: Database
    hosts: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.app = create_app(self.settings(), self.clock)

    def settings(self, **changed: Any) -> Settings:
        return Settings(database_url=self.database_url, **changed)

    def limit(self, **changed: Any) -> None:
        """Start anew with other settings."""
        self.app = create_app(self.settings(**changed), self.clock)

    def at(self, address: str) -> TestClient:
        return TestClient(self.app, client=(address, 50_000))

    def new_client(self, role: Role = Role.ADMIN, **owner: str) -> NewClient:
        with self.sessions.writing() as session:
            return clients.create_client(session, name="made", role=role, now=self.clock(), **owner)

    def token(self, made: NewClient) -> dict[str, str]:
        answer = self.sign_in(made.client_id, made.client_secret, address=f"192.0.2.{next(self.hosts)}")
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def sign_in(self, client_id: str, secret: str, *, address: str = NEAR) -> Any:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        return self.at(address).post("/oauth/token", data=form)


@pytest.fixture
def service(database: str, clock: SettableClock, sessions: Database) -> Service:
    return Service(database, clock, sessions)


def standing(answer: Any) -> tuple[int, int, int]:
    """Limit, remaining, seconds to the reset."""
    limit, remaining, reset = (
        int(answer.headers[f"RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset")
    )
    return limit, remaining, reset


def test_a_client_over_its_limit_waits_for_the_next_window(service: Service, clock: SettableClock) -> None:
    service.limit(rate_limit_client="3/minute")
    token = service.token(service.new_client())
    for remaining in (2, 1, 0):
        answer = service.at(NEAR).get("/v1/wastes", headers=token)
        assert (answer.status_code, standing(answer)) == (200, (3, remaining, 60))
    clock.advance(seconds=18.5)
    refused = service.at(FAR).get("/v1/wastes", headers=token)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "42"
    assert standing(refused) == (3, 0, 42)
    assert refused.headers["Content-Type"] == "application/problem+json"
    told = refused.json()
    assert told["type"] == "urn:huanlian:problem:too_many_requests"
    assert told["status"] == 429
    assert told["message"] == {
        "zh": "请求过于频繁，请在 42 秒后重试",
        "en": "Too many requests; try again in 42 seconds",
    }
    assert told["request_id"] == refused.headers["X-Request-Id"]
    clock.advance(seconds=41)
    assert service.at(NEAR).get("/v1/wastes", headers=token).status_code == 429
    clock.advance(seconds=0.5)
    answer = service.at(NEAR).get("/v1/wastes", headers=token)
    assert (answer.status_code, standing(answer)) == (200, (3, 2, 60))


def test_another_client_is_not_harmed_even_from_the_same_address(service: Service) -> None:
    service.limit(rate_limit_client="2/minute", rate_limit_address="1/minute")
    greedy, modest = (service.token(service.new_client()) for _ in range(2))
    at = service.at(NEAR)
    assert [at.get("/v1/wastes", headers=greedy).status_code for _ in range(3)] == [200, 200, 429]
    assert [at.get("/v1/wastes").status_code for _ in range(2)] == [401, 429]
    assert [at.get("/v1/wastes", headers=modest).status_code for _ in range(2)] == [200, 200]


def test_a_new_token_is_not_a_new_client(service: Service) -> None:
    service.limit(rate_limit_client="2/minute")
    made = service.new_client()
    answers = [service.at(NEAR).get("/v1/wastes", headers=service.token(made)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


def test_refusals_of_the_route_count_and_tell_too(service: Service) -> None:
    service.limit(rate_limit_client="5/minute")
    token = service.token(service.new_client())
    missing = service.at(NEAR).get("/v1/ledgers/0190d2b8-0000-7000-8000-000000000000", headers=token)
    assert (missing.status_code, standing(missing)) == (404, (5, 4, 60))
    invalid = service.at(NEAR).post("/v1/ledgers", json={}, headers=token)
    assert (invalid.status_code, standing(invalid)) == (422, (5, 3, 60))


def test_strangers_are_counted_by_address(service: Service) -> None:
    service.limit(rate_limit_address="2/minute")
    assert [service.at(NEAR).get("/v1/wastes").status_code for _ in range(3)] == [401, 401, 429]
    assert [service.at(NEAR).get(path).status_code for path in ("/", "/sign-in", "/nowhere")] == [429] * 3
    assert service.at(FAR).get("/v1/wastes").status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer", "Basic"])
def test_a_token_that_is_not_ours_counts_against_nobody_else(service: Service, scheme: str) -> None:
    """Were a claim believed unverified, anyone could use up anyone's allowance."""
    service.limit(rate_limit_client="2/minute", rate_limit_address="9/minute")
    token = service.token(service.new_client())
    good = token["Authorization"].partition(" ")[2]
    head, claims, signature = good.split(".")
    forged = f"{head}.{claims}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    for _ in range(4):
        answer = service.at(FAR).get("/v1/wastes", headers={"Authorization": f"{scheme} {forged}"})
        assert answer.status_code == 401
    assert standing(service.at(NEAR).get("/v1/wastes", headers=token)) == (2, 1, 60)


def test_an_expired_token_makes_a_stranger(service: Service, clock: SettableClock) -> None:
    service.limit(rate_limit_client="7/hour", rate_limit_address="8/hour")
    token = service.token(service.new_client())
    assert standing(service.at(NEAR).get("/v1/wastes", headers=token)) == (7, 6, 3600)
    clock.advance(seconds=900)
    late = service.at(NEAR).get("/v1/wastes", headers=token)
    assert (late.status_code, standing(late)) == (401, (8, 7, 3600))


def test_guessing_is_stopped_where_it_comes_from_and_nowhere_else(
    service: Service, clock: SettableClock
) -> None:
    service.limit(rate_limit_sign_in="3/minute")
    made, other = service.new_client(), service.new_client()
    guesses = [service.sign_in(made.client_id, f"guess-{n}", address=FAR) for n in range(4)]
    assert [answer.status_code for answer in guesses] == [401, 401, 401, 429]
    assert guesses[-1].headers["Retry-After"] == "60"
    # Not even the right secret is tried any more, so the refusal says nothing about it.
    assert service.sign_in(made.client_id, made.client_secret, address=FAR).status_code == 429
    assert service.sign_in(made.client_id, made.client_secret, address=NEAR).status_code == 200
    assert service.sign_in(other.client_id, other.client_secret, address=FAR).status_code == 200
    clock.advance(minutes=1)
    assert service.sign_in(made.client_id, made.client_secret, address=FAR).status_code == 200


def test_a_success_forgets_the_failures_of_that_name(service: Service) -> None:
    service.limit(rate_limit_sign_in="3/minute")
    made = service.new_client()
    for _ in range(4):
        assert service.sign_in(made.client_id, "wrong").status_code == 401
        assert service.sign_in(made.client_id, "wrong").status_code == 401
        assert service.sign_in(made.client_id, made.client_secret).status_code == 200


def _form(name: str) -> dict[str, Any]:
    body = f"grant_type=client_credentials&client_id={name}&client_secret=x"
    return {"content": body, "headers": {"Content-Type": "application/x-www-form-urlencoded"}}


def _basic(name: str) -> dict[str, Any]:
    encoded = base64.b64encode(f"{quote(name)}:x".encode()).decode()
    return {"data": {"grant_type": "client_credentials"}, "headers": {"Authorization": f"Basic {encoded}"}}


def _parts(name: str) -> dict[str, Any]:
    parts = {"grant_type": "client_credentials", "client_id": name, "client_secret": "x"}
    return {"files": {key: (None, value) for key, value in parts.items()}}


def _last_of_two(name: str) -> dict[str, Any]:
    return _form(f"someone-else&client_id={name}")


def _escaped(name: str) -> dict[str, Any]:
    return _form("".join(f"%{ord(letter):02X}" for letter in name))


def test_a_name_is_one_name_however_it_is_sent(service: Service) -> None:
    """Who could spell a name in many ways would have as many allowances to guess with."""
    service.limit(rate_limit_sign_in="5/minute")
    made = service.new_client()
    ways: list[Callable[[str], dict[str, Any]]] = [
        _form,
        _basic,
        _parts,
        _last_of_two,
        _escaped,
    ]
    answers = [service.at(NEAR).post("/oauth/token", **way(made.client_id)) for way in ways]
    assert [(answer.status_code, standing(answer)[1]) for answer in answers] == [
        (401, remaining) for remaining in (4, 3, 2, 1, 0)
    ]
    assert service.sign_in(made.client_id, made.client_secret).status_code == 429


@pytest.mark.parametrize(
    "sent",
    [
        {"content": "client_id=" + "a" * 20_000},
        {"content": b"--x\r\nrubbish", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": b"--x\r\nrubbish", "headers": {"Content-Type": "multipart/form-data"}},
        {"files": {"client_id": ("name.txt", b"a file")}},
        {"headers": {"Authorization": "Basic ====="}},
        {"headers": {"Authorization": "Bearer abc"}},
        {"json": {"client_id": "a"}},
    ],
)
def test_what_names_nobody_is_counted_together(service: Service, sent: dict[str, Any]) -> None:
    service.limit(rate_limit_sign_in="2/minute")
    at = service.at(NEAR)
    assert 400 <= at.post("/oauth/token", **sent).status_code < 429
    assert standing(at.post("/oauth/token"))[1] == 0
    assert at.post("/oauth/token", **sent).status_code == 429


def _attempt_in_browser(browser: TestClient, username: str, password: str) -> Any:
    page = browser.get("/sign-in").text
    token = page.partition('name="csrf" value="')[2].partition('"')[0]
    form = {"username": username, "password": password, "csrf": token, "next": "/"}
    return browser.post("/sign-in", data=form, follow_redirects=False)


def _have_somebody(service: Service, password: str) -> None:
    """Without anybody the door to sign in leads to the making of the first administrator."""
    with service.sessions.writing() as session:
        clients.create_user(
            session,
            username="wang",
            name="王",
            password=password,
            role=Role.ADMIN,
            now=service.clock(),
        )


def test_people_are_protected_and_not_locked_out(service: Service) -> None:
    service.limit(rate_limit_sign_in="2/minute")
    password = "a long enough password"
    _have_somebody(service, password)
    guesser = service.at(FAR)
    tries = [_attempt_in_browser(guesser, "wang", f"wrong {n}") for n in range(3)]
    assert [answer.status_code for answer in tries] == [401, 401, 429]
    own = [_attempt_in_browser(service.at(NEAR), "wang", password) for _ in range(4)]
    assert [answer.status_code for answer in own] == [303] * 4


def test_a_person_is_told_by_a_page_and_a_machine_by_a_problem(service: Service) -> None:
    service.limit(rate_limit_address="1/minute")
    at = service.at(FAR)
    answers = [
        at.get(path, headers={"Accept": accept})
        for path, accept in (
            ("/", "text/html"),
            ("/", "text/html"),
            ("/v1/wastes", "text/html"),
            ("/", "*/*"),
        )
    ]
    assert [answer.status_code for answer in answers[1:]] == [429] * 3
    kinds = [answer.headers["content-type"].partition(";")[0] for answer in answers[1:]]
    assert kinds == ["text/html", "application/problem+json", "application/problem+json"]
    assert "请等一分钟再试" in answers[1].text
    assert all(int(answer.headers["retry-after"]) == 60 for answer in answers[1:])


def test_many_names_from_one_address_do_not_keep_the_processor_busy(service: Service) -> None:
    """Each password tried costs a slow hash, whoever's it is."""
    _have_somebody(service, "a long enough password")
    service.limit(rate_limit_sign_in_address="3/minute")
    at = service.at(FAR)
    answers = [_attempt_in_browser(at, f"user{n}", "not the password") for n in range(5)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert standing(answers[-1])[0] == 3
    # Machines' secrets cost no such hash: their door is not shut by it.
    assert service.sign_in("nobody", "x", address=FAR).status_code == 401


def test_a_person_signed_in_is_counted_as_that_person(service: Service) -> None:
    service.limit(rate_limit_client="4/minute", rate_limit_address="500/minute")
    with service.sessions.writing() as session:
        clients.create_user(
            session,
            username="li",
            name="李",
            password="a long enough password",
            role=Role.ADMIN,
            now=service.clock(),
        )
    browser = service.at(NEAR)
    assert _attempt_in_browser(browser, "li", "a long enough password").status_code == 303
    assert standing(browser.get("/v1/wastes")) == (4, 3, 60)
    assert standing(service.at(NEAR).get("/v1/wastes"))[0] == 500


def test_probes_are_answered_whatever_happens_and_files_cost_nothing(service: Service) -> None:
    service.limit(rate_limit_address="1/minute")
    at = service.at(NEAR)
    probes = [at.get("/healthz"), at.get("/healthz"), at.get("/readyz")]
    assert [(probe.status_code, standing(probe)[1]) for probe in probes] == [(200, 0)] * 3
    files = [at.get("/static/nothing.css") for _ in range(3)]
    assert [(file.status_code, "RateLimit-Limit" in file.headers) for file in files] == [(404, False)] * 3
    assert at.get("/v1/wastes").status_code == 429


def test_the_limits_can_be_switched_off(service: Service) -> None:
    service.limit(rate_limits=False, rate_limit_address="1/minute")
    answers = [service.at(NEAR).get("/v1/wastes") for _ in range(3)]
    assert [(answer.status_code, "RateLimit-Limit" in answer.headers) for answer in answers] == [
        (401, False)
    ] * 3


def test_by_default_a_bulk_client_at_a_deadline_is_not_refused(people: People) -> None:
    """Fifty a second for a minute, on top of everything else it does."""
    people.register(MILL)
    people.register(WORKS)
    answer = people.client.get("/v1/ledgers", headers=people.of(MILL))
    limit, remaining, _ = standing(answer)
    assert limit - remaining == 1
    assert remaining > 50 * 60


def test_what_is_declared_is_what_is_sent(service: Service) -> None:
    service.limit(rate_limit_address="1/minute")
    first, second = service.at(NEAR).get("/v1/wastes"), service.at(NEAR).get("/v1/wastes")
    for name, header in (RATE_LIMIT_HEADERS | RETRY_AFTER).items():
        schema = header["schema"]
        assert schema["minimum"] <= int(second.headers[name]) <= schema["maximum"]
    assert set(RATE_LIMIT_HEADERS) <= {name for name in RATE_LIMIT_HEADERS if name in first.headers}
    assert "Retry-After" not in first.headers


@pytest.mark.parametrize(
    "rate", ["", "0/minute", "many", "5/fortnight", "-1/minute", "5 / minute", "99999999/hour"]
)
def test_a_rate_that_is_none_is_refused_at_the_start(service: Service, rate: str) -> None:
    with pytest.raises(ValidationError):
        service.settings(rate_limit_client=rate)
