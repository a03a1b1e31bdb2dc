"""Where the log of writes stands, and whether what was written since can have touched the ledgers of a scope.

Every write has an entry in its own transaction (app/audit), so that a log that stands where it stood says that nothing has
changed. Numbers drawn while writing say nothing about the order of commits; those that the sealer gives do, and what it has not
sealed yet is told one by one.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select, union_all

from app.audit.models import AuditEntry
from app.db.base import table_of
from app.db.session import ReadSession
from app.ledgers.models import Ledger
from app.rates.service import Scope
from app.transfers.models import Transfer

MOST_ENTRIES = 1_000
"""Entries looked through for one answer; behind more than these nothing is known of what changed."""

_ELSEWHERE = frozenset(
    {
        *("certificate", "chain_run", "client", "finding", "permit", "permit_import"),
        *("reconciliation", "reward_claim", "user", "webhook"),
    }
)
"""Kinds of objects that no figure of a reconciliation is read from. Whatever else is new counts."""

_OF_A_MONTH: dict[str, Any] = {"ledger": Ledger, "transfer": Transfer}
"""Kinds of objects that change what was reported for their own month, and for no other."""


class Entry(NamedTuple):
    """What is read of an entry."""

    ordinal: int
    number: int | None
    seal: str | None
    kind: str
    object_id: str


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the log had come: the last sealed entry, and those behind it that waited for their seal."""

    number: int
    seal: str | None
    waiting: frozenset[int]


_LOG = table_of(AuditEntry)
_READ = (_LOG.c.ordinal, _LOG.c.number, _LOG.c.seal, _LOG.c.object_kind, _LOG.c.object_id)


def _from(first: Any) -> Select[Any]:
    # One statement, and so one moment: an entry that is sealed between two would be in neither answer.
    sealed = select(*_READ).where(_LOG.c.number >= first)
    waiting = select(*_READ).where(_LOG.c.number.is_(None))
    read = union_all(sealed, waiting).limit(MOST_ENTRIES + 2).subquery()
    return select(read)


_NOW = _from(select(func.coalesce(func.max(_LOG.c.number), 0)).scalar_subquery())
_SINCE = _from(bindparam("first"))


def mark_now(session: ReadSession) -> Mark | None:
    """Where the log stands; None when too much waits for its seal."""
    entries = [Entry(*row) for row in session.execute(_NOW)]
    return None if len(entries) > MOST_ENTRIES else _mark(entries)


def written_since(session: ReadSession, mark: Mark) -> tuple[Mark, list[Entry]] | None:
    """Where the log stands, and what was written since a mark; None when that cannot be told.

    So it is after very many entries, and when the log is not the one that the mark was made of: a restored database, a replica
    that is behind.
    """
    entries = [Entry(*row) for row in session.execute(_SINCE, {"first": mark.number})]
    if len(entries) > MOST_ENTRIES:
        return None
    if mark.number and (mark.number, mark.seal) not in {(each.number, each.seal) for each in entries}:
        return None
    known = {each.ordinal for each in entries}
    if not mark.waiting <= known:
        return None
    new = [each for each in entries if each.ordinal not in mark.waiting and each.number != mark.number]
    return _mark(entries), new


def _mark(entries: Iterable[Entry]) -> Mark:
    head = max(((each.number, each.seal) for each in entries if each.number is not None), default=(0, None))
    waiting = frozenset(each.ordinal for each in entries if each.number is None)
    return Mark(*head, waiting)


def may_touch(session: ReadSession, scope: Scope, entries: Iterable[Entry]) -> bool:
    """Whether one of the writes can have changed what a reconciliation of the scope's months rests on, wherever it was made."""
    ids: dict[str, set[uuid.UUID]] = {kind: set() for kind in _OF_A_MONTH}
    for each in entries:
        if each.kind in ids:
            ids[each.kind].add(uuid.UUID(each.object_id))
        elif each.kind not in _ELSEWHERE:
            return True
    return any(_in_months(session, scope, _OF_A_MONTH[kind], mine) for kind, mine in ids.items() if mine)


def _in_months(session: ReadSession, scope: Scope, model: Any, ids: set[uuid.UUID]) -> bool:
    """Whether an object is of one of the months; one that has gone since may have been."""
    row = table_of(model)
    months = list(session.scalars(select(row.c.month).where(row.c.id.in_(ids))))
    return len(months) < len(ids) or any(scope.first <= month <= scope.last for month in months)
