"""The jobs `permits.import`, which takes in a file that was sent, and `permits.prune`, which lets go of old files."""

import uuid
from collections.abc import Mapping
from datetime import time, timedelta

from pydantic import JsonValue
from sqlalchemy import delete, select

from app.audit import service as audit
from app.db.base import table_of
from app.outbox.jobs import Handler, JobContext
from app.outbox.schedules import Daily, Periodic
from app.permits.importing import carry_out
from app.permits.imports import JOB
from app.permits.models import PermitImport, PermitImportRow
from app.permits.pieces import PIECES

PRUNE = "permits.prune"
KEPT_FOR = timedelta(days=90)
"""How long a file and what became of its rows are kept; the permits, with the rows they came as, stay for good."""


def take_in(context: JobContext, payload: Mapping[str, JsonValue]) -> None:
    """Take in the file that the payload names."""
    carry_out(context, uuid.UUID(str(payload["import_id"])))


def prune(context: JobContext, _: Mapping[str, JsonValue]) -> None:
    """Delete files that ended long ago, one at a time: other writers wait no longer than that takes."""
    ended = select(PermitImport.id).where(PermitImport.finished_at < context.now() - KEPT_FOR)
    with context.database.reading() as session:
        old = list(session.scalars(ended))
    row, whole = table_of(PermitImportRow), table_of(PermitImport)
    for import_id in old:
        with context.database.writing() as session:
            PIECES.forget(session, import_id)
            session.execute(delete(row).where(row.c.import_id == import_id))
            session.execute(delete(whole).where(whole.c.id == import_id))
            change = audit.Change("permit_import.let_go", "permit_import", str(import_id))
            audit.record(session, audit.worker(PRUNE), [change], now=context.now())


HANDLERS: Mapping[str, Handler] = {JOB: take_in, PRUNE: prune}
PERIODIC = (Periodic(PRUNE, PRUNE, Daily(time(4, 20))),)
