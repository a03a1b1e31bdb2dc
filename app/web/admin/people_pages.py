"""The administrator's page of people: made, let in by a link or through the provider, moved, shut out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from starlette.responses import Response

from app.auth.sessions import PageSession
from app.auth.subjects import Role, Scope
from app.clients import identities, people
from app.clients import service as clients
from app.clients.schemas import ClientIn
from app.http.dependencies import Now, Reading, SettingsDep, Writing
from app.http.problems import Conflict, Invalid
from app.settings import Settings
from app.web import flash, forms
from app.web.access import reader, writer
from app.web.admin import gather
from app.web.admin.parts import secret_page, shown
from app.web.admin.view import Writer
from app.web.page_route import Again, PageRoute
from app.web.rendering import language_for
from app.web.sign_in.form import provider_name

router = APIRouter(prefix="/admin/users", route_class=PageRoute, include_in_schema=False)

_ROLES = frozenset({Role.ADMIN})
_HERE = "/admin/users"
Admin = Annotated[PageSession, Depends(reader(Scope.ADMIN, roles=_ROLES))]
Sender = Annotated[PageSession, Depends(writer(Scope.ADMIN, roles=_ROLES))]
Field = Annotated[str, Form(max_length=200)]
Username = Annotated[str, Path(max_length=64)]


@router.get("")
def show(request: Request, visit: Admin, session: Reading, settings: SettingsDep, now: Now) -> Response:
    """List the people who may sign in."""
    return _page(request, visit, session, settings, {}, now)


@router.post("")
def add(
    request: Request,
    visit: Sender,
    session: Writing,
    reading: Reading,
    settings: SettingsDep,
    now: Now,
    username: Field = "",
    name: Field = "",
    role: Field = "",
    enterprise: Field = "",
    region: Field = "",
) -> Response:
    """Make a person, who chooses a password by a link that is shown once."""
    typed = {"username": username, "name": name, "role": role, "enterprise": enterprise, "region": region}
    try:
        sent = _sent(name, role, enterprise, region)
        clients.create_user(
            session,
            username=username.strip(),
            name=sent.name,
            password=clients.unknown_password(),
            role=sent.role,
            enterprise=sent.enterprise,
            region=sent.region,
            now=now,
            by=visit.subject,
        )
    except (Invalid, Conflict) as problem:
        raise Again(_page(request, visit, reading, settings, typed, now, problem)) from problem
    link = people.new_password_link(session, username.strip(), now, visit.subject)
    return _link_page(request, visit, settings, username.strip(), link)


@router.post("/{username}/link")
def link(
    request: Request, username: Username, visit: Sender, session: Writing, settings: SettingsDep, now: Now
) -> Response:
    """Make a link by which a person chooses another password, shown once."""
    made = people.new_password_link(session, username, now, visit.subject)
    return _link_page(request, visit, settings, username, made)


@router.post("/{username}/disable")
def disable(username: Username, visit: Sender, session: Writing, now: Now) -> Response:
    """Shut a person out."""
    people.disable(session, username, now, visit.subject)
    return flash.go(_HERE, "admin.user_disabled")


@router.post("/{username}/enable")
def enable(username: Username, visit: Sender, session: Writing, now: Now) -> Response:
    """Let a person in again."""
    people.enable(session, username, now, visit.subject)
    return flash.go(_HERE, "admin.user_enabled")


@router.post("/{username}/move")
def move(
    request: Request,
    username: Username,
    visit: Sender,
    session: Writing,
    reading: Reading,
    settings: SettingsDep,
    now: Now,
    role: Field = "",
    enterprise: Field = "",
    region: Field = "",
) -> Response:
    """Give a person another role, territory or enterprise."""
    try:
        sent = _sent(username, role, enterprise, region)
        people.move(session, username, sent.role, sent.enterprise, sent.region, now, visit.subject)
    except (Invalid, Conflict) as problem:
        raise Again(_page(request, visit, reading, settings, {}, now, problem)) from problem
    return flash.go(_HERE, "admin.user_moved")


@router.post("/{username}/invite")
def invite(username: Username, visit: Sender, session: Writing, now: Now) -> Response:
    """Let the provider's account of this name be bound to the person."""
    identities.invite(session, username, now, visit.subject)
    return flash.go(_HERE, "admin.user_invited")


@router.post("/{username}/unbind")
def unbind(username: Username, visit: Sender, session: Writing, now: Now) -> Response:
    """End the bond with the provider's account."""
    identities.unbind(session, username, now, visit.subject)
    return flash.go(_HERE, "admin.user_unbound")


def _sent(name: str, role: str, enterprise: str, region: str) -> ClientIn:
    """Read the fields that say who somebody is; those that do not go with the role may stay filled in."""
    of_enterprise = role == Role.ENTERPRISE.value
    of_region = role in {Role.REGULATOR.value, Role.PERMIT_SYSTEM.value}
    return forms.valid(
        ClientIn,
        name=name.strip(),
        role=role,
        enterprise=(enterprise.strip() or None) if of_enterprise else None,
        region=(region.strip() or None) if of_region else None,
    )


def _page(
    request: Request,
    visit: PageSession,
    session: Reading,
    settings: Settings,
    typed: Mapping[str, str],
    now: datetime,
    problem: Invalid | Conflict | None = None,
) -> Response:
    language = language_for(request)
    told = Writer(language, settings.timezone)
    values = {
        "people": told.people(gather.users(session), now),
        "roles": told.roles(typed.get("role", "")),
        "provider": provider_name(settings, language),
    }
    return shown(request, visit, "users", values, typed, problem)


def _link_page(
    request: Request, visit: PageSession, settings: Settings, username: str, link: str
) -> Response:
    base = settings.public_url or str(request.base_url).rstrip("/")
    return secret_page(request, visit, "users", "admin.secret.link", username, f"{base}/password?link={link}")
