"""Rates of a scope with their coverage: the one place where pages and API get them from."""

import base64
import binascii
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.periods import Month, month_range, months_between
from app.domain.rates import (
    METRICS,
    TERMINAL,
    Metric,
    Ratio,
    Totals,
    coverage_of_ledgers,
    coverage_of_tonnes,
    warnings_for,
)
from app.http.problems import Invalid
from app.rates import repository
from app.rates.as_of import confirmed_then
from app.rates.confirmed import Sent, confirmed_now, judged
from app.rates.repository import (
    FILED_LINES,
    AnySelect,
    Filed,
    Scope,
    filed_lines,
    filed_versions,
    known_codes,
    places,
    region_key,
    site_is_visible,
    site_key,
    sites_of,
)
from app.rates.scope import GroupBy, RateQuery, earlier, query_fault, resolve

if TYPE_CHECKING:
    # Under their own names once more: that is how a type checker lets others import them from here.
    from app.rates.progress import TargetProgress as TargetProgress  # noqa: PLC0414 - same
    from app.rates.progress import TargetsAnswer as TargetsAnswer  # noqa: PLC0414 - same

# What other slices need to ask about the same ledgers as the rates do, in the same words.
__all__ = [
    "FILED_LINES",
    "AnySelect",
    "Cell",
    "Followed",
    "GroupBy",
    "RateAnswer",
    "RateQuery",
    "Scope",
    "cells",
    "filed_lines",
    "filed_versions",
    "judged",
    "known_codes",
    "places",
    "query_fault",
    "rates",
    "region_key",
    "resolve",
    "site_is_visible",
    "site_key",
    "sites_of",
    "targets",
    "totals",
]

NO_LEDGERS = "no_ledgers"

COVERAGE = Metric(
    "coverage",
    1,
    Message(zh="申报覆盖率", en="coverage of ledgers"),
    Message(zh="已申报台账数 ÷ 应申报台账数", en="ledgers filed / ledgers expected"),
    Message(zh="本系统定义", en="Defined by this system"),
    lambda totals, _last_year: coverage_of_tonnes(totals),
    note=Message(
        zh="零申报算已申报；每个场所自其应申报首月起计。",
        en="A nil return is filed; a site is expected from its first reporting month on.",
    ),
    unit="ledgers/ledgers",
)
OFFERED: Mapping[str, Metric] = {**METRICS, TERMINAL.id: TERMINAL, COVERAGE.id: COVERAGE}


@dataclass(frozen=True, slots=True)
class Cell:
    """The figures of one group; `filed_any` tells a month nobody filed from a month with nothing."""

    totals: Totals
    ledgers_filed: int
    ledgers_expected: int
    sent_grams: int
    confirmed_grams: int
    filed_any: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """Generation of a group that was followed to its end [g], and what of it ended in a product."""

    grams: int
    ended_in_product_grams: int


Follow = Callable[[ReadSession, Subject, Scope, GroupBy | None], Mapping[str, Followed]]
"""Follows the generation of a scope group by group, keyed as cells are; groups without any may be absent."""


@dataclass(frozen=True, slots=True)
class RateItem:
    """One group with its rate; without any ledger the ratio has no value and says so."""

    key: str
    ratio: Ratio
    cell: Cell
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RateAnswer:
    """What was asked, what it covers, and the items of this page."""

    metric: Metric
    scope: Scope
    group_by: GroupBy | None
    as_of: datetime
    items: tuple[RateItem, ...]
    next_cursor: str | None


def rates(
    session: ReadSession, subject: Subject, query: RateQuery, now: datetime, follow: Follow | None = None
) -> RateAnswer:
    """Answer a question about a rate, group by group in the order of their codes.

    `follow` finds the fates that some metrics need (chain_runs.service.ended_in_products). It is handed in because
    following tonnes rests on this module. Raises ValueError when it is needed and not there.
    """
    metric = metric_of(query.metric)
    scope = resolve(session, subject, query, now)
    found = cells(session, subject, scope, query.group_by)
    if metric.needs_fates:
        if follow is None:
            raise ValueError(f"{metric.id} cannot be computed without `follow`")
        found = _with_fates(found, follow(session, subject, scope, query.group_by))
    before = _cells_of_last_year(session, subject, scope, query.group_by) if metric.needs_last_year else {}
    after = _position(query.cursor)
    keys = sorted(key for key in found if after is None or key > after)
    page = keys[: query.limit]
    items = tuple(_item(metric, key, found[key], before.get(key)) for key in page)
    more = _cursor(page[-1]) if len(keys) > len(page) else None
    return RateAnswer(metric, scope, query.group_by, query.as_of or now, items, more)


def targets(
    session: ReadSession,
    subject: Subject,
    region: str | None,
    year: int,
    now: datetime,
    *,
    as_of: datetime | None = None,
    until: Month | None = None,
) -> "TargetsAnswer":
    """Judge every target of a region and year, for other slices: app/rates/progress.py, which rests on this module."""
    from app.rates.progress import TargetsQuery, targets_progress  # noqa: PLC0415 - it imports this module

    return targets_progress(session, subject, TargetsQuery(region, None, year, as_of, until), now)


