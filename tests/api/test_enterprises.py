"""Onboarding over HTTP: who may register what, what is refused, and who sees it; on both databases."""

import uuid
from typing import Any

import pytest
from support.clock import SettableClock
from support.slices import Slice

from app.auth.subjects import Role
from app.db.session import Database
from app.domain.periods import Month
from app.enterprises import service
from app.enterprises.endpoints import router
from app.settings import Settings
from seed.demo.firms import example_credit_code
from seed.load import load_reference

ONE, TWO = example_credit_code("140214", 7001), example_credit_code("140214", 7002)
FIRM = {"credit_code": ONE, "name": "示例一", "industry": "44", "region": "140214"}
SITE = {
    "code": f"{ONE}001P",
    "enterprise": ONE,
    "name": "一厂",
    "region": "140214",
    "reports_from": "2025-01",
}
FACILITY = {
    "site": SITE["code"],
    "code": "TS001",
    "name": "灰场",
    "kind": "storage",
    "capacity_tonnes": "1.5",
}


@pytest.fixture
def api(settings: Settings, sessions: Database, clock: SettableClock) -> Slice:
    with sessions.writing() as session:
        load_reference(session, clock())
    return Slice(settings, sessions, clock, router)


def _admin(api: Slice, path: str, body: Any) -> Any:
    return api.call(Role.ADMIN, "POST", f"/v1/{path}", body)


def _onboard(api: Slice) -> uuid.UUID:
    made = _admin(api, "enterprises", FIRM)
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"/v1/enterprises/{ONE}"
    for path, body in (("sites", SITE), ("facilities", FACILITY)):
        assert _admin(api, path, body).status_code == 201
    return uuid.UUID(made.json()["id"])


