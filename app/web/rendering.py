"""Templates to answers: one environment, everything escaped, undefined names refused."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from app.auth.sessions import PageSession
from app.auth.subjects import Role
from app.settings import Settings
from app.web import flash, forms, navigation
from app.web.languages import COOKIE, Language, language_of
from app.web.texts import rich, text
from app.web.themes import COOKIE as THEME_COOKIE
from app.web.themes import Theme, theme_of

HERE = Path(__file__).parent
STATIC = HERE / "static"
STATIC_PATH = "/static"
_YEAR_S = 365 * 24 * 3600
# Bytes from which a page is compressed, and how hard: a millisecond for a seventh of the size.
_COMPRESSED_FROM = 4_000
_COMPRESSION = 3


@cache
def _fingerprint() -> str:
    """Name the state of the static files, so that browsers may keep them until they change."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["static"] = static_url
    return environment


def static_url(name: str) -> str:
    """Address a static file by what is in it."""
    return f"{STATIC_PATH}/{name}?v={_fingerprint()}"


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in, as the head of every page shows it; `csrf` goes into the sign-out form."""

    name: str
    csrf: str
    role: Role


def person_of(session: PageSession | None) -> Person | None:
    """Show the person of a session."""
    if session is None:
        return None
    return Person(session.subject.name, forms.masked(session.csrf_token), session.subject.role)


def language_for(request: Request) -> Language:
    """Choose the language of an answer."""
    return language_of(request.query_params.get("lang"), request.cookies.get(COOKIE))


def render(
    request: Request,
    template: str,
    values: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HTMLResponse:
    """Fill a template in the reader's language; what is asked for by `?lang=` and `?theme=` is remembered."""
    language = language_for(request)
    done = flash.told(request, language)
    shell = _shell(request, language, (values or {}).get("person")) | {"done": done}
    html = _environment().get_template(template).render({**shell, **(values or {})})
    response = _answer(request, html, language, status)
    if done:
        flash.forget(response)
    for name, cookie, chosen in (("lang", COOKIE, language), ("theme", THEME_COOKIE, theme_for(request))):
        if request.query_params.get(name) == chosen:
            response.set_cookie(
                cookie,
                chosen,
                max_age=_YEAR_S,
                secure=request.url.scheme == "https",
                httponly=True,
                samesite="lax",
            )
    return response


def theme_for(request: Request) -> Theme:
    """Choose light or dark for an answer."""
    return theme_of(request.query_params.get("theme"), request.cookies.get(THEME_COOKIE))


def _shell(request: Request, language: Language, person: Person | None) -> dict[str, Any]:
    """What every page has: its words, its head."""
    places = navigation.places_for(person.role if person else None)
    return {
        "language": language,
        "t": partial(text, language=language),
        "rich": partial(rich, language=language),
        "languages": [(choice, _here_with(request, "lang", choice)) for choice in Language],
        "theme": theme_for(request),
        "themes": [(choice, _here_with(request, "theme", choice)) for choice in Theme],
        "path": request.url.path,
        "places": places,
        "here": navigation.current(places, request.url.path),
        "docs_page": _docs_page(request),
    }


def _answer(request: Request, html: str, language: Language, status: int) -> HTMLResponse:
    """Make the answer, compressed for whoever takes it so."""
    headers = {
        "Content-Language": language.html,
        "Cache-Control": "private, no-cache",
        "Vary": "Cookie, Accept-Encoding",
    }
    content = html.encode()
    if len(content) > _COMPRESSED_FROM and "gzip" in request.headers.get("accept-encoding", ""):
        content = gzip.compress(content, _COMPRESSION, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return HTMLResponse(content, status, headers)


def _docs_page(request: Request) -> bool:
    """Whether this service offers its documentation."""
    settings: Settings = request.app.state.settings
    return settings.docs_page


def _here_with(request: Request, name: str, choice: str) -> str:
    """Address this page in another language or look, whatever else its address says."""
    kept = [(key, value) for key, value in parse_qsl(request.url.query) if key != name]
    return f"{request.url.path}?{urlencode([*kept, (name, choice)])}"
