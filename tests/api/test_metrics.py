"""The metrics tell what happened, to whom it concerns, and nothing about anybody."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from builders import MILL, People, ledger
from fastapi import FastAPI
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from pydantic import ValidationError
from starlette.testclient import TestClient
from support.clock import SettableClock

from app.db.engine import Engines, make_engines
from app.db.session import Database
from app.main import create_app
from app.observability.metrics import Metrics
from app.observability.request_metrics import RequestCounter, RequestMetrics
from app.outbox.jobs import enqueue
from app.settings import Settings

TOKEN = "scraper-" + "x" * 32
SCRAPER = {"Authorization": f"Bearer {TOKEN}"}
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def settings(database: str) -> Settings:
    return Settings(database_url=database, metrics_token=TOKEN)


def families(client: TestClient) -> dict[str, Metric]:
    answer = client.get("/metrics", headers=SCRAPER)
    assert answer.status_code == 200, answer.text
    return {family.name: family for family in text_string_to_metric_families(answer.text)}


def value(client: TestClient, sample: str, **labels: str) -> float | None:
    """The sample with exactly these labels; None when there is none."""
    found = [
        told.value
        for family in families(client).values()
        for told in family.samples
        if told.name == sample and told.labels == labels
    ]
    assert len(found) <= 1
    return found[0] if found else None


def requests(client: TestClient, method: str, route: str, status: int) -> float | None:
    return value(client, "huanlian_http_requests_total", method=method, route=route, status=str(status))


@ON_SQLITE
@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}"]
)
def test_whoever_has_no_right_is_refused(client: TestClient, header: str) -> None:
    answer = client.get("/metrics", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "huanlian_http" not in answer.text


@ON_SQLITE
def test_of_the_subjects_only_an_administrator_reads_them(people: People) -> None:
    people.register(MILL)
    for headers in (people.of(MILL), people.regulator()):
        answer = people.client.get("/metrics", headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (
            403,
            "urn:huanlian:problem:forbidden",
        )
    answer = people.client.get("/metrics", headers=people.admin)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")


@ON_SQLITE
def test_the_scraper_may_read_nothing_else(client: TestClient) -> None:
    assert client.get("/v1/ledgers", headers=SCRAPER).status_code == 401
    assert client.get("/v1/selfcheck", headers=SCRAPER).status_code == 401


@ON_SQLITE
@pytest.mark.parametrize("offered", ["", "None", "null", "**********"])
def test_without_the_setting_no_token_opens(database: str, clock: SettableClock, offered: str) -> None:
    app = create_app(Settings(database_url=database), clock)
    answer = TestClient(app).get("/metrics", headers={"Authorization": f"Bearer {offered}"})
    assert answer.status_code == 401


def test_a_short_token_is_refused_at_the_start() -> None:
    for short in ("", "x" * 31):
        with pytest.raises(ValidationError):
            Settings(metrics_token=short)


@ON_SQLITE
def test_requests_are_counted_by_template_method_and_status(people: People) -> None:
    people.register(MILL)
    for code in (MILL, MILL, "91140200MA0NOBODY0"):
        people.client.get(f"/v1/enterprises/{code}", headers=people.admin)
    people.client.get(f"/v1/enterprises/{MILL}")
    route = "/v1/enterprises/{credit_code}"
    assert [requests(people.client, "GET", route, status) for status in (200, 404, 401)] == [2, 1, 1]
    timed = value(people.client, "huanlian_http_request_seconds_count", method="GET", route=route)
    assert timed == 4
    spent = value(people.client, "huanlian_http_request_seconds_sum", method="GET", route=route)
    assert spent is not None
    assert spent > 0


@ON_SQLITE
def test_what_has_no_route_has_one_label(client: TestClient) -> None:
    """Else anyone could fill the memory with names of his own."""
    for number in range(20):
        client.get(f"/nowhere/{number}")
        client.get(f"/static/{number}.css")
        client.request(f"BREW{number}", "/v1/ledgers")
    assert requests(client, "GET", "(none)", 404) == 20
    assert requests(client, "GET", "/static/{path}", 404) == 20
    assert requests(client, "(other)", "/v1/ledgers", 405) == 20
    samples = families(client)["huanlian_http_requests"].samples
    assert len({tuple(sample.labels.items()) for sample in samples}) == 4  # these three, and /metrics itself


@ON_SQLITE
def test_nothing_that_was_sent_is_in_them(people: People) -> None:
    """No token, no code, no name, no address, no figure of a ledger."""
    site = people.register(MILL)[0]
    body = ledger(site, signed_by="不可外传的名字")
    assert people.file(body).status_code == 201
    people.client.get(f"/v1/sites/{site}?secret-query=1", headers=people.of(MILL))
    people.client.post("/oauth/token", data={"client_id": "c_someone", "client_secret": "hunter2hunter2"})
    text = people.client.get("/metrics", headers=people.admin).text
    assert 'route="/v1/sites/{code}"' in text
    bearer = people.admin["Authorization"].partition(" ")[2]
    sent = (
        MILL,
        site,
        "不可外传的名字",
        "secret-query",
        "c_someone",
        "hunter2",
        bearer,
        bearer[:20],
        TOKEN,
        "testclient",
    )
    assert [word for word in sent if word in text] == []


@ON_SQLITE
def test_ledgers_are_counted_by_what_became_of_them(people: People) -> None:
    site = people.register(MILL)[0]
    first = people.file(ledger(site))
    assert first.status_code == 201
    assert people.file(ledger(site)).status_code == 409
    assert people.file({"site": site}).status_code == 422
    amendment = people.client.post(
        f"/v1/ledgers/{first.json()['id']}/amendments",
        json=ledger(site, reason="复核后更正"),
        headers=people.of() | {"If-Match": '"1"'},
    )
    assert amendment.status_code == 200, amendment.text
    told = {
        outcome: value(people.client, "huanlian_ledgers_total", outcome=outcome)
        for outcome in ("created", "unchanged", "amended", "rejected")
    }
    assert told == {"created": 1, "unchanged": 0, "amended": 1, "rejected": 2}


@ON_SQLITE
@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("each", {"created": 2, "unchanged": 0, "amended": 0, "rejected": 1}),
        ("atomic", {"created": 0, "unchanged": 0, "amended": 0, "rejected": 1}),
    ],
)
def test_of_a_refused_bulk_call_only_the_rejections_count(
    people: People, mode: str, told: dict[str, int]
) -> None:
    site = people.register(MILL)[0]
    ledgers = [ledger(site, "2025-01"), {"site": site}, ledger(site, "2025-02")]
    people.client.post(f"/v1/ledgers/bulk?mode={mode}", json=ledgers, headers=people.of())
    counted = {name: value(people.client, "huanlian_ledgers_total", outcome=name) for name in told}
    assert counted == told


def test_jobs_are_told_by_kind_and_state(
    client: TestClient, sessions: Database, clock: SettableClock
) -> None:
    assert value(client, "huanlian_database_up") == 1
    with sessions.writing() as session:
        for _ in range(2):
            enqueue(session, "example", {}, now=clock())
    clock.advance(seconds=90)
    assert value(client, "huanlian_jobs", kind="example", state="waiting") == 2
    assert value(client, "huanlian_jobs_oldest_due_seconds", kind="example") == 90


def test_a_database_that_does_not_answer_is_told_beside_the_rest(
    tmp_path: Path, clock: SettableClock
) -> None:
    empty = Settings(database_url=f"sqlite:///{tmp_path}/empty.db", metrics_token=TOKEN)
    with TestClient(create_app(empty, clock)) as client:
        assert value(client, "huanlian_database_up") == 0
        assert value(client, "huanlian_http_requests_in_flight") == 1


@ON_SQLITE
def test_refusals_for_asking_too_often_are_counted_by_limit(database: str, clock: SettableClock) -> None:
    app = create_app(
        Settings(database_url=database, metrics_token=TOKEN, rate_limit_address="2/minute"), clock
    )
    # The scraper stands behind the same address, and still sees the flood.
    client = TestClient(app, client=("203.0.113.7", 1))
    assert [client.get("/v1/wastes").status_code for _ in range(5)] == [401, 401, 429, 429, 429]
    assert value(client, "huanlian_http_limited_total", limit="address") == 3
    assert value(client, "huanlian_http_limited_total", limit="client") == 0
    assert requests(client, "GET", "(none)", 429) == 3


@ON_SQLITE
def test_each_application_counts_for_itself(settings: Settings, clock: SettableClock) -> None:
    one, other = (TestClient(create_app(settings, clock)) for _ in range(2))
    one.get("/healthz")
    assert requests(one, "GET", "/healthz", 200) == 1
    assert requests(other, "GET", "/healthz", 200) is None


@ON_SQLITE
def test_the_process_and_what_runs_are_told(client: TestClient) -> None:
    told = families(client)
    assert {"process_resident_memory_bytes", "process_open_fds", "process_cpu_seconds"} <= set(told)
    build = told["huanlian_build_info"].samples[0]
    assert (build.value, build.labels["version"]) == (1, "0.1.0")
    # The request that reads them is the only one.
    assert value(client, "huanlian_http_requests_in_flight") == 1


def test_connections_held_are_told(app: FastAPI, client: TestClient) -> None:
    """On PostgreSQL readers and writers share a pool; on SQLite each has its own."""
    database: Database = app.state.database
    shared = database.engines.read is database.engines.write
    name = "huanlian_database_connections_in_use"
    pools = ("shared", "shared") if shared else ("read", "write")
    assert [value(client, name, pool=pool) for pool in pools] == [0, 0]
    with database.engines.read.connect(), database.engines.write.connect():
        assert [value(client, name, pool=pool) for pool in pools] == ([2, 2] if shared else [1, 1])
    assert [value(client, name, pool=pool) for pool in pools] == [0, 0]


@pytest.fixture
def unopened(tmp_path: Path) -> Iterator[Engines]:
    engines = make_engines(Settings(database_url=f"sqlite:///{tmp_path}/unused.db"))
    yield engines
    engines.dispose()


def _run(application: Any, metrics: Metrics) -> None:
    async def nothing(*_: Any) -> Any:
        return {}

    counted = RequestMetrics(application, counter=RequestCounter(metrics))
    asyncio.run(counted({"type": "http", "method": "POST", "path": "/"}, nothing, nothing))


def test_a_crash_is_a_500_and_leaves_nothing_in_flight(unopened: Engines) -> None:
    metrics = Metrics(unopened, "1")

    async def crashing(scope: Any, receive: Any, send: Any) -> None:
        assert metrics.registry.get_sample_value("huanlian_http_requests_in_flight") == 1
        raise RuntimeError

    with pytest.raises(RuntimeError):
        _run(crashing, metrics)
    labels = {"method": "POST", "route": "(none)", "status": "500"}
    assert metrics.registry.get_sample_value("huanlian_http_requests_total", labels) == 1
    assert metrics.registry.get_sample_value("huanlian_http_requests_in_flight") == 0


def test_a_route_that_files_many_says_the_outcomes_itself(unopened: Engines) -> None:
    metrics = Metrics(unopened, "1")

    async def bulk(scope: Any, receive: Any, send: Any) -> None:
        scope["state"] = {"ledger_outcomes": {"created": 7, "rejected": 2}}
        await send({"type": "http.response.start", "status": 200, "headers": []})

    _run(bulk, metrics)
    told = {
        outcome: metrics.registry.get_sample_value("huanlian_ledgers_total", {"outcome": outcome})
        for outcome in ("created", "amended", "rejected")
    }
    assert told == {"created": 7, "amended": 0, "rejected": 2}
