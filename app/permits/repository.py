"""Queries on permits; what a subject may see stands at the root of each."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select

from app.auth.subjects import Subject
from app.auth.visibility import visible_to, within
from app.db.session import ReadSession
from app.enterprises.models import Enterprise, Site
from app.permits.models import Permit, PermitVersionRow

_MAX_IN_LIST = 500
"""A statement of this size stays readable in a log."""


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Give the distinct values in order, as many at a time as one statement takes."""
    ordered = sorted(set(values))
    for start in range(0, len(ordered), _MAX_IN_LIST):
        yield ordered[start : start + _MAX_IN_LIST]


def seen(subject: Subject) -> ColumnElement[bool]:
    """Let an authority see the permits of its territory, an enterprise those of its sites and with its own code.

    Where a site is known its region counts and not what the permit says of itself. Wants the joins of `_permits`.
    """
    by_site = visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id, Enterprise.id))
    by_permit = visible_to(subject, region=Permit.region, enterprises=(Enterprise.id,))
    return or_(and_(Permit.site_id.is_not(None), by_site), and_(Permit.site_id.is_(None), by_permit))


def _permits(subject: Subject) -> Select[Permit, str]:
    return (
        select(Permit, Site.code)
        .outerjoin(Site, Site.id == Permit.site_id)
        .outerjoin(Enterprise, Enterprise.credit_code == Permit.credit_code)
        .where(seen(subject))
    )


def seen_permit(session: ReadSession, subject: Subject, number: str) -> tuple[Permit, str | None] | None:
    """Give a permit with the code of its site."""
    row = session.execute(_permits(subject).where(Permit.number == number)).one_or_none()
    return None if row is None else (row[0], row[1])


def permits_page(
    session: ReadSession,
    subject: Subject,
    *,
    region: str,
    matched: bool | None,
    after: str,
    limit: int,
) -> list[tuple[Permit, str | None]]:
    """Give permits with the codes of their sites, in the order of the numbers."""
    query = _permits(subject).where(Permit.number > after)
    if region:
        query = query.where(
            or_(within(Site.region, region), and_(Site.id.is_(None), within(Permit.region, region)))
        )
    if matched is not None:
        query = query.where(Permit.site_id.is_not(None) if matched else Permit.site_id.is_(None))
    return [(row[0], row[1]) for row in session.execute(query.order_by(Permit.number).limit(limit))]


_VERSION = (
    Permit.number.label("permit"),
    Permit.site_id,
    PermitVersionRow.number,
    PermitVersionRow.effective_from,
    PermitVersionRow.received_at,
    PermitVersionRow.content,
)


def versions_of_sites(
    session: ReadSession, site_ids: Iterable[uuid.UUID], as_of: datetime | None
) -> list[Row[Any]]:
    """(permit, site_id, number, effective_from, received_at, content) of all versions of the sites' permits."""
    return _versions(session, Permit.site_id, site_ids, as_of)


def versions_of_numbers(
    session: ReadSession, numbers: Iterable[str], as_of: datetime | None
) -> list[Row[Any]]:
    """The same for permits by number."""
    return _versions(session, Permit.number, numbers, as_of)


def _versions(
    session: ReadSession, column: Any, values: Iterable[Any], as_of: datetime | None
) -> list[Row[Any]]:
    query = select(*_VERSION).join(Permit, Permit.id == PermitVersionRow.permit_id)
    if as_of is not None:
        query = query.where(PermitVersionRow.received_at <= as_of)
    query = query.order_by(Permit.number, PermitVersionRow.number)
    found: list[Row[Any]] = []
    for batch in chunks(values):
        found += session.execute(query.where(column.in_(batch)))
    return found


def version_rows(session: ReadSession, permit_id: uuid.UUID, *, newest_only: bool = False) -> list[Row[Any]]:
    """Give the versions of a permit without their payloads, the newest first."""
    version = PermitVersionRow
    query = (
        select(
            version.number,
            version.effective_from,
            version.content,
            version.content_sha256,
            version.raw_sha256,
            func.length(version.raw).label("raw_bytes"),
            version.media_type,
            version.source,
            version.actor,
            version.received_at,
        )
        .where(version.permit_id == permit_id)
        .order_by(version.number.desc())
    )
    return list(session.execute(query.limit(1) if newest_only else query))


def payload(session: ReadSession, permit_id: uuid.UUID, number: int) -> tuple[bytes, str] | None:
    """Give the bytes that one version came as, and what they were sent as."""
    version = PermitVersionRow
    query = select(version.raw, version.media_type)
    row = session.execute(query.where(version.permit_id == permit_id, version.number == number)).one_or_none()
    return None if row is None else (row.raw, row.media_type)
