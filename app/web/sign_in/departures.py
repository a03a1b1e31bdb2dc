"""What a browser carries to the provider and back: signed, for ten minutes, for one sign-in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt
from fastapi import Request
from starlette.responses import Response

from app.auth.provider import Departure
from app.auth.tokens import InvalidToken, claims_of
from app.settings import Settings

COOKIE = "huanlian_provider"
PATH = "/sign-in/provider"
_AUDIENCE = "huanlian-provider"
_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Remembered:
    """A departure, and where the reader wanted to go."""

    departure: Departure
    wanted: str


def keep(response: Response, remembered: Remembered, settings: Settings, now: datetime) -> None:
    """Let the browser hold it; it comes back with the provider's redirect, which is a request of another site."""
    departure = remembered.departure
    claims = {
        "sub": departure.state,
        "nonce": departure.nonce,
        "verifier": departure.verifier,
        "next": remembered.wanted,
        "aud": _AUDIENCE,
        "iat": int(now.timestamp()),
        "exp": int((now + _LIFETIME).timestamp()),
    }
    response.set_cookie(
        COOKIE,
        jwt.encode(claims, settings.secret_key.get_secret_value(), algorithm="HS256"),
        max_age=int(_LIFETIME.total_seconds()),
        path=PATH,
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def remembered_by(request: Request, settings: Settings, now: datetime) -> Remembered | None:
    """Read what this browser was sent away with; None when it was not, or too long ago."""
    secret = settings.secret_key.get_secret_value()
    try:
        claims = claims_of(request.cookies.get(COOKIE, ""), secret=secret, audience=_AUDIENCE, now=now)
        return Remembered(Departure(claims["sub"], claims["nonce"], claims["verifier"]), claims["next"])
    except (InvalidToken, KeyError):
        return None


def forget(response: Response, settings: Settings) -> None:
    """Let it be used once only."""
    response.delete_cookie(COOKIE, path=PATH, secure=settings.secure_cookies, httponly=True, samesite="lax")
