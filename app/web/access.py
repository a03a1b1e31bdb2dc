"""Who may open a page or send its form. Strangers are shown the way to sign in, others are refused by a page.

A page asks `Annotated[PageSession, Depends(reader(Scope.CHAINS_READ))]`, a form's handler `writer(...)` with the same
arguments: it also refuses what does not come from a form of this very session.
"""

from collections.abc import Iterable
from typing import Annotated

from fastapi import Depends, Form, Request

from app.auth import sessions
from app.auth.sessions import PageSession
from app.auth.subjects import Role, Scope
from app.domain.errors import Message
from app.http.dependencies import Now, Reading, SettingsDep
from app.http.problems import Forbidden, Unauthenticated
from app.web.forms import unmasked

AUTHORITIES = frozenset({Role.REGULATOR, Role.ADMIN})
ENTERPRISES = frozenset({Role.ENTERPRISE})
EVERYONE = frozenset(Role)
_TOKEN_CHARACTERS = 128


def visitor(request: Request, session: Reading, settings: SettingsDep, now: Now) -> PageSession | None:
    """Say who looks at a page: a session counts as long as its account does."""
    found = sessions.read(request.cookies.get(sessions.COOKIE), settings=settings, now=now)
    return found if found is not None and sessions.is_welcome(session, found.subject) else None


Visitor = Annotated[PageSession | None, Depends(visitor, scope="function")]


class StaleForm(Forbidden):
    """A form that another session, or another site, has made."""

    code = "stale_form"
    title = Message(
        "页面已过期，请返回重新打开后再提交一次", "This page had expired; open it again and submit once more"
    )


class PageReader:
    """A dependency that gives the session of whoever may see a page."""

    def __init__(self, scopes: Iterable[Scope], roles: Iterable[Role]) -> None:
        self.scopes = frozenset(scopes)
        self.roles = frozenset(roles)

    def __call__(self, visitor: Visitor) -> PageSession:
        return self.admitted(visitor)

    def admitted(self, visitor: PageSession | None) -> PageSession:
        """Raise Unauthenticated for strangers and Forbidden for those whose role or scopes do not suffice."""
        if visitor is None:
            raise Unauthenticated
        if visitor.subject.role not in self.roles or not self.scopes <= visitor.subject.scopes:
            raise Forbidden
        return visitor


class PageWriter(PageReader):
    """A dependency that gives the session of whoever sent a form of that very session."""

    def __call__(
        self, visitor: Visitor, csrf: Annotated[str, Form(max_length=_TOKEN_CHARACTERS)] = ""
    ) -> PageSession:
        admitted = self.admitted(visitor)
        if not admitted.accepts(unmasked(csrf)):
            raise StaleForm
        return admitted


def reader(*scopes: Scope, roles: Iterable[Role] = EVERYONE) -> PageReader:
    """Let those read who hold all of `scopes` and have one of `roles`."""
    return PageReader(scopes, roles)


def writer(*scopes: Scope, roles: Iterable[Role] = EVERYONE) -> PageWriter:
    """Let those send a form who hold all of `scopes` and have one of `roles`."""
    return PageWriter(scopes, roles)
