"""Which stored reconciliations are let go, by the rule of app/domain/stored_runs.py: each has a row a flow."""

import uuid
from datetime import datetime
from functools import partial
from typing import Any

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain import stored_runs
from app.domain.stored_runs import FinishedRun
from app.reconciliations import repository
from app.reconciliations.freshness import Freshness
from app.reconciliations.models import Reconciliation, ReconciliationState


def dispensable(session: ReadSession, subject: Subject, now: datetime) -> list[uuid.UUID]:
    """Name the reconciliations that are not worth their place."""
    freshness = Freshness(session, subject)
    finished = (
        FinishedRun(
            run.id,
            _question(run),
            run.state is ReconciliationState.DONE,
            run.made_at or run.requested_at,
            partial(_outdated, run, freshness),
        )
        for run in repository.finished(session)
    )
    return stored_runs.dispensable(finished, now)


def _question(run: Reconciliation) -> tuple[Any, ...]:
    options = (run.alpha, run.local_test_floor, run.months)
    return (run.region, run.base, run.first_month, run.last_month, *options)


def _outdated(run: Reconciliation, freshness: Freshness) -> bool:
    return freshness.is_stale(run) is True
