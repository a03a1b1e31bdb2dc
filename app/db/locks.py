"""Locks that only PostgreSQL needs: on SQLite there is one writer anyway."""

import hashlib
import time
from collections.abc import Callable, Container, Iterable
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from app.db.questions import driver_cursor
from app.db.session import WriteSession

REGISTER = 7_311_402_301
"""Held together by all who file, from their first question on; alone by whoever changes what codes mean, or the tables."""

UPGRADE = 7_311_402_214
"""Held by whoever changes the schema."""

NOT_IN_TIME, IN_A_RING = "55P03", "40P01"
"""What PostgreSQL says of a lock that was not there in time, and of two who waited for each other."""

_LONGEST_PAUSE_S = 5.0

Result = TypeVar("Result")

_IN_ORDER = "FROM unnest(%s::bigint[]) WITH ORDINALITY AS t(k, n) ORDER BY n"
_ALONE = "SELECT pg_advisory_xact_lock(k) " + _IN_ORDER
_SHARED = "SELECT pg_advisory_xact_lock_shared(k) " + _IN_ORDER


def lock_names(session: WriteSession, names: Iterable[str], *, shared: bool = False) -> None:
    """Hold the named locks until the transaction ends. Sorted, so that two writers never wait for each other in a ring.

    Any number may hold a lock `shared`; whoever wants it alone waits for all of them, and they for it.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    keys = sorted({_key(name) for name in names})
    if keys:
        with driver_cursor(session) as cursor:
            cursor.execute(_SHARED if shared else _ALONE, (keys,))


def wait_at_most(session: WriteSession, milliseconds: int) -> None:
    """Give up on a lock sooner than the settings say, in this transaction. SQLite's one writer has its own queue."""
    if session.get_bind().dialect.name == "postgresql":
        with driver_cursor(session) as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {milliseconds:d}")


def asked_again(
    work: Callable[[int], Result], attempts: int, pause_s: float, *, after: Container[str | None]
) -> Result:
    """Do work that does not wait long for its locks, given the number of its attempt; again later `after` these refusals.

    Long transactions (a backup, a report) end within minutes; who asks often makes writers wait often.
    """
    for attempt in range(1, attempts):
        try:
            return work(attempt)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in after:
                raise
        time.sleep(min(attempt * pause_s, _LONGEST_PAUSE_S))
    return work(attempts)


def _key(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
