"""PUT /v1/permits/{number}: idempotent, in versions, kept byte for byte, told, and matched to a site whenever there is one."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from builders import MILL, WORKS, People
from permits.permit_bodies import JSON, NUMBER, facility, permit, waste
from sqlalchemy import select
from support.clock import SettableClock

from app.auth.subjects import Role
from app.db.session import Database
from app.outbox.models import Event

SQLITE_ONLY = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def system(people: People, region: str = "1402") -> JSON:
    return people.headers(Role.PERMIT_SYSTEM, region=region)


def later(people: People, clock: SettableClock, *, days: int) -> People:
    """The same people when so many days have gone by; their tokens have not outlived that."""
    clock.advance(days=days)
    return replace(people, _headers={})


def put(people: People, body: JSON, number: str = NUMBER, *, region: str = "1402", **headers: str) -> Any:
    return people.client.put(f"/v1/permits/{number}", json=body, headers=system(people, region) | headers)


def get(people: People, rest: str = "", number: str = NUMBER, headers: JSON | None = None) -> Any:
    return people.client.get(f"/v1/permits/{number}{rest}", headers=headers or system(people))


def told(sessions: Database) -> list[tuple[str, Any]]:
    with sessions.reading() as session:
        events = session.scalars(select(Event).order_by(Event.occurred_at, Event.id))
        return [(event.type, event.payload["site"]) for event in events if event.type.startswith("permit.")]


def rules(answer: Any) -> list[str]:
    return [warning["rule"] for warning in answer.json()["warnings"]]


def test_a_permit_is_created_once_changed_in_versions_and_told(
    people: People, sessions: Database, clock: SettableClock
) -> None:
    people.register()
    made = put(people, permit())
    assert (made.status_code, made.json()["outcome"], made.headers["ETag"]) == (201, "created", '"1"')
    assert (made.json()["site"], made.json()["effective_from"]) == (NUMBER, "2023-05-10")
    again = put(people, permit())
    assert (again.status_code, again.json()["outcome"], again.json()["version"]) == (200, "unchanged", 1)

    people = later(people, clock, days=30)
    wider = permit(wastes=[waste(), waste("SW03")])
    changed = put(people, wider)
    assert (changed.status_code, changed.json()["outcome"], changed.headers["ETag"]) == (
        200,
        "changed",
        '"2"',
    )
    assert changed.json()["effective_from"] == "2026-02-09"
    versions = get(people, "/versions").json()["items"]
    assert [(v["version"], len(v["content"]["wastes"])) for v in versions] == [(2, 2), (1, 1)]
    assert told(sessions) == [("permit.received", NUMBER), ("permit.changed", NUMBER)]


def test_the_version_that_holds_is_asked_by_month_and_by_what_was_known(
    people: People, clock: SettableClock
) -> None:
    people.register()
    before = clock().isoformat()
    put(people, permit())
    people = later(people, clock, days=40)
    put(people, permit(wastes=[waste("SW03")], effective_from="2025-07-15"))

    def holds(query: str) -> Any:
        answer = people.client.get(f"/v1/permits/{NUMBER}", params=query, headers=system(people))
        return answer.json()["version"] if answer.status_code == 200 else answer.status_code

    assert [holds(f"month={month}") for month in ("2023-04", "2023-05", "2025-06", "2025-07", "2030-01")] == [
        404, 1, 1, 2, 2,
    ]  # fmt: skip
    moment = before.replace("+00:00", "Z")
    assert holds(f"month=2025-07&as_of={moment}") == 1
    assert holds(f"as_of={moment}") == 1
    assert holds("as_of=2020-01-01T00:00:00Z") == 404


@SQLITE_ONLY
def test_the_payload_is_kept_byte_for_byte(people: People) -> None:
    raw = (json.dumps(permit(), indent=3, ensure_ascii=True) + "\n\n").encode()
    sent = people.client.put(
        f"/v1/permits/{NUMBER}", content=raw, headers=system(people) | {"Content-Type": "application/json"}
    )
    assert sent.status_code == 201, sent.text
    (version,) = get(people, "/versions").json()["items"]
    assert version["raw_sha256"] == hashlib.sha256(raw).hexdigest()
    assert (version["raw_bytes"], version["source"]) == (len(raw), "api")
    back = get(people, "/versions/1/payload")
    assert back.content == raw
    assert back.headers["Content-Disposition"].startswith("attachment")
    # The same content in other bytes says nothing new.
    assert put(people, permit()).json()["outcome"] == "unchanged"
    assert get(people, "/versions/2/payload").status_code == 404


def test_a_permit_that_came_early_finds_its_site(people: People, sessions: Database) -> None:
    made = put(people, permit())
    assert (made.status_code, made.json()["matched"], rules(made)) == (
        201,
        False,
        ["unmatched", "check_digit"],
    )
    assert told(sessions) == [("permit.received", None), ("permit.unmatched", None)]
    listed = people.client.get("/v1/permits?matched=false", headers=system(people)).json()["items"]
    assert [item["number"] for item in listed] == [NUMBER]

    people.register()
    assert get(people).json()["site"] == NUMBER
    assert told(sessions)[2:] == [("permit.matched", NUMBER)]
    assert people.client.get("/v1/permits?matched=false", headers=system(people)).json()["items"] == []


def test_a_site_that_gets_or_loses_its_number_gets_or_keeps_its_permit(people: People) -> None:
    people.register()
    other = f"{MILL}009Q"
    assert put(people, permit(), other).json()["matched"] is False
    patched = people.client.patch(
        f"/v1/sites/{NUMBER}", json={"permit_number": other, "reason": "换证"}, headers=people.admin
    )
    assert patched.status_code == 200, patched.text
    assert get(people, number=other).json()["site"] == NUMBER
    # Who had a number last goes on answering for it.
    assert put(people, permit()).json()["site"] == NUMBER


def test_the_site_of_another_enterprise_is_matched_after_a_succession(people: People) -> None:
    """A number that begins with another's code is no proof that the site is meant; a recorded succession is."""
    people.register(WORKS)
    people.register(MILL, permit_number=f"{WORKS}005P")
    sent = put(people, permit(), f"{WORKS}005P")
    assert (sent.status_code, sent.json()["matched"]) == (201, False)
    assert "site_of_another" in rules(sent)
    assert get(people, number=f"{WORKS}005P", headers=people.of(MILL)).status_code == 404
    assert get(people, number=f"{WORKS}005P", headers=people.of(WORKS)).status_code == 200
    succession = {"successor": MILL, "from": "2025-07", "reason": "吸收合并"}
    done = people.client.post(f"/v1/enterprises/{WORKS}/succession", json=succession, headers=people.admin)
    assert done.status_code in (200, 201), done.text
    assert get(people, number=f"{WORKS}005P").json()["site"] == NUMBER


