"""Machines signing in: clients, secrets, tokens, and what a token opens; on both databases."""

import base64
from datetime import timedelta
from typing import Any

import jwt
import pytest
from starlette.testclient import TestClient
from support.clock import SettableClock

from app.auth.subjects import Role
from app.auth.tokens import API_AUDIENCE, PAGE_AUDIENCE
from app.clients.service import NewClient, create_client
from app.db.session import Database
from app.http.problems import MEDIA_TYPE
from app.settings import Settings


@pytest.fixture
def admin(sessions: Database, clock: SettableClock) -> NewClient:
    with sessions.writing() as session:
        return create_client(session, name="root", role=Role.ADMIN, now=clock())


@pytest.fixture
def regulator(sessions: Database, clock: SettableClock) -> NewClient:
    with sessions.writing() as session:
        return create_client(session, name="city", role=Role.REGULATOR, region="1402", now=clock())


def _ask(client: TestClient, who: NewClient, secret: str | None = None, **form: str) -> Any:
    credentials = {"client_id": who.client_id, "client_secret": secret or who.client_secret}
    return client.post("/oauth/token", data={"grant_type": "client_credentials"} | credentials | form)


def _bearer(client: TestClient, who: NewClient) -> dict[str, str]:
    return {"Authorization": f"Bearer {_ask(client, who).json()['access_token']}"}


def test_without_a_scope_a_token_has_all_of_the_client(client: TestClient, regulator: NewClient) -> None:
    answer = _ask(client, regulator)
    assert answer.status_code == 200
    told = answer.json()
    assert told["token_type"] == "Bearer"
    assert told["expires_in"] == 900
    assert told["scope"].split() == sorted(regulator.scopes)
    assert answer.headers["cache-control"] == "no-store"


