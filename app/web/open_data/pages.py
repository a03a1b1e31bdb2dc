"""The page of the open data: what there is, under which licence, what each column means."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.auth.dependencies import public
from app.http.dependencies import Now, Reading, SettingsDep
from app.open_data import service
from app.web.access import Visitor
from app.web.open_data.view import view_of
from app.web.page_route import PageRoute
from app.web.rendering import language_for, person_of, render

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get(
    "/open-data", dependencies=[Depends(public("what is published is for everybody, once it is switched on"))]
)
def open_data_page(
    request: Request,
    session: Reading,
    settings: SettingsDep,
    now: Now,
    visitor: Visitor,
    year: Annotated[int | None, Query(ge=1990, le=2199)] = None,
) -> Response:
    """Show the rates of regions of a year and lead to the files."""
    years = service.years(session, settings, now)
    found = service.published(session, settings, now, year) if years or year is not None else None
    page = view_of(found, years, language_for(request), settings)
    return render(request, "open_data/page.html", {"page": page, "person": person_of(visitor)})
