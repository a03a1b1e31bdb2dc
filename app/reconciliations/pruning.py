"""Which stored reconciliations are let go: each has a row a flow, and can be had again by asking for it.

The rule is that of chain runs (app/chain_runs/pruning.py).
"""

import uuid
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.reconciliations import repository
from app.reconciliations.freshness import Freshness
from app.reconciliations.models import Reconciliation, ReconciliationState

NEWEST_KEPT = 3
"""Finished runs kept of one question: the one that answers it, the one before to compare, one to spare."""

OUTDATED_AFTER = timedelta(days=30)
"""How long an outdated or failed run can still be looked at: over a month's reports and questions about them."""


def dispensable(session: ReadSession, subject: Subject, now: datetime) -> list[uuid.UUID]:
    """Name the finished runs beyond NEWEST_KEPT of their question, and those outdated or failed for OUTDATED_AFTER.

    The newest run that is done stays beside failed ones: it goes on answering, until it is outdated too.
    """
    freshness = Freshness(session, subject)
    seen: Counter[tuple[Any, ...]] = Counter()
    answered: set[tuple[Any, ...]] = set()
    gone = []
    for run in repository.finished(session):
        question = _question(run)
        answers = run.state is ReconciliationState.DONE and question not in answered
        if answers:
            answered.add(question)
        seen[question] += 1
        surplus = seen[question] > NEWEST_KEPT and not answers
        if surplus or (_long_ago(run, now) and _outdated(run, freshness)):
            gone.append(run.id)
    return gone


def _question(run: Reconciliation) -> tuple[Any, ...]:
    options = (run.alpha, run.local_test_floor, run.months)
    return (run.region, run.base, run.first_month, run.last_month, *options)


def _long_ago(run: Reconciliation, now: datetime) -> bool:
    return (run.made_at or run.requested_at) <= now - OUTDATED_AFTER


def _outdated(run: Reconciliation, freshness: Freshness) -> bool:
    return run.state is ReconciliationState.FAILED or freshness.is_stale(run) is True
