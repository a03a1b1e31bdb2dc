"""What a provider's ID token must hold before it is believed (OpenID Connect Core 1.0, 3.1.3.7)."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_SIGNATURES = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
]
"""Asymmetric only: `none`, and HMAC with a public key for its secret, are refused by not being here."""
_KINDS = frozenset({"RSA", "EC", "OKP"})
_SKEW_SECONDS = 60
_MAX_TOKEN = 32_768
_MAX_SUBJECT = 255


class TokenRefused(Exception):  # noqa: N818 - a fact about the token
    """The token is not signed by these keys, or says something else than was expected."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Whose token it must be, for whom, for which sign-in; `access_token` is what came with it."""

    issuer: str
    client_id: str
    nonce: str
    access_token: Any


def keys_of(document: Mapping[str, Any]) -> Any:
    """Read the keys that a provider publishes; those of kinds that we do not know are left out."""
    from joserfc.errors import JoseError  # noqa: PLC0415 - only who signs in so needs it
    from joserfc.jwk import KeySet, import_key  # noqa: PLC0415 - same

    listed = document.get("keys")
    keys: list[Any] = []
    for each in listed if isinstance(listed, list) else []:
        kind = each.get("kty") if isinstance(each, dict) else None
        if kind in _KINDS:
            with suppress(JoseError, ValueError, TypeError, KeyError):
                keys.append(import_key(each, kind))
    return KeySet(keys)


def account_in(token: str, keys: Any, expected: Expected, now: datetime) -> Mapping[str, Any]:
    """Give the claims of a token that holds. Raises TokenRefused."""
    from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]  # noqa: PLC0415 - only who signs in so needs it
    from joserfc import jwt  # noqa: PLC0415 - same
    from joserfc.errors import JoseError  # noqa: PLC0415 - same

    if len(token) > _MAX_TOKEN:
        raise TokenRefused
    try:
        signed = jwt.decode(token, keys, algorithms=_SIGNATURES)
        token_claims = CodeIDToken(
            signed.claims,
            signed.header,
            {
                "iss": {"essential": True, "value": expected.issuer},
                "aud": {"essential": True, "value": expected.client_id},
            },
            {"nonce": expected.nonce, "client_id": expected.client_id, "access_token": expected.access_token},
        )
        token_claims.validate(now=int(now.timestamp()), leeway=_SKEW_SECONDS)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise TokenRefused from None
    claims: dict[str, Any] = dict(token_claims)
    subject = claims.get("sub")
    # A nonce must be there because one was asked for; the library looks only when it has one to compare.
    if (
        not isinstance(subject, str)
        or not 0 < len(subject) <= _MAX_SUBJECT
        or claims.get("nonce") != expected.nonce
    ):
        raise TokenRefused
    return claims
