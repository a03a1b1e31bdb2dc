"""Bearer tokens that were verified once: the signature is computed once for each, its expiry is looked at every time.

Whether the account was shut out since is asked of the database, for many subjects at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from app.auth.models import Client
from app.auth.subjects import Subject
from app.auth.tokens import API_AUDIENCE, claims_of, subject_of
from app.db.base import table_of
from app.db.questions import Among, Question
from app.db.session import ReadSession
from app.domain.errors import Message

EXPIRED = Message("令牌无效或已过期", "The token is not valid or has expired")
_MOST = 10_000
_CLIENT = table_of(Client)
_ACCOUNTS = Question(
    select(_CLIENT.c.id, _CLIENT.c.disabled_at, _CLIENT.c.credentials_version).where(
        Among(_CLIENT.c.id, "ids")
    ),
    ids=_CLIENT.c.id,
)


@dataclass(slots=True)
class VerifiedTokens:
    """Remembers whom tokens name."""

    secret: str
    _known: dict[str, tuple[Subject, int]] = field(default_factory=dict)

    def subject_of(self, token: str, now: datetime) -> Subject:
        """Give the subject of a valid token. Raises InvalidToken."""
        known = self._known.get(token)
        if known is not None and now.timestamp() < known[1]:
            return known[0]
        claims = claims_of(token, secret=self.secret, audience=API_AUDIENCE, now=now)
        subject = subject_of(claims)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[token] = (subject, int(claims["exp"]))
        return subject


def shut_out(session: ReadSession, subjects: Iterable[Subject]) -> set[Subject]:
    """Those whose machine was disabled, or given new secrets, since their token was signed."""
    signed = set(subjects)
    kept = {
        client_id: None if disabled_at is not None else version
        for client_id, disabled_at, version in _ACCOUNTS.ask(session, ids={subject.id for subject in signed})
    }
    return {
        subject
        for subject in signed
        if subject.id in kept and kept[subject.id] != subject.credentials_version
    }
