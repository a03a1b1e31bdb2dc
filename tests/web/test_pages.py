"""The pages over HTTP: who sees what, and that what is seen is what the API says."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from builders import People
from fastapi import FastAPI
from starlette.testclient import TestClient
from support.clock import SettableClock
from web import small_city
from web.html_tree import Node, parsed
from web.small_city import FIRMS, PASSWORD, sign_in

from app.auth.models import User
from app.auth.subjects import Role
from app.db.session import Database
from app.main import create_app
from app.settings import Settings
from app.web import pages


@pytest.fixture
def city(people: People) -> People:
    small_city.build(people)
    return people


@pytest.fixture
def regulator(sessions: Database, clock: SettableClock) -> str:
    return small_city.user(sessions, clock(), Role.REGULATOR, region="1402")


def shown(client: TestClient, address: str = "/", status: int = 200) -> Node:
    answer = client.get(address, follow_redirects=False)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    return parsed(answer.text)


def value(document: Node, tile: str) -> str:
    return document.by_id(f"tile-{tile}").one("span", class_="value").text


def ids(document: Node) -> set[str]:
    return {node.attributes["id"] for node in document.walk() if "id" in node.attributes}


@pytest.mark.usefixtures("city")
def test_a_regulator_sees_the_city_as_it_was_filed(client: TestClient, regulator: str) -> None:
    assert sign_in(client, regulator).status_code == 303
    document = shown(client)
    assert document.one("h1").text == "大同市"
    assert value(document, "rate") == "37.00"
    assert value(document, "generated") == "1.00"
    assert document.by_id("tile-generated").one("p", class_="figure").attributes["title"] == "10,000 吨"
    assert document.by_id("tile-used").one("p", class_="figure").attributes["title"] == "4,000 吨"
    assert "其中往年贮存 0.03 万吨" in document.by_id("tile-used").text
    assert "已报台账 11 / 应报" in document.by_id("tile-coverage").text
    assert document.by_id("tile-rate").attributes["data-verdict"] == "below"
    assert "低于目标60%，差23.00个百分点" in document.by_id("tile-rate").text
    assert "还差0.23 万吨" in document.by_id("tile-rate").text
    assert len(document.by_id("trend").all("circle", class_="mark")) == 3
    rates = [row.text for row in document.by_id("by-waste").all("span", class_="bullet-value")]
    assert rates == ["30.00%", "100.00%"]
    assert len(document.by_id("leaders").all("li")) == 4
    assert len(document.by_id("laggards").all("li")) == 3


@pytest.mark.usefixtures("city")
def test_every_address_of_a_figure_gives_that_figure(client: TestClient, regulator: str) -> None:
    sign_in(client, regulator)
    document = shown(client)
    links = {link.attributes["href"] for link in document.all("a") if link.text in {"JSON", "CSV"}}
    assert len(links) > 10
    answers = {link: client.get(link) for link in links}
    assert {answer.status_code for answer in answers.values()} == {200}
    (whole,) = answers[_json_link(document.by_id("tile-rate"))].json()["items"]
    assert whole["percent"] == value(document, "rate")
    (disposal,) = answers[_json_link(document.by_id("tile-disposal-rate"))].json()["items"]
    assert disposal["percent"] == value(document, "disposal-rate")
    for panel, group in (("by-waste", "waste"), ("trend", "month")):
        items = answers[_json_link(document.by_id(panel))].json()["items"]
        known = {item["group"][group]: item for item in items if item["percent"] is not None}
        rows = [row for row in document.by_id(panel).one("tbody").all("tr") if "%" in row.all("td")[0].text]
        assert sorted(row.all("td")[0].text for row in rows) == sorted(
            f"{item['percent']}%" for item in known.values()
        )


def _json_link(node: Node) -> str:
    (link,) = (link for link in node.all("a") if link.text == "JSON")
    return link.attributes["href"]


@pytest.mark.usefixtures("city")
def test_an_enterprise_sees_itself_and_no_other(
    client: TestClient, sessions: Database, clock: SettableClock
) -> None:
    sign_in(client, small_city.user(sessions, clock(), Role.ENTERPRISE, enterprise=FIRMS["D"]))
    document = shown(client)
    assert document.by_id("tile-generated").one("p", class_="figure").attributes["title"] == "1,000 吨"
    assert value(document, "rate") == "100.00"
    assert not ids(document) & {"leaders", "laggards"}
    assert "煤矸石" not in document.by_id("by-waste").text


@pytest.mark.usefixtures("city")
def test_the_scope_can_be_narrowed_by_the_address(client: TestClient, regulator: str) -> None:
    sign_in(client, regulator)
    document = shown(client, "/?waste=SW04&metric=utilization.statutory&from=2025-02&to=2025-03")
    # 2 months of 3 · 300 t and 100 t old stock each: (1800 + 200) / (6000 + 200)
    assert value(document, "rate") == "32.26"
    # Another rate has another target: the nation's 57 %.
    assert "低于目标57%" in document.by_id("tile-rate").text
    chosen = [option.text for option in document.all("option", selected="")]
    assert chosen == ["煤矸石", "综合利用率"]


@pytest.mark.usefixtures("city")
def test_another_region_is_refused_as_a_page(client: TestClient, regulator: str) -> None:
    sign_in(client, regulator)
    assert "no-rights" in ids(shown(client, "/?region=1403", 403))
    english = shown(client, "/?region=1403&lang=en", 403)
    assert english.by_id("no-rights").one("h1").text == "You may not see this"


@pytest.mark.parametrize(
    "query",
    [
        "region=99",
        "region=x",
        "region=%00%00",
        "waste=SW99",
        "waste=%00",
        "waste=%ED%A0%80",
        "metric=nonsense",
        "from=2025-13",
        "from=2025-06&to=2025-01",
        "from=1990-01&to=2199-12",
        "to=%F0%9F%98%80",
    ],
)
def test_what_nobody_can_mean_is_told_as_a_page(client: TestClient, regulator: str, query: str) -> None:
    sign_in(client, regulator)
    document = shown(client, f"/?{query}", 422)
    assert document.by_id("invalid").all("li")


def test_a_permit_system_has_no_rates_to_see_but_permits(
    client: TestClient, sessions: Database, clock: SettableClock
) -> None:
    sign_in(client, small_city.user(sessions, clock(), Role.PERMIT_SYSTEM, region="1402"))
    assert client.get("/", follow_redirects=False).headers["location"] == "/permits"
    document = shown(client, "/targets", 403)
    assert "no-rights" in ids(document)
    assert document.one("form", action="/sign-out")


def test_a_city_without_ledgers_says_so(client: TestClient, regulator: str) -> None:
    sign_in(client, regulator)
    document = shown(client)
    assert "empty" in ids(document)
    assert not document.all("article")


def test_a_failure_is_a_page_with_a_number(
    client: TestClient, regulator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("secret detail")

    sign_in(client, regulator)
    monkeypatch.setattr(pages, "gather", fail)
    document = shown(client, "/", 500)
    assert re.search(r"编号 [0-9a-f-]{36}", document.by_id("failed").text)
    assert "secret" not in document.text


@pytest.mark.usefixtures("city")
def test_strangers_are_sent_to_sign_in_and_back(client: TestClient, regulator: str) -> None:
    answer = client.get("/?waste=SW04", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2F%3Fwaste%3DSW04"
    welcome = sign_in(client, regulator, wanted="/?waste=SW04")
    assert welcome.headers["location"] == "/?waste=SW04"
    cookie = welcome.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    again = client.get("/sign-in?next=/docs", follow_redirects=False)
    assert (again.status_code, again.headers["location"]) == (303, "/docs")


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_never_leads_elsewhere(client: TestClient, regulator: str, wanted: str) -> None:
    assert sign_in(client, regulator, wanted=wanted).headers["location"] == "/"
    assert client.get("/sign-in", params={"next": wanted}, follow_redirects=False).headers["location"] == "/"


@pytest.mark.parametrize("password", ["wrong", "", "x" * 5000, PASSWORD + " "])
def test_a_wrong_password_opens_nothing(client: TestClient, regulator: str, password: str) -> None:
    answer = sign_in(client, regulator, password=password)
    assert answer.status_code == 401
    document = parsed(answer.text)
    assert document.by_id("fault").text == "用户名或密码不正确。"
    assert document.one("input", name_="username").attributes["value"] == regulator
    assert client.get("/", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    "username", ["nobody", "re\0gulator", "<script>", "\ud800".encode("utf-8", "replace").decode()]
)
@pytest.mark.usefixtures("regulator")
def test_an_unknown_name_is_told_the_same(client: TestClient, username: str) -> None:
    answer = sign_in(client, username)
    assert answer.status_code == 401
    assert not parsed(answer.text).all("script")


def test_a_form_of_another_site_signs_nobody_in(client: TestClient, regulator: str) -> None:
    fields = {"username": regulator, "password": PASSWORD}
    for csrf in ({}, {"csrf": ""}, {"csrf": "0" * 64}):
        answer = client.post("/sign-in", data=fields | csrf, follow_redirects=False)
        assert answer.status_code == 403
        assert parsed(answer.text).by_id("fault").text == "页面已过期，请重新提交一次。"
    assert client.get("/", follow_redirects=False).status_code == 303


@pytest.mark.usefixtures("city")
def test_only_the_sessions_own_form_signs_out(client: TestClient, regulator: str) -> None:
    sign_in(client, regulator)
    assert client.post("/sign-out", data={"csrf": "0" * 64}, follow_redirects=False).status_code == 403
    assert client.get("/sign-out").status_code == 405
    form = shown(client).one("form", action="/sign-out")
    csrf = form.one("input", name_="csrf").attributes["value"]
    assert client.post("/sign-out", data={"csrf": csrf}, follow_redirects=False).status_code == 303
    assert client.get("/", follow_redirects=False).status_code == 303


def test_a_dismissal_is_at_once(
    client: TestClient, regulator: str, sessions: Database, clock: SettableClock
) -> None:
    sign_in(client, regulator)
    with sessions.writing() as session:
        person = session.query(User).filter_by(username=regulator).one()
        person.disabled_at = clock()
    assert client.get("/", follow_redirects=False).status_code == 303


def test_a_session_ends_with_its_hours(client: TestClient, regulator: str, clock: SettableClock) -> None:
    sign_in(client, regulator)
    assert client.get("/", follow_redirects=False).status_code == 200
    clock.advance(hours=13)
    assert client.get("/", follow_redirects=False).status_code == 303


@pytest.mark.usefixtures("regulator")
def test_the_language_is_remembered(client: TestClient) -> None:
    assert shown(client, "/sign-in").one("html").attributes["lang"] == "zh-CN"
    assert shown(client, "/sign-in?lang=en").one("html").attributes["lang"] == "en"
    assert shown(client, "/sign-in").one("html").attributes["lang"] == "en"
    assert shown(client, "/sign-in?lang=zh").one("h1").text == "登录"


@pytest.mark.usefixtures("city")
def test_the_public_sees_the_region_and_no_small_cell(client: TestClient, app: FastAPI) -> None:
    small_city.open_to_the_public(app)
    document = shown(client)
    assert document.one("h1").text == "大同市"
    assert value(document, "rate") == "37.00"
    gangue, gypsum = document.by_id("by-waste").all("li", class_="bullet")
    # One enterprise makes gypsum. To show gangue beside the total would tell its figure as well.
    assert "不予公布" in gypsum.text
    assert "不予公布" in gangue.text
    assert not ids(document) & {"leaders", "laggards"}
    assert "/v1/" not in str([node.attributes for node in document.walk()])
    for name in FIRMS.values():
        assert name not in client.get("/").text


def test_receivers_do_not_make_a_small_cell_large(client: TestClient, app: FastAPI, city: People) -> None:
    """A and B book gypsum of D: the figure is still D's alone."""
    for name in "AB":
        small_city.receive_gypsum(city, name)
    small_city.open_to_the_public(app)
    rows = shown(client).by_id("by-waste").all("li", class_="bullet")
    assert [row.one("span", class_="bullet-name").text for row in rows] == ["煤矸石", "脱硫石膏"]
    assert all("不予公布" in row.text for row in rows)


