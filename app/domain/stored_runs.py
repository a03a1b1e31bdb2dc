"""Which stored runs are let go: a result is large, and each run can be had again by asking for it."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

NEWEST_KEPT = 3
"""Finished runs kept of one question: the one that answers it, the one before to compare, one to spare."""

OUTDATED_AFTER = timedelta(days=30)
"""How long an outdated or failed run can still be looked at: over a month's reports and questions about them."""


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run that is done or failed, `finished_at` a moment; `is_outdated` is asked only of those that are old."""

    id: UUID
    question: Hashable
    is_done: bool
    finished_at: datetime
    is_outdated: Callable[[], bool]


def dispensable(newest_first: Iterable[FinishedRun], now: datetime) -> list[UUID]:
    """Name the runs beyond NEWEST_KEPT of their question, and those outdated or failed for OUTDATED_AFTER.

    The newest run that is done stays beside failed ones: it goes on answering, until it is outdated too.
    """
    seen: Counter[Hashable] = Counter()
    answered: set[Hashable] = set()
    gone = []
    for run in newest_first:
        answers = run.is_done and run.question not in answered
        if answers:
            answered.add(run.question)
        seen[run.question] += 1
        surplus = seen[run.question] > NEWEST_KEPT and not answers
        if surplus or (run.finished_at <= now - OUTDATED_AFTER and (not run.is_done or run.is_outdated())):
            gone.append(run.id)
    return gone
