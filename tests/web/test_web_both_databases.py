"""Every page once on both databases: what the other tests of pages look at on SQLite alone."""

import pytest
from builders import People
from chain_runs import city
from findings.town import Town
from starlette.testclient import TestClient
from support.clock import SettableClock
from web import small_city
from web.visits import Visit

from app.auth.subjects import Role
from app.db.session import Database
from app.settings import Settings


@pytest.fixture
def admin(
    client: TestClient, people: People, sessions: Database, settings: Settings, clock: SettableClock
) -> Visit:
    city.gangue_to_blocks(people)
    lost = {"waste": "SW06", "generated_tonnes": "900", "closing_stock_tonnes": "100"}
    city.file(people, city.PLANT, lost, month="2025-04")
    Town(client, people, sessions, settings, clock).work()
    return Visit(client).sign_in(small_city.user(sessions, clock(), Role.ADMIN))


def test_every_page_opens_and_every_form_is_kept(admin: Visit) -> None:
    for path in (
        "/",
        "/chain",
        "/findings",
        "/targets",
        "/permits",
        "/admin",
        "/admin/users",
        "/admin/clients",
    ):
        admin.see(path)
    for view in ("expired", "expiring", "unmatched", "departing"):
        admin.see(f"/permits?view={view}&region=14")
    page = admin.see("/chain?from=2025-03&to=2025-03&node=waste:SW04")
    assert page.by_id("behind").all("li")
    admin.see(page.by_id("behind").all("a")[0].attributes["href"])
    found = admin.see("/findings?order=newest&view=all&region=1402&from=2025-01")
    address = found.one("ol", class_="cases").all("h2")[0].one("a").attributes["href"]
    page = admin.see(address)
    form = next(form for form in page.by_id("handle").all("form") if form.all("input", name_="deadline"))
    page = admin.do(form, deadline="2026-02-10", reason="请说明")
    assert "已通知" in page.text
    assign = page.one("form", action="/findings/assign")
    assert "王工" in admin.do(assign, assignee="王工").text
    assert admin.see("/findings?assignee=%E7%8E%8B%E5%B7%A5").one("ol", class_="cases").all("li")
    fields = {"credit_code": small_city.FIRMS["A"], "name": "示例", "industry": "44", "region": "140212"}
    enterprises = admin.see("/admin/enterprises")
    page = admin.do(enterprises.one("form", action="/admin/enterprises", method="post"), **fields)
    assert small_city.FIRMS["A"] in page.text
