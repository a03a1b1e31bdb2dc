"""Who generates what where: the enterprises that make up each county's figure of each waste."""

import uuid
from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import func, or_, select

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.periods import Month
from app.enterprises.models import Enterprise, Site
from app.ledgers.models import LedgerLine
from app.rates.service import Scope, filed_versions, sites_of

# What is published of own waste; the columns that are left are parts of these.
_SHOWN = (
    LedgerLine.generated_grams,
    LedgerLine.own_used_grams,
    LedgerLine.own_disposed_grams,
    LedgerLine.stored_grams,
    LedgerLine.dumped_grams,
)


def generators(
    session: ReadSession, subject: Subject, scope: Scope
) -> Mapping[tuple[str, str], frozenset[uuid.UUID]]:
    """Name the enterprises that generate, by (county, waste); a cell with a figure and no generator is empty.

    Enterprises of one line of succession are one: nobody hides behind a former name.
    """
    filed = filed_versions(scope)
    owner = func.coalesce(Enterprise.last_successor_id, Enterprise.id)
    query = (
        select(Site.region, LedgerLine.waste, owner, func.sum(LedgerLine.generated_grams))
        .select_from(filed)
        .join(LedgerLine, LedgerLine.version_id == filed.c.version_id)
        .join(Site, Site.id == filed.c.site_id)
        .join(Enterprise, Enterprise.id == Site.enterprise_id)
        .where(*sites_of(subject, scope), or_(*(column != 0 for column in _SHOWN)))
        .group_by(Site.region, LedgerLine.waste, owner)
    )
    found: dict[tuple[str, str], set[uuid.UUID]] = defaultdict(set)
    for county, waste, enterprise, generated in session.execute(query):
        cell = found[county, waste]
        if generated:
            cell.add(enterprise)
    return {key: frozenset(owners) for key, owners in found.items()}


def years(session: ReadSession) -> tuple[int, int] | None:
    """Give the first and the last year of which anything is filed."""
    filed = filed_versions(Scope(Month(1990, 1), Month(2199, 12)))
    first, last = session.execute(select(func.min(filed.c.month), func.max(filed.c.month))).one()
    return None if first is None else (first.year, last.year)
