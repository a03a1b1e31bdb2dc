"""Passwords of people: argon2, through pwdlib."""

from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError

MIN_LENGTH = 10
MAX_LENGTH = 200


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


def hashed(password: str) -> str:
    """Give the hash of a password to keep."""
    return _hasher().hash(password)


def matches(password: str, password_hash: str) -> bool:
    """Whether the password belongs to the hash. An overlong one is refused before it costs anything."""
    if len(password) > MAX_LENGTH:
        return False
    try:
        return _hasher().verify(password.encode("utf-8", "replace"), password_hash)
    except PwdlibError:
        return False


@cache
def nobody() -> str:
    """Give a hash to compare with when there is no such person, so that the answer takes as long."""
    return hashed("nobody signs in with this")
