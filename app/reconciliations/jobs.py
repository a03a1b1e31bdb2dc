"""The jobs `reconciliation`, which does a queued one and keeps the answer, and `reconciliations.prune`."""

import uuid
from collections.abc import Mapping
from datetime import time

from pydantic import JsonValue

from app.audit import service as audit
from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.session import Database
from app.http.problems import Problem
from app.ids import new_id
from app.outbox.errors import described
from app.outbox.jobs import Handler, JobContext
from app.outbox.schedules import Daily, Periodic
from app.reconciliations import pruning, repository, runs
from app.reconciliations.models import Reconciliation, ReconciliationState

PRUNE = "reconciliations.prune"


def carry_out(context: JobContext, payload: Mapping[str, JsonValue]) -> None:
    """Do the reconciliation that the payload names; one that is done stays as it is."""
    run_id = uuid.UUID(str(payload["reconciliation_id"]))
    with context.database.writing() as session:
        run = session.get(Reconciliation, run_id)
        if run is None or run.state is ReconciliationState.DONE:
            context.complete(session)
            return
        run.state, run.error = ReconciliationState.RUNNING, None
    # A worker that died here may have left some.
    _drop_flows(context.database, run_id)
    try:
        with context.database.reading() as session:
            result = runs.solve(session, _worker(run_id), session.get_one(Reconciliation, run_id))
    except Exception as error:
        reason = error.detail.en if isinstance(error, Problem) else described(error)
        with context.database.writing() as session:
            run = session.get_one(Reconciliation, run_id)
            runs.fail(session, run, reason, context.now())
        raise
    # Nobody sees the flows before the run is done, so they need not stand in one transaction with it.
    for rows in runs.flow_rows(run_id, result.found):
        with context.database.writing() as session:
            repository.add_flows(session, rows)
    with context.database.writing() as session:
        runs.keep(session, session.get_one(Reconciliation, run_id), result, context.now())
        context.complete(session)


def prune(context: JobContext, _: Mapping[str, JsonValue]) -> None:
    """Delete the reconciliations that pruning.py lets go."""
    with context.database.reading() as session:
        gone = pruning.dispensable(session, _worker(new_id()), context.now())
    for run_id in gone:
        with context.database.writing() as session:
            run = session.get(Reconciliation, run_id)
            if run is None or run.state in (ReconciliationState.QUEUED, ReconciliationState.RUNNING):
                continue
            # Nobody is to see half of its flows.
            run.state, run.error = ReconciliationState.FAILED, "let go"
            change = audit.Change(
                "reconciliation.let_go", runs.KIND, str(run_id), region=audit.territory(run.region)
            )
            audit.record(session, audit.worker(PRUNE), [change], now=context.now())
        _drop_flows(context.database, run_id)
        with context.database.writing() as session:
            repository.delete_failed(session, run_id)


def _drop_flows(database: Database, run_id: uuid.UUID) -> None:
    """Forget the flows of a run, a few at a time: other writers wait no longer than that takes."""
    left = True
    while left:
        with database.writing() as session:
            left = repository.drop_some_flows(session, run_id, runs.FLOWS_AT_ONCE)


def _worker(run_id: uuid.UUID) -> Subject:
    """Sees everything: whoever asked may see all that lies within the run's region."""
    return Subject(run_id, "worker", Role.ADMIN, SCOPES_OF[Role.ADMIN])


HANDLERS: Mapping[str, Handler] = {runs.JOB: carry_out, PRUNE: prune}
PERIODIC = (Periodic(PRUNE, PRUNE, Daily(time(3, 45))),)
