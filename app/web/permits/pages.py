"""The pages of permits: the list of a territory, and one permit beside the ledgers of its site."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from app.auth.sessions import PageSession
from app.auth.subjects import Role, Scope
from app.clock import local_date
from app.domain.errors import Fault
from app.http.dependencies import Now, Reading, SettingsDep
from app.http.problems import Conflict, Invalid
from app.permits import reading
from app.permits.reports.compliance import compliance
from app.permits.reports.headroom import headroom
from app.rates.scope import query_fault, region_of
from app.web import forms, numbers
from app.web.access import AUTHORITIES, reader
from app.web.chain import labels
from app.web.overview import names
from app.web.page_route import PageRoute
from app.web.permits import gather
from app.web.permits.view import Writer
from app.web.rendering import language_for, person_of, render
from app.web.texts import text

router = APIRouter(prefix="/permits", route_class=PageRoute, include_in_schema=False)

_ROLES = AUTHORITIES | {Role.PERMIT_SYSTEM}
Reader = Annotated[PageSession, Depends(reader(Scope.PERMITS_READ, roles=_ROLES))]
Number = Annotated[str, Path(max_length=22, pattern=r"^[0-9A-Z]{18}[0-9]{3}[A-Z]$")]
_NUMBER_CHARACTERS = 22


@router.get("")
def show_list(request: Request, visit: Reader, session: Reading, settings: SettingsDep, now: Now) -> Response:
    """List the permits of the reader's territory."""
    faults: list[Fault] = []
    sent = request.query_params
    region = forms.region("region", sent, faults)
    view = sent.get("view") or gather.VIEWS[0]
    if view not in gather.VIEWS:
        faults.append(query_fault("view", "unknown_value", "没有这个选项", "this is not one of the choices"))
    if faults:
        raise Invalid(errors=faults)
    region = region_of(visit.subject, region)
    after = sent.get("after", "").replace("\0", "")[:_NUMBER_CHARACTERS]
    language = language_for(request)
    told = _writer(request, session, settings, now)
    found = gather.listed(session, visit.subject, view, region, after, told.today)
    as_of = text("footing.as_of", language, moment=numbers.moment(now, settings.timezone))
    regions = labels.regions(session, visit.subject, region)
    page = told.page(found, view, region, regions, as_of)
    return render(request, "permits/list.html", {"page": page, "person": person_of(visit)})


@router.get("/{number}")
def show_one(
    request: Request, number: Number, visit: Reader, session: Reading, settings: SettingsDep, now: Now
) -> Response:
    """Show one permit, and what the ledgers of its site are held to."""
    told = _writer(request, session, settings, now)
    subject, today = visit.subject, told.today
    permit = reading.one(session, subject, number, today)
    versions = reading.all_versions(session, subject, number)
    try:
        compared = compliance(session, subject, number, None, None, today)
    except Conflict:
        compared = None
    try:
        room = headroom(session, subject, number, None, today)
    except Conflict:
        room = None
    page = told.one(permit, compared, room, versions)
    return render(request, "permits/one.html", {"page": page, "person": person_of(visit)})


def _writer(request: Request, session: Reading, settings: SettingsDep, now: Now) -> Writer:
    wastes = {code: waste.name for code, waste in names.wastes(session).items()}
    return Writer(language_for(request), settings.timezone, local_date(now, settings.timezone), wastes)
