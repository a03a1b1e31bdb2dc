"""Queries of the regional reports that no other slice answers; each begins with what the subject may see."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Subquery, and_, func, select

from app.auth.subjects import Subject
from app.auth.visibility import visible_to, within
from app.chain_runs.models import ChainRun, RunState
from app.db.session import ReadSession
from app.domain.ledger import LedgerState
from app.domain.rates import Totals
from app.enterprises.models import Facility, FacilityKind, Site
from app.ledgers.models import FlowKind, Ledger, LedgerFlow, LedgerLine, LedgerVersion
from app.rates.service import Scope, filed_versions, places, sites_of

# Column of a line → field of Totals: the generator-side figures as they were kept when the line was filed.
_SUMS = {
    "generated_grams": LedgerLine.generated_grams,
    "used_grams": LedgerLine.own_used_grams,
    "used_from_prior_stock_grams": LedgerLine.own_used_prior_grams,
    "disposed_grams": LedgerLine.own_disposed_grams,
    "disposed_from_prior_stock_grams": LedgerLine.own_disposed_prior_grams,
    "stored_grams": LedgerLine.stored_grams,
    "dumped_grams": LedgerLine.dumped_grams,
}


@dataclass(frozen=True, slots=True)
class Moved:
    """What sites of one region sent to, or received from, one party [g]; `out_of_province` is what the sender said."""

    region: str
    party: str
    waste: str
    purpose: str
    out_of_province: bool | None
    grams: int


@dataclass(frozen=True, slots=True)
class Place:
    """A facility with its site; `capacity_grams` is a stock [g] of storages, a throughput [g/a] of the others."""

    code: str
    name: str
    kind: FacilityKind
    waste_class: str | None
    capacity_grams: int | None
    site: str
    site_name: str
    region: str


@dataclass(frozen=True, slots=True)
class SiteWaste:
    """The sums of one waste of one site."""

    site: str
    name: str
    waste: str
    totals: Totals


def moved(session: ReadSession, subject: Subject, scope: Scope, kind: FlowKind) -> Iterator[Moved]:
    """Sum what the sites of a scope booked as sent or as received, by partner, waste and purpose."""
    filed, place = filed_versions(scope), places(scope)
    by = (place.c.region, LedgerFlow.party, LedgerLine.waste, LedgerFlow.purpose, LedgerFlow.out_of_province)
    query = (
        select(*by, func.sum(LedgerFlow.grams))
        .select_from(filed)
        .join(place, place.c.id == filed.c.site_id)
        .join(LedgerLine, LedgerLine.version_id == filed.c.version_id)
        .join(
            LedgerFlow,
            and_(LedgerFlow.version_id == LedgerLine.version_id, LedgerFlow.line == LedgerLine.position),
        )
        .where(*sites_of(subject, scope, place), LedgerFlow.kind == kind)
        .group_by(*by)
        .order_by(*by[:4])
    )
    for region, party, waste, purpose, outside, grams in session.execute(query):
        yield Moved(region, party or "", waste, purpose or "", outside, int(grams))


def facilities(session: ReadSession, subject: Subject, region: str | None) -> list[Place]:
    """The facilities of a region, by site and code."""
    query = (
        select(Facility, Site.code, Site.name, Site.region)
        .join(Site, Site.id == Facility.site_id)
        .where(visible_to(subject, region=Site.region))
        .order_by(Site.region, Site.code, Facility.code)
    )
    if region is not None:
        query = query.where(within(Site.region, region))
    return [
        Place(each.code, each.name, each.kind, each.waste_class, each.capacity_grams, site, site_name, where)
        for each, site, site_name, where in session.execute(query)
    ]


def has_run(session: ReadSession, scope: Scope) -> bool:
    """Whether the fates of exactly this scope have been followed by a run."""
    query = select(ChainRun.id).where(
        ChainRun.state == RunState.DONE,
        ChainRun.region == scope.region if scope.region is not None else ChainRun.region.is_(None),
        ChainRun.base.is_(None),
        ChainRun.first_month == scope.first,
        ChainRun.last_month == scope.last,
    )
    return session.scalar(query.limit(1)) is not None


def first_versions(scope: Scope) -> Subquery:
    """(site_id, month, version_id) of what was filed first for each month that is on file, drafts apart."""
    first = (
        select(Ledger.id, Ledger.site_id, Ledger.month, func.min(LedgerVersion.number).label("number"))
        .join(LedgerVersion, LedgerVersion.ledger_id == Ledger.id)
        .where(
            LedgerVersion.is_draft.is_(False),
            Ledger.state != LedgerState.DRAFT,
            Ledger.month.between(scope.first, scope.last),
        )
        .group_by(Ledger.id, Ledger.site_id, Ledger.month)
        .subquery("first_numbers")
    )
    version = and_(LedgerVersion.ledger_id == first.c.id, LedgerVersion.number == first.c.number)
    query = select(first.c.site_id, first.c.month, LedgerVersion.id.label("version_id"))
    return query.join(LedgerVersion, version).subquery("first_filed")


def sums_of(
    session: ReadSession, subject: Subject, scope: Scope, versions: Subquery
) -> dict[tuple[str, str], SiteWaste]:
    """Sum these versions by site and waste; the sites are those of the scope, as they are known now."""
    place = places(scope)
    query = (
        select(place.c.code, place.c.name, LedgerLine.waste, *(func.sum(column) for column in _SUMS.values()))
        .select_from(versions)
        .join(place, place.c.id == versions.c.site_id)
        .join(LedgerLine, LedgerLine.version_id == versions.c.version_id)
        .where(*sites_of(subject, scope, place))
        .group_by(place.c.code, place.c.name, LedgerLine.waste)
    )
    return {(row[0], row[2]): _site_waste(row) for row in session.execute(query)}


def _site_waste(row: Any) -> SiteWaste:
    figures = zip(_SUMS, row[3:], strict=True)
    return SiteWaste(row[0], row[1], row[2], Totals(**{field: int(value or 0) for field, value in figures}))


def corrections(session: ReadSession, subject: Subject, scope: Scope) -> dict[str, int]:
    """Count the corrections of each site's ledgers: versions after the first, drafts apart."""
    place = places(scope)
    filed = (
        select(Ledger.site_id, func.count().label("versions"))
        .join(LedgerVersion, LedgerVersion.ledger_id == Ledger.id)
        .where(
            LedgerVersion.is_draft.is_(False),
            Ledger.state != LedgerState.DRAFT,
            Ledger.month.between(scope.first, scope.last),
        )
        .group_by(Ledger.id, Ledger.site_id)
        .subquery("filed_often")
    )
    query = (
        select(place.c.code, func.sum(filed.c.versions - 1))
        .select_from(filed)
        .join(place, place.c.id == filed.c.site_id)
        .where(*sites_of(subject, scope, place))
        .group_by(place.c.code)
    )
    return {code: int(count) for code, count in session.execute(query) if count}


def site_names(session: ReadSession, subject: Subject, codes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Name and region of those of the sites that the subject may see."""
    wanted = sorted(set(codes))
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(Site.code, Site.name, Site.region).where(
            Site.code.in_(wanted[start : start + _AT_ONCE]), visible_to(subject, region=Site.region)
        )
        found |= {code: (name, region) for code, name, region in session.execute(query)}
    return found


_AT_ONCE = 500
"""Codes in one statement: SQLite takes a limited number of values."""