@SQLITE_ONLY
def test_each_sees_its_own(people: People) -> None:
    people.register()
    people.register(WORKS, region="130102")
    put(people, permit())
    put(people, permit(region="130102"), f"{WORKS}001P", region="13")

    def seen(headers: JSON) -> list[str]:
        items = people.client.get("/v1/permits", headers=headers).json()["items"]
        return [item["number"] for item in items]

    assert seen(system(people)) == seen(people.regulator()) == seen(people.of(MILL)) == [NUMBER]
    assert seen(system(people, "13")) == seen(people.of(WORKS)) == [f"{WORKS}001P"]
    assert seen(people.admin) == [NUMBER, f"{WORKS}001P"]
    assert (
        people.client.get("/v1/permits?region=13", headers=people.admin).json()["items"][0]["region"]
        == "130102"
    )
    first = people.client.get("/v1/permits?limit=1", headers=people.admin).json()
    second = people.client.get(
        f"/v1/permits?limit=1&cursor={first['next_cursor']}", headers=people.admin
    ).json()
    assert (second["items"][0]["number"], second["next_cursor"]) == (f"{WORKS}001P", None)
    assert get(people, headers=people.of(WORKS)).status_code == 404
    assert get(people, headers=system(people, "13")).status_code == 404


@SQLITE_ONLY
def test_another_territory_is_refused_whatever_the_permit_says_of_itself(people: People) -> None:
    people.register()
    for region in ("13", "1403"):
        refused = put(people, permit(), region=region)
        assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (403, "wrong_jurisdiction")
    claimed = put(people, permit(region="130102"), region="13")
    assert (claimed.status_code, claimed.json()["errors"][0]["pointer"]) == (403, "/number")
    put(people, permit(), f"{WORKS}001P")
    assert put(people, permit(region="130102"), f"{WORKS}001P", region="13").status_code == 403
    for headers in (people.of(MILL), people.regulator()):
        answer = people.client.put(f"/v1/permits/{NUMBER}", json=permit(), headers=headers)
        assert answer.status_code == 403


