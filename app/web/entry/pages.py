"""The ledger pages: the months of one's sites, the form of a month, a ledger on file."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import JSONResponse
from starlette.datastructures import FormData
from starlette.responses import Response

from app.auth.sessions import PageSession
from app.auth.subjects import Role, Scope
from app.clock import local_date
from app.domain.ledger import LedgerState
from app.domain.periods import Month, MonthError
from app.http.dependencies import Now, Reading, SettingsDep, Writing
from app.http.fields import CodeText, LongText
from app.http.problems import NotFound
from app.ledgers.service import Filer, decide
from app.web import flash
from app.web.access import AUTHORITIES, ENTERPRISES, reader, writer
from app.web.entry import filing, gather, listing, showing
from app.web.entry.form import read_form
from app.web.entry.view import address
from app.web.page_route import PageRoute
from app.web.rendering import language_for, person_of, render

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_ROLES = ENTERPRISES | AUTHORITIES
Reader = Annotated[PageSession, Depends(reader(Scope.LEDGERS_READ, roles=_ROLES))]
Filing = Annotated[PageSession, Depends(writer(Scope.LEDGERS_WRITE, roles=ENTERPRISES))]
Deciding = Annotated[PageSession, Depends(writer(Scope.LEDGERS_READ, roles=AUTHORITIES))]
SiteCode = Annotated[CodeText, Path()]
_UNPROCESSABLE = 422
# A year of months must lie before it.
_EARLIEST = Month(1991, 12)


def month_of(month: Annotated[str, Path(max_length=7)]) -> Month:
    """Read the month of an address; what is none is a page that is not there."""
    try:
        return Month.parse(month)
    except MonthError:
        raise NotFound from None


MonthOf = Annotated[Month, Depends(month_of)]


def this_month(now: Now, settings: SettingsDep) -> Month:
    """Say which month it is on the wall."""
    return Month.of(local_date(now, settings.timezone))


ThisMonth = Annotated[Month, Depends(this_month)]


async def _sent(request: Request) -> FormData:
    return await request.form()


Sent = Annotated[FormData, Depends(_sent)]


@router.get("/ledgers")
def ledgers_page(
    request: Request,
    visit: Reader,
    session: Reading,
    today: ThisMonth,
    until: Annotated[str | None, Query(max_length=7)] = None,
    after: Annotated[CodeText | None, Query()] = None,
) -> Response:
    """Show which months of which sites are filed."""
    last = min(today, _month_or(until, gather.last_month(session, visit.subject, today)))
    found = gather.many_sites(session, visit.subject, last, today.previous, after or "")
    page = listing.list_view(
        found, language_for(request), today, files=visit.subject.role is Role.ENTERPRISE, is_first=not after
    )
    return render(request, "entry/list.html", {"page": page, "person": person_of(visit)})


def _month_or(text: str | None, otherwise: Month) -> Month:
    try:
        return max(Month.parse(text or ""), _EARLIEST)
    except MonthError:
        return otherwise


@router.get("/ledgers/{site}/{month}")
def ledger_page(
    request: Request,
    site: SiteCode,
    month: MonthOf,
    visit: Reader,
    session: Reading,
    today: ThisMonth,
    settings: SettingsDep,
    *,
    amend: Annotated[bool, Query()] = False,
) -> Response:
    """Show a ledger on file, or the form of a month that has none."""
    asked = gather.site_month(session, visit.subject, site, month, today)
    language = language_for(request)
    files = visit.subject.role is Role.ENTERPRISE
    is_filed = asked.ledger is not None and asked.ledger["state"] != "draft"
    if files and (amend or not is_filed):
        values = showing.begin_form(session, visit.subject, asked, language)
        return _form_page(request, visit, values)
    if asked.ledger is None:
        page: Any = showing.absent_view(asked, language)
        return render(request, "entry/absent.html", {"page": page, "person": person_of(visit)})
    shown = showing.show_ledger(session, visit.subject, asked, today, settings.timezone, language)
    return render(request, "entry/ledger.html", {"page": shown, "person": person_of(visit)})


def _form_page(request: Request, visit: PageSession, shown: dict[str, Any], status: int = 200) -> Response:
    return render(request, "entry/form.html", {**shown, "person": person_of(visit)}, status=status)


@router.post("/ledgers/{site}/{month}")
def send_ledger(
    request: Request,
    site: SiteCode,
    month: MonthOf,
    visit: Filing,
    session: Writing,
    sent: Sent,
    now: Now,
    today: ThisMonth,
    action: Annotated[str, Form(max_length=20)] = "check",
) -> Response:
    """Take the form: check it, make room for more, save a draft, or file."""
    language = language_for(request)
    asked = gather.site_month(session, visit.subject, site, month, today)
    filled = read_form(sent.multi_items(), site, str(month))
    wanted = filing.Wanted.of(action, filled, asked)
    answer = filing.carry_out(session, wanted, Filer(visit.subject, now, today))
    if answer.filed is not None:
        return flash.go(address(site, month), answer.filed)
    shown = showing.again(session, visit.subject, asked, filled, answer, language)
    return _form_page(request, visit, shown, _UNPROCESSABLE if answer.refused else 200)


@router.post("/ledgers/{site}/{month}/check")
def check_ledger(
    request: Request,
    site: SiteCode,
    month: MonthOf,
    visit: Filing,
    session: Writing,
    sent: Sent,
    now: Now,
    today: ThisMonth,
) -> Response:
    """Say what would be said of the form, field by field; nothing is kept."""
    asked = gather.site_month(session, visit.subject, site, month, today)
    filled = read_form(sent.multi_items(), site, str(month))
    answer = filing.carry_out(
        session, filing.Wanted.of("check", filled, asked), Filer(visit.subject, now, today)
    )
    said = filing.said(answer, filled, language_for(request))
    return JSONResponse({name: [[each.severity, each.words] for each in all_] for name, all_ in said.items()})


@router.post("/ledgers/{site}/{month}/decision")
def decide_on_ledger(
    site: SiteCode,
    month: MonthOf,
    visit: Deciding,
    session: Writing,
    now: Now,
    today: ThisMonth,
    to: Annotated[str, Form(pattern="^(accepted|returned)$", max_length=10)],
    reason: Annotated[LongText | None, Form()] = None,
) -> Response:
    """Accept or return a ledger."""
    asked = gather.site_month(session, visit.subject, site, month, today)
    if asked.ledger is None:
        raise NotFound
    decide(session, visit.subject, filing.id_of(asked.ledger), LedgerState(to), reason, now)
    return flash.go(
        address(site, month), "ledger_accepted" if to == LedgerState.ACCEPTED else "ledger_returned"
    )
