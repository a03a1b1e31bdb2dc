"""Queries on reference data."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from app.db.session import ReadSession, WriteSession
from app.reference.models import ReferenceRelease, ReferenceRow

_CURRENT = ReferenceRow.superseded_at.is_(None)
_MAX_IN_LIST = 500


def data_version(session: ReadSession) -> tuple[int, uuid.UUID | None]:
    """Tell one state of the data from another: rows are added with new ids, or end.

    What the data has lost and not replaced is told by the number of rows that ended.
    """
    newest = select(ReferenceRow.id).order_by(ReferenceRow.id.desc()).limit(1).scalar_subquery()
    counts = select(func.count(ReferenceRow.id) + func.count(ReferenceRow.superseded_at)).scalar_subquery()
    count, newest_id = session.execute(select(counts, newest)).one()
    return count, newest_id


def newest_versions(session: ReadSession) -> dict[tuple[str, str], int]:
    """(kind, code) → the highest version number there ever was."""
    query = select(ReferenceRow.kind, ReferenceRow.code, func.max(ReferenceRow.version))
    rows = session.execute(query.group_by(ReferenceRow.kind, ReferenceRow.code))
    return {(kind, code): number for kind, code, number in rows}


def current_bodies(session: ReadSession, kinds: Sequence[str]) -> Sequence[tuple[str, str, Any]]:
    """(kind, code, body) of the current rows of some kinds."""
    query = select(ReferenceRow.kind, ReferenceRow.code, ReferenceRow.body)
    return [
        (kind, code, body)
        for kind, code, body in session.execute(query.where(_CURRENT, ReferenceRow.kind.in_(kinds)))
    ]


def current_codes(session: ReadSession, kinds: Sequence[str]) -> Sequence[tuple[str, str]]:
    query = select(ReferenceRow.kind, ReferenceRow.code).where(_CURRENT, ReferenceRow.kind.in_(kinds))
    return [(kind, code) for kind, code in session.execute(query)]


def current_rows(session: ReadSession, kind: str | None = None) -> list[ReferenceRow]:
    query = select(ReferenceRow).where(_CURRENT).order_by(ReferenceRow.kind, ReferenceRow.code)
    return list(session.scalars(query if kind is None else query.where(ReferenceRow.kind == kind)))


def current_page(
    session: ReadSession, kind: str, *, prefix: str, length: int | None, after: str, limit: int
) -> list[ReferenceRow]:
    """List current rows of a kind after a code, in the order of codes; `length` is that of the code."""
    query = select(ReferenceRow).where(_CURRENT, ReferenceRow.kind == kind, ReferenceRow.code > after)
    if prefix:
        query = query.where(ReferenceRow.code.startswith(prefix, autoescape=True))
    if length is not None:
        query = query.where(func.length(ReferenceRow.code) == length)
    return list(session.scalars(query.order_by(ReferenceRow.code).limit(limit)))


def current_row(session: ReadSession, kind: str, code: str) -> ReferenceRow | None:
    return session.scalar(
        select(ReferenceRow).where(_CURRENT, ReferenceRow.kind == kind, ReferenceRow.code == code)
    )


def versions(session: ReadSession, kind: str, code: str) -> list[ReferenceRow]:
    """All versions of one row, the newest first."""
    query = select(ReferenceRow).where(ReferenceRow.kind == kind, ReferenceRow.code == code)
    return list(session.scalars(query.order_by(ReferenceRow.version.desc())))


def newest_release(session: ReadSession) -> ReferenceRelease | None:
    query = select(ReferenceRelease).order_by(ReferenceRelease.loaded_at.desc(), ReferenceRelease.id.desc())
    return session.scalar(query.limit(1))


def release_of(session: ReadSession, sha256: str) -> ReferenceRelease | None:
    return session.scalar(select(ReferenceRelease).where(ReferenceRelease.sha256 == sha256))


def supersede(session: WriteSession, ids: Sequence[uuid.UUID], now: datetime) -> None:
    for start in range(0, len(ids), _MAX_IN_LIST):
        batch = ids[start : start + _MAX_IN_LIST]
        session.execute(
            update(ReferenceRow).where(ReferenceRow.id.in_(batch)).values(superseded_at=now),
            execution_options={"synchronize_session": False},
        )


def add_rows(session: WriteSession, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(ReferenceRow), rows)