def test_months_before_anyone_reported_are_not_called_late(
    client: TestClient, city: People, regulator: str
) -> None:
    small_city.file_nil(city, "A", "2025-04")
    sign_in(client, regulator)
    rows = shown(client, "/?from=2025-01&to=2025-05").by_id("trend").one("tbody").all("tr")
    words = {row.one("th").text: row.all("td")[0].text for row in rows}
    assert words["2024年12月"] == "尚无须申报"
    assert words["2025年5月"] == "未申报"
    assert words["2025年4月"] == "无数值"


@pytest.mark.usefixtures("city")
def test_the_public_chooses_a_year_and_nothing_else(client: TestClient, app: FastAPI) -> None:
    small_city.open_to_the_public(app)
    usual = shown(client)
    asked = shown(client, "/?region=1403&waste=SW06&from=2025-01&to=2025-01&metric=disposal.plain")
    assert value(asked, "rate") == value(usual, "rate")
    assert value(asked, "generated") == value(usual, "generated")
    assert "empty" in ids(shown(client, "/?year=2024"))
    assert shown(client, "/?year=2025").one("option", selected="").text == "2025年"
    for year in ("twenty", "20255", "-1", "0", "%00"):
        assert "invalid" in ids(shown(client, f"/?year={year}", 422))


