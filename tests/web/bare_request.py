"""A request without a service behind it: enough to render a page."""

from types import SimpleNamespace

from starlette.requests import Request

from app.settings import Settings
from app.web.languages import Language


def bare_request(language: Language, query: str = "") -> Request:
    """Ask for the start page in a language."""
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": "/",
            "query_string": "&".join(part for part in (f"lang={language}", query) if part).encode(),
            "headers": [],
            "server": ("huanlian.test", 80),
            "scheme": "http",
            "app": SimpleNamespace(state=SimpleNamespace(settings=Settings())),
        }
    )
