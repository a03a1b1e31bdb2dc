"""The session of a person in a browser: a signed cookie, and a form token bound to it."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.auth import passwords
from app.auth.models import Client, User
from app.auth.subjects import SCOPES_OF, Subject
from app.auth.succession import former_ids
from app.auth.tokens import PAGE_AUDIENCE, InvalidToken, claims_of, issue, subject_of
from app.db.session import Database
from app.settings import Settings

COOKIE = "huanlian_session"


@dataclass(frozen=True, slots=True)
class PageSession:
    """Someone signed in with a browser. `csrf_token` goes into every form and comes back with it."""

    subject: Subject
    csrf_token: str

    def accepts(self, token: str | None) -> bool:
        """Whether a form was made for this very session."""
        offered = (token or "").encode("utf-8", "replace")
        return hmac.compare_digest(self.csrf_token.encode(), offered)


def authenticate_user(session: Session, username: str, password: str) -> Subject | None:
    """Give the subject of a person who knows the password; an unknown name takes as long as a wrong one."""
    user = session.scalar(select(User).where(User.username == username)) if "\0" not in username else None
    known = user is not None and user.disabled_at is None
    hashed = user.password_hash if user is not None and known else passwords.nobody()
    if not passwords.matches(password, hashed) or user is None or not known:
        return None
    return subject_of_user(session, user)


def is_welcome(session: Session, subject: Subject) -> bool:
    """Whether the person of a session still has the account: it lasts for hours, a dismissal is at once.

    A succession ends the sessions of the successor too: it is to see more from then on.
    """
    user = session.get(User, subject.id)
    return user is not None and user.disabled_at is None and subject_of_user(session, user) == subject


_STANDING = select(Client.disabled_at, Client.credentials_version).where(Client.id == bindparam("id"))


def still_has_token(database: Database, subject: Subject) -> bool:
    """Whether the machine of a token has not been shut out since.

    In each request of a machine: one lookup by key, without the session that a request may open for its own work.
    """
    with database.engines.read.connect() as connection:
        kept = connection.execute(_STANDING, {"id": subject.id}).one_or_none()
    return kept is None or (
        kept.disabled_at is None and kept.credentials_version == subject.credentials_version
    )


def subject_of_user(session: Session, user: User) -> Subject:
    """Give the subject of a person, with all the scopes of the role."""
    return Subject(
        id=user.id,
        name=user.name,
        role=user.role,
        scopes=SCOPES_OF[user.role],
        enterprise_id=user.enterprise_id,
        region=user.region,
        former_ids=former_ids(session, user.enterprise_id),
        credentials_version=user.credentials_version,
    )


def start(response: Response, subject: Subject, *, settings: Settings, now: datetime) -> PageSession:
    """Sign `subject` in: the cookie goes out with `response`."""
    lifetime = timedelta(hours=settings.session_hours)
    secret = settings.secret_key.get_secret_value()
    session_id = secrets.token_urlsafe(24)
    token = issue(
        subject, secret=secret, audience=PAGE_AUDIENCE, now=now, lifetime=lifetime, extra={"sid": session_id}
    )
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(lifetime.total_seconds()),
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
    return PageSession(subject, _csrf_token(secret, session_id))


def read(cookie: str | None, *, settings: Settings, now: datetime) -> PageSession | None:
    """Give the session that a cookie carries; None when there is none, or it is forged or over."""
    if not cookie:
        return None
    secret = settings.secret_key.get_secret_value()
    try:
        claims = claims_of(cookie, secret=secret, audience=PAGE_AUDIENCE, now=now)
        subject = subject_of(claims)
    except InvalidToken:
        return None
    session_id = claims.get("sid")
    return PageSession(subject, _csrf_token(secret, session_id)) if isinstance(session_id, str) else None


def end(response: Response, *, settings: Settings) -> None:
    """Sign out: the browser forgets the cookie."""
    response.delete_cookie(COOKIE, path="/", secure=settings.secure_cookies, httponly=True, samesite="lax")


def _csrf_token(secret: str, session_id: str) -> str:
    return hmac.new(secret.encode(), b"csrf:" + session_id.encode(), sha256).hexdigest()
