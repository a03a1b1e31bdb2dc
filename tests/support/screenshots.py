"""The pictures of docs/tour.md, taken of the demo city by a browser: `make screenshots`.

A city of its own is made in a temporary folder; each picture is a page as its people see it, in both languages.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.served import Server  # noqa: E402 - found by the line above
from web.chromium import chromium_path, running_browser  # noqa: E402 - same

from app.auth.subjects import Role  # noqa: E402 - same
from app.cli.serving import prepare  # noqa: E402 - same
from app.clients import service as clients  # noqa: E402 - same
from app.clock import system_clock  # noqa: E402 - same
from app.db.engine import make_engines  # noqa: E402 - same
from app.db.session import Database  # noqa: E402 - same
from app.findings.evaluation import evaluate_all  # noqa: E402 - same
from app.findings.reading_sites import When  # noqa: E402 - same
from app.settings import Settings  # noqa: E402 - same

IMAGES = ROOT / "docs" / "images"
_WIDTH, _HEIGHT = 1280, 860
_REGULATOR, _FIRM, _RECEIVER, _ADMIN = "demo-regulator", "demo-power", "demo-cement", "admin"


def _to_flows(page: Page) -> None:
    page.evaluate("document.querySelector('#flows').scrollIntoView()")


def _to_regions(page: Page) -> None:
    page.evaluate("document.querySelector('#regions').scrollIntoView()")


def _into_a_figure(page: Page) -> None:
    page.locator("#tile-generated h2 a").click()


def _to_a_choice(page: Page) -> None:
    page.locator("#people summary").first.click()


def _into_a_trace(page: Page) -> None:
    page.locator("#behind a").first.click()


def _into_a_finding(page: Page) -> None:
    page.locator("ol.cases h2 a").first.click()


def _into_a_permit(page: Page) -> None:
    page.locator("#table-permits th a").first.click()


def _into_a_month(page: Page) -> None:
    page.locator("main a[href^='/ledgers/']").first.click()


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its name, who looks, where, and what is pressed before it is taken."""

    name: str
    user: str
    path: str
    press: Callable[[Page], None] | None = None


SHOTS = (
    Shot("overview", _REGULATOR, "/"),
    Shot("regions", _REGULATOR, "/", _to_regions),
    Shot("figures", _REGULATOR, "/", _into_a_figure),
    Shot("chain", _REGULATOR, "/chain", _to_flows),
    Shot("trace", _REGULATOR, "/chain?node=waste:SW02", _into_a_trace),
    Shot("findings", _REGULATOR, "/findings"),
    Shot("finding", _REGULATOR, "/findings?rule=pair_disagreement", _into_a_finding),
    Shot("permits", _REGULATOR, "/permits?view=departing"),
    Shot("permit", _REGULATOR, "/permits?view=departing", _into_a_permit),
    Shot("targets", _REGULATOR, "/targets"),
    Shot("plan", _REGULATOR, "/targets/plan"),
    Shot("forecast", _REGULATOR, "/targets/forecast?year=2022&through=2022-08"),
    Shot("reports", _REGULATOR, "/reports"),
    Shot("leaders", _REGULATOR, "/leaders?year=2022"),
    # Last: the choice is remembered.
    Shot("dark", _REGULATOR, "/?theme=dark"),
    Shot("people", _ADMIN, "/admin/users", _to_a_choice),
    Shot("ledgers", _FIRM, "/ledgers"),
    Shot("ledger", _FIRM, "/ledgers", _into_a_month),
    Shot("inbox", _RECEIVER, "/inbox"),
    Shot("upload", _FIRM, "/upload"),
)


@contextmanager
def demo_city(folder: Path) -> Iterator[tuple[Server, dict[str, str]]]:
    """Make the demo city, run the rules over it and serve it; gives the passwords by user name."""
    url = f"sqlite:///{folder / 'demo.db'}"
    settings = Settings(database_url=url)
    engines = make_engines(settings)
    try:
        database = Database(engines)
        logins = prepare(database)
        evaluate_all(database, When(system_clock(), settings.timezone))
        passwords = {login.username: login.password for login in logins} | {_ADMIN: _administrator(database)}
    finally:
        engines.dispose()
    server = Server({"database_url": url, "rate_limits": "false", "worker_in_server": "false"}, folder)
    server.start()
    try:
        yield server, passwords
    finally:
        server.stop()


def _administrator(database: Database) -> str:
    """Make the administrator whose pages are shown too; gives the password."""
    password = clients.unknown_password()
    with database.writing() as session:
        clients.create_user(
            session, username=_ADMIN, name="管理员", password=password, role=Role.ADMIN, now=system_clock()
        )
    return password


def signed_in(browser: Browser, server: Server, user: str, password: str, language: str) -> Page:
    """Open a browser of one's own and sign in."""
    locale = "zh-CN" if language == "zh" else "en-GB"
    context = browser.new_context(viewport={"width": _WIDTH, "height": _HEIGHT}, locale=locale)
    page = context.new_page()
    page.goto(f"{server.url}/sign-in?lang={language}")
    page.locator("[name=username]").fill(user)
    page.locator("[name=password]").fill(password)
    page.locator("main button").click()
    page.wait_for_load_state()
    return page


def main(*names: str) -> None:
    """Take every picture, or those of these names."""
    shots = [shot for shot in SHOTS if not names or shot.name in names]
    path = chromium_path()
    if path is None:
        sys.exit("Chromium is missing: apt-get install chromium fonts-noto-cjk")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="huanlian-screenshots-") as folder,
        demo_city(Path(folder)) as (server, passwords),
        running_browser(path) as browser,
    ):
        for language in ("zh", "en"):
            for user in (_REGULATOR, _FIRM, _RECEIVER, _ADMIN):
                page = signed_in(browser, server, user, passwords[user], language)
                for shot in shots:
                    if shot.user == user:
                        page.goto(f"{server.url}{shot.path}")
                        if shot.press is not None:
                            shot.press(page)
                        page.wait_for_load_state()
                        suffix = "" if language == "zh" else "-en"
                        page.screenshot(path=IMAGES / f"{shot.name}{suffix}.png")
                page.context.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
