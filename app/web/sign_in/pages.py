"""Signing in through the provider of identities that the settings name."""

import hmac
from datetime import datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from app.auth import sessions
from app.auth.dependencies import public
from app.auth.provider import Account, Departure, Provider, ProviderFailed, Trouble
from app.auth.subjects import Subject
from app.clients import identities
from app.db.session import Database
from app.http.dependencies import Now, SettingsDep, get_database
from app.http.problems import NotFound
from app.settings import Settings
from app.web import forms
from app.web.page_route import PageRoute
from app.web.sign_in import departures
from app.web.sign_in.departures import Remembered
from app.web.sign_in.form import sign_in_form

router = APIRouter(prefix=departures.PATH, route_class=PageRoute, include_in_schema=False)

_log = structlog.get_logger("huanlian.web")
_OPEN = [Depends(public("this is where one signs in"))]
_SEE_OTHER = 303
_STATUS = {Trouble.REFUSED: 401, Trouble.BAD_TOKEN: 401, Trouble.UNREACHABLE: 502, Trouble.BUSY: 503}
_FORBIDDEN = 403
Sent = Annotated[str | None, Query(max_length=4_000)]


def _provider(request: Request) -> Provider:
    """Give the provider; without one in the settings these pages are not there."""
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NotFound
    return provider


ProviderDep = Annotated[Provider, Depends(_provider)]
DatabaseDep = Annotated[Database, Depends(get_database)]


@router.get("", dependencies=_OPEN)
def depart(
    request: Request,
    provider: ProviderDep,
    settings: SettingsDep,
    now: Now,
    next_: Annotated[str, Query(alias="next", max_length=2_000)] = "/",
) -> Response:
    """Send the reader to the provider's own sign-in."""
    wanted = forms.local_path(next_)
    departure = Departure.new()
    try:
        response = RedirectResponse(provider.departure_url(departure, now), _SEE_OTHER)
    except ProviderFailed as failed:
        return _failed(request, settings, wanted, failed)
    departures.keep(response, Remembered(departure, wanted), settings, now)
    return response


@router.get("/return", dependencies=_OPEN)
def arrive(
    request: Request,
    provider: ProviderDep,
    database: DatabaseDep,
    settings: SettingsDep,
    now: Now,
    *,
    code: Sent = None,
    state: Sent = None,
    iss: Sent = None,
) -> Response:
    """Sign in whom the provider names, when that one has an account here."""
    remembered = departures.remembered_by(request, settings, now)
    if remembered is None or not _same(state, remembered.departure.state):
        return sign_in_form(request, settings, "/", fault="sign_in.provider.lost", status=_FORBIDDEN)
    if not code:
        response = sign_in_form(
            request, settings, remembered.wanted, fault="sign_in.provider.declined", status=_FORBIDDEN
        )
    else:
        try:
            account = provider.account(code, iss, remembered.departure, now)
            response = _signed_in(request, settings, database, account, remembered.wanted, now)
        except ProviderFailed as failed:
            response = _failed(request, settings, remembered.wanted, failed)
    departures.forget(response, settings)
    return response


@router.get("/end", dependencies=_OPEN)
def end(provider: ProviderDep, now: Now) -> Response:
    """Go on to the provider's own sign-out."""
    try:
        address = provider.end_url(now)
    except ProviderFailed:
        address = None
    return RedirectResponse(address or "/sign-in", _SEE_OTHER)


def _signed_in(
    request: Request,
    settings: Settings,
    database: Database,
    account: Account,
    wanted: str,
    now: datetime,
) -> Response:
    subject = _subject(database, account, now)
    if subject is None:
        fault = "sign_in.provider.stranger"
        return sign_in_form(request, settings, wanted, fault=fault, status=_FORBIDDEN)
    response = RedirectResponse(wanted, _SEE_OTHER)
    sessions.start(response, subject, settings=settings, now=now)
    return response


def _subject(database: Database, account: Account, now: datetime) -> Subject | None:
    """Find who an account belongs to. The sessions open after the provider has answered: nobody waits for it in them."""
    with database.reading() as session:
        subject = identities.subject_of(session, account)
        if subject is not None or not identities.is_invited(session, account, now):
            return subject
    with database.writing() as session:
        return identities.bind(session, account, now)


def _failed(request: Request, settings: Settings, wanted: str, failed: ProviderFailed) -> Response:
    _log.warning("provider_sign_in_failed", reason=failed.trouble.value)
    fault, status = f"sign_in.provider.{failed.trouble.value}", _STATUS[failed.trouble]
    return sign_in_form(request, settings, wanted, fault=fault, status=status)


def _same(sent: str | None, kept: str) -> bool:
    return hmac.compare_digest((sent or "").encode("utf-8", "replace"), kept.encode())
