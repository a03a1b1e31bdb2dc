"""A real browser for tests: Debian's Chromium, watched for requests to other hosts and refused content."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation",
  event => console.error("CSP " + event.violatedDirective + " " + event.blockedURI + " " + event.sourceFile));
"""


def chromium_path() -> str | None:
    """Find the browser; None when there is none."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@contextmanager
def running_browser(path: str) -> Iterator[Browser]:
    """Start the browser for a while."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield browser
        browser.close()


# Playwright keeps notes of its own on the object: no slots.
@dataclass
class Watched:
    """A page, the hosts it asked and what the console complained about."""

    page: Page
    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def note_request(self, request: Request) -> None:
        host = urlsplit(request.url).netloc
        if host:
            self.hosts.add(host)

    def note_message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def note_crash(self, error: Exception) -> None:
        self.complaints.append(str(error))


@contextmanager
def watched_page(
    browser: Browser, *, width: int = 1440, height: int = 900, scripts: bool = True, locale: str = "zh-CN"
) -> Iterator[Watched]:
    """Open a fresh profile with one watched page."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=scripts, locale=locale
    )
    context.add_init_script(_REPORT_VIOLATIONS)
    watched = Watched(context.new_page())
    watched.page.on("request", watched.note_request)
    watched.page.on("console", watched.note_message)
    watched.page.on("pageerror", watched.note_crash)
    yield watched
    context.close()
