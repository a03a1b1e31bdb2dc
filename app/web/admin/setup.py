"""The first start: whoever holds the machine makes the first administrator, and nobody else can.

The page asks for a code that stands in the service's log and follows from its secret; once there is a person, neither
the code nor the page is worth anything.
"""

import hmac
from hashlib import sha256
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy import exists, select
from starlette.responses import RedirectResponse, Response

from app.audit import service as audit
from app.auth import passwords, sessions
from app.auth.dependencies import public
from app.auth.models import User
from app.auth.subjects import Role
from app.clients import service as clients
from app.db.locks import lock_names
from app.db.session import ReadSession
from app.domain.errors import Fault
from app.http.dependencies import Now, Reading, SettingsDep, Writing
from app.http.problems import Invalid, NotFound
from app.settings import Settings
from app.web import flash, forms
from app.web.page_route import Again, PageRoute, faults_in_words
from app.web.rendering import language_for, render
from app.web.texts import TEXTS

router = APIRouter(prefix="/setup", route_class=PageRoute, include_in_schema=False)

_log = structlog.get_logger("huanlian.web")
_OPEN = [Depends(public("there is nobody yet who could sign in; a code from the log is asked for"))]
_CODE_CHARACTERS = 12
_LOCK = "first administrator"
Field = Annotated[str, Form(max_length=300)]


def is_first_start(session: ReadSession) -> bool:
    """Whether there is nobody yet."""
    return not session.execute(select(exists(select(User.id)))).scalar_one()


def setup_code(settings: Settings) -> str:
    """Derive the code of this service from its secret; it is good for the first start only."""
    secret = settings.secret_key.get_secret_value().encode()
    return hmac.new(secret, b"setup", sha256).hexdigest()[:_CODE_CHARACTERS]


@router.get("", dependencies=_OPEN)
def show(request: Request, session: Reading, settings: SettingsDep) -> Response:
    """Show the form of the first start."""
    if not is_first_start(session):
        raise NotFound
    _log.warning("first_run", code=setup_code(settings), page="/setup")
    return _form(request, settings, "", "")


@router.post("", dependencies=_OPEN)
def make_administrator(
    request: Request,
    session: Writing,
    settings: SettingsDep,
    now: Now,
    code: Field = "",
    username: Field = "",
    name: Field = "",
    password: Field = "",
    csrf: Field = "",
) -> Response:
    """Make the first administrator and sign in."""
    lock_names(session, [_LOCK])
    if not is_first_start(session):
        raise NotFound
    try:
        _refuse_strangers(request, settings, code, csrf)
        subject = clients.create_user(
            session,
            username=username.strip(),
            name=name.strip() or username.strip(),
            password=password,
            role=Role.ADMIN,
            now=now,
            by=audit.Actor("setup", None, username.strip()),
        )
    except Invalid as problem:
        raise Again(_form(request, settings, username, name, problem)) from problem
    response = flash.go("/admin", "admin.welcome")
    sessions.start(response, subject, settings=settings, now=now)
    response.delete_cookie(forms.FORM_COOKIE, path="/setup")
    return response


def _refuse_strangers(request: Request, settings: Settings, code: str, csrf: str) -> None:
    secret = settings.secret_key.get_secret_value()
    ours = forms.form_is_ours(request.cookies.get(forms.FORM_COOKIE), csrf, secret)
    known = hmac.compare_digest(setup_code(settings).encode(), code.strip().encode("utf-8", "replace"))
    if not (ours and known):
        raise Invalid(errors=[Fault("/code", "wrong_code", TEXTS["setup.code.wrong"])])


def _form(
    request: Request, settings: Settings, username: str, name: str, problem: Invalid | None = None
) -> Response:
    nonce = request.cookies.get(forms.FORM_COOKIE) or forms.new_form_nonce()
    values = {
        "faults": faults_in_words(problem, language_for(request)) if problem else [],
        "csrf": forms.form_token(nonce, settings.secret_key.get_secret_value()),
        "username": username[: forms.MAX_USERNAME],
        "name": name,
        "least": str(passwords.MIN_LENGTH),
        "person": None,
    }
    response = render(request, "setup.html", values, status=problem.status if problem else 200)
    response.set_cookie(
        forms.FORM_COOKIE,
        nonce,
        path="/setup",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="strict",
    )
    return response


def to_setup() -> Response:
    """Send the very first visitor to the first start."""
    return RedirectResponse("/setup", 303)
