"""Queries on enterprises, sites and facilities."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select, update

from app.auth.subjects import Subject
from app.auth.visibility import visible_to
from app.db.session import ReadSession, WriteSession
from app.enterprises.models import Enterprise, Facility, Site

# SQLite and PostgreSQL take many more parameters; a statement of this size stays readable in a log.
_MAX_IN_LIST = 500


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    ordered = sorted(set(values))
    for start in range(0, len(ordered), _MAX_IN_LIST):
        yield ordered[start : start + _MAX_IN_LIST]


def seen_enterprises(subject: Subject) -> ColumnElement[bool]:
    """Let an authority see an enterprise that has its seat, or a site, in its territory."""
    by_site = select(Site.enterprise_id).where(visible_to(subject, region=Site.region))
    return or_(
        visible_to(subject, region=Enterprise.region, enterprises=(Enterprise.id,)),
        Enterprise.id.in_(by_site),
    )


def seen_sites(subject: Subject) -> ColumnElement[bool]:
    return visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,))


def enterprise_by_code(session: ReadSession, credit_code: str) -> Enterprise | None:
    return session.scalar(select(Enterprise).where(Enterprise.credit_code == credit_code))


def enterprise_by_id(session: ReadSession, enterprise_id: uuid.UUID) -> Enterprise:
    return session.get_one(Enterprise, enterprise_id)


def site_by_code(session: ReadSession, code: str) -> Site | None:
    return session.scalar(select(Site).where(Site.code == code))


def site_by_permit(session: ReadSession, permit_number: str) -> Site | None:
    return session.scalar(select(Site).where(Site.permit_number == permit_number))


def facility_by_code(session: ReadSession, site_id: uuid.UUID, code: str) -> Facility | None:
    return session.scalar(select(Facility).where(Facility.site_id == site_id, Facility.code == code))


def seen_enterprise(session: ReadSession, subject: Subject, credit_code: str) -> Enterprise | None:
    query = select(Enterprise).where(Enterprise.credit_code == credit_code)
    return session.scalar(query.where(seen_enterprises(subject)))


def seen_site(session: ReadSession, subject: Subject, code: str) -> tuple[Site, Enterprise] | None:
    row = session.execute(_sites(subject).where(Site.code == code)).one_or_none()
    if row is None:
        return None
    site, enterprise = row
    return site, enterprise


def enterprises_page(
    session: ReadSession, subject: Subject, *, region: str, after: str, limit: int
) -> list[Enterprise]:
    query = select(Enterprise).where(seen_enterprises(subject), Enterprise.credit_code > after)
    if region:
        query = query.where(Enterprise.region.startswith(region, autoescape=True))
    return list(session.scalars(query.order_by(Enterprise.credit_code).limit(limit)))


def sites_page(
    session: ReadSession, subject: Subject, *, region: str, enterprise: str | None, after: str, limit: int
) -> list[tuple[Site, Enterprise]]:
    query = _sites(subject).where(Site.code > after)
    if region:
        query = query.where(Site.region.startswith(region, autoescape=True))
    if enterprise is not None:
        query = query.where(Enterprise.credit_code == enterprise)
    return [(site, owner) for site, owner in session.execute(query.order_by(Site.code).limit(limit))]


def facilities_page(
    session: ReadSession, subject: Subject, *, site: str | None, after: uuid.UUID | None, limit: int
) -> list[tuple[Facility, Site]]:
    query = select(Facility, Site).join(Site, Site.id == Facility.site_id).where(seen_sites(subject))
    if site is not None:
        query = query.where(Site.code == site)
    if after is not None:
        query = query.where(Facility.id > after)
    return [(facility, of) for facility, of in session.execute(query.order_by(Facility.id).limit(limit))]


def _sites(subject: Subject) -> Select[Site, Enterprise]:
    return (
        select(Site, Enterprise)
        .join(Enterprise, Enterprise.id == Site.enterprise_id)
        .where(seen_sites(subject))
    )


def move_sites(session: WriteSession, old: uuid.UUID, new: uuid.UUID) -> None:
    session.execute(update(Site).where(Site.enterprise_id == old).values(enterprise_id=new))


def site_rows(session: ReadSession, codes: Iterable[str], *, permits: bool = False) -> list[Row[Any]]:
    """Plain rows of the sites with these codes, or also of those with these permit numbers."""
    columns = (
        Site.id,
        Site.code,
        Site.permit_number,
        Site.enterprise_id,
        Site.region,
        Site.industry,
        Site.base,
        Site.reports_from,
        Site.reports_until,
    )
    found: list[Row[Any]] = []
    for batch in chunks(codes):
        named = Site.code.in_(batch)
        found += session.execute(
            select(*columns).where(or_(named, Site.permit_number.in_(batch)) if permits else named)
        )
    return found


def enterprise_rows(
    session: ReadSession, *, codes: Iterable[str] = (), ids: Iterable[uuid.UUID] = ()
) -> Sequence[Row[Any]]:
    """(id, credit_code, successor_id, region) of enterprises."""
    columns = (Enterprise.id, Enterprise.credit_code, Enterprise.successor_id, Enterprise.region)
    found: list[Row[Any]] = []
    for batch in chunks(codes):
        found += session.execute(select(*columns).where(Enterprise.credit_code.in_(batch)))
    for batch in chunks(ids):
        found += session.execute(select(*columns).where(Enterprise.id.in_(batch)))
    return found


def sites_of(session: ReadSession, enterprise_ids: Iterable[uuid.UUID]) -> list[Row[Any]]:
    """(enterprise_id, id, code, region) of the sites of enterprises."""
    columns = (Site.enterprise_id, Site.id, Site.code, Site.region)
    found: list[Row[Any]] = []
    for batch in chunks(enterprise_ids):
        found += session.execute(select(*columns).where(Site.enterprise_id.in_(batch)))
    return found


def facility_rows(session: ReadSession, site_ids: Iterable[uuid.UUID]) -> list[Row[Any]]:
    """(site_id, code) of the facilities of sites."""
    found: list[Row[Any]] = []
    for batch in chunks(site_ids):
        found += session.execute(select(Facility.site_id, Facility.code).where(Facility.site_id.in_(batch)))
    return found
