"""The pages of certificates: list and issue, one with its QR code, revoke; and the public one, open to everybody."""

import uuid
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.auth.dependencies import public
from app.auth.sessions import PageSession
from app.auth.subjects import Role, Scope
from app.batches.models import ProductBatch
from app.certificates import service
from app.certificates.schemas import CertificateIn, RevocationIn
from app.clock import local_date
from app.db.session import ReadSession
from app.domain.custody.certificates import read_code
from app.domain.periods import Month
from app.domain.permits.execution import PeriodError, Span
from app.http.dependencies import Now, Reading, SettingsDep, Writing
from app.http.problems import Conflict, Invalid, NotFound
from app.web import flash, forms
from app.web.access import AUTHORITIES, ENTERPRISES, Visitor, reader, writer
from app.web.batches import gather
from app.web.certificates import view
from app.web.page_route import Again, PageRoute, faults_in_words
from app.web.rendering import language_for, person_of, render

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Reader = Annotated[PageSession, Depends(reader(Scope.LEDGERS_READ, roles=AUTHORITIES | ENTERPRISES))]
Issuing = Annotated[PageSession, Depends(writer(Scope.LEDGERS_WRITE, roles=ENTERPRISES))]
Code = Annotated[str, Path(max_length=24)]
_UNPROCESSABLE, _SEE_OTHER, _NOT_FOUND = 422, 303, 404
_SHOWN = 100
_WASTES = 3
_FIELDS = ("site", "reference", "period", "product", "grade", "product_tonnes", "recipient", "signed_by")
_MOST_CHARACTERS = 2_000


async def _sent(request: Request) -> FormData:
    return await request.form(max_fields=40)


@router.get("/certificates")
def show_list(
    *,
    request: Request,
    visit: Reader,
    session: Reading,
    settings: SettingsDep,
    now: Now,
    site: Annotated[str, Query(max_length=64)] = "",
    period: Annotated[str, Query(max_length=7)] = "",
    cursor: Annotated[uuid.UUID | None, Query()] = None,
) -> Response:
    """Show the certificates that one may see, and the account of a site and quarter."""
    sites = gather.sites(session, visit.subject, ProductBatch)
    if site and site not in dict(sites):
        raise NotFound
    chosen = site or (sites[0][0] if sites else "")
    newest = gather.newest_month(session, chosen, local_date(now, settings.timezone), ProductBatch)
    quarter = period if _is_quarter(period) else _quarter_of(newest)
    page = _list(request, visit, session, (chosen, quarter), sites, cursor)
    return render(request, "certificates/list.html", {"page": page, "person": person_of(visit)})


def _is_quarter(text: str) -> bool:
    try:
        return Span.parse(text).kind == "quarter"
    except PeriodError:
        return False


def _quarter_of(month: Month) -> str:
    return f"{month.year}-Q{(month.number + 2) // 3}"


def _list(
    request: Request,
    visit: PageSession,
    session: ReadSession,
    of: tuple[str, str],
    sites: gather.Choices,
    cursor: uuid.UUID | None,
    **refilled: Any,
) -> view.ListPage:
    language, subject, (site, period) = language_for(request), visit.subject, of
    items, following = service.page(session, subject, service.CertificateQuery(limit=_SHOWN, cursor=cursor))
    account = service.account(session, subject, site, period) if site else {"wastes": (), "products": ()}
    return view.ListPage(
        rows=tuple(view.row(item, language) for item in items),
        next="" if following is None else f"/certificates?{urlencode({'cursor': following})}",
        sites=sites,
        site=site,
        period=period,
        account=view.account_rows(account, language),
        products=gather.products(session, language),
        wastes=gather.wastes(session, language),
        can_write=subject.role is Role.ENTERPRISE,
        **refilled,
    )


