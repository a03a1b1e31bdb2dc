"""How a scope stands to the targets that policy sets for it."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from app.auth.subjects import Role, Subject
from app.db.session import ReadSession
from app.domain.periods import Month, month_range, months_between
from app.domain.projection import MonthFigures, Progress, progress
from app.domain.rates import NO_LAST_YEAR, Metric
from app.http.problems import Forbidden, Invalid
from app.rates import repository
from app.rates.repository import Scope
from app.rates.scope import GroupBy, as_of_faults, region_faults, region_of
from app.rates.service import OFFERED, Cell, cells, rate_of, year_before
from app.reference import service as reference
from app.reference.models import ReferenceRow


@dataclass(frozen=True, slots=True)
class TargetsQuery:
    """Which scope's targets are asked for; without a year, the latest one with ledgers; `until` ends it earlier."""

    region: str | None = None
    base: str | None = None
    year: int | None = None
    as_of: datetime | None = None
    until: Month | None = None


@dataclass(frozen=True, slots=True)
class TargetProgress:
    """One target, the months of it that are judged, and how the scope stands to it."""

    target: ReferenceRow
    metric: Metric
    first: Month
    last: Month
    progress: Progress
    cell: Cell


@dataclass(frozen=True, slots=True)
class TargetsAnswer:
    """All targets that apply to the scope, in the order of their codes."""

    region: str | None
    base: str | None
    as_of: datetime
    items: tuple[TargetProgress, ...]


def targets_progress(
    session: ReadSession, subject: Subject, query: TargetsQuery, now: datetime
) -> TargetsAnswer:
    """Judge every target of the scope, of the regions above it and of the nation, by the scope's figures."""
    if subject.role is Role.ENTERPRISE:
        raise Forbidden
    faults = [*region_faults(session, query.region), *as_of_faults(query.as_of, now)]
    if faults:
        raise Invalid(errors=faults)
    region = region_of(subject, query.region)
    moment = query.as_of or now
    anytime = Scope(*repository.EVER, region=region, base=query.base, as_of=query.as_of)
    latest = repository.latest_month(session, subject, anytime) or Month.of(moment.date())
    place = _base_region(session, query.base) or region or ""
    bulk = tuple(row.code for row in reference.current(session, "wastes") if row.body["bulk"])
    items = []
    for target in sorted(reference.current(session, "targets"), key=lambda row: row.code):
        period = _period(target, query, latest)
        if period is None or not _applies(target, place, query.base):
            continue
        scope = Scope(*period, tuple(target.body["wastes"]) or bulk, region, query.base, as_of=query.as_of)
        items.append(_judged(session, subject, target, scope, moment))
    return TargetsAnswer(region, query.base, moment, tuple(items))


def _base_region(session: ReadSession, base: str | None) -> str | None:
    if base is None:
        return None
    regions = (row.body["region"] for row in reference.current(session, "bases") if row.code == base)
    return next(regions, None)


def _applies(target: ReferenceRow, place: str, base: str | None) -> bool:
    scope = target.body["scope"]
    if scope.get("base") is not None:
        return bool(scope["base"] == base)
    return place.startswith(scope.get("region") or "")


def _period(target: ReferenceRow, query: TargetsQuery, latest: Month) -> tuple[Month, Month] | None:
    """Find the months of the target that fall in the year; None when it has none there."""
    first, last = Month.parse(target.body["from"]), Month.parse(target.body["to"])
    judged = query.year if query.year is not None else max(first.year, min(latest.year, last.year))
    if not first.year <= judged <= last.year:
        return None
    begin = max(first, Month(judged, 1))
    end = min(last, Month(judged, 12), query.until or last)
    return (begin, end) if begin <= end else None


def _judged(
    session: ReadSession, subject: Subject, target: ReferenceRow, scope: Scope, moment: datetime
) -> TargetProgress:
    metric = OFFERED[target.body["metric"]]
    figures = _figures(session, subject, metric, scope)
    to_come = sum(month >= Month.of(moment.date()) for month in month_range(scope.first, scope.last))
    judged = progress(
        figures, Fraction(target.body["threshold"]), months_between(scope.first, scope.last), to_come
    )
    whole = cells(session, subject, scope, None)[""]
    return TargetProgress(target, metric, scope.first, scope.last, judged, whole)


def _figures(session: ReadSession, subject: Subject, metric: Metric, scope: Scope) -> list[MonthFigures]:
    """Numerators and denominators of the months filed; growth needs the month of the year before as well."""
    found = cells(session, subject, scope, GroupBy.MONTH)
    earlier_scope = year_before(scope) if metric.needs_last_year else None
    before = {} if earlier_scope is None else cells(session, subject, earlier_scope, GroupBy.MONTH)
    figures = []
    for month in month_range(scope.first, scope.last):
        cell = found[str(month)]
        ratio = rate_of(metric, cell, before.get(str(month.plus(-12))) if before else None)
        if cell.filed_any and ratio.reason != NO_LAST_YEAR:
            figures.append(MonthFigures(ratio.numerator, ratio.denominator))
    return figures
