"""The first door: who may call a route.

Each route has `require(...)`, `signed_in` or `public(...)`; a test walks the routes and looks for them.
"""

from datetime import datetime

from fastapi import Request

from app.auth import sessions
from app.auth.subjects import Scope, Subject
from app.auth.tokens import API_AUDIENCE, InvalidToken, claims_of, subject_of
from app.auth.verified import EXPIRED
from app.db.session import Database
from app.domain.errors import Message
from app.http.dependencies import moment_of
from app.http.problems import Forbidden, Unauthenticated
from app.settings import Settings

_SAFE_METHODS = frozenset({"GET", "HEAD"})


class Requirement:
    """A dependency that gives the subject, when it holds every one of `scopes`."""

    def __init__(self, *scopes: Scope) -> None:
        self.scopes = frozenset(scopes)

    def __call__(self, request: Request) -> Subject:
        state = request.app.state
        subject = identify(request, state.settings, state.database, moment_of(request))
        missing = self.scopes - subject.scopes
        if missing:
            names = " ".join(sorted(missing))
            raise Forbidden(Message(f"缺少权限：{names}", f"Missing scope: {names}"))
        return subject


def require(*scopes: Scope) -> Requirement:
    """Demand a subject that holds all of `scopes`; without any, demand only that someone has signed in."""
    return Requirement(*scopes)


signed_in = require()


class Public:
    """Marks a route as open to everyone, on purpose, and says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    async def __call__(self) -> str:
        """Let everyone pass."""
        return self.reason


def public(reason: str) -> Public:
    """Open a route to everyone: `dependencies=[Depends(public("liveness probe"))]`."""
    return Public(reason)


def identify(request: Request, settings: Settings, database: Database, moment: datetime) -> Subject:
    """Say who sends `request`: by bearer token, or for reading also by the session cookie."""
    secret = settings.secret_key.get_secret_value()
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated
        subject = _from_token(token.strip(), secret, moment)
        if not sessions.still_has_token(database, subject):
            raise Unauthenticated(EXPIRED)
        return subject
    if request.method in _SAFE_METHODS:
        # A cookie travels with requests that other sites start, so it never opens a route that writes.
        cookie = request.cookies.get(sessions.COOKIE)
        page = sessions.read(cookie, settings=settings, now=moment)
        if page is not None:
            with database.reading() as session:
                if sessions.is_welcome(session, page.subject):
                    return page.subject
    raise Unauthenticated


def _from_token(token: str, secret: str, moment: datetime) -> Subject:
    try:
        return subject_of(claims_of(token, secret=secret, audience=API_AUDIENCE, now=moment))
    except InvalidToken as error:
        raise Unauthenticated(EXPIRED) from error
