"""The short way to POST /v1/ledgers says what the ordinary way says; only how it gets there differs."""

import json
from typing import Any

import pytest
from builders import MILL, People, example_line, ledger

from app.auth.models import Client
from app.auth.subjects import Role
from app.db.session import Database

# FastAPI takes this for JSON too, the short way leaves it alone.
ORDINARY = "application/json; charset=utf-8"
SITE = MILL + "001P"

ODD: dict[str, bytes] = {
    "not JSON": b"{",
    "not an object": b"[]",
    "empty": b"",
    "a BOM": b"\xef\xbb\xbf{}",
    "unknown field": json.dumps(ledger(SITE) | {"colour": "red"}).encode(),
    "NaN": json.dumps(ledger(SITE, "2025-03", example_line(generated_tonnes=float("nan")))).encode(),
    "too large": json.dumps(ledger(SITE, "2025-03", example_line(generated_tonnes="1e10"))).encode(),
    "seven decimals": json.dumps(
        ledger(SITE, "2025-03", example_line(generated_tonnes="1.0000001"))
    ).encode(),
    "lone surrogate": json.dumps(ledger(SITE) | {"signed_by": "\ud800"}).encode(),
    "control character": json.dumps(ledger(SITE) | {"signed_by": "a\u0007"}).encode(),
    "no lines": json.dumps({"site": SITE, "month": "2025-03"}).encode(),
    "twice a waste": json.dumps(ledger(SITE, "2025-03", example_line(), example_line())).encode(),
    "not one's own": json.dumps(ledger("91140200MA0NOBODY1P")).encode(),
    "to come": json.dumps(ledger(SITE, "2030-01")).encode(),
    "unknown waste": json.dumps(ledger(SITE, "2025-03", example_line(waste="SW99"))).encode(),
}


def said(answer: Any) -> tuple[int, Any]:
    """Status and words, without what is each request's own."""
    body = answer.json()
    return answer.status_code, {name: body[name] for name in body if name != "request_id"}


def send(people: People, body: bytes, way: str, **headers: str) -> Any:
    return people.client.post(
        "/v1/ledgers", content=body, headers=people.of() | {"Content-Type": way} | headers
    )


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_refusals_are_those_of_the_ordinary_way(people: People) -> None:
    people.register()
    for name, body in ODD.items():
        short, ordinary = send(people, body, "application/json"), send(people, body, ORDINARY)
        assert said(short) == said(ordinary), name
        assert 400 <= short.status_code < 500, name


def test_what_is_filed_is_the_same(people: People) -> None:
    people.register()
    line = example_line(generated_tonnes=1000.5, opening_stock_tonnes="00119.5", closing_stock_tonnes=220)
    made = [
        send(people, json.dumps(ledger(SITE, month, line)).encode(), way).json()
        for month, way in (("2025-03", "application/json"), ("2025-04", ORDINARY))
    ]
    short, ordinary = (
        people.client.get(f"/v1/ledgers/{each['id']}", headers=people.of()).json() for each in made
    )
    assert short["lines"] == ordinary["lines"]
    assert (short["version"], short["state"], short["filed_by"]) == (
        ordinary["version"],
        ordinary["state"],
        ordinary["filed_by"],
    )


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_keys_and_doors_are_those_of_the_ordinary_way(people: People) -> None:
    people.register()
    body = json.dumps(ledger(SITE)).encode()
    for way in ("application/json", ORDINARY):
        assert send(people, body, way, **{"Idempotency-Key": "a b"}).status_code == 422
        assert send(people, body, way, Authorization="Bearer no").status_code == 401
        assert send(people, body, way, Authorization="Basic eDp5").status_code == 401
        reader = people.regulator()["Authorization"]
        assert send(people, body, way, Authorization=reader).status_code == 403
    first = send(people, body, "application/json", **{"Idempotency-Key": "k"})
    again = send(people, body, ORDINARY, **{"Idempotency-Key": "k"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_headers_are_those_of_the_ordinary_way_and_each_request_counts_once(people: People) -> None:
    people.register()
    body = json.dumps(ledger(SITE)).encode()
    first, second = (send(people, body, "application/json") for _ in range(2))
    ordinary = send(people, body, ORDINARY)
    odd = send(people, b"{", "application/json")
    assert [each.status_code for each in (first, second, ordinary, odd)] == [201, 409, 409, 422]
    assert set(second.headers) == set(ordinary.headers)
    own = {"x-request-id", "ratelimit-remaining", "content-length"}
    assert all(second.headers[name] == ordinary.headers[name] for name in set(ordinary.headers) - own)
    assert set(first.headers) - set(second.headers) == {"location", "etag"}
    left = [int(each.headers["RateLimit-Remaining"]) for each in (first, second, ordinary, odd)]
    assert left == list(range(left[0], left[0] - 4, -1))
    assert second.json()["request_id"] == second.headers["X-Request-Id"]


def test_who_was_shut_out_files_no_more(people: People, sessions: Database) -> None:
    people.register()
    assert people.file(ledger(SITE)).status_code == 201
    with sessions.writing() as session:
        for client in session.query(Client).where(Client.role == Role.ENTERPRISE):
            client.disabled_at = people.now
    for way in ("application/json", ORDINARY):
        answer = send(people, json.dumps(ledger(SITE, "2025-04")).encode(), way)
        assert answer.status_code == 401
        assert answer.json()["message"]["zh"] == "令牌无效或已过期"
