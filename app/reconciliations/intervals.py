"""Intervals of rates where a reconciliation covers exactly what a rate is about and nothing has changed since."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.periods import Month
from app.rates.service import GroupBy, RateAnswer, Scope
from app.reconciliations import repository
from app.reconciliations.figures import RateInterval, interval_of, is_linear
from app.reconciliations.freshness import Freshness
from app.reconciliations.models import Reconciliation
from app.reconciliations.repository import Done, Place

ANSWERED_GROUPS = (None, GroupBy.MONTH, GroupBy.WASTE, GroupBy.REGION)


@dataclass(frozen=True, slots=True)
class Known:
    """An interval with the reconciliation that it is from, or the code of the reason why there is none."""

    interval: RateInterval | None
    reconciliation: uuid.UUID | None
    reason: str | None


Span = tuple[Month, Month]


def intervals_of(session: ReadSession, subject: Subject, answer: RateAnswer) -> dict[str, Known]:
    """Find the interval of every item of an answer about rates, by the item's key."""
    keys = [item.key for item in answer.items]
    reason = _why_not(answer)
    if reason is not None or not keys:
        return {key: Known(None, None, reason) for key in keys}
    scope = answer.scope
    spans = {key: _span(answer, key) for key in keys}
    places = _places(scope, answer.group_by)
    done = repository.done_of(session, subject, places, sorted(set(spans.values())))
    fresh = _Fresh(session, subject, places, done)
    return {key: _known(answer, key, fresh.of(spans[key])) for key in keys}


def _why_not(answer: RateAnswer) -> str | None:
    """Say what no reconciliation answers."""
    scope = answer.scope
    if not is_linear(answer.metric):
        return "metric_not_covered"
    if scope.as_of is not None:
        return "as_of_not_covered"
    if answer.group_by not in ANSWERED_GROUPS:
        return "group_not_covered"
    mixed = answer.group_by is GroupBy.REGION and scope.wastes
    several = answer.group_by is not GroupBy.WASTE and len(scope.wastes) > 1
    if scope.site or scope.park or mixed or several:
        return "scope_not_covered"
    return None


def _span(answer: RateAnswer, key: str) -> Span:
    if answer.group_by is GroupBy.MONTH:
        month = Month.parse(key)
        return month, month
    return answer.scope.first, answer.scope.last


def _places(scope: Scope, group_by: GroupBy | None) -> list[Place]:
    """Places whose reconciliation can answer, the best first: the one asked for, then the one above it."""
    places: list[Place] = [(scope.region, scope.base)]
    if scope.region and not scope.base and not scope.wastes and group_by in (None, GroupBy.MONTH):
        places.append((scope.region[:-2] or None, None))
    return places


class _Fresh:
    """The best reconciliation of each span that still is right, looked for once a span."""

    def __init__(
        self, session: ReadSession, subject: Subject, places: Sequence[Place], done: Sequence[Done]
    ) -> None:
        self._session, self._places, self._done = session, places, done
        self._freshness = Freshness(session, subject)
        self._found: dict[Span, tuple[Reconciliation | None, bool]] = {}

    def of(self, span: Span) -> tuple[Reconciliation | None, bool]:
        """Give the reconciliation, if any, and whether there is one that is out of date."""
        if span not in self._found:
            self._found[span] = self._look(span)
        return self._found[span]

    def _look(self, span: Span) -> tuple[Reconciliation | None, bool]:
        stale = False
        for newest in self._newest(span):
            run = self._session.get_one(Reconciliation, newest.id)
            if not self._freshness.is_stale(run):
                return run, stale
            stale = True
        return None, stale

    def _newest(self, span: Span) -> Iterator[Done]:
        """Give the newest of each place: an older one of the same question cannot be fresher."""
        for region, base in self._places:
            of_place = (
                one
                for one in self._done
                if (one.first, one.last) == span and (one.region, one.base) == (region, base)
            )
            newest = next(of_place, None)
            if newest is not None:
                yield newest


def _known(answer: RateAnswer, key: str, found: tuple[Reconciliation | None, bool]) -> Known:
    run, stale = found
    if run is None or run.intervals is None:
        return Known(None, None, "reconciliation_stale" if stale else "no_reconciliation")
    kind, name = _group(answer, key, run)
    kept = run.intervals[kind].get(name)
    if kept is None:
        return Known(None, run.id, "group_not_covered")
    interval = interval_of(answer.metric, kept)
    return Known(interval, run.id, "not_determined" if interval is None else None)


def _group(answer: RateAnswer, key: str, run: Reconciliation) -> tuple[str, str]:
    """Which of the kept sums an item is about."""
    scope, group_by = answer.scope, answer.group_by
    if group_by in (GroupBy.WASTE, GroupBy.REGION):
        return group_by.value, key
    if scope.wastes:
        return "waste", scope.wastes[0]
    if run.region != scope.region:
        return "region", scope.region or ""
    return "all", ""
