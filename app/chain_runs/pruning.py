"""Which stored runs are let go: a result is megabytes, and each run can be had again by asking for it.

Nothing else in the database names a run, and an answer names the one it came from only for as long as it is fresh.
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from app.auth.subjects import Subject
from app.chain_runs import repository, runs
from app.chain_runs.models import ChainRun, RunState
from app.db.session import ReadSession
from app.http.problems import NotFound

NEWEST_KEPT = 3
"""Finished runs kept of one question: the one that answers it, the one before to compare, one to spare."""

OUTDATED_AFTER = timedelta(days=30)
"""How long an outdated or failed run can still be looked at: over a month's reports and questions about them."""

_AT_ONCE = 100


def dispensable(session: ReadSession, subject: Subject, now: datetime) -> list[uuid.UUID]:
    """Name the finished runs beyond NEWEST_KEPT of their question, and those outdated or failed for OUTDATED_AFTER.

    The newest run that is done stays beside failed ones: it goes on answering.
    """
    seen: Counter[tuple[Any, ...]] = Counter()
    answered: set[tuple[Any, ...]] = set()
    gone = []
    for run in repository.finished(session):
        question = _question(run)
        answers = run.state is RunState.DONE and question not in answered
        if answers:
            answered.add(question)
        seen[question] += 1
        surplus = seen[question] > NEWEST_KEPT and not answers
        if surplus or (_long_ago(run, now) and _outdated(session, subject, run)):
            gone.append(run.id)
    return gone


def batches(run_ids: Sequence[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    """Give them a few at a time: other writers wait no longer than that takes."""
    left = iter(run_ids)
    while batch := list(islice(left, _AT_ONCE)):
        yield batch


def _question(run: ChainRun) -> tuple[Any, ...]:
    months = (run.first_month, run.last_month)
    return (run.chain_id, run.region, run.base, *months, run.as_of, run.stock_rule)


def _long_ago(run: ChainRun, now: datetime) -> bool:
    return (run.made_at or run.requested_at) <= now - OUTDATED_AFTER


def _outdated(session: ReadSession, subject: Subject, run: ChainRun) -> bool:
    if run.state is RunState.FAILED:
        return True
    try:
        return runs.is_stale(session, subject, run) is True
    except NotFound:
        # Its chain is no longer in the library.
        return True
