"""The overview's figures from the services: what a subject may see of a scope, as exact as it was filed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from functools import reduce

from app.auth.subjects import Role, Subject
from app.clock import local_date
from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.periods import Month, month_range
from app.domain.rates import METRICS, Metric, Totals
from app.rates import service as rates
from app.rates.repository import Scope
from app.rates.scope import GroupBy
from app.rates.service import Cell, rate_of
from app.web.overview import figures as page
from app.web.overview import names, policy, ranking
from app.web.overview import watch as watching
from app.web.overview.scope import Asked, Covered, covered

USUAL_METRIC = "utilization.new_waste"
# A growth needs the year before as well: it has a place in the API, not on a page of one period.
OFFERED = tuple(metric for metric in METRICS.values() if not metric.needs_last_year)
_SITES_SHOWN_TO = frozenset({Role.REGULATOR, Role.ADMIN})


def gather(
    session: ReadSession, subject: Subject, asked: Asked, now: datetime, timezone: str
) -> tuple[page.OverviewFigures, Covered]:
    """Collect the page's figures. Raises what the services refuse: unknown codes, other territories."""
    metric = rates.metric_of(asked.metric or USUAL_METRIC)
    this_month = Month.of(local_date(now, timezone))
    reach = covered(session, subject, asked, metric.id, this_month, now)
    scope = reach.scope
    months = rates.cells(session, subject, reach.window, GroupBy.MONTH)
    whole = reduce(_add, (months[str(month)] for month in month_range(scope.first, scope.last)))
    wastes = names.wastes(session)
    targets = policy.targets_of(session, subject, scope, metric, wastes, now)
    waste = wastes.get(asked.waste) if asked.waste else None
    threshold = targets.threshold(asked.waste)
    by_waste = rates.cells(session, subject, scope, GroupBy.WASTE)
    figures = page.OverviewFigures(
        scope=page.Scope(scope.region, asked.waste, metric.id, scope.first, scope.last),
        place=names.place(session, subject, scope.region),
        waste=waste.name if waste else None,
        metric=metric,
        as_of=now,
        totals=whole.totals,
        rate=rate_of(metric, whole),
        coverage=_coverage(whole),
        target=policy.judged(targets.of(asked.waste), metric, months, this_month),
        months=_trend(metric, months, reach),
        wastes=tuple(
            _group(code, _name(wastes, code), metric, cell, targets.threshold(code))
            for code, cell in by_waste.items()
            if _has_own(cell)
        ),
        industries=_industries(session, subject, scope, metric, threshold),
        sites=_sites(session, subject, scope, metric, threshold),
        regions=_regions(session, subject, scope, metric, threshold),
        waste_options=tuple(page.Option(code, known.name) for code, known in wastes.items()),
        metric_options=tuple(page.Option(offered.id, offered.name) for offered in OFFERED),
        years=_years(months, scope),
        public=False,
    )
    return _watched(session, subject, figures, scope, whole, timezone), reach


def _watched(
    session: ReadSession,
    subject: Subject,
    figures: page.OverviewFigures,
    scope: Scope,
    whole: Cell,
    timezone: str,
) -> page.OverviewFigures:
    """Add what the authorities are shown besides: findings, and how sure the rate is."""
    if not watching.watches(subject):
        return figures
    now = figures.as_of
    return replace(
        figures,
        watch=watching.watch(session, subject, scope, local_date(now, timezone)),
        interval=watching.interval(session, subject, scope, figures.metric, whole, now),
    )


def _add(one: Cell, other: Cell) -> Cell:
    """Add two months of one scope."""
    return Cell(
        totals=one.totals + other.totals,
        ledgers_filed=one.ledgers_filed + other.ledgers_filed,
        ledgers_expected=one.ledgers_expected + other.ledgers_expected,
        sent_grams=one.sent_grams + other.sent_grams,
        confirmed_grams=one.confirmed_grams + other.confirmed_grams,
        filed_any=one.filed_any or other.filed_any,
    )


def _coverage(cell: Cell) -> page.Coverage:
    return page.Coverage(cell.ledgers_filed, cell.ledgers_expected, cell.sent_grams, cell.confirmed_grams)


def _trend(metric: Metric, months: Mapping[str, Cell], reach: Covered) -> tuple[page.MonthFigure, ...]:
    shown = []
    for month in month_range(reach.trend_first, reach.trend_last):
        cell = months[str(month)]
        totals = cell.totals if cell.filed_any else None
        rate = rate_of(metric, cell) if cell.filed_any else None
        shown.append(page.MonthFigure(month, totals, rate, _coverage(cell)))
    return tuple(shown)


def _name(wastes: Mapping[str, names.Waste], code: str) -> Message:
    known = wastes.get(code)
    return known.name if known is not None else Message(code, code)


def _has_own(cell: Cell) -> bool:
    """Whether a group has waste of its own: what only receives from others has no rate to show."""
    return cell.totals != Totals()


def _group(code: str, name: Message, metric: Metric, cell: Cell, threshold: Fraction | None) -> page.Group:
    return page.Group(code, name, rate_of(metric, cell), _coverage(cell), threshold)


def _industries(
    session: ReadSession, subject: Subject, scope: Scope, metric: Metric, threshold: Fraction | None
) -> tuple[page.Group, ...]:
    """Add the industries up to the divisions that have names."""
    divisions: dict[str, Cell] = {}
    for code, cell in rates.cells(session, subject, scope, GroupBy.INDUSTRY).items():
        division = names.division(code)
        divisions[division] = _add(divisions[division], cell) if division in divisions else cell
    named = names.industries(session) if divisions else {}
    return tuple(
        _group(code, named.get(code, Message(code, code)), metric, cell, threshold)
        for code, cell in divisions.items()
        if _has_own(cell)
    )


def _sites(
    session: ReadSession, subject: Subject, scope: Scope, metric: Metric, threshold: Fraction | None
) -> tuple[page.Group, ...]:
    """Keep the sites that lead or lag, named."""
    if subject.role not in _SITES_SHOWN_TO:
        return ()
    every = [
        _group(code, Message(code, code), metric, cell, threshold)
        for code, cell in rates.cells(session, subject, scope, GroupBy.SITE).items()
    ]
    kept = {site.code: site for site in (*ranking.leaders(every), *ranking.laggards(every, threshold))}
    named = names.sites(session, subject, kept)
    return tuple(
        page.Group(site.code, named.get(code, site.name), site.rate, site.coverage, site.threshold)
        for code, site in kept.items()
    )


def _regions(
    session: ReadSession, subject: Subject, scope: Scope, metric: Metric, threshold: Fraction | None
) -> tuple[page.Group, ...]:
    """Take the regions one level below the scope's, named; a county has none below it."""
    if subject.role not in _SITES_SHOWN_TO:
        return ()
    below = {
        code: cell
        for code, cell in rates.cells(session, subject, scope, GroupBy.REGION).items()
        if code != scope.region
    }
    named = names.regions(session, below)
    return tuple(
        _group(code, named.get(code, Message(code, code)), metric, cell, threshold)
        for code, cell in below.items()
    )


def _years(months: Mapping[str, Cell], scope: Scope) -> tuple[int, ...]:
    """Offer the years that were filed for, and the one that is shown."""
    filed = {Month.parse(key).year for key, cell in months.items() if cell.filed_any}
    return tuple(sorted(filed | {scope.last.year}, reverse=True))