def test_two_enterprises_are_too_few_for_the_public(client: TestClient, app: FastAPI, people: People) -> None:
    small_city.build(people, "AB")
    small_city.open_to_the_public(app)
    document = shown(client)
    assert "withheld" in ids(document)
    assert not document.all("article")
    assert "%" not in document.one("main").text.replace("60%", "")


def test_documentation_is_served_from_here(client: TestClient) -> None:
    document = shown(client, "/docs")
    for node in document.all("script") + document.all("link"):
        address = node.attributes.get("src") or node.attributes.get("href", "")
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["x-content-type-options"] == "nosniff"
    plain = shown(client, "/docs/api")
    listed = {article.one("h2").text for article in plain.all("article")}
    document_paths = client.get("/openapi.json").json()["paths"]
    assert {f"{method.upper()} {path}" for path, item in document_paths.items() for method in item} == listed


def test_files_that_name_their_content_are_kept(client: TestClient) -> None:
    for link in shown(client, "/setup").all("link"):
        address = link.attributes["href"]
        assert client.get(address).headers["cache-control"].endswith("immutable")
        assert client.get(urlsplit(address).path).headers["cache-control"] == "no-cache"
    assert client.get("/static/../pages.py").status_code == 404


def test_an_address_that_leads_nowhere_is_a_page_for_people_and_a_problem_for_machines(
    client: TestClient,
) -> None:
    people = client.get("/nowhere?lang=en", headers={"accept": "text/html,*/*"})
    assert people.status_code == 404
    assert parsed(people.text).by_id("not-found").one("h1").text == "There is no such page"
    asked = client.head("/nowhere", headers={"accept": "text/html"})
    assert (asked.status_code, asked.headers["content-type"]) == (404, "text/html; charset=utf-8")
    for address, accept in (("/nowhere", "*/*"), ("/v1/nowhere", "text/html"), ("/v1", "text/html")):
        machine = client.get(address, headers={"accept": accept})
        assert machine.status_code == 404
        assert machine.headers["content-type"] == "application/problem+json"


