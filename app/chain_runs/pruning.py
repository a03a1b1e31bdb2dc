"""Which stored runs are let go, by the rule of app/domain/stored_runs.py.

Nothing else in the database names a run, and an answer names the one it came from only for as long as it is fresh.
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from app.auth.subjects import Subject
from app.chain_runs import repository, runs
from app.chain_runs.models import ChainRun, RunState
from app.db.session import ReadSession
from app.domain import stored_runs
from app.domain.stored_runs import FinishedRun
from app.http.problems import NotFound

_AT_ONCE = 100


def dispensable(session: ReadSession, subject: Subject, now: datetime) -> list[uuid.UUID]:
    """Name the runs that are not worth their place."""
    finished = (
        FinishedRun(
            run.id,
            _question(run),
            run.state is RunState.DONE,
            run.made_at or run.requested_at,
            partial(_outdated, session, subject, run),
        )
        for run in repository.finished(session)
    )
    return stored_runs.dispensable(finished, now)


def batches(run_ids: Sequence[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    """Give them a few at a time: other writers wait no longer than that takes."""
    left = iter(run_ids)
    while batch := list(islice(left, _AT_ONCE)):
        yield batch


def _question(run: ChainRun) -> tuple[Any, ...]:
    months = (run.first_month, run.last_month)
    return (run.chain_id, run.region, run.base, *months, run.as_of, run.stock_rule)


def _outdated(session: ReadSession, subject: Subject, run: ChainRun) -> bool:
    try:
        return runs.is_stale(session, subject, run) is True
    except NotFound:
        # Its chain is no longer in the library.
        return True
