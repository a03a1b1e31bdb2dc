"""What stands behind the limits: counters that stay small, storages that processes share, addresses that are not made up."""

import asyncio
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits.errors import ConfigurationError
from limits.storage import Storage
from starlette.testclient import TestClient
from support.clock import SettableClock
from support.served import Server

from app.auth.subjects import Role
from app.clients.service import create_client
from app.db.session import Database
from app.http.origin import address_of
from app.http.rate_limit.middleware import RateLimit, Reach
from app.http.rate_limit.storage import ClockedMemory
from app.main import create_app
from app.settings import Settings

_STEPS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 70)), max_size=60)
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@given(_STEPS)
def test_a_window_begins_with_the_first_count_and_lasts_its_time(steps: list[tuple[str, int]]) -> None:
    clock = SettableClock()
    storage = ClockedMemory(clock)
    windows: dict[str, tuple[float, int]] = {}
    for key, pause in steps:
        clock.advance(seconds=pause)
        now = clock().timestamp()
        began, counted = windows.get(key, (now, 0))
        if now >= began + 60:
            began, counted = now, 0
        windows[key] = (began, counted + 1)
        assert storage.incr(key, 60) == counted + 1
        assert storage.get(key) == counted + 1
        assert storage.get_expiry(key) == began + 60
    alive = {key for key, (began, _) in windows.items() if clock().timestamp() < began + 60}
    clock.advance(seconds=0)
    for key in "abc":
        assert storage.get(key) == (windows[key][1] if key in alive else 0)


@given(st.integers(1, 20), st.lists(st.integers(0, 1000), max_size=200))
def test_memory_is_bounded_whoever_comes(most: int, keys: list[int]) -> None:
    clock = SettableClock()
    storage = ClockedMemory(clock, max_keys=most)
    for key in keys:
        storage.incr(str(key), 60)
        assert len(storage) <= most
        assert storage.get(str(key)) >= 1


def test_what_is_over_is_dropped_and_what_is_not_is_kept() -> None:
    clock = SettableClock()
    storage = ClockedMemory(clock, max_keys=100)
    for number in range(50):
        storage.incr(f"old {number}", 60)
    clock.advance(seconds=30)
    storage.incr("young", 60)
    clock.advance(seconds=30)
    storage.incr("new", 60)
    assert len(storage) == 2
    assert (storage.get("young"), storage.get("new")) == (1, 1)


def test_a_clock_set_back_locks_nobody_out() -> None:
    clock = SettableClock()
    storage = ClockedMemory(clock)
    assert [storage.incr("a", 60) for _ in range(3)] == [1, 2, 3]
    clock.advance(days=-365)
    assert storage.incr("a", 60) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
    ],
)
def test_an_address_is_what_one_customer_holds(one: str, other: str, same: bool) -> None:  # noqa: FBT001 - a case
    assert (address_of({"client": (one, 1)}) == address_of({"client": (other, 2)})) is same


def test_a_made_up_address_is_cut_short() -> None:
    assert len(address_of({"client": ("x" * 10_000, 1)})) == 64
    assert address_of({"client": None}) == address_of({}) == "unknown"


class _Common(Storage):
    """A storage that several processes would share; `broken` as a host that does not answer."""

    STORAGE_SCHEME = ["common"]  # noqa: RUF012 - the package's way
    counts: ClockedMemory
    broken = False

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_: Any) -> None:  # noqa: FBT001, FBT002
        super().__init__(uri, wrap_exceptions=wrap_exceptions)

    def _reached(self) -> ClockedMemory:
        if _Common.broken:
            raise ConnectionError
        return _Common.counts

    @property
    def base_exceptions(self) -> type[Exception]:
        return ConnectionError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        return self._reached().incr(key, expiry, amount)

    def get(self, key: str) -> int:
        return self._reached().get(key)

    def get_expiry(self, key: str) -> float:
        return self._reached().get_expiry(key)

    def clear(self, key: str) -> None:
        self._reached().clear(key)

    def reset(self) -> int:
        return self._reached().reset()

    def check(self) -> bool:
        return not _Common.broken


@pytest.fixture
def common(clock: SettableClock) -> Iterator[type[_Common]]:
    _Common.counts, _Common.broken = ClockedMemory(clock), False
    yield _Common
    _Common.broken = False


def _services(database: str, clock: SettableClock, **settings: Any) -> list[TestClient]:
    made = [create_app(Settings(database_url=database, **settings), clock) for _ in range(2)]
    return [TestClient(app, client=("203.0.113.7", 1)) for app in made]


