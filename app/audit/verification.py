"""Checking the chain as it stands in the database, the whole of it or a stretch."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, select, type_coerce

from app.audit import anchors, reading
from app.audit.documents import row_document
from app.audit.models import AuditEntry
from app.db.base import table_of
from app.db.session import ReadSession
from app.domain.audit.anchors import Anchor
from app.domain.audit.chain import GENESIS
from app.domain.audit.flaws import Report
from app.domain.audit.verifying import Verifier

_AT_ONCE = 1_000
_NOT_OF_ITS_TYPE = (ValueError, TypeError, AttributeError)
"""What SQLite, which keeps any text in any column, may make a column's type raise."""


# On SQLite these are texts, and several texts mean one moment or one identifier.
_SPELLED = ("id", "at", "actor_id", "request_id")


@dataclass(frozen=True, slots=True)
class _Kept:
    """An entry, and those of its fields that are written in another way than the one in which we write."""

    entry: AuditEntry
    respelled: Sequence[str] = ()


def verify(
    session: ReadSession, *, after: int = 0, limit: int | None = None, published: Iterable[Anchor] = ()
) -> Report:
    """Check the entries after a number, at most `limit` of them, against each other and against the anchors.

    `published` are anchors that were kept elsewhere; where they know a day, they are believed.

    What `after` says itself is not checked again: whoever goes on from there has done so.
    """
    known = {anchor.day: anchor for anchor in (*anchors.all_anchors(session), *published)}
    ahead = [anchor for anchor in known.values() if anchor.number > after]
    verifier = Verifier(anchors=ahead, after=(after, _seal_at(session, after)))
    seen = 0
    for found in _rows(session, after, limit):
        seen += 1
        if isinstance(found, list):
            verifier.take_malformed(found)
            continue
        verifier.take(row_document(found.entry))
        for name in found.respelled:
            verifier.object_to_spelling(name)
    report = verifier.end(is_end=limit is None or seen < limit)
    report.unsealed = reading.unsealed_count(session)
    return report


def _seal_at(session: ReadSession, number: int) -> str:
    found = session.scalar(select(AuditEntry.seal).where(AuditEntry.number == number))
    return found or GENESIS


def _rows(session: ReadSession, after: int, limit: int | None) -> Iterator[_Kept | list[str]]:
    """The entries of a stretch; of one that cannot be read, the names of its fields that cannot."""
    last, left = after, limit
    while left is None or left > 0:
        at_once = _AT_ONCE if left is None else min(_AT_ONCE, left)
        query = select(AuditEntry.number).where(AuditEntry.number > last).order_by(AuditEntry.number)
        numbers = [number for number in session.scalars(query.limit(at_once)) if number is not None]
        yield from _read(session, numbers)
        if len(numbers) < at_once:
            return
        last, left = numbers[-1], None if left is None else left - len(numbers)
        session.expunge_all()


def _read(session: ReadSession, numbers: Sequence[int]) -> Iterator[_Kept | list[str]]:
    """Read entries at once, or one by one when one of them cannot be read."""
    if not numbers:
        return
    of_batch = AuditEntry.number.between(numbers[0], numbers[-1])
    try:
        yield from _kept(session, of_batch)
    except _NOT_OF_ITS_TYPE:
        for number in numbers:
            yield from _read_one(session, AuditEntry.number == number)


def _read_one(session: ReadSession, this: ColumnElement[bool]) -> Sequence[_Kept | list[str]]:
    try:
        return _kept(session, this)
    except _NOT_OF_ITS_TYPE:
        columns = [getattr(AuditEntry, column.name) for column in table_of(AuditEntry).columns]
        return [[column.key for column in columns if not _is_readable(session, column, this)]]


def _is_readable(session: ReadSession, column: Any, this: ColumnElement[bool]) -> bool:
    try:
        session.execute(select(column).where(this)).all()
    except _NOT_OF_ITS_TYPE:
        return False
    return True


def _kept(session: ReadSession, where: ColumnElement[bool]) -> Sequence[_Kept]:
    dialect = session.get_bind().dialect
    if dialect.name != "sqlite":
        found = session.scalars(select(AuditEntry).where(where).order_by(AuditEntry.number))
        return [_Kept(entry) for entry in found]
    columns = [table_of(AuditEntry).columns[name] for name in _SPELLED]
    as_text = [type_coerce(column, String).label(f"{column.name}_text") for column in columns]
    write = [column.type.dialect_impl(dialect).bind_processor(dialect) or str for column in columns]
    rows = session.execute(select(AuditEntry, *as_text).where(where).order_by(AuditEntry.number))
    return [
        _Kept(
            entry,
            [
                name
                for name, text, written in zip(_SPELLED, texts, write, strict=True)
                if text is not None and text != written(getattr(entry, name))
            ],
        )
        for entry, *texts in rows
    ]