@router.post("/certificates")
def issue(
    request: Request,
    visit: Issuing,
    sent: Annotated[FormData, Depends(_sent)],
    session: Writing,
    settings: SettingsDep,
    now: Now,
) -> Response:
    """Issue a certificate; what is refused is shown with the form as it was filled."""
    values = {name: str(value)[:_MOST_CHARACTERS].strip() for name, value in sent.items() if name != "csrf"}
    stated: dict[str, Any] = {name: values[name] for name in _FIELDS if values.get(name)}
    stated["content"] = _content(values)
    signer = service.signer_of(settings)
    issuer = service.Issuer(visit.subject, now, local_date(now, settings.timezone), signer)
    try:
        made, is_new = service.issue(session, forms.valid(CertificateIn, **stated), issuer)
    except (Invalid, Conflict) as problem:
        raise Again(_again(request, visit, session, values, problem, issuer.today)) from None
    code = service.by_id(session, visit.subject, made)["code"]
    return flash.go(f"/certificates/{code}", "certificate_issued" if is_new else "certificate_there")


def _content(values: dict[str, str]) -> list[dict[str, str]]:
    """The rows of the form in which something stands."""
    found = []
    for place in range(1, _WASTES + 1):
        row = {"waste": values.get(f"waste_{place}", ""), "tonnes": values.get(f"tonnes_{place}", "")}
        if any(row.values()):
            found.append({key: value for key, value in row.items() if value})
    return found


def _again(
    request: Request,
    visit: PageSession,
    session: ReadSession,
    values: dict[str, str],
    problem: Invalid | Conflict,
    today: date,
) -> Response:
    sites = gather.sites(session, visit.subject, ProductBatch)
    site, period = values.get("site", ""), values.get("period", "")
    chosen = site if site in dict(sites) else (sites[0][0] if sites else "")
    of = (chosen, period if _is_quarter(period) else _quarter_of(Month.of(today)))
    faults = tuple(faults_in_words(problem, language_for(request)))
    page = _list(request, visit, session, of, sites, None, values=values, faults=faults)
    shown = {"page": page, "person": person_of(visit)}
    return render(request, "certificates/list.html", shown, status=_UNPROCESSABLE)


@router.get("/certificates/{code}")
def show_one(
    request: Request, code: Code, visit: Reader, session: Reading, settings: SettingsDep
) -> Response:
    """Show one certificate with its QR code."""
    item = service.one(session, visit.subject, code)
    address = service.public_address(settings.public_url or str(request.base_url), item["code"])
    page = view.own_page(
        item,
        language_for(request),
        settings.timezone,
        address=address,
        qr=view.qr_drawing(address, service.qr_path(address), language_for(request)),
        can_write=visit.subject.role is Role.ENTERPRISE,
    )
    return render(request, "certificates/one.html", {"page": page, "person": person_of(visit)})


@router.post("/certificates/{code}/revocation")
def revoke(
    code: Code,
    visit: Issuing,
    session: Writing,
    now: Now,
    reason: Annotated[str, Form(max_length=_MOST_CHARACTERS)] = "",
) -> Response:
    """Revoke a certificate of one's own."""
    asked = forms.valid(RevocationIn, reason=reason)
    service.revoke(session, visit.subject, code, asked.reason, now)
    return flash.go(f"/certificates/{code}", "certificate_revoked")


_ANYBODY = Depends(public("whoever was handed a certificate may check it"))


@router.get("/c", dependencies=[_ANYBODY])
def ask(request: Request, visitor: Visitor, code: Annotated[str, Query(max_length=24)] = "") -> Response:
    """Take a code and lead to its page."""
    read = read_code(code)
    if read is not None:
        return RedirectResponse(f"/c/{read}", _SEE_OTHER)
    values = {"page": None, "asked": code.strip(), "person": person_of(visitor)}
    return render(request, "certificates/public.html", values, status=_UNPROCESSABLE if code.strip() else 200)


@router.get("/c/{code}", dependencies=[_ANYBODY])
def check(
    request: Request, code: Code, visitor: Visitor, session: Reading, settings: SettingsDep
) -> Response:
    """Show anybody what a code certifies, and whether it stands."""
    try:
        item = service.public(session, code)
    except NotFound:
        values = {"page": None, "asked": code, "person": person_of(visitor)}
        return render(request, "certificates/public.html", values, status=_NOT_FOUND)
    page = view.public_page(item, language_for(request), settings.timezone)
    shown = {"page": page, "asked": "", "person": person_of(visitor)}
    return render(request, "certificates/public.html", shown)
