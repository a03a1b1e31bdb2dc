"""The job `sums.fold`: what filings have appended to the kept sums is put together, some region-months at a time."""

from collections.abc import Mapping
from datetime import timedelta

from pydantic import JsonValue

from app.outbox.jobs import Handler, JobContext
from app.outbox.schedules import Every, Periodic
from app.rates.folding import KEPT, fold

FOLD = "sums.fold"


def fold_all(context: JobContext, _: Mapping[str, JsonValue]) -> None:
    """Fold until nothing waits; filings go on meanwhile, and what they append waits for the next time."""
    for model in KEPT:
        left = True
        while left:
            with context.database.writing() as session:
                left = fold(session, model)


HANDLERS: Mapping[str, Handler] = {FOLD: fold_all}
PERIODIC = (Periodic("sums.fold", FOLD, Every(timedelta(minutes=5))),)
