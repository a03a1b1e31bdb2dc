"""The page that a figure of the overview leads to: what it is the sum of, down to the ledgers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.auth.sessions import PageSession
from app.auth.subjects import Role, Scope
from app.domain.errors import Fault
from app.http.dependencies import Now, Reading, SettingsDep
from app.http.problems import Invalid
from app.web import forms
from app.web.access import AUTHORITIES, reader
from app.web.figures.gather import gather
from app.web.figures.view import figures_page
from app.web.overview.footings import PARTS_PATH
from app.web.page_route import PageRoute
from app.web.rendering import language_for, person_of, render

router = APIRouter(prefix=PARTS_PATH, route_class=PageRoute, include_in_schema=False)

Reader = Annotated[PageSession, Depends(reader(Scope.RATES_READ, roles=AUTHORITIES | {Role.ENTERPRISE}))]


@router.get("")
def show(request: Request, visit: Reader, session: Reading, settings: SettingsDep, now: Now) -> Response:
    """Take a figure apart by site, or that of a site by month."""
    sent = request.query_params
    faults: list[Fault] = []
    site = forms.code("site", sent, faults)
    figure = forms.code("figure", sent, faults) or ""
    if faults:
        raise Invalid(errors=faults)
    parts = gather(session, visit.subject, forms.asked_of(sent), site, now)
    page = figures_page(parts, figure, language_for(request), settings.timezone)
    return render(request, "figures/page.html", {"page": page, "person": person_of(visit)})
