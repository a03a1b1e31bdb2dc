"""Hanging the files of the pages and the documentation into the service."""

from os import PathLike, stat_result

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.auth.provider import Provider
from app.http.handlers import problem_response
from app.http.problems import NotFound, Problem
from app.settings import Settings
from app.web import docs_pages
from app.web.docs import swagger_folder
from app.web.page_route import problem_page
from app.web.rendering import STATIC, STATIC_PATH

_YEAR_S = 365 * 24 * 3600
_OF_MACHINES = ("v1", "oauth")


class KeptFiles(StaticFiles):
    """Static files that browsers keep: an address that names the content never changes its meaning."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Let addresses with a fingerprint be kept for a year, others be asked for again."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        named = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = f"public, max-age={_YEAR_S}, immutable" if named else "no-cache"
        return response


def install(app: FastAPI, settings: Settings) -> None:
    """Add the files of the pages and who else lets people in; the documentation only where the settings want it."""
    app.state.provider = Provider(settings) if settings.oidc_issuer else None
    app.add_exception_handler(NotFound.status, _not_found)
    app.mount(STATIC_PATH, KeptFiles(directory=STATIC), name="static")
    if settings.docs_page:
        app.mount(docs_pages.ASSETS_PATH, KeptFiles(directory=swagger_folder()), name="docs-assets")
        app.include_router(docs_pages.router)


def _not_found(request: Request, _error: Exception) -> Response:
    return refusal(request, NotFound())


def refusal(request: Request, problem: Problem) -> Response:
    """Tell a refusal that no route has made: by a page to a person with a browser, by a problem to a machine."""
    wants_page = "text/html" in request.headers.get("accept", "")
    if wants_page and request.url.path.strip("/").partition("/")[0] not in _OF_MACHINES:
        return problem_page(request, problem)
    return problem_response(request, problem)
