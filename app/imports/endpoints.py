"""The routes of imports."""

import uuid
from collections.abc import AsyncIterator, Iterator
from tempfile import SpooledTemporaryFile, TemporaryFile
from typing import IO, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.db.session import Database
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.http.dependencies import Now, Reading, SettingsDep, Writing, get_database
from app.http.fields import CodeText, Moment, MonthText, NameText, RegionText
from app.imports import service
from app.imports.exporting import FORMS, export
from app.imports.models import FileKind, ImportMode
from app.imports.schemas import ImportedLedgerPage, ImportOut, ImportPage, Outcome
from app.ledgers.service import LedgerQuery

router = APIRouter(prefix="/v1", tags=["imports"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Writer = Annotated[Subject, Depends(require(Scope.LEDGERS_WRITE))]
Reader = Annotated[Subject, Depends(require(Scope.LEDGERS_READ))]
_MEMORY_BYTES = 1024 * 1024
# The default of HUANLIAN_MAX_BULK_BYTES.
_MOST_BYTES = 32 * 1024 * 1024
_BINARY = {"type": "string", "format": "binary", "maxLength": _MOST_BYTES}
_EXAMPLE = "site,month,waste,generated_tonnes\n91140200MA0EXAMPLE001P,2025-03,SW02,1000\n"
_BODY = {
    "requestBody": {
        "required": True,
        "description": "the .xlsx, .csv, NDJSON (one ledger a line) or Parquet itself; what it is is told by its content",
        "content": {"application/octet-stream": {"schema": _BINARY, "example": _EXAMPLE}},
    }
}
_WORKBOOK: dict[int | str, dict[str, Any]] = {
    200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
}


async def _spooled(request: Request) -> AsyncIterator[IO[bytes]]:
    """Take the body in pieces: what is more than a little lies on disk, not in memory."""
    with SpooledTemporaryFile(max_size=_MEMORY_BYTES) as file:
        async for piece in request.stream():
            file.write(piece)
        yield file


@router.post("/imports", response_model=ImportOut, status_code=202, openapi_extra=_BODY)
def post_import(
    response: Response,
    subject: Writer,
    body: Annotated[IO[bytes], Depends(_spooled)],
    session: Writing,
    now: Now,
    settings: SettingsDep,
    name: Annotated[NameText, Query(examples=["2025年台账.xlsx"])] = "import",
    mode: Annotated[Literal["each", "atomic"], Query()] = "each",
    *,
    dry_run: Annotated[bool, Query(description="a preview: everything is judged, nothing is kept")] = False,
) -> dict[str, Any]:
    """Take ledgers of any months as .xlsx, .csv, NDJSON or Parquet; filed in the background, row by row answered."""
    asked = service.Request(name, ImportMode(mode), dry_run=dry_run)
    made = service.start(session, subject, body, asked, now, settings.max_bulk_bytes)
    response.headers["Location"] = f"/v1/imports/{made.id}"
    return service.document(made)


@router.get("/imports", response_model=ImportPage)
def get_imports(
    subject: Writer,
    session: Reading,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[uuid.UUID | None, Query()] = None,
) -> dict[str, Any]:
    """List your imports, the newest first."""
    found, following = service.page(session, subject, cursor, limit)
    return {
        "items": [service.document(made) for made in found],
        "next_cursor": None if following is None else str(following),
    }


@router.get("/imports/template.xlsx", response_class=Response, responses=_WORKBOOK)
def get_template(
    subject: Writer,
    session: Reading,
    month: Annotated[MonthText, Query()],
    site: Annotated[CodeText | None, Query(description="without it, all of your sites")] = None,
) -> Response:
    """Give a workbook to fill in: drop-downs, units in the heads, the lines and the stock of the last month."""
    with SpooledTemporaryFile(max_size=_MEMORY_BYTES) as file:
        service.write_template_for(session, subject, site, Month.parse(month), file)
        file.seek(0)
        return Response(file.read(), media_type=XLSX, headers=_as_file(f"huanlian-{month}.xlsx"))


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


@router.get("/imports/{import_id}", response_model=ImportOut)
def get_import(import_id: uuid.UUID, subject: Writer, session: Reading) -> dict[str, Any]:
    """Say how far an import has come, and what became of its ledgers in sum."""
    return service.document(service.one(session, subject, import_id))


@router.get("/imports/{import_id}/ledgers", response_model=ImportedLedgerPage)
def get_imported_ledgers(
    import_id: uuid.UUID,
    subject: Writer,
    session: Reading,
    outcome: Annotated[Outcome | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[int, Query(ge=-1, le=1_000_000)] = -1,
) -> dict[str, Any]:
    """List what became of each ledger of a file, with every sentence and the cell it belongs to."""
    found, following = service.ledgers(
        session, subject, import_id, after=cursor, limit=limit, outcome=outcome
    )
    return {
        "items": [service.ledger_document(ledger) for ledger in found],
        "next_cursor": None if following is None else str(following),
    }


@router.get("/imports/{import_id}/errors.xlsx", response_class=Response, responses=_WORKBOOK)
def get_errors(
    import_id: uuid.UUID, subject: Writer, database: Annotated[Database, Depends(get_database)]
) -> Response:
    """Give the same workbook back with what became of each row, in Chinese and English."""
    pieces = service.answered(database, subject, import_id)
    return StreamingResponse(pieces, media_type=XLSX, headers=_as_file(f"huanlian-{import_id}.xlsx"))


_EXPORTED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            form.media_type.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
            for form in FORMS.values()
        }
    }
}


@router.get("/ledgers/export", response_class=Response, responses=_EXPORTED)
def get_ledgers_export(
    subject: Reader,
    session: Reading,
    form: Annotated[
        FileKind, Query(alias="format", description="ndjson: the documents; else rows as imports take")
    ],
    site: Annotated[CodeText | None, Query()] = None,
    region: Annotated[RegionText | None, Query()] = None,
    first: Annotated[MonthText | None, Query(alias="from")] = None,
    last: Annotated[MonthText | None, Query(alias="to")] = None,
    state: Annotated[LedgerState | None, Query()] = None,
    as_of: Annotated[Moment | None, Query()] = None,
) -> Response:
    """Give the ledgers you may see as one file, at most 50,000; the rows can be sent back as an import."""
    months = [None if text is None else Month.parse(text) for text in (first, last)]
    query = LedgerQuery(site, region, months[0], months[1], state, as_of)
    file = TemporaryFile()  # noqa: SIM115 - closed when the last piece was sent
    try:
        export(session, subject, query, form, file)
    except BaseException:
        file.close()
        raise
    headers = _as_file(f"ledgers.{form.value}")
    return StreamingResponse(_pieces(file), media_type=FORMS[form].media_type, headers=headers)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_MEMORY_BYTES):
            yield piece
