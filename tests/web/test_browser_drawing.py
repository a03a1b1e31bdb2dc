"""The overview in a real browser: every mark is seen, at every width, under the strict policy."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from web.bare_request import bare_request
from web.chromium import Watched, watched_page
from web.made_up_figures import INDUSTRIES, WASTES, city

from app.domain.periods import Month
from app.http.middleware import CONTENT_SECURITY_POLICY
from app.web.languages import Language
from app.web.overview.page import overview
from app.web.rendering import STATIC, STATIC_PATH, render

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

pytestmark = pytest.mark.browser

HOST = "http://huanlian.test"
MISSING = frozenset({Month(2021, 4), Month(2021, 5), Month(2021, 6), Month(2022, 8)})
TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".js": "text/javascript"}


def rendered(language: Language) -> bytes:
    shown = overview(city(MISSING), language, "Asia/Shanghai")
    values = {"page": shown, "person": None}
    return bytes(render(bare_request(language), "overview.html", values).body)


@contextmanager
def opened(
    browser: "Browser", language: Language, *, width: int = 1440, scripts: bool = True
) -> Iterator[Watched]:
    """Show the page as the service would send it, headers included, without a service."""

    def answer(route: "Route") -> None:
        path = route.request.url.removeprefix(HOST).partition("?")[0]
        headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "X-Content-Type-Options": "nosniff"}
        if path.startswith(STATIC_PATH):
            file = STATIC / path.removeprefix(f"{STATIC_PATH}/")
            route.fulfill(body=file.read_bytes(), headers={**headers, "Content-Type": TYPES[file.suffix]})
        else:
            page = rendered(language)
            route.fulfill(body=page, headers={**headers, "Content-Type": "text/html; charset=utf-8"})

    with watched_page(browser, width=width, scripts=scripts) as watched:
        watched.page.route("**/*", answer)
        watched.page.goto(f"{HOST}/")
        yield watched


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("width", [390, 1440, 2560])
def test_every_mark_is_seen(browser: "Browser", language: Language, width: int) -> None:
    with opened(browser, language, width=width) as watched:
        page = watched.page
        assert page.locator(".tile:visible").count() == 7
        assert page.locator("#chart-trend circle.mark:visible").count() == 24 - len(MISSING)
        assert page.locator("#chart-trend line.target").count() == 1
        assert page.locator("#chart-fates rect.part:visible").count() == 3 * (24 - len(MISSING))
        assert page.locator("#chart-by-waste rect.track:visible").count() == len(WASTES)
        assert page.locator("#chart-by-industry rect.value:visible").count() == len(INDUSTRIES)
        boxes = page.locator("#chart-fates rect.part").evaluate_all(
            "marks => marks.map(mark => mark.getBoundingClientRect()).map(box => [box.width, box.height])"
        )
        assert all(wide > 2 and high > 0.5 for wide, high in boxes), "a mark too small to see"
        assert watched.complaints == []
        assert watched.hosts == {"huanlian.test"}


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("width", [390, 768, 1440, 2560])
def test_nothing_sticks_out_of_the_page(browser: "Browser", language: Language, width: int) -> None:
    with opened(browser, language, width=width) as watched:
        page = watched.page
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        texts = page.locator("svg text").evaluate_all(
            "texts => texts.map(text => text.getBoundingClientRect()).map(box => [box.left, box.right])"
        )
        assert texts
        assert all(left >= 0 and right <= width for left, right in texts), "chart text outside the window"


@pytest.mark.parametrize("language", list(Language))
def test_on_a_telephone_the_fields_stay_in_line_and_the_head_takes_two_rows(
    browser: "Browser", language: Language
) -> None:
    with opened(browser, language, width=390) as watched:
        page = watched.page
        right_edge = page.locator(".tiles").evaluate("tiles => tiles.getBoundingClientRect().right")
        fields = page.locator("form.scope select, form.scope input:not([type=hidden])").evaluate_all(
            "fields => fields.map(field => field.getBoundingClientRect().right)"
        )
        assert len(fields) == 4
        assert all(right <= right_edge + 1 for right in fields)
        boxes = {
            name: page.locator(f".masthead .{name}").evaluate("part => part.getBoundingClientRect().toJSON()")
            for name in ("brand", "session", "main-nav", "languages")
        }
        assert max(boxes["brand"]["top"], boxes["session"]["top"]) < boxes["brand"]["bottom"]
        assert max(boxes["main-nav"]["top"], boxes["languages"]["top"]) < boxes["main-nav"]["bottom"]


def test_the_names_of_the_parts_fit_beside_the_bars_on_a_telephone(browser: "Browser") -> None:
    with opened(browser, Language.EN, width=390) as watched:
        chart = watched.page.locator("#chart-fates").bounding_box()
        assert chart is not None
        for name in ("used", "disposed", "stored"):
            box = watched.page.locator(f"#chart-fates > text:text-is('{name}')").bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= chart["x"] + chart["width"] + 1


def test_the_page_is_whole_without_scripts(browser: "Browser") -> None:
    with opened(browser, Language.ZH, scripts=False) as watched:
        page = watched.page
        assert page.locator("#chart-trend circle.mark:visible").count() == 24 - len(MISSING)
        page.locator("#trend summary").click()
        assert page.locator("#table-trend tbody tr:visible").count() == 24


def test_the_keyboard_reaches_content_links_and_tables(browser: "Browser") -> None:
    with opened(browser, Language.ZH) as watched:
        page = watched.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.locator("#trend summary").focus()
        page.keyboard.press("Enter")
        assert page.locator("#table-trend tbody tr:visible").count() == 24


def test_print_keeps_the_charts_and_drops_the_controls(browser: "Browser") -> None:
    with opened(browser, Language.ZH) as watched:
        page = watched.page
        page.emulate_media(media="print")
        assert page.locator("form.scope:visible").count() == 0
        assert page.locator("#chart-trend circle.mark:visible").count() == 24 - len(MISSING)
