"""Routes of pages: whatever is refused or fails is told as a page, not as JSON."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from app.auth import sessions
from app.domain.errors import Fault
from app.http.problems import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PayloadTooLarge,
    Problem,
    Unauthenticated,
)
from app.http.validation import faults_from
from app.web.languages import Language
from app.web.rendering import Person, language_for, person_of, render
from app.web.texts import text

_log = structlog.get_logger("huanlian.web")
_TOO_MANY = 429
_STATES = {
    Forbidden.status: "no_rights",
    NotFound.status: "not_found",
    Invalid.status: "invalid",
    _TOO_MANY: "too_many",
    Conflict.status: "conflict",
    PayloadTooLarge.status: "too_large",
}
_FIELDS = {
    "#query/region": "scope.region",
    "#query/waste": "scope.waste",
    "#query/metric": "scope.metric",
    "#query/from": "scope.from",
    "#query/to": "scope.to",
    "#query/year": "scope.year",
    "#query/base": "chain.base",
    "/text": "findings.respond.text",
    "/reason": "findings.reason",
    "/deadline": "findings.notify.deadline",
    "/assignee": "findings.assignee",
    "/code": "setup.code",
    "/username": "admin.username",
    "/password": "sign_in.password",
    "/name": "admin.name",
    "/role": "admin.role",
    "/enterprise": "admin.enterprise",
    "/region": "admin.region",
    "/credit_code": "admin.credit_code",
    "/industry": "admin.industry",
    "/reports_from": "admin.reports_from",
}
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_SEE_OTHER = 303
_BUSY = 503
_CRASHED = 500


class Again(Exception):  # noqa: N818 - not a failure: the form is shown again
    """Raised by a form's handler with the page to show instead: whatever the handler wrote is rolled back."""

    def __init__(self, page: Response) -> None:
        super().__init__()
        self.page = page


class PageRoute(APIRoute):
    """A route whose refusals are pages in the reader's language. What can be read can be asked for by HEAD."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        methods = self.methods or set()
        self.methods = methods | {"HEAD"} if "GET" in methods else methods

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the route."""
        handle = super().get_route_handler()

        async def handle_as_page(request: Request) -> Response:
            try:
                return await handle(request)
            except Again as again:
                return again.page
            except (Problem, RequestValidationError) as refusal:
                return _refused(request, refusal)
            except HTTPException as refusal:
                # The framework's own: a form with too many fields, a body that grew over its limit.
                return state_page(request, _STATES.get(refusal.status_code, "invalid"), refusal.status_code)
            except (OperationalError, PoolTimeout) as error:
                _log.warning("database_unavailable", error=type(error).__name__)
                return state_page(request, "failed", _BUSY)
            except Exception as error:  # noqa: BLE001 - the last resort: a page instead of nothing, and a log line
                _log.error("unhandled", error=type(error).__name__, exc_info=error)
                return state_page(request, "failed", _CRASHED)

        return handle_as_page


def to_sign_in(request: Request) -> Response:
    """Send a stranger to the door, and from there back to the page; a form's page is the one it stood on."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method not in _SAFE_METHODS:
        here = urlsplit(request.headers.get("referer", "/")).path or "/"
    return RedirectResponse(f"/sign-in?{urlencode({'next': here})}", _SEE_OTHER)


def _refused(request: Request, refusal: Problem | RequestValidationError) -> Response:
    if isinstance(refusal, Unauthenticated):
        return to_sign_in(request)
    problem = _unreadable(refusal) if isinstance(refusal, RequestValidationError) else refusal
    return problem_page(request, problem)


def _unreadable(error: RequestValidationError) -> Problem:
    """Read a path that names nothing as a page that is not there, anything else as faults of what was asked."""
    found = list(faults_from(error.errors(), split_place=True))
    if any(place == "path" for place, _ in found):
        return NotFound()
    pointers = {"query": "#query", "body": ""}
    return Invalid(
        errors=[
            Fault(pointers.get(place, f"#{place}") + fault.pointer, fault.code, fault.message)
            for place, fault in found
        ]
    )


def problem_page(request: Request, problem: Problem) -> Response:
    """Tell a refusal."""
    language = language_for(request)
    faults = faults_in_words(problem, language)
    page = state_page(request, _STATES.get(problem.status, "failed"), problem.status, faults)
    page.headers.update(problem.headers)
    return page


def faults_in_words(problem: Problem, language: Language) -> list[str]:
    """Say what is wrong, fault by fault; without any, the one sentence that goes beyond the title."""
    if problem.errors:
        return [_words(fault, language) for fault in problem.errors]
    return [language.heading(problem.detail)] if problem.detail != problem.title else []


def _words(fault: Fault, language: Language) -> str:
    """Say a fault with the name of its field, where the page has a name for it."""
    words = language.of(fault.message)
    name = _FIELDS.get(fault.pointer)
    return text("invalid.fault", language, name=text(name, language), fault=words) if name else words


def state_page(request: Request, state: str, status: int, faults: Sequence[str] = ()) -> Response:
    """Show one of the states that are not the page that was asked for."""
    request_id = getattr(request.state, "request_id", "") if state == "failed" else ""
    values = {"state": state, "faults": faults, "request_id": request_id, "person": _person(request)}
    return render(request, "state.html", values, status=status)


def _person(request: Request) -> Person | None:
    """Name who is signed in, by the cookie alone: the database may be what has failed."""
    state = request.app.state
    cookie = request.cookies.get(sessions.COOKIE)
    return person_of(sessions.read(cookie, settings=state.settings, now=state.clock()))
