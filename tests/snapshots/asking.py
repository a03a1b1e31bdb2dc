"""The same questions of the online system and of a snapshot, as plain figures that can be compared."""

from datetime import datetime
from typing import Any

from snapshots.conftest import ADMIN

from app.db.session import ReadSession
from app.domain.periods import Month
from app.rates import service as online
from app.rates.schemas import RatesOut
from app.rates.scope import GroupBy, RateQuery
from app.snapshots.questions import GROUPS, MATCH_GROUPS, ask_balances, ask_matches, ask_rates

METRICS = tuple(metric.id for metric in online.OFFERED.values() if not metric.needs_fates)


def figures(answer: online.RateAnswer) -> list[dict[str, Any]]:
    """Every figure of a rate answer, exact: the fraction, the coverage, the masses behind it."""
    told = RatesOut.of(answer)
    return [
        {"exact": (item.ratio.numerator, item.ratio.denominator), "cell": item.cell, **shown.model_dump()}
        for item, shown in zip(answer.items, told.items, strict=True)
    ]


def online_rates(session: ReadSession, query: RateQuery, now: datetime) -> list[dict[str, Any]]:
    """What GET /v1/rates is made of, page by page."""
    found, cursor = [], None
    while True:
        page = online.rates(session, ADMIN, _with(query, cursor=cursor), now)
        found += figures(page)
        cursor = page.next_cursor
        if cursor is None:
            return found


def snapshot_rates(session: ReadSession, query: RateQuery, now: datetime) -> list[dict[str, Any]]:
    return figures(ask_rates(session, ADMIN, query, now))


def rate_queries(first: str, last: str, **scope: Any) -> list[RateQuery]:
    """Every metric as a whole, and two of them by every group."""
    span = {"first": Month.parse(first), "last": Month.parse(last), **scope}
    grouped = [
        RateQuery(metric, group_by=group, **span)
        for metric in ("utilization.confirmed", "coverage")
        for group in GroupBy
    ]
    return [*(RateQuery(metric, **span) for metric in METRICS), *grouped]


def others(session: ReadSession, query: RateQuery, now: datetime) -> dict[str, Any]:
    """Matches and balances by every group there is."""
    matches = {
        f"matches {group}": ask_matches(session, ADMIN, query, now, group=group).items
        for group in (None, *MATCH_GROUPS)
    }
    balances = {
        f"balances {group}": ask_balances(session, ADMIN, query, now, group=group).items
        for group in (None, *GROUPS)
    }
    return {**matches, **balances}


def _with(query: RateQuery, **changes: Any) -> RateQuery:
    from dataclasses import replace

    return replace(query, **changes)
