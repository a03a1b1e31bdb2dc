"""The pages of batch forms and product batches: list and enter, one with its graph, withdraw."""

import uuid
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from app.auth.sessions import PageSession
from app.auth.subjects import Role, Scope
from app.batches import reading, trace, withdrawing
from app.batches.models import Batch, ProductBatch
from app.batches.recording import Outcome, Recorder, Result, record, record_products
from app.batches.schemas import BatchIn, ProductBatchIn, WithdrawalIn
from app.clock import local_date
from app.db.session import ReadSession
from app.domain.periods import Month
from app.http.dependencies import Now, Reading, SettingsDep, Writing
from app.http.fields import MonthText
from app.http.problems import Conflict, Invalid, NotFound, Problem
from app.web import flash, forms
from app.web.access import AUTHORITIES, ENTERPRISES, reader, writer
from app.web.batches import gather, view
from app.web.page_route import Again, PageRoute, faults_in_words
from app.web.rendering import language_for, person_of, render

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Reader = Annotated[PageSession, Depends(reader(Scope.LEDGERS_READ, roles=AUTHORITIES | ENTERPRISES))]
Recording = Annotated[PageSession, Depends(writer(Scope.LEDGERS_WRITE, roles=ENTERPRISES))]
SiteQuery = Annotated[str, Query(max_length=64)]
CursorQuery = Annotated[uuid.UUID | None, Query()]
Reason = Annotated[str, Form(max_length=2_000)]
_UNPROCESSABLE = 422
_SHOWN = 100
_INPUTS = 3
_FORM_FIELDS = (
    "number", "kind", "day", "waste", "tonnes", "receiver", "facility", "process", "carrier", "vehicle", "note",
    "signed_by",
)  # fmt: skip
_MOST_CHARACTERS = 2_000


async def _sent(request: Request) -> FormData:
    return await request.form(max_fields=60)


Sent = Annotated[FormData, Depends(_sent)]


@router.get("/batches")
def show_list(
    *,
    request: Request,
    visit: Reader,
    session: Reading,
    settings: SettingsDep,
    now: Now,
    site: SiteQuery = "",
    month: Annotated[MonthText | None, Query()] = None,
    cursor: CursorQuery = None,
) -> Response:
    """Show the forms of a site's month beside its ledger."""
    sites = gather.sites(session, visit.subject, Batch)
    chosen = site or (sites[0][0] if sites else "")
    if site and site not in dict(sites):
        raise NotFound
    today = local_date(now, settings.timezone)
    at = gather.newest_month(session, chosen, today) if month is None else Month.parse(month)
    page = _list(request, visit, session, chosen, at, sites, cursor)
    return render(request, "batches/list.html", {"page": page, "person": person_of(visit)})


def _list(
    request: Request,
    visit: PageSession,
    session: ReadSession,
    site: str,
    at: Month,
    sites: gather.Choices,
    cursor: uuid.UUID | None,
    **refilled: Any,
) -> view.ListPage:
    language, subject = language_for(request), visit.subject
    wastes = gather.wastes(session, language)
    items: list[dict[str, Any]] = []
    following, sums = None, []
    if site:
        query = reading.FormQuery(site=site, first=at, last=at, limit=_SHOWN, cursor=cursor)
        items, following = reading.page(session, subject, query)
        sums = reading.sums(session, subject, site, at, at)
    names = dict(wastes)
    address = urlencode({"site": site, "month": str(at)})
    return view.ListPage(
        sites=sites,
        site=site,
        month=str(at),
        sums=view.sum_rows(sums, names, language),
        rows=tuple(view.form_row(item, names, language) for item in items),
        next="" if following is None else f"/batches?{address}&cursor={following}",
        tables=f"/v1/reports/batch-tables?{address}&language={language.value}&format=",
        kinds=view.kinds(language),
        wastes=wastes,
        processes=gather.processes(session, language),
        can_write=subject.role is Role.ENTERPRISE,
        **refilled,
    )


@router.post("/batches")
def enter(
    request: Request, visit: Recording, sent: Sent, session: Writing, settings: SettingsDep, now: Now
) -> Response:
    """Record one form; what is refused is shown with the form as it was filled."""
    today = local_date(now, settings.timezone)
    values = {
        name: str(sent.get(name, ""))[:_MOST_CHARACTERS]
        for name in (*_FORM_FIELDS, "site", "before", "before_site")
    }
    stated = {name: values[name].strip() for name in (*_FORM_FIELDS, "site") if values[name].strip()}
    if values["before"].strip():
        before = {"number": values["before"].strip(), "site": values["before_site"].strip() or None}
        stated["preceding"] = [before]  # type: ignore[assignment]
    try:
        form = forms.valid(BatchIn, **stated)
        result = _taken(record(session, [form], Recorder(visit.subject, now, today))[0])
    except (Invalid, Conflict) as problem:
        sites = gather.sites(session, visit.subject, Batch)
        chosen = values["site"] if values["site"] in dict(sites) else (sites[0][0] if sites else "")
        at = gather.newest_month(session, chosen, today)
        faults = tuple(faults_in_words(problem, language_for(request)))
        page = _list(request, visit, session, chosen, at, sites, None, values=values, faults=faults)
        raise Again(_shown(request, visit, "batches/list.html", page)) from None
    done = "batch_recorded" if result.outcome is Outcome.CREATED else "batch_unchanged"
    return flash.go(f"/batches/{result.id}", done)


def _taken(result: Result) -> Result:
    if result.problem is not None:
        raise result.problem
    return result


def _shown(request: Request, visit: PageSession, template: str, page: Any) -> Response:
    values = {"page": page, "person": person_of(visit)}
    return render(request, template, values, status=_UNPROCESSABLE)


