"""Reference data over HTTP: pages, filters, an administrator's change; on both databases."""

import pytest
from support.clock import SettableClock
from support.slices import Slice

from app.auth.subjects import Role
from app.db.session import Database
from app.reference.endpoints import router
from app.settings import Settings
from seed.load import load_reference

KINDS = ("regions", "industries", "wastes", "bases", "targets", "coefficients", "methods", "processes")


@pytest.fixture
def api(settings: Settings, sessions: Database, clock: SettableClock) -> Slice:
    with sessions.writing() as session:
        load_reference(session, clock())
    return Slice(settings, sessions, clock, router)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_comes_whole_in_pages_with_its_release(api: Slice, kind: str) -> None:
    codes: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = api.call(Role.REGULATOR, "GET", f"/v1/{kind}?limit=200&cursor={cursor}", region="14").json()
        codes += [item["code"] for item in answer["items"]]
        assert all(item["source"] and item["version"] == 1 for item in answer["items"])
        assert len(answer["release"]["sha256"]) == 64
        cursor = answer["next_cursor"]
    assert len(codes) == len(set(codes)) > 4
    assert kind != "regions" or len(codes) == 3225


def test_regions_by_level_and_prefix(api: Slice) -> None:
    answer = api.call(Role.ADMIN, "GET", "/v1/regions?prefix=14&level=city").json()
    assert {"1402", "1404"} < {item["code"] for item in answer["items"]}
    assert {item["code"][:2] for item in answer["items"]} == {"14"}
    assert {item["body"]["level"] for item in answer["items"]} == {"city"}
    for query in ("limit=201", "level=street", "cursor=%00", "prefix=%25"):
        assert api.call(Role.ADMIN, "GET", f"/v1/regions?{query}").status_code == 422


def test_an_administrator_changes_a_coefficient_with_history(api: Slice) -> None:
    old = api.call(Role.ADMIN, "GET", "/v1/coefficients?limit=1").json()["items"][0]
    path = f"/v1/coefficients/{old['code']}"
    body = {key: old[key] for key in ("zh", "en", "body", "url", "retrieved_on", "verified")}
    body["source"] = "measured at the plant"
    assert api.call(Role.REGULATOR, "PUT", path, body, region="14").status_code == 403
    assert api.call(Role.ADMIN, "PUT", path, body).json()["version"] == 2
    history = api.call(Role.REGULATOR, "GET", f"{path}/history", region="14").json()["items"]
    assert [(row["version"], row["changed_by"]) for row in history] == [(2, "admin:admin"), (1, "release")]
    assert history[1]["superseded_at"] == history[0]["created_at"]
    assert api.call(Role.ADMIN, "PUT", path, body | {"body": {"value": 0.5}}).status_code == 422
    assert api.call(Role.ADMIN, "PUT", "/v1/coefficients/none", body).status_code == 404


@pytest.mark.parametrize(
    ("inside", "outside", "pointers"),
    [
        ({"value": "0.30"}, {}, ["/body/value"]),
        ({"low": "0.26"}, {}, ["/body/value"]),
        ({"low": None}, {}, ["/body/value"]),
        ({"value": None}, {}, ["/body/value", "/body/value"]),
        ({"value": "much"}, {}, ["/body/value"]),
        ({"parameters": None}, {}, ["/body/parameters"]),
        ({"unit": "kg/t"}, {}, ["/body/unit"]),
        ({"activity": "coal_burnt"}, {}, ["/body/activity"]),
        ({"wastes": ["SW08"]}, {}, ["/body/wastes", "/body/wastes"]),
        ({"subtype": "grey"}, {}, ["/body/subtype", "/body/subtype"]),
        ({"band_percent": "100"}, {}, ["/body/band_percent"]),
        ({}, {"verified": True, "retrieved_on": None}, ["/retrieved_on"]),
        ({}, {"source": " "}, ["/source"]),
    ],
)
def test_a_change_is_held_to_the_rules_of_the_shipped_rows(
    api: Slice, inside: dict[str, object], outside: dict[str, object], pointers: list[str]
) -> None:
    path = "/v1/coefficients/gangue.raw_coal"
    [old] = api.call(Role.ADMIN, "GET", "/v1/coefficients?prefix=gangue.raw_coal").json()["items"]
    body = {key: old[key] for key in ("zh", "en", "url", "retrieved_on", "verified")}
    body |= {"source": "measured", "body": old["body"] | inside}
    answer = api.call(Role.ADMIN, "PUT", path, body | outside)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers
    assert len(api.call(Role.ADMIN, "GET", f"{path}/history").json()["items"]) == 1


def test_a_new_value_within_its_band_is_taken(api: Slice) -> None:
    path = "/v1/coefficients/gangue.raw_coal"
    [old] = api.call(Role.ADMIN, "GET", "/v1/coefficients?prefix=gangue.raw_coal").json()["items"]
    body = {key: old[key] for key in ("zh", "en", "url", "retrieved_on", "verified")}
    answer = api.call(
        Role.ADMIN, "PUT", path, body | {"source": "x", "body": old["body"] | {"value": "0.18"}}
    )
    assert (answer.status_code, answer.json()["body"]["value"]) == (200, "0.18")