@ON_SQLITE
def test_processes_count_alone_without_a_shared_storage(database: str, clock: SettableClock) -> None:
    one, other = _services(database, clock, rate_limit_address="2/minute")
    answers = [service.get("/v1/wastes").status_code for service in (one, one, one, other)]
    assert answers == [401, 401, 429, 401]


@ON_SQLITE
def test_processes_count_together_with_one(
    database: str, clock: SettableClock, common: type[_Common]
) -> None:
    one, other = _services(
        database, clock, rate_limit_address="2/minute", rate_limit_storage_uri="common://host"
    )
    answers = [service.get("/v1/wastes").status_code for service in (one, other, one, other)]
    assert answers == [401, 401, 429, 429]
    clock.advance(minutes=1)
    assert other.get("/v1/wastes").status_code == 401


@ON_SQLITE
def test_a_success_here_forgets_the_failures_there(
    database: str, sessions: Database, clock: SettableClock, common: type[_Common]
) -> None:
    with sessions.writing() as session:
        made = create_client(session, name="made", role=Role.ADMIN, now=clock())
    one, other = _services(
        database, clock, rate_limit_sign_in="2/minute", rate_limit_storage_uri="common://host"
    )
    form = {"grant_type": "client_credentials", "client_id": made.client_id}
    wrong, right = form | {"client_secret": "guess"}, form | {"client_secret": made.client_secret}
    sent = [(one, wrong), (other, right), (one, wrong), (other, wrong), (one, right)]
    answers = [service.post("/oauth/token", data=data).status_code for service, data in sent]
    assert answers == [401, 200, 401, 401, 429]


@ON_SQLITE
def test_a_storage_that_fails_does_not_shut_the_service(
    database: str, clock: SettableClock, common: type[_Common]
) -> None:
    """Each process then counts on its own."""
    one, other = _services(
        database, clock, rate_limit_address="2/minute", rate_limit_storage_uri="common://host"
    )
    common.broken = True
    answers = [service.get("/v1/wastes").status_code for service in (one, one, one, other)]
    assert answers == [401, 401, 429, 401]
    common.broken = False
    assert one.get("/v1/wastes").headers["RateLimit-Remaining"] == "1"


@ON_SQLITE
def test_a_storage_that_nobody_knows_is_refused_at_the_start(database: str, clock: SettableClock) -> None:
    with pytest.raises(ConfigurationError):
        _services(database, clock, rate_limit_storage_uri="nowhere://host")[0].get("/healthz")


def test_the_body_of_a_refused_request_is_never_read(tmp_path: Path) -> None:
    reached = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope["path"])

    async def receive() -> Any:
        raise AssertionError("nobody should wait for this body")

    answered: list[Any] = []

    async def send(message: Any) -> None:
        answered.append(message)

    settings = Settings(database_url=f"sqlite:///{tmp_path}/unused.db", rate_limit_address="1/minute")
    reach = Reach(doors={}, never_refused=frozenset(), free_prefixes=())
    limited = RateLimit(inner, settings=settings, clock=SettableClock(), reach=reach)
    for _ in range(2):
        scope = {"type": "http", "method": "POST", "path": "/v1/ledgers/bulk", "headers": []}
        asyncio.run(limited(scope, receive, send))
    assert reached == ["/v1/ledgers/bulk"]
    assert answered[0]["status"] == 429


def _asked(server: Server, forwarded_for: str) -> int:
    request = urllib.request.Request(f"{server.url}/v1/wastes", headers={"X-Forwarded-For": forwarded_for})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except HTTPError as refused:
        refused.close()
        return refused.code


@ON_SQLITE
@pytest.mark.slow
@pytest.mark.parametrize(
    ("trusted", "expected"),
    [
        # The proxy's word counts: two callers.
        ("127.0.0.1", [401, 429, 401]),
        # It does not: all come from the address that connected.
        ("192.0.2.1", [401, 429, 429]),
    ],
)
def test_a_forwarded_address_counts_only_from_a_trusted_proxy(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: str, expected: list[int]
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
    server = Server({"database_url": database, "rate_limit_address": "2/hour"}, tmp_path)
    server.start()
    try:
        # Being asked whether it is alive has used one of the two of 127.0.0.1.
        if trusted == "127.0.0.1":
            assert _asked(server, "198.51.100.1") == 401
        answers = [_asked(server, address) for address in ("198.51.100.1",) * 2 + ("198.51.100.2",)]
    finally:
        server.stop()
    assert answers == expected
