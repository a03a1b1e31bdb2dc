"""The site sheet: the whole picture of one site, for itself and for its regulator."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from app.auth.sessions import PageSession
from app.auth.subjects import Scope
from app.clock import local_date
from app.domain.periods import Month, MonthError
from app.http.dependencies import Now, Reading, SettingsDep
from app.http.fields import CodeText
from app.reports.site_forms.sheet_facts import MONTHS, sheet
from app.web.access import AUTHORITIES, ENTERPRISES, reader
from app.web.page_route import PageRoute
from app.web.rendering import language_for, person_of, render
from app.web.site_sheet.view import sheet_view

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Reader = Annotated[PageSession, Depends(reader(Scope.LEDGERS_READ, roles=ENTERPRISES | AUTHORITIES))]
_EARLIEST = Month(1990, 1).plus(MONTHS)


@router.get("/sites/{site}")
def site_page(
    request: Request,
    site: Annotated[CodeText, Path()],
    visit: Reader,
    session: Reading,
    settings: SettingsDep,
    now: Now,
    until: Annotated[str, Query(max_length=7)] = "",
    waste: Annotated[str, Query(max_length=4, pattern=r"^(SW[0-9]{2})?$")] = "",
) -> Response:
    """Show the sheet of a site."""
    today = local_date(now, settings.timezone)
    found = sheet(session, visit.subject, site, _month(until, Month.of(today)), waste or None, today)
    page = sheet_view(found, language_for(request))
    return render(request, "site_sheet/page.html", {"page": page, "person": person_of(visit)})


def _month(text: str, latest: Month) -> Month | None:
    try:
        return max(_EARLIEST, min(Month.parse(text), latest))
    except MonthError:
        return None
