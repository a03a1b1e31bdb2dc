"""The routes of rates and targets: their parameters, formats and refusals."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from api.rates_city import ADMIN, NOW, build
from fastapi import FastAPI

from app.db.session import Database
from app.http import handlers
from app.http.dependencies import Places
from app.rates import endpoints
from app.settings import Settings

if TYPE_CHECKING:
    from starlette.testclient import TestClient

QUESTION = {"metric": "utilization.statutory", "from": "2025-03", "to": "2025-03"}


@pytest.fixture
def asking(sessions: Database, monkeypatch: pytest.MonkeyPatch) -> "Iterator[TestClient]":
    """Ask the routes alone, as an administrator: who may call them is tested with the doors."""
    from starlette.testclient import TestClient

    build(sessions)
    monkeypatch.setattr("app.auth.dependencies.identify", lambda *_: ADMIN)
    alone = FastAPI()
    alone.state.settings = None
    alone.state.places = Places.of(Settings())
    alone.state.database, alone.state.clock = sessions, lambda: NOW
    handlers.install(alone)
    alone.include_router(endpoints.router)
    with TestClient(alone) as client:
        yield client


def test_json_and_csv_tell_the_same(asking: "TestClient") -> None:
    answer = asking.get("/v1/rates", params=QUESTION | {"waste": ["SW02", "SW04"]})
    assert answer.status_code == 200
    assert answer.json()["scope"] == {"waste": ["SW02", "SW04"], "from": "2025-03", "to": "2025-03"}
    assert answer.json()["items"][0]["value"] == "0.700000"
    for extra, accept in (({"format": "csv"}, "*/*"), ({}, "text/csv")):
        table = asking.get("/v1/rates", params=QUESTION | extra, headers={"Accept": accept})
        assert table.headers["content-type"] == "text/csv; charset=utf-8"
        assert "0.700000" in table.text.splitlines()[1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"metric": "x"},
        {"from": "2025-13"},
        {"region": "140"},
        {"group_by": "day"},
        {"as_of": "2026-01-10T08:00:00"},
        {"as_of": "0001-01-01T00:00:00+14:00"},
        {"limit": "201"},
        {"base": "a\x00b"},
        {"cursor": "ä"},
    ],
)
def test_wrong_parameters_are_a_422(asking: "TestClient", wrong: dict[str, str]) -> None:
    answer = asking.get("/v1/rates", params=QUESTION | wrong)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    [error] = answer.json()["errors"]
    assert error["pointer"].startswith(f"#query/{next(iter(wrong))}")


def test_metrics_and_targets_answer(asking: "TestClient") -> None:
    ids = [metric["id"] for metric in asking.get("/v1/metrics").json()["items"]]
    assert "utilization.statutory" in ids
    assert "coverage" in ids
    assert asking.get("/v1/targets/progress", params={"region": "1402", "year": 2025}).status_code == 200
