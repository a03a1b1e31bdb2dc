"""Locks that only PostgreSQL needs: on SQLite there is one writer anyway."""

import hashlib
from collections.abc import Iterable

from app.db.questions import driver_cursor
from app.db.session import WriteSession

REGISTER = 7_311_402_301
"""Held together by all who file, from their first question on; alone by whoever changes what codes mean, or the tables."""

UPGRADE = 7_311_402_214
"""Held by whoever changes the schema."""

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


def _key(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
