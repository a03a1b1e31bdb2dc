"""Every route, asked as everybody: the right subject succeeds, all others learn nothing of A's data and change nothing.

A route without an entry in `route_walk/entries.py` fails here by name.
"""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from api.route_walk import city as walked
from api.route_walk.city import City, Kind
from api.route_walk.entries import ENTRIES
from api.route_walk.entry import Asked, Entry, Fate, as_in_the_contract
from api.route_walk.recorded import assert_recorded
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import func, select
from support.databases import fill_reference, filled_database
from support.postgres import running_postgres
from support.run import Run

import app.tables  # noqa: F401 - all tables, not only those that a route has imported
from app.db.base import Base
from app.settings import Settings

STATUS = {
    Fate.HIDDEN: 404,
    Fate.FORBIDDEN: 403,
    Fate.STRANGER: 401,
    Fate.REJECTED: 422,
    Fate.ELSEWHERE: 303,
    Fate.TWO_CREDENTIALS: 400,
}
# Thousands of rows that the walk only counts.
COUNTED = {"reference_rows"}


@pytest.fixture
def city(database_kind: str, run: Run, tmp_path: Path) -> Iterator[City]:
    """A copy of the city, built once a run on each kind of database."""
    if database_kind == "sqlite":
        template = run.directory / "walked-city.db"
        with run.alone("walked-city"):
            if not template.exists():
                with filled_database("sqlite", run, tmp_path) as url:
                    walked.build(url)
                shutil.move(tmp_path / "huanlian.db", template)
        shutil.copyfile(template, tmp_path / "city.db")
        with walked.opened(f"sqlite:///{tmp_path}/city.db") as opened:
            yield opened
        return
    postgres = running_postgres(run)
    name = postgres.create(postgres.template("walked_city", _fill_and_build))
    with walked.opened(postgres.url(name)) as opened:
        yield opened
    postgres.drop(name)


def _fill_and_build(url: str) -> None:
    fill_reference(url)
    walked.build(url)


def routes(app: FastAPI) -> set[tuple[str, str]]:
    """(method, path) of every route, pages too; `{id:uuid}` as the contract writes it."""
    return {
        (method, as_in_the_contract(str(route.path)))
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute)
        for method in route.methods or ()
        if method != "HEAD"
    }


def test_every_route_is_walked() -> None:
    from app.main import create_app

    there = routes(create_app(Settings(database_url="sqlite:///nowhere.db")))
    walked_routes = {(entry.method, entry.path) for entry in ENTRIES}
    missing = sorted(" ".join(route) for route in there - walked_routes)
    assert not missing, "no entry in tests/api/route_walk/entries.py:\n" + "\n".join(missing)
    gone = sorted(" ".join(route) for route in walked_routes - there)
    assert not gone, "an entry without a route:\n" + "\n".join(gone)


# On PostgreSQL those that read A's data, whose queries could differ there; the doors are the same on both.
WALKED_ON = {"sqlite": ENTRIES, "postgresql": [entry for entry in ENTRIES if entry.shows]}


@pytest.mark.parametrize(
    ("database_kind", "entry"),
    [
        pytest.param(kind, entry, id=f"{kind}-{entry.name}")
        for kind, entries in WALKED_ON.items()
        for entry in entries
    ],
    indirect=["database_kind"],
)
def test_a_route_serves_the_right_and_tells_the_others_nothing(entry: Entry, city: City) -> None:
    asked = entry.asked(city)
    before = fingerprint(city)
    everybody = [kind for kind in Kind if kind is not entry.right]
    for kind in everybody:
        if entry.fates[kind] is not Fate.DONE or entry.method == "GET":
            _look(entry, city, kind, _send(entry, asked, city, kind), asked)
    assert fingerprint(city) == before, f"{entry.name}: somebody who may not has changed something"
    answer = _send(entry, asked, city, entry.right)
    _look(entry, city, entry.right, answer, asked)
    if entry.method != "GET":
        assert_recorded(entry, city, answer, before, fingerprint(city))
    if entry.shows:
        assert any(trace in answer.text for trace in city.traces), (
            f"{entry.name} shows nothing of A's even to {entry.right}: the walk would prove nothing"
        )


def _send(entry: Entry, asked: Asked, city: City, kind: Kind) -> Any:
    signed = city.cookie(kind) if entry.page else city.headers(kind)
    cookies = "; ".join(part["Cookie"] for part in (asked.headers, signed) if "Cookie" in part)
    headers = {**asked.headers, **signed} | ({"Cookie": cookies} if cookies else {})
    city.client.cookies.clear()
    return city.client.request(entry.method, asked.url, headers=headers, **asked.rest)


def _look(entry: Entry, city: City, kind: Kind, answer: Any, asked: Asked) -> None:
    fate = entry.fates[kind]
    told = f"{entry.name} as {kind}: {answer.status_code} {answer.text[:400]}"
    if fate in STATUS:
        assert answer.status_code == STATUS[fate], told
    else:
        assert 200 <= answer.status_code < 300, told
    if answer.status_code >= 400 and not entry.page:
        assert answer.headers["content-type"] == "application/problem+json", told
        assert answer.json()["request_id"] == answer.headers["x-request-id"], told
    if fate is not Fate.DONE:
        said = f"{answer.text}\n{list(answer.headers.items())}"
        sent = f"{asked.url} {asked.rest}" if entry.echoes else ""
        leaked = [trace for trace in city.traces if trace in said and trace not in sent]
        assert not leaked, f"{told}\ntells of A: {leaked}"


def fingerprint(city: City) -> dict[str, str]:
    """What every table holds, so that a change without a new row is seen too."""
    held = {}
    with city.sessions.reading() as session:
        for table in Base.metadata.sorted_tables:
            if table.name in COUNTED:
                held[table.name] = str(session.scalar(select(func.count()).select_from(table)))
            else:
                rows = sorted(repr(tuple(row)) for row in session.execute(select(table)))
                held[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return held
