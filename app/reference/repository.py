"""Queries on reference data."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import func, insert, select, update

from app.db.base import table_of
from app.db.questions import Question
from app.db.session import ReadSession, WriteSession
from app.ids import new_id
from app.reference.models import ReferenceRelease, ReferenceRow

_CURRENT = ReferenceRow.superseded_at.is_(None)
_MAX_IN_LIST = 500
# The bits of an id that its clock has no part in, some of them: an id that was rolled back does not come again.
_BY_CHANCE = (1 << 56) - 1


_RELEASE = table_of(ReferenceRelease)
_NEWEST = select(ReferenceRow.id).order_by(ReferenceRow.id.desc()).limit(1).scalar_subquery()
_STATE = Question(select(_NEWEST, func.count(), func.max(_RELEASE.c.loaded_at)).select_from(_RELEASE))

Version: TypeAlias = tuple[uuid.UUID | None, int, datetime | None]


def data_version(session: ReadSession) -> Version:
    """Tell one state of the data from another by two looks at an index: rows are added with growing ids, or end.

    Rows that end without another in their place end with a release.
    """
    ((newest_id, count, loaded_at),) = _STATE.ask(session)
    return newest_id, count, loaded_at


def next_ids(session: ReadSession) -> Iterator[uuid.UUID]:
    """Give ids for new rows, each above all there are, whatever the clocks of two machines say."""
    newest = session.scalar(select(ReferenceRow.id).order_by(ReferenceRow.id.desc()).limit(1))
    last = 0 if newest is None else newest.int
    while True:
        made = new_id().int
        last = made if made > last else last + 1 + (made & _BY_CHANCE)
        yield uuid.UUID(int=last)


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
