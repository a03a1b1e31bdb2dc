"""The whole way through the pages in a real browser against a real server: strangers, sign-in, documentation."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders import People
from starlette.testclient import TestClient
from support.clock import SettableClock
from support.databases import filled_database
from support.run import Run
from support.served import Server
from web import small_city
from web.chromium import Watched, watched_page

from app.auth.subjects import Role
from app.main import create_app
from app.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def served(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve a small city with its regulator; the public page is on."""
    folder: Path = tmp_path_factory.mktemp("served")
    with filled_database("sqlite", run, folder) as url:
        clock = SettableClock()
        app = create_app(Settings(database_url=url), clock=clock)
        with TestClient(app) as client:
            small_city.build(People(client, app.state.database, clock()))
            small_city.user(app.state.database, clock(), Role.REGULATOR, region="1402")
        server = Server({"database_url": url, "public_page": "true"}, folder)
        server.start()
        yield server
        server.stop()


def sign_in(watched: Watched, served: Server, password: str = small_city.PASSWORD) -> None:
    page = watched.page
    page.goto(f"{served.url}/sign-in")
    page.get_by_label("用户名").fill("regulator")
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def assert_clean(watched: Watched, served: Server) -> None:
    assert watched.hosts == {served.url.removeprefix("http://")}, "another host was asked"
    assert watched.complaints == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_regulator_signs_in_narrows_the_scope_and_signs_out(
    browser: "Browser", served: Server, *, scripts: bool
) -> None:
    with watched_page(browser, scripts=scripts) as watched:
        page = watched.page
        sign_in(watched, served)
        assert page.locator("#tile-rate span.value").inner_text() == "37.00"
        assert page.locator("#leaders li:visible").count() == 4
        page.get_by_role("combobox", name="固废种类").select_option(label="煤矸石")
        page.get_by_role("button", name="查看").click()
        assert page.locator("#tile-rate span.value").inner_text() == "30.00"
        assert "waste=SW04" in page.url
        page.get_by_role("link", name="English").click()
        assert page.locator("html").get_attribute("lang") == "en"
        assert "waste=SW04" in page.url
        page.get_by_role("button", name="Sign out").click()
        assert page.get_by_role("link", name="Sign in").is_visible()
        assert page.locator("#leaders").count() == 0
        assert_clean(watched, served)


def test_a_wrong_password_is_told_and_the_name_is_kept(browser: "Browser", served: Server) -> None:
    with watched_page(browser) as watched:
        sign_in(watched, served, "not-the-password")
        page = watched.page
        assert page.get_by_role("alert").inner_text() == "用户名或密码不正确。"
        assert page.get_by_label("用户名").input_value() == "regulator"
        assert page.get_by_label("密码").input_value() == ""
        # The answer is a 401, which the browser's console repeats.
        assert all("401" in complaint for complaint in watched.complaints)


@pytest.mark.parametrize("width", [390, 1440])
def test_the_public_page_shows_tiles_and_marks_and_no_small_cell(
    browser: "Browser", served: Server, width: int
) -> None:
    with watched_page(browser, width=width) as watched:
        page = watched.page
        page.goto(served.url)
        assert page.locator(".tile:visible").count() == 7
        assert page.locator("#chart-trend circle.mark:visible").count() == 3
        assert page.locator("#chart-fates rect.part:visible").count() > 3
        assert page.locator("#chart-by-waste rect.value").count() == 0
        assert page.get_by_text("不予公布").count() > 0
        assert_clean(watched, served)


def test_the_interactive_documentation_works_offline(browser: "Browser", served: Server) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        page.goto(f"{served.url}/docs")
        page.locator(".opblock-tag").first.wait_for()
        page.locator(".opblock-tag", has_text="rates").click()
        page.locator(".opblock-summary", has_text="/v1/rates").first.click()
        page.locator(".opblock-description", has_text="rate").first.wait_for()
        assert_clean(watched, served)


def test_the_plain_documentation_needs_no_script(browser: "Browser", served: Server) -> None:
    with watched_page(browser, scripts=False) as watched:
        page = watched.page
        page.goto(f"{served.url}/docs")
        page.get_by_role("link", name="接口清单").first.click()
        assert page.locator(".routes article").count() > 20
        assert page.locator("h2", has_text="/v1/rates").count() > 0
        assert_clean(watched, served)
