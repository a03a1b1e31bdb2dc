"""Takes single posts on the short way: a JSON body that is valid, under a token that is valid."""

import re
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from app.audit import service as audit
from app.auth.subjects import Scope, Subject
from app.auth.tokens import InvalidToken
from app.auth.verified import VerifiedTokens
from app.clock import Clock
from app.http.short_way import Letter
from app.ledgers.commands import Filer
from app.ledgers.desk import Desk
from app.ledgers.posting import post_of
from app.ledgers.replay import Answer
from app.ledgers.schemas import LedgerIn

_KEY = re.compile(rb"[\x21-\x7e]{1,128}")
_KEY_NAME = b"idempotency-key"


@dataclass(frozen=True, slots=True)
class FilingClerk:
    """Does what `POST /v1/ledgers` does for a request that nothing is wrong with."""

    desk: Desk
    tokens: VerifiedTokens
    clock: Clock
    timezone: str

    def sender(self, headers: Mapping[bytes, bytes]) -> Subject | None:
        """The subject of the token, when it may file and the key is none or one that is allowed."""
        key = headers.get(_KEY_NAME)
        if key is not None and not _KEY.fullmatch(key):
            return None
        scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        try:
            subject = self.tokens.subject_of(token.strip().decode("latin-1"), self.clock())
        except InvalidToken:
            return None
        return subject if Scope.LEDGERS_WRITE in subject.scopes else None

    def read(self, letter: Letter) -> Awaitable[Answer] | None:
        """Hand the ledger in at the desk; None when it is not valid."""
        try:
            body = LedgerIn.model_validate_json(letter.body)
        except ValidationError:
            return None
        key = letter.headers.get(_KEY_NAME)
        origin = audit.Origin(letter.request_id, letter.address)
        filer = Filer.at(letter.subject, self.clock(), self.timezone, origin)
        return self.desk.answer(post_of(body, filer, None if key is None else key.decode()))
