"""Passwords of people: argon2, through pwdlib.

A comparison takes 64 MiB and half a second on purpose. Whoever signs in from many addresses at once must not get as many of
them as there are threads: two at a time, some wait, the others are told to come again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError

from app.http.problems import Busy

MIN_LENGTH = 10
MAX_LENGTH = 200
MOST_AT_ONCE = 2
MOST_PRESENT = 12
_at_once = BoundedSemaphore(MOST_AT_ONCE)
_present = BoundedSemaphore(MOST_PRESENT)


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for one's turn. Raises Busy when too many wait."""
    if not _present.acquire(blocking=False):
        raise Busy(headers={"Retry-After": "2"})
    try:
        with _at_once:
            yield
    finally:
        _present.release()


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


def hashed(password: str) -> str:
    """Give the hash of a password to keep."""
    with _turn():
        return _hasher().hash(password)


def matches(password: str, password_hash: str) -> bool:
    """Whether the password belongs to the hash. An overlong one is refused before it costs anything. Raises Busy."""
    if len(password) > MAX_LENGTH:
        return False
    with _turn():
        try:
            return _hasher().verify(password.encode("utf-8", "replace"), password_hash)
        except PwdlibError:
            return False


@cache
def nobody() -> str:
    """Give a hash to compare with when there is no such person, so that the answer takes as long."""
    return hashed("nobody signs in with this")
