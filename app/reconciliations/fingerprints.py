"""Fingerprints of ledgers, taken once for as long as nobody writes what they are taken of.

To take one reads every ledger and transfer of the scope, and each answer about a rate asks for some. What was taken is kept in
the process with the place where the log of writes stood before; the next one who asks reads what was written since.
"""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Pool

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.rates.service import Scope
from app.reconciliations import repository
from app.reconciliations.marks import Mark, mark_now, may_touch, written_since

_MOST = 512
"""Scopes and sights that are kept of a database."""


class _Kept:
    """The fingerprints taken of one database; the one used longest ago goes first."""

    def __init__(self) -> None:
        self._taken: OrderedDict[Hashable, tuple[Mark, str]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> tuple[Mark, str] | None:
        with self._lock:
            found = self._taken.get(key)
            if found is not None:
                self._taken.move_to_end(key)
            return found

    def put(self, key: Hashable, mark: Mark, fingerprint: str) -> None:
        with self._lock:
            self._taken[key] = (mark, fingerprint)
            self._taken.move_to_end(key)
            while len(self._taken) > _MOST:
                self._taken.popitem(last=False)


# By pool of connections: a replica may be behind, and what is known of the primary does not hold there.
_databases: "WeakKeyDictionary[Pool, _Kept]" = WeakKeyDictionary()


def fingerprint_of(session: ReadSession, subject: Subject, scope: Scope) -> str:
    """The fingerprint of a scope as `repository.fingerprint` takes it, taken anew when that may give another one."""
    kept = _databases.setdefault(session.get_bind().engine.pool, _Kept())
    key = (subject.role, subject.region, subject.enterprise_ids, scope)
    found = kept.get(key)
    if found is not None:
        mark, fingerprint = found
        since = written_since(session, mark)
        if since is not None and not may_touch(session, scope, since[1]):
            kept.put(key, since[0], fingerprint)
            return fingerprint
    # The mark first: what is written while the fingerprint is taken is behind it, and so looked at again.
    now = mark_now(session)
    fingerprint = repository.fingerprint(session, subject, scope)
    if now is not None:
        kept.put(key, now, fingerprint)
    return fingerprint
