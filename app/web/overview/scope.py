"""What a page covers: the reader's choice, completed, and held to what the reader may see."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.auth.subjects import Role, Subject
from app.db.session import ReadSession
from app.domain.periods import Month
from app.rates import service as rates
from app.rates.repository import Scope
from app.rates.scope import GroupBy, RateQuery, earlier, resolve

TREND_MONTHS = 24
PUBLIC_YEARS = 5
_LEVELS = (2, 4)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader chose; None is left to the page. With `whole_years` only a year can be chosen."""

    region: str | None = None
    waste: str | None = None
    metric: str | None = None
    first: Month | None = None
    last: Month | None = None
    year: int | None = None
    whole_years: bool = False


@dataclass(frozen=True, slots=True)
class Covered:
    """The scope of the page's figures, and the months to read for it: trend, target year, choice of years."""

    scope: Scope
    window: Scope
    trend_first: Month
    trend_last: Month


def covered(
    session: ReadSession, subject: Subject, asked: Asked, metric: str, this_month: Month, now: datetime
) -> Covered:
    """Complete what was asked: the year of the last ledger, the region that holds them all."""
    query = RateQuery(metric, wastes=(asked.waste,) if asked.waste else (), region=asked.region)
    if not asked.whole_years:
        query = replace(query, first=asked.first, last=asked.last)
    scope = resolve(session, subject, query, now)
    latest = scope.last.year
    if asked.whole_years:
        year = asked.year or latest
        scope = replace(scope, first=Month(year, 1), last=Month(year, 12))
    elif asked.first is None:
        scope = replace(scope, first=Month(latest, 1))
    if scope.region is None and subject.role is not Role.ENTERPRISE:
        scope = replace(scope, region=_common_region(session, subject, scope))
    trend_last = min(scope.last, this_month)
    trend_first = earlier(trend_last, TREND_MONTHS - 1)
    first = min(scope.first, trend_first, Month(scope.last.year, 1))
    last = Month(scope.last.year, 12)
    if asked.whole_years:
        first, last = (
            min(first, earlier(Month(latest, 1), 12 * (PUBLIC_YEARS - 1))),
            max(last, Month(latest, 12)),
        )
    return Covered(scope, replace(scope, first=first, last=last), trend_first, trend_last)


def _common_region(session: ReadSession, subject: Subject, scope: Scope) -> str | None:
    """Find the province or city that all the ledgers of a scope are from; None when there is no such one."""
    region: str | None = None
    for _ in _LEVELS:
        narrowed = replace(scope, region=region)
        found = rates.enterprises_behind(session, subject, narrowed, GroupBy.REGION)
        if len(found) != 1:
            break
        (region,) = found
    return region
