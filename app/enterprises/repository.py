"""Queries on enterprises, sites and facilities."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, FromClause, Row, Select, and_, func, or_, select, text, update
from sqlalchemy.orm import aliased

from app.auth.subjects import Subject
from app.auth.visibility import visible_to, within
from app.db.base import table_of
from app.db.locks import REGISTER
from app.db.questions import Among, Question
from app.db.session import ReadSession, WriteSession
from app.domain.periods import Month
from app.enterprises.models import Enterprise, Facility, Site, SiteVersion

# SQLite and PostgreSQL take many more parameters; a statement of this size stays readable in a log.
_MAX_IN_LIST = 500

KEPT = (
    "name",
    "region",
    "industry",
    "base",
    "park",
    "permit_number",
    "latitude",
    "longitude",
    "reports_from",
    "reports_until",
)
"""What of a site can change, and is kept with each version; its code and enterprise never do."""


def hold_register(session: WriteSession, *, to_change_it: bool = False) -> None:
    """Let whoever files see one register from beginning to end; whoever changes what codes mean waits for them."""
    if session.get_bind().dialect.name == "postgresql":
        lock = "pg_advisory_xact_lock" if to_change_it else "pg_advisory_xact_lock_shared"
        session.execute(text(f"SELECT {lock}(:key)"), {"key": REGISTER})


def sites_at(moment: datetime | None) -> FromClause:
    """Give the sites as they are, or as they were known at a moment; the columns have the same names."""
    if moment is None:
        return table_of(Site)
    until = SiteVersion.superseded_at
    then = select(Site.id, Site.code, Site.enterprise_id, *(getattr(SiteVersion, name) for name in KEPT))
    joined = then.join(SiteVersion, SiteVersion.site_id == Site.id)
    known = and_(SiteVersion.recorded_at <= moment, or_(until.is_(None), until > moment))
    return joined.where(known).subquery("sites_then")


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    ordered = sorted(set(values))
    for start in range(0, len(ordered), _MAX_IN_LIST):
        yield ordered[start : start + _MAX_IN_LIST]


def seen_enterprises(subject: Subject) -> ColumnElement[bool]:
    """Let an authority see an enterprise that has its seat, or a site, in its territory, and its last successor."""
    by_site = select(Site.enterprise_id).where(visible_to(subject, region=Site.region))
    first = aliased(Enterprise)
    return or_(
        visible_to(subject, region=Enterprise.region, enterprises=(Enterprise.id,)),
        Enterprise.id.in_(by_site),
        Enterprise.id.in_(select(first.last_successor_id).where(first.id.in_(by_site))),
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
        query = query.where(within(Enterprise.region, region))
    return list(session.scalars(query.order_by(Enterprise.credit_code).limit(limit)))


def sites_page(
    session: ReadSession,
    subject: Subject,
    *,
    region: str,
    enterprises: Iterable[uuid.UUID] | None,
    after: str,
    limit: int,
) -> list[tuple[Site, Enterprise]]:
    query = _sites(subject).where(Site.code > after)
    if region:
        query = query.where(within(Site.region, region))
    if enterprises is not None:
        query = query.where(Site.enterprise_id.in_(list(enterprises)))
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
    """Each site with the enterprise that answers for it now: the last successor of the one it was registered under."""
    first = aliased(Enterprise)
    return (
        select(Site, Enterprise)
        .join(first, first.id == Site.enterprise_id)
        .join(Enterprise, Enterprise.id == func.coalesce(first.last_successor_id, first.id))
        .where(seen_sites(subject))
    )


def newest_version(session: ReadSession, site_id: uuid.UUID) -> SiteVersion | None:
    query = select(SiteVersion).where(SiteVersion.site_id == site_id)
    return session.scalar(query.order_by(SiteVersion.number.desc()).limit(1))


def versions(session: ReadSession, site_id: uuid.UUID) -> Sequence[SiteVersion]:
    """All versions of a site, the newest first."""
    query = select(SiteVersion).where(SiteVersion.site_id == site_id)
    return session.scalars(query.order_by(SiteVersion.number.desc())).all()


def extend_lines(session: WriteSession, old: uuid.UUID, last: uuid.UUID) -> None:
    """Whoever ended at `old` now ends at `last`."""
    ends_there = or_(Enterprise.id == old, Enterprise.last_successor_id == old)
    session.execute(
        update(Enterprise).where(ends_there).values(last_successor_id=last),
        execution_options={"synchronize_session": "fetch"},
    )


_PLACE, _FIRM, _VERSION = table_of(Site), table_of(Enterprise), table_of(SiteVersion)
_SITE_ROW = select(
    _PLACE.c.id,
    _PLACE.c.code,
    _PLACE.c.enterprise_id,
    _FIRM.c.last_successor_id,
    _PLACE.c.region,
    _PLACE.c.industry,
    _PLACE.c.base,
    _PLACE.c.reports_from,
    _PLACE.c.reports_until,
).join(_FIRM, _FIRM.c.id == _PLACE.c.enterprise_id)
SiteColumn: TypeAlias = Literal["id", "code"]
_SITES_BY: Mapping[SiteColumn, Question] = {
    "id": Question(_SITE_ROW.where(Among(_PLACE.c.id, "keys")), keys=_PLACE.c.id),
    "code": Question(_SITE_ROW.where(Among(_PLACE.c.code, "keys")), keys=_PLACE.c.code),
}


def site_rows(session: ReadSession, by: SiteColumn, keys: Collection[Any]) -> list[tuple[Any, ...]]:
    """The columns of `_SITE_ROW` of the sites whose column `by` is one of the keys."""
    return _SITES_BY[by].ask(session, keys=keys)


class SiteIdentity(NamedTuple):
    """What is asked of a site that a code may mean."""

    id: uuid.UUID
    code: str
    enterprise_id: uuid.UUID
    reports_from: Month
    reports_until: Month | None


class PermitHolder(NamedTuple):
    """A site that has, or had, a permit number: the identity of the site, and since when it was recorded."""

    id: uuid.UUID
    code: str
    enterprise_id: uuid.UUID
    reports_from: Month
    reports_until: Month | None
    permit_number: str
    has: bool | None
    recorded_at: datetime


def _identity(place: FromClause) -> Any:
    return select(
        place.c.id, place.c.code, place.c.enterprise_id, place.c.reports_from, place.c.reports_until
    )


def _permit_holders(place: FromClause) -> Any:
    has = place.c.permit_number == _VERSION.c.permit_number
    query = _identity(place).add_columns(_VERSION.c.permit_number, has.label("has"), _VERSION.c.recorded_at)
    return query.join(_VERSION, _VERSION.c.site_id == place.c.id)


_BY_OWN_CODE = Question(_identity(_PLACE).where(Among(_PLACE.c.code, "codes")), codes=_PLACE.c.code)
_BY_PERMIT = Question(
    _permit_holders(_PLACE).where(Among(_VERSION.c.permit_number, "numbers")),
    numbers=_VERSION.c.permit_number,
)


def sites_by_own_code(
    session: ReadSession, codes: Collection[str], as_of: datetime | None
) -> list[SiteIdentity]:
    """The sites with these codes."""
    if as_of is None:
        return list(map(SiteIdentity._make, _BY_OWN_CODE.ask(session, codes=codes)))
    place = sites_at(as_of)
    found: list[Row[Any]] = []
    for batch in chunks(codes):
        found += session.execute(_identity(place).where(place.c.code.in_(batch)))
    return list(map(SiteIdentity._make, found))


def sites_by_permit(
    session: ReadSession, numbers: Collection[str], as_of: datetime | None
) -> list[PermitHolder]:
    """Whoever has, or had, the numbers; whom to believe comes last."""
    if as_of is None:
        rows: list[Any] = _BY_PERMIT.ask(session, numbers=numbers)
    else:
        query = _permit_holders(sites_at(as_of)).where(_VERSION.c.recorded_at <= as_of)
        rows = []
        for batch in chunks(numbers):
            rows += session.execute(query.where(_VERSION.c.permit_number.in_(batch)))
    found = list(map(PermitHolder._make, rows))
    found.sort(key=lambda row: (bool(row.has), row.recorded_at, row.code))
    return found


def sites_of(
    session: ReadSession, enterprises: Iterable[uuid.UUID], as_of: datetime | None = None
) -> list[Row[Any]]:
    """(id, code, enterprise_id, reports_from, reports_until) of the sites registered under enterprises."""
    place = sites_at(as_of)
    found: list[Row[Any]] = []
    for batch in chunks(enterprises):
        found += session.execute(_identity(place).where(place.c.enterprise_id.in_(batch)))
    return found


def enterprises_by_code(session: ReadSession, codes: Iterable[str], as_of: datetime | None) -> list[Row[Any]]:
    """(id, credit_code) of the enterprises with these codes."""
    query = select(Enterprise.id, Enterprise.credit_code)
    if as_of is not None:
        query = query.where(Enterprise.created_at <= as_of)
    found: list[Row[Any]] = []
    for batch in chunks(codes):
        found += session.execute(query.where(Enterprise.credit_code.in_(batch)))
    return found


def succeeded_by(
    session: ReadSession, enterprises: Iterable[uuid.UUID], as_of: datetime | None = None
) -> list[Row[Any]]:
    """(id, successor_id, succeeded_from) of those whom these enterprises succeeded, at first hand."""
    query = select(Enterprise.id, Enterprise.successor_id, Enterprise.succeeded_from)
    if as_of is not None:
        query = query.where(Enterprise.succession_recorded_at <= as_of)
    found: list[Row[Any]] = []
    for batch in chunks(enterprises):
        found += session.execute(query.where(Enterprise.successor_id.in_(batch)))
    return found


_FACILITY = table_of(Facility)
_FACILITIES = Question(
    select(_FACILITY.c.site_id, _FACILITY.c.code).where(Among(_FACILITY.c.site_id, "sites")),
    sites=_FACILITY.c.site_id,
)


def facility_rows(session: ReadSession, site_ids: Collection[uuid.UUID]) -> list[tuple[Any, ...]]:
    """(site_id, code) of the facilities of sites."""
    return _FACILITIES.ask(session, sites=site_ids)