def test_a_token_carries_the_territory_and_its_audience(client: TestClient, regulator: NewClient) -> None:
    token = _ask(client, regulator).json()["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["aud"] == API_AUDIENCE
    assert claims["region"] == "1402"
    assert claims["role"] == "regulator"
    assert claims["exp"] - claims["iat"] == 900


def test_http_basic_signs_in_too(client: TestClient, regulator: NewClient) -> None:
    both = f"{regulator.client_id}:{regulator.client_secret}".encode()
    header = {"Authorization": "Basic " + base64.b64encode(both).decode()}
    form = {"grant_type": "client_credentials", "scope": "rates:read"}
    assert client.post("/oauth/token", data=form, headers=header).json()["scope"] == "rates:read"


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "c_nobody"}, 401, "invalid_client"),
        ({"client_id": "c_\x00"}, 401, "invalid_client"),
        ({"client_id": ""}, 400, "invalid_request"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "admin"}, 400, "invalid_scope"),
        ({"scope": "rates:read everything"}, 400, "invalid_scope"),
    ],
)
def test_refusals_follow_the_rfc_and_are_problems(
    client: TestClient, regulator: NewClient, change: dict[str, str], status: int, error: str
) -> None:
    answer = _ask(client, regulator, **change)
    assert answer.status_code == status
    assert answer.headers["content-type"] == MEDIA_TYPE
    told = answer.json()
    assert told["error"] == error
    assert told["error_description"]
    assert told["type"] == f"urn:huanlian:problem:{error}"
    assert ("www-authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize(
    "header", ["Basic !!!", "Basic", "Digest x", "Basic " + base64.b64encode(b"\xff").decode()]
)
def test_a_broken_basic_header_is_refused(client: TestClient, header: str) -> None:
    form = {"grant_type": "client_credentials"}
    answer = client.post("/oauth/token", data=form, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_the_newest_two_secrets_live(client: TestClient, admin: NewClient, regulator: NewClient) -> None:
    header = _bearer(client, admin)
    path = f"/v1/clients/{regulator.client_id}/secrets"
    second = client.post(path, headers=header).json()
    assert second["revoked"] == []
    assert _ask(client, regulator).status_code == 200
    third = client.post(path, headers=header).json()
    assert len(third["revoked"]) == 1
    assert _ask(client, regulator).status_code == 401
    assert _ask(client, regulator, second["client_secret"]).status_code == 200
    assert _ask(client, regulator, third["client_secret"]).status_code == 200


def test_a_revoked_secret_ends_at_once(client: TestClient, admin: NewClient, regulator: NewClient) -> None:
    header = _bearer(client, admin)
    path = f"/v1/clients/{regulator.client_id}/secrets"
    second = client.post(path, headers=header).json()
    assert client.delete(f"{path}/{second['secret_id']}", headers=header).status_code == 204
    assert _ask(client, regulator, second["client_secret"]).status_code == 401
    other = f"/v1/clients/{admin.client_id}/secrets/{second['secret_id']}"
    assert client.delete(other, headers=header).status_code == 404


def test_a_disabled_client_gets_no_token(client: TestClient, admin: NewClient, regulator: NewClient) -> None:
    answer = client.post(f"/v1/clients/{regulator.client_id}/disable", headers=_bearer(client, admin))
    assert answer.json()["disabled_at"] == "2026-01-10T08:00:00Z"
    assert _ask(client, regulator).status_code == 401


def test_a_secret_is_nowhere_in_the_list(client: TestClient, admin: NewClient, regulator: NewClient) -> None:
    answer = client.get("/v1/clients", params={"limit": 1}, headers=_bearer(client, admin))
    first = answer.json()
    assert [item["client_id"] for item in first["items"]] == [admin.client_id]
    rest = client.get(
        "/v1/clients", params={"cursor": first["next_cursor"]}, headers=_bearer(client, admin)
    ).json()
    assert [item["client_id"] for item in rest["items"]] == [regulator.client_id]
    assert rest["next_cursor"] is None
    assert admin.client_secret not in answer.text
    assert "sha256" not in answer.text


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "x", "role": "enterprise"}, "/enterprise"),
        ({"name": "x", "role": "enterprise", "enterprise": "91140200MA0EXAMP9X"}, "/enterprise"),
        ({"name": "x", "role": "regulator"}, "/region"),
        ({"name": "x", "role": "regulator", "region": "140"}, "/region"),
        ({"name": "x", "role": "admin", "region": "14"}, "/region"),
        ({"name": "", "role": "admin"}, "/name"),
    ],
)
def test_a_client_without_its_place_is_refused(
    client: TestClient, admin: NewClient, body: dict[str, str], pointer: str
) -> None:
    answer = client.post("/v1/clients", json=body, headers=_bearer(client, admin))
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_only_an_administrator_makes_clients(client: TestClient, regulator: NewClient) -> None:
    body = {"name": "x", "role": "admin"}
    assert client.post("/v1/clients", json=body).status_code == 401
    refused = client.post("/v1/clients", json=body, headers=_bearer(client, regulator))
    assert refused.status_code == 403
    assert refused.json()["type"] == "urn:huanlian:problem:forbidden"


def test_a_token_ends_by_our_clock(client: TestClient, admin: NewClient, clock: SettableClock) -> None:
    header = _bearer(client, admin)
    clock.now += timedelta(seconds=899)
    assert client.get("/v1/clients", headers=header).status_code == 200
    clock.now += timedelta(seconds=1)
    assert client.get("/v1/clients", headers=header).status_code == 401


def test_forged_tokens_open_nothing(client: TestClient, admin: NewClient, settings: Settings) -> None:
    token = _ask(client, admin).json()["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    secret = settings.secret_key.get_secret_value()
    forged = [
        jwt.encode(claims, "another-secret-of-sufficient-length!", algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode(claims | {"aud": PAGE_AUDIENCE}, secret, algorithm="HS256"),
        jwt.encode(claims | {"role": "emperor"}, secret, algorithm="HS256"),
        jwt.encode({key: value for key, value in claims.items() if key != "exp"}, secret, algorithm="HS256"),
        token[:-2],
        "",
        "not.a.token",
    ]
    for bad in forged:
        answer = client.get("/v1/clients", headers={"Authorization": f"Bearer {bad}"})
        assert answer.status_code == 401, bad
        assert "www-authenticate" in answer.headers
