"""The trace page: who a site's tonnes come from, or where they go and end."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from app.auth.sessions import PageSession
from app.auth.subjects import Scope
from app.http.dependencies import Now, Reading, SettingsDep
from app.web.access import reader
from app.web.page_route import PageRoute
from app.web.rendering import language_for, person_of, render
from app.web.trace.gather import TraceAsked, gather
from app.web.trace.view import trace_page

router = APIRouter(prefix="/sites", route_class=PageRoute, include_in_schema=False)

Reader = Annotated[PageSession, Depends(reader(Scope.CHAINS_READ))]
SiteCode = Annotated[str, Path(max_length=64, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$")]


@router.get("/{code}/trace")
def show(
    request: Request, code: SiteCode, visit: Reader, session: Reading, settings: SettingsDep, now: Now
) -> Response:
    """Show a waste of a site up or down its ways, as far as the reader may see."""
    figures = gather(session, visit.subject, TraceAsked.of(code, request.query_params), now)
    page = trace_page(figures, language_for(request), settings.timezone)
    return render(request, "trace/page.html", {"page": page, "person": person_of(visit)})
