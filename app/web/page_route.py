"""Routes of pages: whatever is refused or fails is told as a page, not as JSON."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.http.problems import Forbidden, Invalid, NotFound, Problem
from app.web.rendering import Person, language_for, render

_log = structlog.get_logger("huanlian.web")
_STATES = {Forbidden.status: "no_rights", NotFound.status: "not_found", Invalid.status: "invalid"}
_BUSY = 503
_CRASHED = 500


class PageRoute(APIRoute):
    """A route whose refusals are pages in the reader's language."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the route."""
        handle = super().get_route_handler()

        async def handle_as_page(request: Request) -> Response:
            try:
                return await handle(request)
            except Problem as problem:
                return problem_page(request, problem)
            except (OperationalError, PoolTimeout) as error:
                _log.warning("database_unavailable", error=type(error).__name__)
                return state_page(request, "failed", _BUSY)
            except Exception as error:  # noqa: BLE001 - the last resort: a page instead of nothing, and a log line
                _log.error("unhandled", error=type(error).__name__, exc_info=error)
                return state_page(request, "failed", _CRASHED)

        return handle_as_page


def problem_page(request: Request, problem: Problem, person: Person | None = None) -> Response:
    """Tell a refusal."""
    language = language_for(request)
    faults = [language.of(fault.message) for fault in problem.errors]
    return state_page(request, _STATES.get(problem.status, "failed"), problem.status, faults, person)


def state_page(
    request: Request, state: str, status: int, faults: Sequence[str] = (), person: Person | None = None
) -> Response:
    """Show one of the states that are not the page that was asked for."""
    request_id = getattr(request.state, "request_id", "") if state == "failed" else ""
    values = {"state": state, "faults": faults, "request_id": request_id, "person": person}
    return render(request, "state.html", values, status=status)
