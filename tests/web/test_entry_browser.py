"""An enterprise's whole way in a real browser: enter, see the warning, mend, submit, amend; with and without scripts."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders import MILL, People
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
WITH, WITHOUT = f"{MILL}001P", f"{MILL}002P"


@pytest.fixture(scope="module")
def served(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A new enterprise with two sites and nothing filed."""
    folder: Path = tmp_path_factory.mktemp("served")
    with filled_database("sqlite", run, folder) as url:
        clock = SettableClock()
        app = create_app(Settings(database_url=url), clock=clock)
        with TestClient(app) as client:
            People(client, app.state.database, clock()).register(MILL, sites=2)
            small_city.user(app.state.database, clock(), Role.ENTERPRISE, enterprise=MILL)
        server = Server({"database_url": url}, folder)
        server.start()
        yield server
        server.stop()


def open_form(watched: Watched, served: Server, site: str) -> None:
    page = watched.page
    page.goto(f"{served.url}/sign-in?next=/ledgers/{site}/2025-01")
    page.get_by_label("用户名").fill("enterprise")
    page.get_by_label("密码").fill(small_city.PASSWORD)
    page.get_by_role("button", name="登录").click()


def fill(watched: Watched, generated: str) -> None:
    page = watched.page
    line = page.get_by_role("region", name="第 1 种固废")
    line.get_by_label("固废种类").select_option("SW02")
    line.get_by_label("产生量（吨）").fill(generated)
    line.locator("summary", has_text="自行综合利用").click()
    line.get_by_label("利用工艺").select_option("cement_blending")
    line.locator("#lines-0-used-0-tonnes").fill("300.25")


def assert_clean(watched: Watched, served: Server) -> None:
    assert watched.hosts == {served.url.removeprefix("http://")}
    # A form that is refused answers 422; the browser says so of itself.
    assert [words for words in watched.complaints if "422" not in words] == []


def test_a_first_month_with_the_balance_live(browser: "Browser", served: Server) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        open_form(watched, served, WITH)
        fill(watched, "1,000.5")
        balance = page.locator(".balance output")
        balance.filter(has_text="还有 700.25 吨没有去向").wait_for()
        # What the server says arrives by itself, and no field is touched by it.
        page.locator("#said-lines-0 span", has_text="物料不平衡").wait_for()
        assert page.evaluate("document.activeElement.id") == "lines-0-used-0-tonnes"
        page.get_by_role("button", name="按平衡填期末").click()
        balance.filter(has_text="平衡").wait_for()
        assert page.locator("#lines-0-closing_stock_tonnes").input_value() == "700.25"
        page.locator("#said-lines-0 span").wait_for(state="detached")
        page.locator("#signed_by").fill("王工")
        page.get_by_role("button", name="提交台账").click()
        assert page.get_by_role("heading", name="回执").is_visible()
        assert "没有提示" in page.locator("#warnings").inner_text()
        page.get_by_role("link", name="修订这份台账").click()
        page.get_by_label("产生量（吨）").fill("1001.5")
        page.get_by_label("期末贮存（吨）").fill("701.25")
        page.get_by_label("修订理由").fill("过磅更正")
        page.get_by_role("button", name="提交修订").click()
        assert "第 2 版" in page.locator("#receipt").inner_text()
        page.get_by_role("link", name="填报 2025年2月").click()
        assert page.locator("#lines-0-opening_stock_tonnes").input_value() == "701.25"
        assert_clean(watched, served)


def test_a_first_month_without_scripts(browser: "Browser", served: Server) -> None:
    with watched_page(browser, scripts=False, width=390) as watched:
        page = watched.page
        open_form(watched, served, WITHOUT)
        fill(watched, "1000")
        page.get_by_role("button", name="检查", exact=True).last.click()
        assert "还有 699.75 吨没有去向" in page.locator(".balance output").inner_text()
        assert page.locator("#said-lines-0 span", has_text="物料不平衡").is_visible()
        page.get_by_role("button", name="增加一种固废").click()
        assert page.locator(".waste-line").count() == 2
        page.locator("#lines-0-closing_stock_tonnes").fill("699.75")
        page.locator("#signed_by").fill("王工")
        page.get_by_role("button", name="提交台账").click()
        assert "没有提示" in page.locator("#warnings").inner_text()
        assert_clean(watched, served)
