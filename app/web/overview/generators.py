"""How many enterprises a figure is made of: those that generate in its cell, for what is shown to the public.

The rates are those of the generators. Whoever only books what others generated stands in the same lines, but
adds nothing to the figure and so hides nobody in it.
"""

from sqlalchemy import case, func, or_, select

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.enterprises.models import Enterprise, Site
from app.ledgers.models import LedgerLine
from app.rates.repository import Scope, by_key, filed_versions, grouped, site_key, sites_of
from app.rates.scope import GroupBy

# What a page shows of own waste; the columns that are left are parts of these.
_SHOWN = (
    LedgerLine.generated_grams,
    LedgerLine.own_used_grams,
    LedgerLine.own_disposed_grams,
    LedgerLine.stored_grams,
    LedgerLine.dumped_grams,
)


def generators(
    session: ReadSession, subject: Subject, scope: Scope, group: GroupBy | None = None
) -> dict[str, int]:
    """Count the enterprises that generate in each cell with a figure; a group without any figure is not named.

    A cell may hold a figure and no generator: what was taken from old stock is its owner's figure still.
    """
    filed = filed_versions(scope)
    # Enterprises of one line of succession are one, as in `rates.repository.enterprises_behind`.
    owner = func.coalesce(Enterprise.last_successor_id, Enterprise.id)
    generating = case((LedgerLine.generated_grams > 0, owner))
    query = (
        select(func.count(func.distinct(generating)))
        .select_from(filed)
        .join(LedgerLine, LedgerLine.version_id == filed.c.version_id)
        .join(Site, Site.id == filed.c.site_id)
        .join(Enterprise, Enterprise.id == Site.enterprise_id)
        .where(*sites_of(subject, scope), or_(*(column != 0 for column in _SHOWN)))
    )
    if scope.wastes:
        query = query.where(LedgerLine.waste.in_(scope.wastes))
    key = site_key(None if group is None else group.value, scope, filed.c.month, LedgerLine.waste)
    return {name: row[0] for name, row in by_key(session.execute(grouped(query, key)), key).items()}