@router.get("/batches/{batch_id:uuid}")
def show_one(
    request: Request, batch_id: uuid.UUID, visit: Reader, session: Reading, settings: SettingsDep
) -> Response:
    """Show one form with what it was drawn from and what was drawn from it."""
    language, subject = language_for(request), visit.subject
    form = reading.one(session, subject, batch_id)
    traced = trace.trace(session, subject, batch_id, "both")
    names = dict(gather.wastes(session, language))
    can_write = subject.role is Role.ENTERPRISE
    processes = dict(gather.processes(session, language))
    page = view.one_form(form, traced, names, processes, language, settings.timezone, can_write=can_write)
    return render(request, "batches/one.html", {"page": page, "person": person_of(visit)})


@router.post("/batches/{batch_id:uuid}/withdrawal")
def withdraw(
    batch_id: uuid.UUID, visit: Recording, session: Writing, now: Now, reason: Reason = ""
) -> Response:
    """Withdraw a form of one's own."""
    asked = forms.valid(WithdrawalIn, reason=reason)
    withdrawing.withdraw_batch(session, visit.subject, batch_id, asked.reason, now)
    return flash.go(f"/batches/{batch_id}", "batch_withdrawn")


@router.get("/product-batches")
def show_products(
    request: Request, visit: Reader, session: Reading, site: SiteQuery = "", cursor: CursorQuery = None
) -> Response:
    """Show the product batches of a site."""
    sites = gather.sites(session, visit.subject, ProductBatch)
    if site and site not in dict(sites):
        raise NotFound
    chosen = site or (sites[0][0] if sites else "")
    page = _products(request, visit, session, chosen, sites, cursor)
    return render(request, "batches/products.html", {"page": page, "person": person_of(visit)})


def _products(
    request: Request,
    visit: PageSession,
    session: ReadSession,
    site: str,
    sites: gather.Choices,
    cursor: uuid.UUID | None,
    **refilled: Any,
) -> view.ProductsPage:
    language, subject = language_for(request), visit.subject
    products = gather.products(session, language)
    items: list[dict[str, Any]] = []
    following = None
    if site:
        query = reading.FormQuery(site=site, limit=_SHOWN, cursor=cursor)
        items, following = reading.product_page(session, subject, query)
    names = dict(products)
    return view.ProductsPage(
        sites=sites,
        site=site,
        rows=tuple(view.product_row(item, names, language) for item in items),
        next=""
        if following is None
        else f"/product-batches?{urlencode({'site': site, 'cursor': following})}",
        products=products,
        wastes=gather.wastes(session, language),
        can_write=subject.role is Role.ENTERPRISE,
        **refilled,
    )


@router.post("/product-batches")
def enter_product(
    request: Request, visit: Recording, sent: Sent, session: Writing, settings: SettingsDep, now: Now
) -> Response:
    """Record a product batch; what is refused is shown with the form as it was filled."""
    values = {name: str(value)[:_MOST_CHARACTERS].strip() for name, value in sent.items() if name != "csrf"}
    stated: dict[str, Any] = {
        name: values[name]
        for name in ("site", "number", "day", "product", "grade", "product_tonnes", "note", "signed_by")
        if values.get(name)
    }
    stated["inputs"] = _inputs(values)
    by = Recorder(visit.subject, now, local_date(now, settings.timezone))
    try:
        result = _taken(record_products(session, [forms.valid(ProductBatchIn, **stated)], by)[0])
    except (Invalid, Conflict) as problem:
        raise Again(_products_again(request, visit, session, values, problem)) from None
    return flash.go(f"/product-batches/{result.id}", "product_recorded")


def _inputs(values: dict[str, str]) -> list[dict[str, str]]:
    """The rows of the form in which something stands."""
    found = []
    for place in range(1, _INPUTS + 1):
        for name in ("waste", "material"):
            row = {
                name: values.get(f"{name}_{place}", ""),
                "tonnes": values.get(f"{name}_tonnes_{place}", ""),
            }
            if any(row.values()):
                found.append({key: value for key, value in row.items() if value})
    return found


def _products_again(
    request: Request, visit: PageSession, session: ReadSession, values: dict[str, str], problem: Problem
) -> Response:
    sites = gather.sites(session, visit.subject, ProductBatch)
    site = values.get("site", "")
    chosen = site if site in dict(sites) else (sites[0][0] if sites else "")
    faults = tuple(faults_in_words(problem, language_for(request)))
    page = _products(request, visit, session, chosen, sites, None, values=values, faults=faults)
    return _shown(request, visit, "batches/products.html", page)


@router.get("/product-batches/{batch_id:uuid}")
def show_product(
    request: Request, batch_id: uuid.UUID, visit: Reader, session: Reading, settings: SettingsDep
) -> Response:
    """Show one product batch with its recipe."""
    language = language_for(request)
    batch = reading.product(session, visit.subject, batch_id)
    page = view.one_product(
        batch,
        dict(gather.products(session, language)),
        dict(gather.wastes(session, language)),
        language,
        settings.timezone,
        can_write=visit.subject.role is Role.ENTERPRISE,
    )
    return render(request, "batches/one.html", {"page": page, "person": person_of(visit)})


@router.post("/product-batches/{batch_id:uuid}/withdrawal")
def withdraw_product(
    batch_id: uuid.UUID, visit: Recording, session: Writing, now: Now, reason: Reason = ""
) -> Response:
    """Withdraw a product batch of one's own."""
    asked = forms.valid(WithdrawalIn, reason=reason)
    withdrawing.withdraw_product(session, visit.subject, batch_id, asked.reason, now)
    return flash.go(f"/product-batches/{batch_id}", "product_withdrawn")