def test_a_missing_thing_of_the_api_stays_the_problem_it_was(client: TestClient, people: People) -> None:
    """What the API itself does not find is told in the API's words, whatever the caller accepts."""
    small_city.build(people, "A")
    answer = client.get("/v1/sites/91140200MA0EXAMPAX999Z", headers={**people.admin, "accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["type"] == "urn:huanlian:problem:not_found"


def test_whoever_is_signed_in_stays_so_on_a_page_that_says_no(client: TestClient, regulator: str) -> None:
    sign_in(client, regulator)
    for address, status, state in (
        ("/nowhere", 404, "not-found"),
        ("/?region=x&from=2025-13", 422, "invalid"),
    ):
        answer = client.get(address, headers={"accept": "text/html"})
        assert answer.status_code == status
        document = parsed(answer.text)
        assert document.by_id(state)
        assert document.one("span", class_="person").text == "示例regulator"
        assert document.one("form", action="/sign-out")


def test_a_fault_names_its_field(client: TestClient, regulator: str) -> None:
    sign_in(client, regulator)
    faults = shown(client, "/?region=x&from=2025-13", 422).by_id("invalid").all("li")
    assert [fault.text for fault in faults] == ["行政区：不是有效的代码", "起：应为如 2025-03 的月份"]


def test_pages_answer_to_head(client: TestClient) -> None:
    for address in ("/sign-in", "/docs/api"):
        assert client.head(address).status_code == 200


def test_the_documentation_can_be_switched_off(settings: Settings) -> None:
    with TestClient(create_app(settings.model_copy(update={"docs_page": False}))) as client:
        assert client.get("/docs").status_code == 404
        assert client.get("/docs/assets/swagger-ui.css").status_code == 404
        assert "/docs" not in client.get("/sign-in").text
