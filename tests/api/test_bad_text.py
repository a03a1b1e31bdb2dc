"""Text that no database takes, in every place where a route takes text: the answer is never a 500.

NUL, half a surrogate pair and ten thousand characters go one at a time into every path, query and header parameter,
every form field and every text of every JSON body that the route walk knows.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from api.route_walk.city import City, Kind
from api.route_walk.entries import ENTRIES
from api.route_walk.entry import Asked, Entry, as_in_the_contract
from api.test_route_walk import city as _city
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.testclient import TestClient

city = _city
BAD = {"NUL": "a\x00b", "half a surrogate pair": "a\ud800b", "ten thousand": "9" * 10_000}


def escaped(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")


@dataclass(frozen=True)
class Parameters:
    """The names of a route's parameters in the query and in headers, those of its dependencies among them."""

    query: frozenset[str]
    header: frozenset[str]

    @classmethod
    def of(cls, dependant: Dependant) -> "Parameters":
        below = [cls.of(part) for part in dependant.dependencies]
        return cls(
            frozenset(field.alias for field in dependant.query_params).union(*(part.query for part in below)),
            frozenset(field.alias for field in dependant.header_params).union(
                *(part.header for part in below)
            ),
        )


def parameters(app: Any) -> dict[tuple[str, str], Parameters]:
    """(method, path) → its parameters."""
    return {
        (method, as_in_the_contract(str(route.path))): Parameters.of(route.original_route.dependant)
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute)
        for method in route.methods or ()
    }


@dataclass(frozen=True)
class Change:
    """A request with bad text in one place."""

    where: str
    url: str
    rest: dict[str, Any]
    headers: dict[str, Any]


def changes(entry: Entry, asked: Asked, known: Parameters, bad: str) -> Iterator[Change]:
    rest, headers = dict(asked.rest), dict(asked.headers)
    for where, url in _addresses(entry, asked.url, known, bad):
        yield Change(where, url, rest, headers)
    for name in sorted(known.header):
        raw = bad.encode("utf-8", "surrogatepass")
        yield Change(f"header {name}", asked.url, rest, headers | {name: raw})
    for where, media_type, content in (*_forms(rest, bad), *_bodies(rest, bad)):
        others = {name: part for name, part in rest.items() if name not in ("json", "data")}
        sent = headers | {"Content-Type": media_type}
        yield Change(where, asked.url, others | {"content": content}, sent)


def _addresses(entry: Entry, address: str, known: Parameters, bad: str) -> Iterator[tuple[str, str]]:
    url = urlsplit(address)
    for name in sorted(known.query):
        kept = [part for part in url.query.split("&") if part and not part.startswith(f"{name}=")]
        yield f"query {name}", f"{url.path}?{'&'.join([*kept, f'{name}={escaped(bad)}'])}"
    filled = url.path.split("/")
    for place, part in enumerate(entry.path.split("/")):
        if part.startswith("{"):
            path = "/".join([*filled[:place], escaped(bad), *filled[place + 1 :]])
            yield f"path {part}", f"{path}?{url.query}"


def _forms(rest: dict[str, Any], bad: str) -> Iterator[tuple[str, str, bytes]]:
    data = rest.get("data") or {}
    for name in data:
        parts = [f"{key}={escaped(bad if key == name else str(value))}" for key, value in data.items()]
        yield f"form {name}", "application/x-www-form-urlencoded", "&".join(parts).encode()


def _bodies(rest: dict[str, Any], bad: str) -> Iterator[tuple[str, str, bytes]]:
    for pointer, body in _replaced(rest.get("json"), bad):
        yield f"body {pointer}", "application/json", json.dumps(body).encode()


def _replaced(value: Any, bad: str, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """The body with one text replaced at a time, or one key too many."""
    if isinstance(value, str):
        yield pointer, bad
    elif isinstance(value, dict):
        for name, part in value.items():
            for where, body in _replaced(part, bad, f"{pointer}/{name}"):
                yield where, value | {name: body}
        yield f"{pointer}/?", value | {bad: "x"}
    elif isinstance(value, list):
        for index, part in enumerate(value):
            for where, body in _replaced(part, bad, f"{pointer}/{index}"):
                yield where, [*value[:index], body, *value[index + 1 :]]


# PostgreSQL refuses other characters than SQLite; what is too long is too long on both.
KINDS = [("sqlite", name) for name in BAD] + [("postgresql", "NUL"), ("postgresql", "half a surrogate pair")]


@pytest.mark.slow
@pytest.mark.parametrize(("database_kind", "name"), KINDS, indirect=["database_kind"])
def test_no_text_anywhere_is_a_500(city: City, name: str) -> None:
    known = parameters(city.app)
    talk = TestClient(city.app, raise_server_exceptions=False, follow_redirects=False)
    wrong: list[str] = []
    places = 0
    for entry, asked, signed in prepared(city):
        for change in changes(entry, asked, known[entry.method, entry.path], BAD[name]):
            places += 1
            talk.cookies.clear()
            cookies = [part["Cookie"] for part in (change.headers, signed) if "Cookie" in part]
            headers = {**signed, **change.headers} | ({"Cookie": "; ".join(cookies)} if cookies else {})
            answer = talk.request(entry.method, change.url, headers=headers, **change.rest)
            turned_away = answer.status_code == 401 and entry.right is not Kind.NOBODY
            if answer.status_code >= 500 or turned_away:
                wrong.append(f"{entry.name}: {change.where}: {answer.status_code}")
    assert places > 300, "the walk has shrunk"
    assert not wrong, "\n".join(wrong)


def prepared(city: City) -> list[tuple[Entry, Asked, Mapping[str, Any]]]:
    """Every entry with its request and its right asker, before any of the requests changes the city."""
    # The token's own entry makes a second secret, and would stand in the way of those that look for the only one.
    entries = sorted(ENTRIES, key=lambda entry: entry.path == "/oauth/token")
    return [
        (entry, entry.asked(city), city.cookie(entry.right) if entry.page else city.headers(entry.right))
        for entry in entries
    ]
