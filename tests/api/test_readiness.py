"""What `/readyz` says is so: of the database, its schema, the disk, and the work that waits."""

import asyncio
import shutil
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient
from support.clock import SettableClock

from app.db.session import Database
from app.observability import readiness
from app.observability.readiness import LEAST_FREE_BYTES, Probe
from app.outbox.jobs import enqueue
from app.settings import Settings

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def hints(client: TestClient) -> list[str]:
    """What is hinted at, but for the server of the tests, which may forget (tests/db/test_durability.py)."""
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["status"] == ("degraded" if told["hints"] else "ready")
    assert all(hint["message"]["zh"] and hint["message"]["en"] for hint in told["hints"])
    return [hint["code"] for hint in told["hints"] if hint["code"] != "database_may_forget"]


def test_work_that_nobody_does_is_told(client: TestClient, sessions: Database, clock: SettableClock) -> None:
    assert hints(client) == []
    with sessions.writing() as session:
        enqueue(session, "example", {}, now=clock())
    clock.advance(minutes=4)
    assert hints(client) == []
    clock.advance(minutes=8)
    told = client.get("/readyz").json()["hints"]
    assert [hint["message"]["en"] for hint in told if hint["code"] == "work_waits"] == [
        "Work has been waiting for 12 minutes: no worker runs, or too few"
    ]


def test_another_schema_is_not_ready(client: TestClient, sessions: Database) -> None:
    with sessions.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:huanlian:problem:not_ready")
    assert "huanlian db upgrade" in answer.json()["message"]["en"]


@pytest.mark.parametrize(
    "url",
    ["postgresql://nobody@127.0.0.1:1/nothing", "sqlite:////nowhere/at/all.db"],
    ids=["refused", "no folder"],
)
def test_a_database_that_is_away_is_not_ready(url: str, clock: SettableClock) -> None:
    found = Probe(Settings(database_url=url), clock).look()
    assert (found.reached, found.is_ready) == (False, False)


@ON_SQLITE
def test_a_disk_that_fills_up_is_told_and_answers_go_on(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**9, 10**9, LEAST_FREE_BYTES - 1))
    assert hints(client) == ["disk_nearly_full"]
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**9, 0, LEAST_FREE_BYTES))
    assert hints(client) == []


@ON_SQLITE
def test_a_worker_inside_that_has_ended_is_told(app: FastAPI, client: TestClient) -> None:
    alive = True
    app.state.probe.is_worker_alive = lambda: alive
    assert hints(client) == []
    alive = False
    assert hints(client) == ["worker_ended"]


@ON_SQLITE
def test_a_flood_of_probes_is_one_look(
    settings: Settings, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[None] = []

    def counted(inner: Callable[..., Any]) -> Callable[..., Any]:
        def look(*given: Any) -> Any:
            looks.append(None)
            return inner(*given)

        return look

    monkeypatch.setattr(readiness, "current_revision", counted(readiness.current_revision))
    probe = Probe(settings, clock)

    async def flood() -> list[readiness.Standing]:
        return await asyncio.gather(*(probe.ask() for _ in range(50)))

    found = asyncio.run(flood())
    assert [each.is_ready for each in found] == [True] * 50
    assert len(looks) == 1
    assert asyncio.run(probe.ask()).is_ready
    assert len(looks) == 2