FAULTS: list[tuple[JSON, str, str]] = [
    ({"number": f"{WORKS}001P"}, "/number", "number_differs"),
    ({"enterprise": WORKS}, "/enterprise", "permit_of_another"),
    ({"region": "140299"}, "/region", "unknown_region"),
    ({"wastes": [waste("SW98")]}, "/wastes/0/waste", "unknown_waste"),
    ({"facilities": [facility(wastes=["SW02", "SW98"])]}, "/facilities/0/wastes/1", "unknown_waste"),
    ({"facilities": [facility(), facility()]}, "/facilities/1/code", "stands_twice"),
    ({"wastes": [waste(), waste()]}, "/wastes/1/waste", "stands_twice"),
    ({"valid_until": "2020-01-01"}, "/valid_until", "bad_validity"),
    ({"valid_until": None}, "/valid_until", "half_validity"),
    ({"valid_until": "2028-02-30"}, "/valid_until", "bad_day"),
    ({"valid_until": "2028-W02-1"}, "/valid_until", "bad_day"),
    ({"valid_until": "9999-12-31"}, "/valid_until", "bad_day"),
    (
        {"facilities": [facility(capacity={"amount": "5", "unit": "桶"})]},
        "/facilities/0/capacity/unit",
        "unknown_unit",
    ),
    (
        {"facilities": [facility(capacity={"amount": "-5", "unit": "t"})]},
        "/facilities/0/capacity/amount",
        "negative",
    ),
    (
        {"facilities": [facility(capacity={"amount": True, "unit": "t"})]},
        "/facilities/0/capacity/amount",
        "not_a_number",
    ),
    (
        {"facilities": [facility(capacity={"amount": "1e9", "unit": "t"})]},
        "/facilities/0/capacity/amount",
        "not_a_number",
    ),
    ({"facilities": [facility(area_m2="NaN")]}, "/facilities/0/area_m2", "bad_area"),
    ({"facilities": [facility(area_m2="1_0")]}, "/facilities/0/area_m2", "bad_area"),
    ({"facilities": [facility(area_m2="1e2")]}, "/facilities/0/area_m2", "bad_area"),
    ({"facilities": [facility(area_m2=-1)]}, "/facilities/0/area_m2", "bad_area"),
    ({"facilities": [facility(area_m2="１")]}, "/facilities/0/area_m2", "bad_area"),
    ({"facilities": [facility(area_m2=12.345)]}, "/facilities/0/area_m2", "bad_area"),
    ({"facilities": [facility(area_m2=True)]}, "/facilities/0/area_m2", "bad_area"),
    ({"colour": "red"}, "/colour", "extra_forbidden"),
]


@SQLITE_ONLY
def test_a_faulty_permit_is_refused_with_its_place_in_two_languages(people: People) -> None:
    for change, pointer, code in FAULTS:
        refused = put(people, permit(**change))
        assert refused.status_code == 422, (change, refused.text)
        (fault,) = refused.json()["errors"]
        assert (fault["pointer"], fault["code"]) == (pointer, code)
        assert fault["message"]["zh"]
        assert fault["message"]["en"]
    assert get(people).status_code == 404


@SQLITE_ONLY
def test_what_is_odd_is_kept_and_said(people: People) -> None:
    people.register()
    put(people, permit())
    people.client.patch(f"/v1/sites/{NUMBER}", json={"permit_number": f"{MILL}002Q"}, headers=people.admin)
    odd = permit(
        region="140215",
        valid_from="2020-01-01",
        valid_until="2024-12-31",
        facilities=[facility(capacity={"amount": 0, "unit": "t"}, wastes=["SW06"])],
        wastes=[waste(routes=[])],
    )
    answer = put(people, odd, f"{MILL}002Q")
    assert answer.status_code == 201, answer.text
    assert sorted(rules(answer)) == [
        "capacity_zero", "check_digit", "expired", "no_routes", "overlapping_validity", "region_differs",
        "waste_not_listed",
    ]  # fmt: skip
    overlap = next(w for w in answer.json()["warnings"] if w["rule"] == "overlapping_validity")
    assert NUMBER in overlap["message"]["en"]
    empty = put(people, {"region": "140212"}, f"{MILL}003P")
    assert sorted(rules(empty)) == ["check_digit", "no_facilities", "no_validity", "no_wastes", "unmatched"]


@SQLITE_ONLY
def test_a_stale_version_is_refused_and_a_known_one_not_sent_again(people: People) -> None:
    people.register()
    put(people, permit())
    put(people, permit(holder="示例新名"), **{"If-Match": '"1"'})
    stale = put(people, permit(holder="示例旧名"), **{"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["version"]) == (412, 2)
    fresh = get(people, headers=system(people) | {"If-None-Match": '"2"'})
    assert (fresh.status_code, fresh.content) == (304, b"")
    assert get(people, headers=system(people) | {"If-None-Match": '"1"'}).status_code == 200


@SQLITE_ONLY
def test_units_come_back_as_they_are_kept(people: People) -> None:
    people.register()
    put(people, permit(facilities=[facility(capacity={"amount": 12.50, "unit": "万吨／年"})]))
    assert get(people).json()["content"]["facilities"][0]["capacity"] == {"amount": "12.5", "unit": "万t/a"}


@SQLITE_ONLY
def test_the_address_that_takes_files_is_no_permit(people: People) -> None:
    for method in ("PUT", "GET", "DELETE"):
        answer = people.client.request(method, "/v1/permits/import", headers=system(people))
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST"), method
    # What merely begins like it is a number, and a wrong one.
    assert get(people, number="imported").status_code == 422
