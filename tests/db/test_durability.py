"""What was acknowledged is on disk, whatever the server's default is; and a server that may forget all the same is told of.

The server of the tests forgets on purpose: its command line switches `fsync`, `full_page_writes` and `synchronous_commit` off.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, text
from starlette.testclient import TestClient
from typer.testing import CliRunner

from app.cli import cli
from app.db.durability import Weakness, weaknesses
from app.db.engine import make_engines
from app.main import create_app
from app.settings import Settings

ON_POSTGRESQL = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
COMMANDED = ("fsync", "full_page_writes")

Told = Callable[[str], None]


@contextmanager
def writing(url: str, *, durable: bool = True) -> Iterator[Engine]:
    engines = make_engines(Settings(database_url=url, durable_commits=durable))
    yield engines.write
    engines.dispose()


def durability(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.scalar(text("SHOW synchronous_commit")))


def weak(engine: Engine) -> list[Weakness]:
    with engine.connect() as connection:
        return weaknesses(connection)


@pytest.fixture
def told(empty_database: str) -> Iterator[Told]:
    """Say `ALTER DATABASE … SET`, `ALTER ROLE …` of this database; taken back at the end, since the role is everybody's."""
    with psycopg.connect(empty_database, autocommit=True) as connection:
        place = sql.SQL("ROLE {} IN DATABASE {}").format(
            sql.Identifier(connection.info.user), sql.Identifier(connection.info.dbname)
        )
        base = sql.SQL("DATABASE {}").format(sql.Identifier(connection.info.dbname))

        def say(level: str) -> None:
            where = {"database": base, "database user": place}[level]
            connection.execute(sql.SQL("ALTER {} SET synchronous_commit = off").format(where))

        yield say
        connection.execute(sql.SQL("ALTER {} RESET synchronous_commit").format(place))


@ON_POSTGRESQL
def test_commits_are_on_disk_although_the_server_says_off(empty_database: str) -> None:
    with psycopg.connect(empty_database) as bare:
        assert bare.execute("SHOW synchronous_commit").fetchone() == ("off",)
    with writing(empty_database) as engine:
        with engine.connect() as connection:
            connection.rollback()
            assert connection.scalar(text("SHOW synchronous_commit")) == "on"
        assert durability(engine) == "on"
    with writing(empty_database, durable=False) as engine:
        assert durability(engine) == "off"


@ON_POSTGRESQL
def test_a_promise_that_is_more_than_ours_stays(empty_database: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = remote_apply").format(name))
    with writing(empty_database) as engine:
        assert durability(engine) == "remote_apply"


@ON_POSTGRESQL
def test_a_server_that_may_forget_is_found(empty_database: str) -> None:
    with writing(empty_database) as engine:
        assert tuple(each.setting for each in weak(engine)) == COMMANDED
        assert [each.mend.en for each in weak(engine)] == [
            "Start PostgreSQL without -c fsync=off",
            "Start PostgreSQL without -c full_page_writes=off",
        ]
    with writing(empty_database, durable=False) as engine:
        assert tuple(each.setting for each in weak(engine)) == (*COMMANDED, "synchronous_commit")


@ON_POSTGRESQL
@pytest.mark.parametrize("level", ["database", "database user"])
def test_what_is_said_to_mend_it_does(empty_database: str, told: Told, level: str) -> None:
    told(level)
    with writing(empty_database, durable=False) as engine:
        *_, found = weak(engine)
        assert found.setting == "synchronous_commit"
        assert found.mend.en.removeprefix("Run ") == found.mend.zh.removeprefix("请执行 ")
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute(found.mend.en.removeprefix("Run ").encode())
    with writing(empty_database, durable=False) as engine:
        assert durability(engine) == "on"
        assert tuple(each.setting for each in weak(engine)) == COMMANDED


@pytest.mark.parametrize("durable", [True, False])
def test_probes_and_the_check_tell_it(
    database: str, monkeypatch: pytest.MonkeyPatch, *, durable: bool
) -> None:
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", database)
    monkeypatch.setenv("HUANLIAN_DURABLE_COMMITS", str(durable))
    expected: tuple[str, ...] = ()
    if database.startswith("postgresql"):
        expected = COMMANDED if durable else (*COMMANDED, "synchronous_commit")
    with TestClient(create_app(Settings())) as client:
        answer = client.get("/readyz").json()
    assert answer["status"] == ("degraded" if expected else "ready")
    assert {hint["code"] for hint in answer["hints"]} <= {"database_may_forget"}
    checked = CliRunner().invoke(cli, ["db", "check"])
    assert checked.exit_code == 0
    assert len(checked.stderr.splitlines()) == len(answer["hints"]) == len(expected)
    for name, hint, line in zip(expected, answer["hints"], checked.stderr.splitlines(), strict=True):
        assert f"{name} is off in PostgreSQL: after a" in hint["message"]["en"]
        assert hint["message"]["en"] in line
        assert hint["message"]["zh"] in line
