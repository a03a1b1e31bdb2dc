"""The two doors: every route has its first, and the second shows nothing when in doubt."""

import uuid
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import Column, MetaData, String, Table, Uuid, create_engine, select
from starlette.testclient import TestClient

from app.auth.dependencies import Public, Requirement
from app.auth.subjects import SCOPES_OF, Role, Subject
from app.auth.visibility import visible_to
from app.ids import new_id

OWN, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
OPEN = {
    "/oauth/token",
    "/healthz",
    "/readyz",
    "/v1/open-data/rates",
    "/v1/open-data/dictionary",
    "/v1/certificates/keys",
    "/v1/certificates/{code}/public",
}


def _calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)


def _guards(app: FastAPI) -> Iterator[tuple[str, set[str], list[object]]]:
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute) and route.original_route.include_in_schema:
            doors = [call for call in _calls(route.dependant) if isinstance(call, Public | Requirement)]
            yield str(route.path), set(route.methods or ()), doors


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_every_route_has_exactly_one_kind_of_door(app: FastAPI) -> None:
    guards = list(_guards(app))
    assert len(guards) > 20
    for path, _, doors in guards:
        assert doors, f"{path}: nobody asks who is there"
        assert len({type(door) for door in doors}) == 1, f"{path}: both open and closed"
    assert {path for path, _, doors in guards if isinstance(doors[0], Public)} == OPEN


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_no_closed_route_answers_a_stranger(app: FastAPI, client: TestClient) -> None:
    """By asking, not by looking: without a token each refuses before it reads the body or finds the thing."""
    for path, methods, doors in _guards(app):
        if isinstance(doors[0], Public):
            continue
        concrete = path
        while "{" in concrete:
            before, _, rest = concrete.partition("{")
            concrete = f"{before}{new_id()}{rest.partition('}')[2]}"
        for method in methods:
            answer = client.request(method, concrete)
            assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"


_ROWS = Table("rows", MetaData(), Column("name", String), Column("region", String), Column("party", Uuid))
_CONTENT = [
    {"name": "own", "region": "140212", "party": OWN},
    {"name": "near", "region": "140213", "party": OTHER},
    {"name": "far", "region": "150100", "party": OTHER},
    {"name": "wild", "region": "14%212", "party": OTHER},
]


def _seen(subject: Subject, *, by_region: bool = True, by_party: bool = True) -> set[str]:
    condition = visible_to(
        subject,
        region=_ROWS.c.region if by_region else None,
        enterprises=[_ROWS.c.party] if by_party else (),
    )
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            _ROWS.create(connection)
            connection.execute(_ROWS.insert(), _CONTENT)
            return set(connection.scalars(select(_ROWS.c.name).where(condition)))
    finally:
        engine.dispose()


def _subject(role: Role, *, enterprise_id: uuid.UUID | None = None, region: str | None = None) -> Subject:
    return Subject(new_id(), "x", role, SCOPES_OF[role], enterprise_id, region)


@pytest.mark.parametrize("role", [Role.REGULATOR, Role.PERMIT_SYSTEM])
def test_a_territory_is_its_prefix_and_below(role: Role) -> None:
    assert _seen(_subject(role, region="1402")) == {"own", "near"}
    assert _seen(_subject(role, region="140212")) == {"own"}
    assert _seen(_subject(role, region="15")) == {"far"}


@pytest.mark.parametrize("region", ["14%2", "14_212", "%", "_"])
def test_a_pattern_is_not_a_territory(region: str) -> None:
    assert _seen(_subject(Role.REGULATOR, region=region)) <= {"wild"}


def test_an_enterprise_sees_where_it_is_a_party() -> None:
    assert _seen(_subject(Role.ENTERPRISE, enterprise_id=OWN)) == {"own"}


def test_an_administrator_sees_everything() -> None:
    assert _seen(_subject(Role.ADMIN), by_region=False, by_party=False) == {"own", "near", "far", "wild"}


def test_in_doubt_nothing_is_seen() -> None:
    assert _seen(_subject(Role.REGULATOR)) == set()
    assert _seen(_subject(Role.REGULATOR, region="")) == set()
    assert _seen(_subject(Role.REGULATOR, region="14"), by_region=False) == set()
    assert _seen(_subject(Role.ENTERPRISE)) == set()
    assert _seen(_subject(Role.ENTERPRISE, enterprise_id=OWN), by_party=False) == set()
    # A territory does not make an enterprise a regulator, nor an enterprise a regulator a party.
    assert _seen(_subject(Role.ENTERPRISE, region="14")) == set()
    assert _seen(_subject(Role.REGULATOR, enterprise_id=OWN)) == set()
