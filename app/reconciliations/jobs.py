"""The job `reconciliation`: do a queued reconciliation and keep the answer."""

import uuid
from collections.abc import Mapping

from pydantic import JsonValue

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.http.problems import Problem
from app.outbox.jobs import Handler, JobContext
from app.reconciliations import repository, runs
from app.reconciliations.models import Reconciliation, ReconciliationState


def carry_out(context: JobContext, payload: Mapping[str, JsonValue]) -> None:
    """Do the reconciliation that the payload names; one that is done stays as it is."""
    run_id = uuid.UUID(str(payload["reconciliation_id"]))
    with context.database.writing() as session:
        run = session.get(Reconciliation, run_id)
        if run is None or run.state is ReconciliationState.DONE:
            context.complete(session)
            return
        run.state, run.error = ReconciliationState.RUNNING, None
        repository.drop_flows(session, run_id)
    try:
        with context.database.reading() as session:
            result = runs.solve(session, _worker(run_id), session.get_one(Reconciliation, run_id))
    except Exception as error:
        reason = error.detail.en if isinstance(error, Problem) else type(error).__name__
        with context.database.writing() as session:
            run = session.get_one(Reconciliation, run_id)
            run.state, run.error = ReconciliationState.FAILED, reason
        raise
    # Nobody sees the flows before the run is done, so they need not stand in one transaction with it.
    for rows in runs.flow_rows(run_id, result.found):
        with context.database.writing() as session:
            repository.add_flows(session, rows)
    with context.database.writing() as session:
        runs.keep(session.get_one(Reconciliation, run_id), result, context.now())
        context.complete(session)


def _worker(run_id: uuid.UUID) -> Subject:
    """Sees everything: whoever asked may see all that lies within the run's region."""
    return Subject(run_id, "worker", Role.ADMIN, SCOPES_OF[Role.ADMIN])


HANDLERS: Mapping[str, Handler] = {runs.JOB: carry_out}
