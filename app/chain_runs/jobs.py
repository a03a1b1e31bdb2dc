"""The jobs of chain runs: solve a queued run and keep the answer; let go of runs that nobody needs."""

import uuid
from collections.abc import Mapping
from datetime import time

from pydantic import JsonValue

from app.audit import service as audit
from app.auth.subjects import SCOPES_OF, Role, Subject
from app.chain_runs import pruning, repository, runs
from app.chain_runs.models import ChainRun, RunState
from app.http.problems import Problem
from app.ids import new_id
from app.outbox.errors import described
from app.outbox.jobs import Handler, JobContext
from app.outbox.schedules import Daily, Periodic

PRUNE = "chain_runs.prune"


def carry_out(context: JobContext, payload: Mapping[str, JsonValue]) -> None:
    """Solve the run that the payload names; one that is done stays as it is."""
    run_id = uuid.UUID(str(payload["run_id"]))
    with context.database.writing() as session:
        run = session.get(ChainRun, run_id)
        if run is None or run.state is RunState.DONE:
            context.complete(session)
            return
        run.state, run.error = RunState.RUNNING, None
    try:
        with context.database.reading() as session:
            result = runs.solve(session, _worker(run_id), session.get_one(ChainRun, run_id))
    except Exception as error:
        reason = error.detail.en if isinstance(error, Problem) else described(error)
        with context.database.writing() as session:
            run = session.get_one(ChainRun, run_id)
            runs.fail(session, run, reason, context.now())
        raise
    with context.database.writing() as session:
        runs.keep(session, session.get_one(ChainRun, run_id), result, context.now())
        context.complete(session)


def prune(context: JobContext, _: Mapping[str, JsonValue]) -> None:
    """Delete the runs that pruning.py lets go."""
    with context.database.reading() as session:
        gone = pruning.dispensable(session, _worker(new_id()), context.now())
    for batch in pruning.batches(gone):
        with context.database.writing() as session:
            deleted = repository.delete_finished(session, batch)
            changes = [audit.Change("chain_run.let_go", runs.KIND, str(each)) for each in deleted]
            audit.record(session, audit.worker(PRUNE), changes, now=context.now())


def _worker(run_id: uuid.UUID) -> Subject:
    """Sees everything: whoever asked may see all that lies within the run's region."""
    return Subject(run_id, "worker", Role.ADMIN, SCOPES_OF[Role.ADMIN])


HANDLERS: Mapping[str, Handler] = {runs.JOB: carry_out, PRUNE: prune}
PERIODIC = (Periodic("chain_runs.prune", PRUNE, Daily(time(3, 30))),)
