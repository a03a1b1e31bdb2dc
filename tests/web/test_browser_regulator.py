"""A regulator's whole way in a real browser: overview → chain → node → site → finding → decision, with scripts and without."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from chain_runs import city
from findings.town import Town
from support.run import Run
from support.served import Server
from web import small_city
from web.chromium import Watched, watched_page
from web.visits import House, open_house

from app.auth.subjects import Role

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def served(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("regulator")
    with open_house(run, folder) as house:
        _fill(house)
        settings = {"database_url": house.app.state.settings.database_url}
    # The service's own clock has gone on since: a worker would find months late that the test does not know of.
    server = Server(settings | {"worker_in_server": "false"}, folder)
    server.start()
    yield server
    server.stop()


def _fill(house: House) -> None:
    city.gangue_to_blocks(house.people, fly_ash="20")
    # Two sites lose 800 t each, one for each way through.
    lost = {"waste": "SW06", "generated_tonnes": "900", "closing_stock_tonnes": "100"}
    for firm in (city.PLANT, city.WORKS):
        city.file(house.people, firm, lost, month="2025-04")
    Town(house.people.client, house.people, house.database, house.app.state.settings, house.clock).work()
    house.user(Role.REGULATOR, region="1402")


def sign_in(watched: Watched, served: Server) -> None:
    page = watched.page
    page.goto(f"{served.url}/sign-in")
    page.get_by_label("用户名").fill("regulator")
    page.get_by_label("密码").fill(small_city.PASSWORD)
    page.get_by_role("button", name="登录").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_rate_to_a_decision(browser: "Browser", served: Server, *, scripts: bool) -> None:
    with watched_page(browser, scripts=scripts) as watched:
        page = watched.page
        sign_in(watched, served)
        assert page.locator("#tile-untracked .value").inner_text() != "0"
        page.get_by_role("link", name="链条").click()
        bars = page.locator("#chart-chain rect.bar")
        bands = page.locator("#chart-chain path.band")
        assert bars.count() >= 6
        assert bands.count() >= 6
        box = bars.first.bounding_box()
        assert box is not None
        assert box["height"] > 100, "the picture is drawn, not only there"
        page.locator("#chart-chain a.node", has_text="煤矸石发电").first.click()
        assert page.locator("#behind li:visible").count() == 1
        page.locator("#behind a").first.click()
        assert page.locator("#ends .share-bar rect.mark").count() >= 1
        page.get_by_role("link", name="线索").first.click()
        page.locator("select[name=rule]").select_option("line_balance")
        page.get_by_role("button", name="查看").click()
        page.locator("ol.cases h2 a").first.click()
        assert page.locator("#figures tbody tr").count() >= 1
        page.locator("textarea[name=reason]").first.fill("请说明去向")
        page.get_by_role("button", name="发出通知").click()
        assert page.get_by_role("status").inner_text() == "已通知企业。"
        assert "已通知，待答复" in page.locator("header.title").inner_text()
        page.reload()
        assert page.get_by_role("status").count() == 0
        # What cannot be undone opens first, by keyboard as well.
        summary = page.locator("summary", has_text="不予认定")
        summary.focus()
        page.keyboard.press("Enter")
        page.locator("details[open] textarea").fill("系过磅误差")
        page.get_by_role("button", name="不予认定").click()
        assert "不予认定" in page.locator("header.title").inner_text()
        assert watched.hosts == {served.url.removeprefix("http://")}
        assert watched.complaints == []


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_is_wider_than_the_screen(browser: "Browser", served: Server, width: int) -> None:
    with watched_page(browser, width=width) as watched:
        page = watched.page
        sign_in(watched, served)
        for path in (
            "/",
            "/chain",
            "/findings",
            "/permits",
            "/targets",
            f"/sites/{city.site(city.MINE)}/trace",
        ):
            for language in ("zh", "en"):
                page.goto(f"{served.url}{path}?lang={language}")
                beyond = page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                assert beyond <= 0, f"{path} in {language} is {beyond} px too wide"
        assert watched.complaints == []
