"""The link by which a person chooses a password: whoever holds it needs nothing else."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import Response

from app.auth import passwords
from app.auth.dependencies import public
from app.auth.models import User
from app.auth.password_links import person_of_link
from app.clients import people
from app.domain.errors import Fault
from app.http.dependencies import Now, Reading, Writing
from app.http.problems import Invalid
from app.web import flash
from app.web.page_route import Again, PageRoute, faults_in_words
from app.web.rendering import language_for, render
from app.web.texts import TEXTS

router = APIRouter(prefix="/password", route_class=PageRoute, include_in_schema=False)

_OPEN = [Depends(public("whoever holds the link an administrator made may choose a password with it"))]
Field = Annotated[str, Form(max_length=300)]


@router.get("", dependencies=_OPEN)
def show(
    request: Request, session: Reading, now: Now, link: Annotated[str, Query(max_length=300)] = ""
) -> Response:
    """Show the form to whoever holds a link that is still good."""
    user = person_of_link(session, link, now)
    if user is None:
        raise people.LinkSpent
    return _form(request, user, link)


@router.post("", dependencies=_OPEN)
def choose(
    request: Request,
    session: Writing,
    now: Now,
    link: Field = "",
    password: Field = "",
    again: Field = "",
) -> Response:
    """Set the password. The link in the form is what no other site knows: it needs no other token."""
    user = person_of_link(session, link, now)
    if user is None:
        raise people.LinkSpent
    try:
        _refuse_a_slip(password, again)
        people.use_password_link(session, link, password, now)
    except Invalid as problem:
        faults = faults_in_words(problem, language_for(request))
        raise Again(_form(request, user, link, faults, problem.status)) from problem
    return flash.go("/sign-in", "password")


def _refuse_a_slip(password: str, again: str) -> None:
    if password != again:
        raise Invalid(errors=[Fault("/again", "passwords_differ", TEXTS["password.differ"])])


def _form(request: Request, user: User, link: str, faults: Sequence[str] = (), status: int = 200) -> Response:
    values = {
        "faults": faults,
        "link": link,
        "username": user.username,
        "least": str(passwords.MIN_LENGTH),
        "person": None,
    }
    response = render(request, "sign_in/password.html", values, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
