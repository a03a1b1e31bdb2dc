"""What a page needs that is dear to work out and the same for all who may see the same: kept while the data stay as they are.

Nothing is kept per person or session: the key holds whose territory or enterprise it is, what was asked and on which
day. Each process keeps its own few, and asks the database first whether anything has happened since.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy import func, select

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.enterprises.models import Enterprise, SiteVersion
from app.outbox.models import Event
from app.reconciliations.models import Reconciliation

_MOST_UNPLACED = 1_000
_Value = TypeVar("_Value")
Version = tuple[Hashable, ...]


def data_version(session: ReadSession) -> Version | None:
    """Name the state of the data by what was told of it; None when too much waits for the relay to tell states apart.

    Every change of ledgers, transfers, reference data, permits and findings writes an event in its transaction.
    A transaction that commits late leaves an event without a place, so neither places nor numbers alone would do.
    """
    placed, newest = session.execute(select(func.max(Event.position), func.max(Event.number))).one()
    waiting = select(Event.number).where(Event.position.is_(None)).limit(_MOST_UNPLACED).subquery()
    unplaced = session.scalar(select(func.count()).select_from(waiting)) or 0
    # What tells no event: a reconciliation that was made, a site or enterprise that was registered.
    quiet = select(
        select(func.max(Reconciliation.made_at)).scalar_subquery(),
        select(func.count()).select_from(SiteVersion).scalar_subquery(),
        select(func.count()).select_from(Enterprise).scalar_subquery(),
    )
    told = (placed, newest, unplaced, *session.execute(quiet).one())
    return None if unplaced >= _MOST_UNPLACED else told


def sight_of(subject: Subject) -> Hashable:
    """What a subject may see, as far as it decides what is shown; two of one office see the same."""
    return subject.role, subject.region, subject.enterprise_ids, subject.scopes


class Kept(Generic[_Value]):
    """A few values by key, each for one version of the data; the one used longest ago goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, tuple[Version, _Value]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, version: Version | None, make: Callable[[], _Value]) -> _Value:
        """Give the value of this version, making it when it is not there. `make` runs outside of the lock."""
        if version is None:
            return make()
        with self._lock:
            found = self._values.get(key)
            if found is not None and found[0] == version:
                self._values.move_to_end(key)
                return found[1]
        made = make()
        with self._lock:
            self._values[key] = (version, made)
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return made
