"""The job `transfers.partitions`: where transfers are kept in one table a period, those of the year to come are made.

Nothing where they are one plain table, as they are until an operator says `huanlian db partition`.
"""

from collections.abc import Mapping
from datetime import time

import structlog
from pydantic import JsonValue
from sqlalchemy.exc import DBAPIError

from app.clock import local_date
from app.db.partitions.ahead import analyse, drop_promise_left, keep_ahead
from app.outbox.jobs import Handler, JobContext, JobFailed
from app.outbox.schedules import Daily, Periodic

AHEAD = "transfers.partitions"
_log = structlog.get_logger("huanlian.transfers")


def make_ahead(context: JobContext, _: Mapping[str, JsonValue]) -> None:
    """Make what is missing; where somebody holds the tables, the job fails and is tried again a little later."""
    engine = context.database.engines.write
    if context.settings.is_sqlite:
        return
    today = local_date(context.now(), context.settings.timezone)
    try:
        drop_promise_left(engine)
        kept = keep_ahead(engine, today)
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        raise JobFailed(
            f"PostgreSQL refused a partition ({state}); huanlian db partition says why"
        ) from error
    analyse(engine)
    if kept.made:
        _log.info("partitions made", made=kept.made, moved=kept.moved)
    if kept.too_many:
        raise JobFailed(
            f"too many rows to move beside those who file: {', '.join(kept.too_many)}; run huanlian db partition"
        )


HANDLERS: Mapping[str, Handler] = {AHEAD: make_ahead}
PERIODIC = (Periodic(AHEAD, AHEAD, Daily(time(3, 50))),)
