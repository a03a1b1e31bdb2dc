"""Locks that only PostgreSQL needs: on SQLite there is one writer anyway."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import text

from app.db.session import WriteSession


def lock_names(session: WriteSession, names: Iterable[str]) -> None:
    """Hold the named locks until the transaction ends. Sorted, so that two writers never wait for each other in a ring."""
    if session.get_bind().dialect.name != "postgresql":
        return
    keys = sorted({_key(name) for name in names})
    if keys:
        session.execute(
            text(
                "SELECT pg_advisory_xact_lock(k) FROM unnest(CAST(:keys AS bigint[])) WITH ORDINALITY AS t(k, n) ORDER BY n"
            ),
            {"keys": keys},
        )


def _key(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
