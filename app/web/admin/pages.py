"""The administrator's pages: background work, clients and their secrets, enterprises and sites."""

import uuid
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from starlette.responses import Response

from app.audit import service as audit
from app.auth.sessions import PageSession
from app.auth.subjects import Role, Scope
from app.clients import service as clients
from app.clients.schemas import ClientIn
from app.enterprises import onboarding
from app.enterprises.schemas import EnterpriseIn, SiteIn
from app.http.dependencies import Now, Reading, SettingsDep, Writing
from app.http.problems import Conflict, Invalid, NotFound
from app.outbox import queue
from app.web import flash, forms
from app.web.access import reader, writer
from app.web.admin import gather
from app.web.admin.parts import secret_page, shown
from app.web.admin.view import Writer
from app.web.page_route import Again, PageRoute
from app.web.rendering import language_for

router = APIRouter(prefix="/admin", route_class=PageRoute, include_in_schema=False)

_ROLES = frozenset({Role.ADMIN})
Admin = Annotated[PageSession, Depends(reader(Scope.ADMIN, roles=_ROLES))]
Sender = Annotated[PageSession, Depends(writer(Scope.ADMIN, roles=_ROLES))]
Field = Annotated[str, Form(max_length=200)]
ClientId = Annotated[str, Path(max_length=64)]


@router.get("")
def show_work(request: Request, visit: Admin, session: Reading, settings: SettingsDep) -> Response:
    """Show what waits and what failed for good."""
    page = Writer(language_for(request), settings.timezone).work(gather.work(session))
    return shown(request, visit, "work", {"page": page})


@router.post("/jobs/retry")
def retry(visit: Sender, session: Writing, now: Now, job: Field = "") -> Response:
    """Put one dead letter, or all of them, back in the queue."""
    moved = queue.retry_dead(session, now=now, job_id=_id(job) if job else None)
    changes = [audit.Change("job.retried", "job", str(each)) for each in moved]
    audit.record(session, visit.subject, changes, now=now)
    return flash.go("/admin", "admin.retried")


@router.get("/clients")
def show_clients(request: Request, visit: Admin, session: Reading, settings: SettingsDep) -> Response:
    """List the machine clients."""
    return _clients(request, visit, session, settings, {})


@router.post("/clients")
def add_client(
    request: Request,
    visit: Sender,
    session: Writing,
    reading: Reading,
    settings: SettingsDep,
    now: Now,
    name: Field = "",
    role: Field = "",
    enterprise: Field = "",
    region: Field = "",
) -> Response:
    """Make a machine client with a secret that is shown once."""
    typed = {"name": name, "role": role, "enterprise": enterprise, "region": region}
    try:
        sent = forms.valid(
            ClientIn, name=name.strip(), role=role, enterprise=enterprise or None, region=region or None
        )
        made = clients.create_client(
            session,
            name=sent.name,
            role=sent.role,
            enterprise=sent.enterprise,
            region=sent.region,
            now=now,
            by=visit.subject,
        )
    except (Invalid, Conflict) as problem:
        raise Again(_clients(request, visit, reading, settings, typed, problem)) from problem
    return secret_page(request, visit, "clients", "admin.secret.client", made.client_id, made.client_secret)


@router.post("/clients/{client_id}/secrets")
def rotate(request: Request, client_id: ClientId, visit: Sender, session: Writing, now: Now) -> Response:
    """Give a client a new secret, shown once."""
    made = clients.rotate_secret(session, client_id, now, visit.subject)
    return secret_page(request, visit, "clients", "admin.secret.client", client_id, made.client_secret)


@router.post("/clients/{client_id}/secrets/{secret_id}/revoke")
def revoke(client_id: ClientId, secret_id: uuid.UUID, visit: Sender, session: Writing, now: Now) -> Response:
    """End one secret at once."""
    clients.revoke_secret(session, client_id, secret_id, now, visit.subject)
    return flash.go("/admin/clients", "admin.revoked")


@router.post("/clients/{client_id}/disable")
def disable(client_id: ClientId, visit: Sender, session: Writing, now: Now) -> Response:
    """Shut a client out."""
    clients.disable_client(session, client_id, now, visit.subject)
    return flash.go("/admin/clients", "admin.client_disabled")


@router.post("/clients/{client_id}/enable")
def enable(client_id: ClientId, visit: Sender, session: Writing, now: Now) -> Response:
    """Let a client in again."""
    clients.enable_client(session, client_id, now, visit.subject)
    return flash.go("/admin/clients", "admin.client_enabled")


@router.get("/enterprises")
def show_enterprises(request: Request, visit: Admin, session: Reading, settings: SettingsDep) -> Response:
    """List the enterprises from a credit code on."""
    return _enterprises(request, visit, session, settings, {})


@router.post("/enterprises")
def add_enterprise(
    request: Request,
    visit: Sender,
    session: Writing,
    reading: Reading,
    settings: SettingsDep,
    now: Now,
    credit_code: Field = "",
    name: Field = "",
    industry: Field = "",
    region: Field = "",
) -> Response:
    """Register an enterprise."""
    typed = {"credit_code": credit_code, "name": name, "industry": industry, "region": region}
    try:
        sent = forms.valid(EnterpriseIn, **{field: value.strip() for field, value in typed.items()})
        onboarding.register_enterprise(session, visit.subject, sent, now)
    except (Invalid, Conflict) as problem:
        raise Again(_enterprises(request, visit, reading, settings, typed, problem)) from problem
    return flash.go("/admin/enterprises", "admin.enterprise")


@router.post("/sites")
def add_site(
    request: Request,
    visit: Sender,
    session: Writing,
    reading: Reading,
    settings: SettingsDep,
    now: Now,
    code: Field = "",
    enterprise: Field = "",
    name: Field = "",
    region: Field = "",
    reports_from: Field = "",
) -> Response:
    """Register a site of an enterprise."""
    typed = {
        "code": code,
        "enterprise": enterprise,
        "name": name,
        "region": region,
        "reports_from": reports_from,
    }
    try:
        sent = forms.valid(
            SiteIn, **{field: value.strip() for field, value in typed.items() if value.strip()}
        )
        onboarding.register_site(session, visit.subject, sent, now=now, timezone=settings.timezone)
    except (Invalid, Conflict, NotFound) as problem:
        raise Again(_enterprises(request, visit, reading, settings, typed, problem)) from problem
    return flash.go("/admin/enterprises", "admin.site")


def _clients(
    request: Request,
    visit: PageSession,
    session: Reading,
    settings: SettingsDep,
    typed: Mapping[str, str],
    problem: Invalid | Conflict | None = None,
) -> Response:
    told = Writer(language_for(request), settings.timezone)
    values = {"clients": told.clients(*gather.clients(session)), "roles": told.roles(typed.get("role", ""))}
    return shown(request, visit, "clients", values, typed, problem)


def _enterprises(
    request: Request,
    visit: PageSession,
    session: Reading,
    settings: SettingsDep,
    typed: Mapping[str, str],
    problem: Invalid | Conflict | NotFound | None = None,
) -> Response:
    after = request.query_params.get("after", "").replace("\0", "")[:18]
    found, following = gather.enterprises(session, visit.subject, after)
    table = Writer(language_for(request), settings.timezone).enterprises(found)
    return shown(
        request, visit, "enterprises", {"table": table, "next": following, "after": after}, typed, problem
    )


def _id(sent: str) -> uuid.UUID:
    try:
        return uuid.UUID(sent)
    except ValueError:
        raise NotFound from None
