"""Secrets of machine clients: 256 random bits, so that a plain SHA-256 keeps them safe at rest."""

import hmac
import secrets
from collections.abc import Iterable
from hashlib import sha256

MAX_LIVE = 2
_BYTES = 32


def new_secret() -> str:
    """Make a secret; it is shown once and kept only as its hash."""
    return secrets.token_urlsafe(_BYTES)


def sha256_of(secret: str) -> str:
    """Give the hash of a secret, in hexadecimal."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def matches_any(secret: str, hashes: Iterable[str]) -> bool:
    """Whether the secret is one of those kept; every one is compared, so that the time says nothing."""
    offered = sha256_of(secret)
    results = [hmac.compare_digest(offered, kept) for kept in hashes]
    return any(results)
