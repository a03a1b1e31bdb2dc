"""A question over HTTP that takes too long is ended on both databases, with the same answer; other readers have their time."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from app.db.engine import make_engines
from app.db.session import Database
from app.http.dependencies import Reading
from app.main import create_app
from app.settings import Settings

COUNTING = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT count(*) FROM n"
)
ENDLESS, LONG, SHORT = (text(COUNTING.format(count)) for count in (10**12, 1_000_000, 10))


@pytest.fixture
def hasty(database: str) -> Iterator[Database]:
    engines = make_engines(Settings(database_url=database, statement_timeout_ms=50, pool_size=1))
    yield Database(engines)
    engines.dispose()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_bounded_reader_is_ended_and_the_next_one_begins_anew(hasty: Database) -> None:
    with hasty.reading(bounded=True) as session:
        with pytest.raises(OperationalError, match="interrupted"):
            session.scalar(ENDLESS)
        session.rollback()
        assert session.scalar(SHORT) == 10
    # The same connection, whose moment has long passed: a worker has its time.
    with hasty.reading() as session:
        assert session.scalar(LONG) == 1_000_000


def slow(session: Reading, rounds: int) -> dict[str, object]:
    return {"counted": session.scalar(text(COUNTING.format(rounds)))}


@pytest.fixture
def app(database: str) -> FastAPI:
    made = create_app(Settings(database_url=database, statement_timeout_ms=200))
    made.add_api_route("/v1/slow", slow)
    return made


def test_a_question_that_takes_too_long_is_answered_as_busy(client: TestClient) -> None:
    answer = client.get(f"/v1/slow?rounds={10**12}")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:huanlian:problem:busy")
    assert answer.headers["Retry-After"]
    assert client.get("/v1/slow?rounds=7").json() == {"counted": 7}
