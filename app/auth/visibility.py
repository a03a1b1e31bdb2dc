"""The second door: the condition at the root of every query that says which rows a subject may see."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.expression import false

from app.auth.subjects import Role, Subject

RegionColumn = InstrumentedAttribute[str] | InstrumentedAttribute[str | None] | ColumnElement[str]
EnterpriseColumn = (
    InstrumentedAttribute[uuid.UUID] | InstrumentedAttribute[uuid.UUID | None] | ColumnElement[Any]
)

_OF_A_TERRITORY = (Role.REGULATOR, Role.PERMIT_SYSTEM)


def visible_to(
    subject: Subject, *, region: RegionColumn | None = None, enterprises: Sequence[EnterpriseColumn] = ()
) -> ColumnElement[bool]:
    """Give the rows that `subject` may see; none when in doubt.

    `region` holds the six-digit region of a row: a regulator and a permit system see their prefix and below.
    `enterprises` hold the parties of a row: an enterprise sees the rows in which it, or one that it succeeded, is
    one of them. The ids stand in the statement as values, so that an index on each column serves it.
    """
    if subject.role is Role.ADMIN:
        return true()
    if subject.role in _OF_A_TERRITORY:
        if region is None or not subject.region:
            return false()
        return within(region, subject.region)
    if subject.role is Role.ENTERPRISE and subject.enterprise_id is not None and enterprises:
        return or_(*(column.in_(subject.enterprise_ids) for column in enterprises))
    return false()


def range_of(subject: Subject, prefix: str | None) -> tuple[str, str] | None:
    """Give the first and last six-digit code that `subject` may see within a prefix; None when there is none.

    `visible_to` by region, for statements that are made once and given the ends of the range each time.
    """
    if subject.role is Role.ADMIN:
        return _ends(prefix or "")
    territory = subject.region
    if subject.role not in _OF_A_TERRITORY or not territory:
        return None
    (low, high), (first, last) = _ends(territory), _ends(prefix or "")
    return (max(low, first), min(high, last)) if max(low, first) <= min(high, last) else None


def _ends(prefix: str) -> tuple[str, str]:
    return prefix.ljust(6, "0"), prefix.ljust(6, "9")


def within(region: Any, prefix: str) -> ColumnElement[bool]:
    """Give the six-digit codes of a prefix, as a range that an index serves; a LIKE is served on neither database."""
    first, last = _ends(prefix)
    return and_(region >= first, region <= last)
