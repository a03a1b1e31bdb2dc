"""The jobs `import`, which files a file that was sent, and `imports.prune`, which lets go of old ones."""

import uuid
from collections.abc import Mapping
from datetime import time, timedelta
from typing import IO

from pydantic import JsonValue

from app.audit import service as audit
from app.imports import repository
from app.imports.faults import FileRefused
from app.imports.filing import Task, file_all
from app.imports.models import Import, ImportState, Part
from app.imports.pieces import PIECES
from app.imports.report import write_report
from app.imports.service import JOB
from app.outbox.jobs import Handler, JobContext, LeaseLost
from app.outbox.schedules import Daily, Periodic

PRUNE = "imports.prune"
KEPT_FOR = timedelta(days=90)
"""How long a file and its answer are kept; the ledgers themselves, with who filed them, stay for good."""
_ENDED = (ImportState.DONE, ImportState.REFUSED)


def carry_out(context: JobContext, payload: Mapping[str, JsonValue]) -> None:
    """File what the import that the payload names has not filed yet; one that has ended stays as it is."""
    import_id = uuid.UUID(str(payload["import_id"]))
    with context.database.writing() as session:
        made = repository.held(session, import_id)
        if made is None or made.state in _ENDED:
            context.complete(session)
            return
        made.state = ImportState.RUNNING
    try:
        with PIECES.spooled(context.database, import_id, Part.UPLOADED) as source:
            with context.database.reading() as session:
                origin = repository.origin(session, import_id)
            file_all(Task(context, made, source, origin))
            with context.database.reading() as session:
                filed = session.get_one(Import, import_id)
            with write_report(context.database, filed, source) as report:
                _end(context, import_id, report)
    except FileRefused as refusal:
        _refuse(context, import_id, refusal)
    except LeaseLost:
        raise
    except Exception:
        with context.database.writing() as session:
            if (made := repository.held(session, import_id)) is not None:
                made.state = ImportState.FAILED
        raise


def _end(context: JobContext, import_id: uuid.UUID, report: IO[bytes]) -> None:
    with context.database.writing() as session:
        made = repository.held(session, import_id)
        if made is None:
            raise LeaseLost
        PIECES.forget(session, import_id, Part.ANSWERED)
        PIECES.keep(session, import_id, Part.ANSWERED, report)
        made.state, made.done_permille, made.ended_at = ImportState.DONE, 1000, context.now()
        context.complete(session)


def _refuse(context: JobContext, import_id: uuid.UUID, refusal: FileRefused) -> None:
    """Say why the file cannot be taken. What was filed before the place where it broke stays, and is counted."""
    with context.database.writing() as session:
        made = repository.held(session, import_id)
        if made is None:
            raise LeaseLost
        made.state, made.ended_at = ImportState.REFUSED, context.now()
        made.faults = [refusal.document()]
        context.complete(session)


def prune(context: JobContext, _: Mapping[str, JsonValue]) -> None:
    """Delete imports that ended long ago, one at a time: other writers wait no longer than that takes."""
    with context.database.reading() as session:
        old = repository.ended_before(session, context.now() - KEPT_FOR)
    for import_id in old:
        with context.database.writing() as session:
            repository.delete_import(session, import_id)
            change = audit.Change("import.let_go", "import", str(import_id))
            audit.record(session, audit.worker(PRUNE), [change], now=context.now())


HANDLERS: Mapping[str, Handler] = {JOB: carry_out, PRUNE: prune}
PERIODIC = (Periodic(PRUNE, PRUNE, Daily(time(4, 0))),)
