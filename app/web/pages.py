"""The pages: start page, sign-in and sign-out.

How a page is made, registered, linked and tested stands in docs/map.md, “A page”. In short: a folder app/web/<noun>/
with pages.py (its `router`), texts.py (its `TEXTS`) and view modules, templates in templates/<noun>/; one line each in
registered.py (`ROUTERS`), texts.py (`TEXTS`) and, when it stands in the head, navigation.py (`PLACES`).
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from app.auth import sessions
from app.auth.dependencies import public
from app.auth.subjects import Scope
from app.clock import local_date
from app.http.dependencies import Now, Reading, SettingsDep
from app.http.problems import Forbidden
from app.web import flash, forms
from app.web.access import Visitor
from app.web.admin import setup
from app.web.kept import Kept, data_version, sight_of
from app.web.overview.gather import gather
from app.web.overview.page import overview
from app.web.overview.public import PUBLIC_READER, behind, for_public
from app.web.page_route import PageRoute, problem_page, to_sign_in
from app.web.rendering import language_for, person_of, render
from app.web.sign_in.form import sign_in_form
from app.web.view_models import Overview

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_SEE_OTHER = 303
_OVERVIEWS: Kept[Overview] = Kept(64)
_UNAUTHORIZED = 401
_FORBIDDEN = 403


@router.get(
    "/", dependencies=[Depends(public("the page itself sends strangers away or shows public figures"))]
)
def start_page(
    request: Request, session: Reading, settings: SettingsDep, now: Now, visitor: Visitor
) -> Response:
    """Show the rates of what the reader may see."""
    if visitor is None:
        if not settings.public_page:
            return to_sign_in(request)
        asked = forms.public_asked_of(request.query_params)
        subject = PUBLIC_READER
    elif Scope.RATES_READ not in visitor.subject.scopes:
        # A permit system's people have no rates to look at: their first page is the permits.
        return RedirectResponse("/permits", _SEE_OTHER)
    else:
        asked = forms.asked_of(request.query_params)
        subject = visitor.subject
    language = language_for(request)

    def drawn() -> Overview:
        figures, reach = gather(session, subject, asked, now, settings.timezone)
        if visitor is None:
            figures = for_public(figures, behind(session, reach.scope, reach.window, now))
        return overview(figures, language, settings.timezone)

    key = (visitor is None, sight_of(subject), asked, language, local_date(now, settings.timezone))
    page = _OVERVIEWS.get((request.app.state.database, key), data_version(session), drawn)
    return render(request, "overview.html", {"page": page, "person": person_of(visitor)})


@router.get("/sign-in", dependencies=[Depends(public("where people sign in"))])
def sign_in_page(request: Request, session: Reading, settings: SettingsDep, visitor: Visitor) -> Response:
    """Show the sign-in form."""
    wanted = forms.local_path(request.query_params.get("next", "/"))
    if visitor is not None:
        return RedirectResponse(wanted, _SEE_OTHER)
    if setup.is_first_start(session):
        return setup.to_setup()
    return sign_in_form(request, settings, wanted)


@router.post("/sign-in", dependencies=[Depends(public("where people sign in"))])
def sign_in(
    request: Request,
    session: Reading,
    settings: SettingsDep,
    now: Now,
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
    next_: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Sign a person in and go where the person wanted to go."""
    form = forms.SignIn(username, password, csrf, forms.local_path(next_))
    nonce = request.cookies.get(forms.FORM_COOKIE)
    if not forms.form_is_ours(nonce, form.csrf, settings.secret_key.get_secret_value()):
        return sign_in_form(request, settings, form.next, form.username, "sign_in.stale", _FORBIDDEN)
    subject = sessions.authenticate_user(session, form.username, form.password) if form.plausible else None
    if subject is None:
        return sign_in_form(request, settings, form.next, form.username, "sign_in.refused", _UNAUTHORIZED)
    response = RedirectResponse(form.next, _SEE_OTHER)
    sessions.start(response, subject, settings=settings, now=now)
    response.delete_cookie(forms.FORM_COOKIE, path="/sign-in")
    return response


@router.post("/sign-out", dependencies=[Depends(public("whoever has no session has nothing to end"))])
def sign_out(
    request: Request, settings: SettingsDep, visitor: Visitor, csrf: Annotated[str, Form()] = ""
) -> Response:
    """End the session; only a form of that very session does."""
    if visitor is not None and not visitor.accepts(forms.unmasked(csrf)):
        return problem_page(request, Forbidden())
    response = flash.go("/", "signed_out")
    sessions.end(response, settings=settings)
    return response
