"""The parts of the administration, and how each is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.auth.sessions import PageSession
from app.http.problems import Problem
from app.web.page_route import faults_in_words
from app.web.rendering import language_for, person_of, render


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the administration: the key of its name and its path."""

    key: str
    path: str


PARTS = {
    "work": Part("admin.work", "/admin"),
    "users": Part("admin.users", "/admin/users"),
    "clients": Part("admin.clients", "/admin/clients"),
    "enterprises": Part("admin.enterprises", "/admin/enterprises"),
    "deliveries": Part("admin.deliveries", "/admin/deliveries"),
}


class Typed(dict[str, str]):
    """What stood in a form; a field that was not sent is empty."""

    def __missing__(self, _field: str) -> str:
        return ""


def shown(
    request: Request,
    visit: PageSession,
    part: str,
    values: Mapping[str, Any],
    typed: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    """Show a part; what was typed stands in its form again when it was not right."""
    language = language_for(request)
    faults: list[str] = []
    if problem is not None:
        faults = faults_in_words(problem, language) or [language.heading(problem.detail)]
    shell = {
        "part": part,
        "parts": PARTS,
        "typed": Typed(typed or {}),
        "faults": faults,
        "person": person_of(visit),
    }
    status = 200 if problem is None else problem.status
    return render(request, f"admin/{part}.html", {**shell, **values}, status=status)


def secret_page(
    request: Request, visit: PageSession, part: str, key: str, name: str, secret: str
) -> Response:
    """Show a secret in the answer itself: it must not stand in an address, a cookie or a cache."""
    values = {
        "part": part,
        "parts": PARTS,
        "key": key,
        "name": name,
        "secret": secret,
        "person": person_of(visit),
    }
    response = render(request, "admin/secret.html", values)
    response.headers["Cache-Control"] = "no-store"
    return response