def test_the_same_body_is_found_and_another_is_a_conflict(api: Slice) -> None:
    _onboard(api)
    for path, body in (("enterprises", FIRM), ("sites", SITE), ("facilities", FACILITY)):
        assert _admin(api, path, body).status_code == 200
        other = _admin(api, path, body | {"name": "另一个"})
        assert other.status_code == 409
        assert [error["pointer"] for error in other.json()["errors"]] == ["/name"]
    assert _admin(api, "sites", {k: v for k, v in SITE.items() if k != "reports_from"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "change", "pointer"),
    [
        ("enterprises", {"region": "999999"}, "/region"),
        ("enterprises", {"industry": "00"}, "/industry"),
        ("enterprises", {"credit_code": "short"}, "/credit_code"),
        ("enterprises", {"name": "a\x00b"}, "/name"),
        ("enterprises", {"surprise": 1}, "/surprise"),
        ("sites", {"permit_number": "123"}, "/permit_number"),
        ("sites", {"enterprise": TWO}, "/enterprise"),
        ("sites", {"reports_until": "2024-12"}, "/reports_until"),
        ("facilities", {"code": "X1"}, "/code"),
        ("facilities", {"capacity_tonnes": "NaN"}, "/capacity_tonnes"),
    ],
)
def test_wrong_content_is_refused_at_its_place(api: Slice, path: str, change: Any, pointer: str) -> None:
    assert _admin(api, "enterprises", FIRM).status_code == 201
    if path == "facilities":
        assert _admin(api, "sites", SITE).status_code == 201
    body = {"enterprises": FIRM, "sites": SITE, "facilities": FACILITY}[path] | change
    answer = _admin(api, path, body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_doubtful_content_is_accepted_with_warnings(api: Slice) -> None:
    wrong = ONE[:-1] + ("0" if ONE[-1] != "0" else "1")
    firm = _admin(api, "enterprises", FIRM | {"credit_code": wrong})
    assert (firm.status_code, firm.json()["credit_code_valid"]) == (201, False)
    assert [warning["rule"] for warning in firm.json()["warnings"]] == ["check_digit"]
    site = _admin(api, "sites", SITE | {"enterprise": wrong, "base": "atlantis"})
    assert site.json()["permit_number"] == SITE["code"]
    assert [w["rule"] for w in site.json()["warnings"]] == ["permit_of_another", "unknown_base"]


def test_everyone_sees_and_changes_only_what_is_theirs(api: Slice) -> None:
    own = _onboard(api)
    stranger = uuid.uuid4()
    for path in (f"enterprises/{ONE}", f"sites/{SITE['code']}", f"facilities/{SITE['code']}/TS001"):
        for role, who, status in (
            (Role.ENTERPRISE, {"enterprise_id": own}, 200),
            (Role.ENTERPRISE, {"enterprise_id": stranger}, 404),
            (Role.REGULATOR, {"region": "1402"}, 200),
            (Role.REGULATOR, {"region": "52"}, 404),
        ):
            assert api.call(role, "GET", f"/v1/{path}", **who).status_code == status, (path, who)
    second = SITE | {"code": "own-2", "name": "二厂"}
    for role, who, status in (
        (Role.REGULATOR, {"region": "1402"}, 403),
        (Role.ENTERPRISE, {"enterprise_id": stranger}, 404),
        (Role.ENTERPRISE, {"enterprise_id": own}, 201),
    ):
        assert api.call(role, "POST", "/v1/sites", second, **who).status_code == status
    assert api.call(Role.ENTERPRISE, "POST", "/v1/enterprises", FIRM, enterprise_id=own).status_code == 403
    listed = api.call(Role.REGULATOR, "GET", "/v1/sites?limit=1", region="1402").json()
    rest = api.call(Role.REGULATOR, "GET", f"/v1/sites?cursor={listed['next_cursor']}", region="1402").json()
    assert [site["code"] for site in listed["items"] + rest["items"]] == [SITE["code"], "own-2"]
    assert api.call(Role.REGULATOR, "GET", "/v1/sites", region="52").json()["items"] == []


def test_a_patch_changes_what_it_names(api: Slice) -> None:
    own = _onboard(api)
    path = f"/v1/sites/{SITE['code']}"
    answer = api.call(Role.ENTERPRISE, "PATCH", path, {"park": "东园", "base": None}, enterprise_id=own)
    assert (answer.json()["park"], answer.json()["name"]) == ("东园", "一厂")
    for body in ({"name": None}, {"region": "999999"}, {"industry": "00"}, {"reports_until": "2024-01"}):
        assert api.call(Role.ADMIN, "PATCH", path, body).status_code == 422
    assert api.call(Role.REGULATOR, "PATCH", path, {"park": "x"}, region="14").status_code == 403
    assert api.call(Role.ADMIN, "GET", path).json()["reports_until"] is None


def test_a_succeeded_code_still_means_its_site(api: Slice, sessions: Database) -> None:
    _onboard(api)
    assert _admin(api, "enterprises", FIRM | {"credit_code": TWO}).status_code == 201
    body = {"successor": TWO, "from": "2026-01", "reason": "合并"}
    for _ in range(2):
        answer = _admin(api, f"enterprises/{ONE}/succession", body)
        assert (answer.status_code, answer.json()["successor"]) == (200, TWO)
    assert _admin(api, f"enterprises/{ONE}/succession", body | {"reason": "x"}).status_code == 409
    assert _admin(api, f"enterprises/{TWO}/succession", body | {"successor": ONE}).status_code == 409
    with sessions.reading() as session:
        found = service.parties(session, [ONE, TWO, SITE["code"], "nobody"])
        site = service.sites_by_code(session, [SITE["code"]])[SITE["code"]]
        assert {code: service.site_of(found, code, Month(2025, 6)) for code in found} == {
            ONE: SITE["code"],
            TWO: SITE["code"],
            SITE["code"]: SITE["code"],
            "nobody": "nobody",
        }
        assert not found["nobody"].known
        assert service.facility_codes(session, [site.id]) == {site.id: {"TS001"}}
    assert api.call(Role.ADMIN, "GET", f"/v1/sites/{SITE['code']}").json()["enterprise"] == TWO


def test_of_a_site_of_another_only_that_its_code_is_taken_is_told(api: Slice) -> None:
    _onboard(api)
    other = uuid.UUID(_admin(api, "enterprises", FIRM | {"credit_code": TWO}).json()["id"])
    for change in ({}, {"name": "另一个"}, {"name": "另一个", "park": "东园"}):
        body = SITE | {"enterprise": TWO} | change
        answer = api.call(Role.ENTERPRISE, "POST", "/v1/sites", body, enterprise_id=other)
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:huanlian:problem:code_taken")
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/code"]
    # The administrator sees whose it is, and is told what differs.
    seen = _admin(api, "sites", SITE | {"enterprise": TWO})
    assert (seen.status_code, [error["pointer"] for error in seen.json()["errors"]]) == (409, ["/enterprise"])
