"""Every page in a real browser: axe-core finds nothing, in both languages, light and dark, and no other host is asked."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select
from starlette.responses import Response
from support.databases import fill_demo, filled_database
from support.run import Run
from support.served import Server
from web.chromium import Watched, watched_page
from web.every_page import (
    ADMIN,
    FIRM,
    NOT_LOOKED_AT,
    PAGES,
    REGULATOR,
    STRANGER,
    Look,
    Walked,
    looks,
    prepare,
    routes,
    with_custody,
)

from app.auth import sessions
from app.auth.models import User
from app.clock import system_clock
from app.db.engine import make_engines
from app.db.session import Database
from app.findings.evaluation import evaluate_all
from app.findings.reading_sites import When
from app.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LANGUAGES = ("zh", "en")
_COLOURS = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
_ALL_BUT_COLOURS = {"rules": {"color-contrast": {"enabled": False}}, "resultTypes": ["violations"]}


def test_every_page_is_looked_at() -> None:
    there = routes()
    missing = sorted(there - set(PAGES) - NOT_LOOKED_AT)
    assert not missing, "no line in tests/web/every_page.py: " + ", ".join(missing)
    gone = sorted((set(PAGES) | NOT_LOOKED_AT) - there)
    assert not gone, "a line without a page: " + ", ".join(gone)


@pytest.fixture(scope="module")
def city(
    run: Run, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Walked, dict[str, str]]]:
    """Serve the demo city with a few findings; gives a session for everybody who looks."""
    folder: Path = tmp_path_factory.mktemp("every-page")
    with filled_database("sqlite", run, folder, fill_demo) as url:
        settings = Settings(database_url=url)
        engines = make_engines(settings)
        try:
            database = Database(engines)
            now = system_clock()
            evaluate_all(database, When(now, settings.timezone), rule_ids=["pair_disagreement"])
            walked = prepare(database)
            cookies = {user: _session(database, user, settings) for user in (ADMIN, REGULATOR, FIRM)}
        finally:
            engines.dispose()
        options = {
            "database_url": url,
            "public_page": "true",
            "rate_limits": "false",
            "worker_in_server": "false",
        }
        server = Server(options, folder)
        server.start()
        yield server, with_custody(walked, server.url), cookies
        server.stop()


def _session(database: Database, username: str, settings: Settings) -> str:
    """The cookie of a person who has signed in."""
    with database.reading() as session:
        user = session.scalars(select(User).where(User.username == username)).one()
        subject = sessions.subject_of_user(session, user)
    answer = Response()
    sessions.start(answer, subject, settings=settings, now=system_clock())
    return answer.headers["set-cookie"].partition(";")[0].partition("=")[2]


@pytest.mark.parametrize("user", [STRANGER, ADMIN, FIRM, REGULATOR])
def test_no_page_breaks_a_rule_of_accessibility_or_asks_another_host(
    browser: "Browser", city: tuple[Server, Walked, dict[str, str]], user: str
) -> None:
    server, walked, cookies = city
    broken: list[str] = []
    with watched_page(browser) as watched:
        if user != STRANGER:
            watched.page.context.add_cookies(
                [{"name": sessions.COOKIE, "value": cookies[user], "url": server.url}]
            )
        for look in looks(walked):
            if look.user == user:
                broken += [
                    fault for language in LANGUAGES for fault in _faults(watched, server, look, language)
                ]
        assert not broken, "\n".join(broken)
        assert watched.hosts == {server.url.removeprefix("http://")}
        refused = [told for told in watched.complaints if not re.search(r"status of 4\d\d", told)]
        assert refused == []


def _faults(watched: Watched, server: Server, look: Look, language: str) -> list[str]:
    """Open a page in one language, light, then dark: whatever axe-core says of it."""
    page = watched.page
    # Without motion: a colour that is on its way to another one is neither.
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    separator = "&" if "?" in look.address else "?"
    answer = page.goto(f"{server.url}{look.address}{separator}lang={language}")
    assert answer is not None
    found = [] if answer.status == look.status else [f"{look.address}: {answer.status}"]
    axe = Axe()
    if language != LANGUAGES[0]:
        # Colours do not depend on the language, and to look at them takes longest.
        return found + _told(look, language, axe.run(page, options=_ALL_BUT_COLOURS).response)
    found += _told(look, language, axe.run(page).response)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    return found + _told(look, "dark", axe.run(page, options=_COLOURS).response)


def _told(look: Look, how: str, result: dict[str, Any]) -> list[str]:
    return [
        f"{look.address} ({how}) {violation['id']}: {node['target']} {node['html'][:160]}"
        for violation in result["violations"]
        for node in violation["nodes"][:3]
    ]
