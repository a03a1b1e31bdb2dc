"""The page of a sandbox: how far the integrator is. Hung into a service that is one, by app/main.py."""

from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.auth.dependencies import public
from app.http.dependencies import Reading
from app.sandbox import service
from app.sandbox.service import Result
from app.web.access import Visitor
from app.web.languages import Language
from app.web.page_route import PageRoute
from app.web.rendering import language_for, person_of, render

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Row:
    """A scenario in the reader's language."""

    id: str
    title: str
    task: str
    state: str
    message: str
    evidence: tuple[tuple[str, str], ...]


@router.get("/sandbox", dependencies=[Depends(public("a sandbox holds nothing but made-up firms"))])
def sandbox_page(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Show every scenario and what was found of it."""
    found = service.results(session)
    language = language_for(request)
    values = {
        "rows": [_row(result, language) for result in found],
        "passed": str(service.passed_count(found)),
        "person": person_of(visitor),
    }
    return render(request, "sandbox/results.html", values)


def _row(result: Result, language: Language) -> Row:
    return Row(
        id=result.scenario.id,
        title=language.of(result.scenario.title),
        task=language.of(result.scenario.task),
        state=result.verdict.state.value,
        message=language.of(result.verdict.message),
        evidence=tuple(result.verdict.evidence.items()),
    )
