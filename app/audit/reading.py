"""Reading the log: what regulators and administrators may see of it, page by page or as a whole."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from app.audit.documents import row_document
from app.audit.models import AuditEntry
from app.auth.subjects import Role, Subject
from app.auth.visibility import visible_to
from app.db.session import ReadSession
from app.domain.canonical_json import canonical
from app.domain.errors import Message
from app.http.problems import Forbidden

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries are asked for. `who` is a name or an id, `object_id` goes with `object_kind`."""

    who: str | None = None
    object_kind: str | None = None
    object_id: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def only_authorities(subject: Subject) -> Subject:
    """Refuse whoever is neither a regulator nor an administrator: the log names other people's doings."""
    if subject.role not in (Role.REGULATOR, Role.ADMIN):
        raise Forbidden(Message("只有监管部门可以查看审计日志", "only an authority reads the audit log"))
    return subject


def page(
    session: ReadSession, subject: Subject, query: AuditQuery, *, before: int | None, limit: int
) -> tuple[Sequence[AuditEntry], int | None]:
    """Some entries in the order of writing, the newest first, and the ordinal to go on before."""
    statement = _asked(subject, query).order_by(AuditEntry.ordinal.desc()).limit(limit + 1)
    if before is not None:
        statement = statement.where(AuditEntry.ordinal < before)
    found = session.scalars(statement).all()
    return found[:limit], found[limit - 1].ordinal if len(found) > limit else None


def exported(session: ReadSession, subject: Subject, query: AuditQuery) -> Iterator[str]:
    """The sealed entries in the order of the chain, then those that wait: lines of canonical JSON, many at once."""
    sealed, waiting = AuditEntry.number, AuditEntry.ordinal
    for column, where in ((sealed, sealed.is_not(None)), (waiting, sealed.is_(None))):
        last = 0
        while True:
            statement = _asked(subject, query).where(where, column > last).order_by(column).limit(_AT_ONCE)
            entries = session.scalars(statement).all()
            yield "".join(canonical(row_document(entry)) + "\n" for entry in entries)
            if len(entries) < _AT_ONCE:
                break
            last = getattr(entries[-1], column.key)
            session.expunge_all()


def unsealed_count(session: ReadSession) -> int:
    """How many entries wait for their seal."""
    return session.scalar(select(func.count()).where(AuditEntry.number.is_(None))) or 0


def _asked(subject: Subject, query: AuditQuery) -> Select[AuditEntry]:
    statement = select(AuditEntry).where(visible_to(only_authorities(subject), region=AuditEntry.region))
    wanted: dict[Any, Any] = {
        AuditEntry.object_kind: query.object_kind,
        AuditEntry.object_id: query.object_id,
        AuditEntry.action: query.action,
    }
    statement = statement.where(*(column == value for column, value in wanted.items() if value is not None))
    if query.who is not None:
        statement = statement.where(_is(query.who))
    if query.since is not None:
        statement = statement.where(AuditEntry.at >= query.since)
    if query.until is not None:
        statement = statement.where(AuditEntry.at < query.until)
    return statement


def _is(who: str) -> Any:
    try:
        return AuditEntry.actor_id == uuid.UUID(who)
    except ValueError:
        return AuditEntry.actor_name == who
