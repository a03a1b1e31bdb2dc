"""Signed tokens that carry a subject: a machine's bearer token, a person's session."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt

from app.auth.subjects import Role, Scope, Subject

API_AUDIENCE = "huanlian-api"
PAGE_AUDIENCE = "huanlian-page"
_ALGORITHM = "HS256"
_REQUIRED = ["sub", "aud", "iat", "exp"]


class InvalidToken(Exception):  # noqa: N818 - a fact about the token
    """The token is not ours, is for another use, or has expired."""


def issue(
    subject: Subject,
    *,
    secret: str,
    audience: str,
    now: datetime,
    lifetime: timedelta,
    extra: Mapping[str, str] | None = None,
) -> str:
    """Sign a token that speaks for `subject` until `lifetime` has passed."""
    claims: dict[str, Any] = {
        "sub": str(subject.id),
        "name": subject.name,
        "role": subject.role.value,
        "scopes": sorted(scope.value for scope in subject.scopes),
        "ent": None if subject.enterprise_id is None else str(subject.enterprise_id),
        "region": subject.region,
        "formerly": sorted(former.hex for former in subject.former_ids),
        "ver": subject.credentials_version,
        "aud": audience,
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
    }
    return jwt.encode(claims | dict(extra or {}), secret, algorithm=_ALGORITHM)


def claims_of(token: str, *, secret: str, audience: str, now: datetime) -> dict[str, Any]:
    """Verify a token and give its claims. Time is ours, not the wall's: tests and demos set it."""
    # PyJWT would compare with the system's time; expiry is checked below, by the clock that was passed in.
    options: Any = {"require": _REQUIRED, "verify_exp": False, "verify_iat": False}
    try:
        claims: dict[str, Any] = jwt.decode(
            token, secret, algorithms=[_ALGORITHM], audience=audience, options=options
        )
    except (jwt.InvalidTokenError, ValueError) as error:
        raise InvalidToken from error
    expires = claims["exp"]
    if not isinstance(expires, int) or now.timestamp() >= expires:
        raise InvalidToken
    return claims


def subject_of(claims: Mapping[str, Any]) -> Subject:
    """Give the subject that verified claims name."""
    try:
        enterprise = claims["ent"]
        return Subject(
            id=uuid.UUID(claims["sub"]),
            name=claims["name"],
            role=Role(claims["role"]),
            scopes=frozenset(Scope(scope) for scope in claims["scopes"]),
            enterprise_id=None if enterprise is None else uuid.UUID(enterprise),
            region=claims["region"],
            former_ids=frozenset(uuid.UUID(former) for former in claims.get("formerly", ())),
            credentials_version=int(claims.get("ver", 0)),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise InvalidToken from error
