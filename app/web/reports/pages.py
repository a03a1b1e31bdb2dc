"""The pages of reports: what can be made, a report to read, its files."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from app.auth.sessions import PageSession
from app.auth.subjects import Role, Scope
from app.db.session import ReadSession
from app.domain.periods import Month
from app.http.dependencies import Now, Reading, SettingsDep
from app.http.problems import Forbidden, NotFound
from app.rates import repository as rates
from app.rates.repository import Scope as RateScope
from app.reports.figures import local
from app.reports.service import Format, answer
from app.reports.service import Language as Written
from app.web.access import AUTHORITIES, ENTERPRISES, reader
from app.web.chain import labels
from app.web.page_route import PageRoute
from app.web.rendering import language_for, person_of, render
from app.web.reports import sites
from app.web.reports.kind import Asked, Kind
from app.web.reports.kinds import KINDS, kind_of
from app.web.reports.view import Offer, panel, report_page

router = APIRouter(prefix="/reports", route_class=PageRoute, include_in_schema=False)

Reader = Annotated[PageSession, Depends(reader(Scope.RATES_READ, roles=AUTHORITIES | ENTERPRISES))]
Code = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9-]+$")]


@router.get("")
def index(request: Request, visit: Reader, session: Reading, settings: SettingsDep, now: Now) -> Response:
    """Show what the reader may have made."""
    kinds = [kind for kind in KINDS if kind.is_for(visit.subject)]
    offer = _offer(session, visit, local(now, settings.timezone), None, kinds)
    language = language_for(request)
    panels = [panel(kind, offer, {}, language) for kind in kinds]
    values = {"panels": panels, "sites": offer.sites, "person": person_of(visit)}
    return render(request, "reports/index.html", values)


@router.get("/{code}")
def show(
    request: Request, code: Code, visit: Reader, session: Reading, settings: SettingsDep, now: Now
) -> Response:
    """Show a report, or its form when something of it is not chosen yet."""
    kind, language, sent = _kind(code, visit), language_for(request), _sent(request)
    moment = local(now, settings.timezone)
    asked = Asked(session, visit.subject, moment, sent)
    offer = _offer(session, visit, moment, asked.region(), [kind])
    form = panel(kind, offer, sent, language)
    around = {"sites": offer.sites, "person": person_of(visit)}
    if any(field.required and not sent.get(field.name) for field in kind.fields):
        return render(request, "reports/form.html", {"panel": form, **around})
    page = report_page(kind, kind.make(asked), form, sent, language)
    return render(request, "reports/page.html", {"page": page, **around})


@router.get("/{code}/file")
def file(
    request: Request,
    code: Code,
    visit: Reader,
    session: Reading,
    settings: SettingsDep,
    now: Now,
    form: Annotated[Format, Query(alias="format")] = "pdf",
    language: Written = "zh",
) -> Response:
    """Give a report as a file."""
    kind = _kind(code, visit)
    asked = Asked(session, visit.subject, local(now, settings.timezone), _sent(request))
    return answer(kind.make(asked), form, language)


def _kind(code: str, visit: PageSession) -> Kind:
    kind = kind_of(code)
    if kind is None:
        raise NotFound
    if not kind.is_for(visit.subject):
        raise Forbidden
    return kind


def _sent(request: Request) -> Mapping[str, str]:
    return {name: value for name, value in request.query_params.items() if value}


def _offer(
    session: ReadSession, visit: PageSession, now: datetime, region: str | None, kinds: Sequence[Kind]
) -> Offer:
    subject = visit.subject
    asks_for_sites = any(field.kind == "site" for kind in kinds for field in kind.fields)
    near = sites.for_reader(session, subject) if asks_for_sites else sites.Sites()
    regions = {} if subject.role is Role.ENTERPRISE else labels.regions(session, subject, region)
    latest = rates.latest_month(session, subject, RateScope(*rates.EVER)) or Month.of(now.date())
    return Offer(regions, near, latest)
