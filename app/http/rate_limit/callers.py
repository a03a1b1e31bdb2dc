"""Whose request it is, said before anything is routed or parsed: by verified token, by address, by the name signed in with."""

import base64
import binascii
import hmac
from collections.abc import Iterable
from hashlib import blake2b
from urllib.parse import unquote_plus

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request, cookie_parser

from app.auth.sessions import COOKIE
from app.auth.tokens import API_AUDIENCE, PAGE_AUDIENCE, InvalidToken, claims_of
from app.clock import Clock
from app.http.middleware import Message, Receive, Scope, replayed
from app.settings import Settings

_MAX_TOKENS = 10_000
_MAX_FORM_BYTES = 16 * 1024


class Callers:
    """Knows the subject of a request. A token that was verified once is remembered until it expires."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._secret = settings.secret_key.get_secret_value()
        metrics_token = settings.metrics_token
        self._metrics_token = None if metrics_token is None else metrics_token.get_secret_value().encode()
        self._clock = clock
        self._verified: dict[tuple[str, str], tuple[str, int]] = {}

    def subject_of(self, scope: Scope) -> str | None:
        """Give the id of whoever signed the request, like `app.auth.dependencies.identify`; None for a stranger."""
        authorization = first_header(scope["headers"], b"authorization")
        if authorization is not None:
            scheme, _, token = authorization.partition(" ")
            if scheme.lower() != "bearer":
                return None
            return self._verify(token.strip(), API_AUDIENCE) or self._scraper(token.strip())
        cookies = first_header(scope["headers"], b"cookie")
        session = cookie_parser(cookies).get(COOKIE) if cookies else None
        return self._verify(session, PAGE_AUDIENCE) if session else None

    def _scraper(self, token: str) -> str | None:
        """Tell a scraper from strangers: it must see a flood even when it comes from the flooder's address."""
        known = self._metrics_token
        return "metrics" if known is not None and hmac.compare_digest(token.encode(), known) else None

    def _verify(self, token: str, audience: str) -> str | None:
        now = self._clock()
        known = self._verified.get((audience, token))
        if known is not None and now.timestamp() < known[1]:
            return known[0]
        self._verified.pop((audience, token), None)
        try:
            claims = claims_of(token, secret=self._secret, audience=audience, now=now)
        except InvalidToken:
            return None
        if len(self._verified) >= _MAX_TOKENS:
            del self._verified[next(iter(self._verified))]
        subject = str(claims["sub"])
        self._verified[audience, token] = (subject, claims["exp"])
        return subject


async def name_signed_in_with(scope: Scope, receive: Receive, field: str) -> tuple[str, Receive]:
    """Give the name under which someone wants to sign in, as a hash, and the body to be read again.

    The form is read by the parser that the route itself uses, so that both see the same name. What cannot be
    read, or is too long, is nobody's name, and all of it is counted together.
    """
    authorization = first_header(scope["headers"], b"authorization")
    if authorization is not None:
        return _hashed(_name_in_basic(authorization)), receive
    messages, complete = await _beginning_of(receive)
    name = await _name_in_form(scope, replayed(messages, receive), field) if complete else ""
    return _hashed(name), replayed(messages, receive)


def first_header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    """Give the first header of that name, which is the one that routes see."""
    return next((value.decode("latin-1") for key, value in headers if key == name), None)


def _name_in_basic(authorization: str) -> str:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return unquote_plus(decoded.partition(":")[0])


async def _beginning_of(receive: Receive) -> tuple[list[Message], bool]:
    """Read a body as far as a sign-in form may go; say whether that was all of it."""
    messages: list[Message] = []
    size = 0
    while size <= _MAX_FORM_BYTES:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return messages, message["type"] == "http.request" and size <= _MAX_FORM_BYTES
    return messages, False


async def _name_in_form(scope: Scope, receive: Receive, field: str) -> str:
    try:
        async with Request(scope, receive).form() as form:
            value = form.get(field)
    except (HTTPException, MultiPartException, ValueError, KeyError):
        return ""
    return value if isinstance(value, str) else ""


def _hashed(name: str) -> str:
    """Keep keys short, and names out of a storage that others may read."""
    return blake2b(name.encode("utf-8", "replace"), digest_size=16).hexdigest()