def metric_of(metric_id: str) -> Metric:
    """Find an offered metric; 422 naming them all when there is no such one."""
    metric = OFFERED.get(metric_id)
    if metric is None:
        names = ", ".join(OFFERED)
        fault = query_fault(
            "metric", "unknown_metric", f"没有此指标，可用：{names}", f"no such metric; there are: {names}"
        )
        raise Invalid(errors=[fault], extra={"metrics": list(OFFERED)})
    return metric


def totals(
    session: ReadSession, subject: Subject, scope: Scope, group: GroupBy | None = None
) -> dict[str, Totals]:
    """Sum the masses of the scope's groups that filed anything, keyed by code or month."""
    found = cells(session, subject, scope, group)
    return {key: cell.totals for key, cell in found.items() if cell.filed_any}


def cells(session: ReadSession, subject: Subject, scope: Scope, group: GroupBy | None) -> dict[str, Cell]:
    """Gather sums, coverage and confirmations of each group. Without a group: one cell, no key."""
    by = None if group is None else group.value
    sums = repository.sums(session, subject, scope, by)
    # A ledger covers all wastes of its site, so every waste has the coverage of the scope.
    ledgers_by = None if group is GroupBy.WASTE else by
    filed = repository.ledgers_filed(session, subject, scope, ledgers_by)
    expected = _expected(repository.reporting_spans(session, subject, scope, ledgers_by), scope, ledgers_by)
    sent = (
        confirmed_now(session, subject, scope, by)
        if scope.as_of is None
        else confirmed_then(session, subject, scope, by, scope.as_of)
    )
    made = {}
    away_from = {key for key, gone in sent.items() if gone.sent_grams}
    for key in _keys(scope, group, {*sums, *filed, *expected, *away_from}):
        ledgers_key = "" if group is GroupBy.WASTE else key
        ledgers, away = filed.get(ledgers_key, Filed()), sent.get(key, Sent())
        made[key] = Cell(
            totals=replace(sums.get(key, Totals()), confirmed_for_use_grams=away.own_for_use_grams),
            ledgers_filed=ledgers.expected_ones,
            ledgers_expected=expected.get(ledgers_key, 0),
            sent_grams=away.sent_grams,
            confirmed_grams=away.confirmed_grams,
            filed_any=ledgers.all > 0,
        )
    return made


def _with_fates(found: Mapping[str, Cell], ends: Mapping[str, Followed]) -> dict[str, Cell]:
    """Add to each cell what was followed and what of it ended in a product."""
    made = {}
    for key, cell in found.items():
        end = ends.get(key, Followed(0, 0))
        masses = {"followed_grams": end.grams, "ended_in_product_grams": end.ended_in_product_grams}
        made[key] = replace(cell, totals=replace(cell.totals, **masses))
    return made


def enterprises_behind(
    session: ReadSession, subject: Subject, scope: Scope, group: GroupBy | None = None
) -> dict[str, int]:
    """Count the enterprises behind each group: the public is not shown a cell of fewer than three."""
    return repository.enterprises_behind(session, subject, scope, None if group is None else group.value)


def rate_of(metric: Metric, cell: Cell, last_year: Cell | None = None) -> Ratio:
    """Compute the metric of one cell; a cell without any ledger has no value rather than nought."""
    if metric is COVERAGE:
        return coverage_of_ledgers(cell.ledgers_filed, cell.ledgers_expected)
    if not cell.filed_any:
        return Ratio(0, 0, NO_LEDGERS)
    before = last_year.totals if last_year is not None and last_year.filed_any else None
    return metric.of(cell.totals, before)


def year_before(scope: Scope) -> Scope | None:
    """Move the months back by a year; None when there is no such year."""
    if scope.first < Month(1991, 1):
        return None
    return replace(scope, first=earlier(scope.first, 12), last=earlier(scope.last, 12))


def _item(metric: Metric, key: str, cell: Cell, last_year: Cell | None) -> RateItem:
    ratio = rate_of(metric, cell, last_year)
    return RateItem(key, ratio, cell, warnings_for(ratio))


def _cells_of_last_year(
    session: ReadSession, subject: Subject, scope: Scope, group: GroupBy | None
) -> dict[str, Cell]:
    before = year_before(scope)
    if before is None:
        return {}
    found = cells(session, subject, before, group)
    if group is not GroupBy.MONTH:
        return found
    return {str(Month.parse(key).plus(12)): cell for key, cell in found.items()}


def _keys(scope: Scope, group: GroupBy | None, found: set[str]) -> set[str]:
    if group is None:
        return {""}
    if group is GroupBy.MONTH:
        return {str(month) for month in month_range(scope.first, scope.last)}
    return (found - {""}) | set(scope.wastes if group is GroupBy.WASTE else ())


def _expected(
    spans: list[tuple[str, Month, Month | None, int]], scope: Scope, by: str | None
) -> dict[str, int]:
    """Site-months of the scope in which a ledger is due, by group."""
    expected: dict[str, int] = defaultdict(int)
    for key, since, until, sites in spans:
        first = max(scope.first, since)
        last = scope.last if until is None else min(scope.last, until)
        if by == GroupBy.MONTH:
            for month in month_range(first, last):
                expected[str(month)] += sites
        elif months_between(first, last):
            expected[key] += sites * months_between(first, last)
    return dict(expected)


def _cursor(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode()


def _position(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        return base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError):
        fault = query_fault("cursor", "bad_cursor", "分页游标无效", "this cursor is not one of ours")
        raise Invalid(errors=[fault]) from None
