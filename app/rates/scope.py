"""What a question about rates covers: read from the query, narrowed to what the asker may see."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.auth.subjects import Role, Subject
from app.db.session import ReadSession
from app.domain.errors import Fault, Message
from app.domain.periods import Month, MonthError, months_between
from app.http.problems import Forbidden, Invalid, NotFound
from app.rates import repository
from app.rates.repository import Scope

MOST_MONTHS = 240
USUAL_MONTHS = 12
_FIRST_MONTH = Month(1990, 1)


class GroupBy(StrEnum):
    """What the items of an answer stand for."""

    MONTH = "month"
    REGION = "region"
    COUNTY = "county"
    WASTE = "waste"
    SITE = "site"
    INDUSTRY = "industry"


@dataclass(frozen=True, slots=True)
class RateQuery:
    """A question as it was asked; `first` and `last` are the months of `from` and `to`."""

    metric: str
    region: str | None = None
    base: str | None = None
    park: str | None = None
    site: str | None = None
    wastes: tuple[str, ...] = ()
    first: Month | None = None
    last: Month | None = None
    group_by: GroupBy | None = None
    as_of: datetime | None = None
    limit: int = 200
    cursor: str | None = None
    by_lines: bool = False


def query_fault(parameter: str, code: str, zh: str, en: str) -> Fault:
    """Say what is wrong with one parameter of the query."""
    return Fault(f"#query/{parameter}", code, Message(zh, en))


_UNKNOWN_REGION = query_fault(
    "region", "unknown_region", "没有此行政区划代码", "there is no such region code"
)


def month_of(parameter: str, text: str | None) -> Month | None:
    """Read a month of the query; 422 when it is none."""
    try:
        return None if text is None else Month.parse(text)
    except MonthError:
        zh, en = "应为 1990-01 至 2199-12 之间的月份", "this must be a month from 1990-01 to 2199-12"
        raise Invalid(errors=[query_fault(parameter, "bad_month", zh, en)]) from None


def earlier(month: Month, months: int) -> Month:
    """Go back, but not behind the first month there is."""
    try:
        return month.plus(-months)
    except MonthError:
        return _FIRST_MONTH


def resolve(session: ReadSession, subject: Subject, query: RateQuery, now: datetime) -> Scope:
    """Find the scope of a question: 422 for the unknown, 403 outside the territory, 404 for others' sites."""
    _refuse_unknown(session, query, now)
    scope = Scope(
        first=_FIRST_MONTH,
        last=_FIRST_MONTH,
        wastes=tuple(sorted(set(query.wastes))),
        region=region_of(subject, query.region),
        base=query.base,
        park=query.park,
        site=query.site,
        enterprise=repository.credit_code_of(session, subject),
        as_of=query.as_of,
        by_lines=query.by_lines,
    )
    if query.site is not None and not repository.site_is_visible(session, subject, query.site):
        raise NotFound
    first, last = _months(session, subject, scope, query, now)
    return replace(scope, first=first, last=last)


def region_of(subject: Subject, asked: str | None) -> str | None:
    """Give the region to answer for: a regulator's is its territory or a part of it."""
    territory = subject.region if subject.role is Role.REGULATOR else None
    if territory is None:
        return asked
    if asked is not None and not asked.startswith(territory):
        detail = Message(f"您的管辖范围为 {territory}", f"Your territory is {territory}")
        raise Forbidden(detail, extra={"territory": territory})
    return asked or territory


def _refuse_unknown(session: ReadSession, query: RateQuery, now: datetime) -> None:
    regions = set() if query.region is None else {query.region}
    known = repository.known(session, {"regions": regions, "wastes": set(query.wastes)})
    faults = []
    if query.region is not None and ("regions", query.region) not in known:
        faults.append(_UNKNOWN_REGION)
    if any(("wastes", waste) not in known for waste in query.wastes):
        faults.append(
            query_fault("waste", "unknown_waste", "没有此固废种类", "there is no such waste stream")
        )
    faults.extend(as_of_faults(query.as_of, now))
    if faults:
        raise Invalid(errors=faults)


def as_of_faults(as_of: datetime | None, now: datetime) -> list[Fault]:
    """Refuse a moment before all ledgers, or one that nobody knows anything of yet."""
    if as_of is None:
        return []
    if as_of.year < _FIRST_MONTH.year:
        return [query_fault("as_of", "too_early", "时刻不能早于 1990 年", "this moment is before 1990")]
    if as_of > now:
        return [query_fault("as_of", "in_the_future", "时刻不能晚于现在", "this moment is still to come")]
    return []


def region_faults(session: ReadSession, region: str | None) -> list[Fault]:
    """Refuse a region that the reference data does not have."""
    if region is None or repository.known_codes(session, "regions", (region,)):
        return []
    return [_UNKNOWN_REGION]


def _months(
    session: ReadSession, subject: Subject, scope: Scope, query: RateQuery, now: datetime
) -> tuple[Month, Month]:
    last = query.last
    if last is None:
        latest = repository.latest_month(session, subject, scope) or earlier(Month.of(now.date()), 1)
        last = latest if query.first is None else max(latest, query.first)
    first = query.first or earlier(last, USUAL_MONTHS - 1)
    if first > last:
        fault = query_fault(
            "from", "from_after_to", "起始月份晚于结束月份", "the first month is after the last"
        )
        raise Invalid(errors=[fault])
    if months_between(first, last) > MOST_MONTHS:
        fault = query_fault("from", "too_many_months", "最多 240 个月", "240 months are the most")
        raise Invalid(errors=[fault])
    return first, last
