"""The page of targets: gap, pace and projection of every target that applies to a region or base."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.auth.sessions import PageSession
from app.auth.subjects import Scope
from app.clock import local_date
from app.domain.errors import Fault
from app.http.dependencies import Now, Reading, SettingsDep
from app.http.problems import Invalid
from app.rates.progress import TargetsQuery, targets_progress
from app.rates.scope import query_fault
from app.rates.service import known_codes
from app.web import forms
from app.web.access import AUTHORITIES, reader
from app.web.chain import labels
from app.web.kept import Kept, data_version, sight_of
from app.web.overview import names
from app.web.page_route import PageRoute
from app.web.rendering import language_for, person_of, render
from app.web.targets.view import Names, TargetsPage, targets_page

router = APIRouter(prefix="/targets", route_class=PageRoute, include_in_schema=False)

Reader = Annotated[PageSession, Depends(reader(Scope.RATES_READ, roles=AUTHORITIES))]
_YEARS = range(1990, 2200)
_PAGES: Kept[TargetsPage] = Kept(32)


@router.get("")
def show(request: Request, visit: Reader, session: Reading, settings: SettingsDep, now: Now) -> Response:
    """Show the targets of a region or base."""
    faults: list[Fault] = []
    sent = request.query_params
    region, base = forms.region("region", sent, faults), forms.code("base", sent, faults)
    year = _year(sent.get("year", ""), faults)
    if base is not None and not known_codes(session, "bases", (base,)):
        faults.append(query_fault("base", "unknown_base", "没有此基地", "there is no such base"))
    if faults:
        raise Invalid(errors=faults)
    language, subject = language_for(request), visit.subject

    def drawn() -> TargetsPage:
        answer = targets_progress(session, subject, TargetsQuery(region, base, year), now)
        told = Names(
            place=labels.place_name(session, subject, answer.region, base),
            regions=labels.regions(session, subject, answer.region),
            bases=labels.bases(session),
            wastes={code: waste.name for code, waste in names.wastes(session).items()},
        )
        return targets_page(answer, year, told, language, settings.timezone)

    key = (sight_of(subject), region, base, year, language, local_date(now, settings.timezone))
    page = _PAGES.get((request.app.state.database, key), data_version(session), drawn)
    return render(request, "targets/page.html", {"page": page, "person": person_of(visit)})


def _year(value: str, faults: list[Fault]) -> int | None:
    if not value:
        return None
    if value.isascii() and value.isdigit() and len(value) == 4 and int(value) in _YEARS:
        return int(value)
    faults.append(query_fault("year", "bad_year", "应为如 2025 的年份", "a year such as 2025"))
    return None
