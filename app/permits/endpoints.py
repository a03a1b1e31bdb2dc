"""The routes of permits: how they come in, and what is on file."""

import uuid
from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.convertors import StringConvertor, register_url_convertor

from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.clock import local_date
from app.db.session import Database
from app.http.dependencies import Now, Reading, SettingsDep, Writing, get_database
from app.http.fields import Moment, MonthText, NameText, month_or_none
from app.http.paging import Cursor, Limit, RegionPrefix
from app.permits import imports, reading
from app.permits.columns import NATIONAL
from app.permits.commands import Incoming, Outcome, Receiver
from app.permits.models import FileFormat
from app.permits.permit_in import PermitIn
from app.permits.receiving import receive
from app.permits.schemas import (
    PermitImportOut,
    PermitImportRows,
    PermitOut,
    PermitPage,
    PermitPutOut,
    PermitVersions,
)


class _NotTheImport(StringConvertor):
    """A part of an address that may be a permit's number: not `import`, which takes files and has methods of its own."""

    regex = "(?!import$)[^/]+"


register_url_convertor("permit_number", _NotTheImport())
router = APIRouter(prefix="/v1", tags=["permits"])

Sender = Annotated[Subject, Depends(require(Scope.PERMITS_WRITE))]
Reader = Annotated[Subject, Depends(require(Scope.PERMITS_READ))]
NumberPath = Annotated[str, Path(max_length=22, pattern=r"^[0-9A-Z]{18}[0-9]{3}[A-Z]$")]
VersionTag = Annotated[str | None, Header(max_length=12, pattern=r'^"[0-9]{1,9}"$', examples=['"1"'])]
_ALREADY: dict[int | str, dict[str, Any]] = {
    200: {
        "model": PermitPutOut,
        "description": "A permit with this number was on file: changed, or unchanged",
    }
}
_UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "It is still the version of If-None-Match"}
}


MappingId = Annotated[
    str,
    Query(
        max_length=40,
        pattern=r"^[a-z0-9-]+$",
        description="which columns the export has; without it the common heads are known",
    ),
]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSV = "text/csv"
_MEMORY_BYTES = 1024 * 1024
# The default of HUANLIAN_MAX_BULK_BYTES.
_MOST_BYTES = 32 * 1024 * 1024
_BINARY = {"type": "string", "format": "binary", "maxLength": _MOST_BYTES}
_TEXT = {"type": "string", "maxLength": _MOST_BYTES}
_CSV_EXAMPLE = "许可证编号,行政区划代码,固废种类\n91140200MA0EXAMPLE001P,140212,SW02\n"
_FILE_BODY = {
    "requestBody": {
        "required": True,
        "description": "the file itself; what it is is told by its content",
        "content": {
            "application/octet-stream": {"schema": _BINARY, "example": "PK…"},
            _CSV: {"schema": _TEXT, "example": _CSV_EXAMPLE},
            "application/json": {
                # An entry that is no permit is refused by itself, as a row of a table is.
                "schema": {"type": "array", "items": {}, "maxItems": 200_000},
                "example": [{"number": "91140200MA0EXAMPLE001P", "region": "140212"}],
            },
        },
    }
}


async def spooled_body(request: Request) -> AsyncIterator[IO[bytes]]:
    """Take the body in pieces: what is more than a little lies on disk, not in memory."""
    with SpooledTemporaryFile(max_size=_MEMORY_BYTES) as file:
        async for piece in request.stream():
            file.write(piece)
        yield file


async def body_bytes(request: Request) -> bytes:
    """The body as it came, byte for byte."""
    return await request.body()


@router.put("/permits/{number:permit_number}", status_code=201, responses=_ALREADY)
def put_permit(
    *,
    number: NumberPath,
    body: PermitIn,
    raw: Annotated[bytes, Depends(body_bytes)],
    subject: Sender,
    session: Writing,
    now: Now,
    settings: SettingsDep,
    response: Response,
    content_type: Annotated[str, Header(include_in_schema=False, max_length=200)] = "application/json",
    if_match: VersionTag = None,
) -> PermitPutOut:
    """Send a permit: a new one answers 201, a changed one makes a version, the same content changes nothing."""
    today = local_date(now, settings.timezone)
    expected = None if if_match is None else int(if_match.strip('"'))
    incoming = Incoming(number, body, raw, content_type, expected)
    (result,) = receive(session, [incoming], Receiver(subject, now, today, "api"))
    if result.problem is not None:
        raise result.problem
    if result.outcome is not Outcome.CREATED:
        response.status_code = 200
    response.headers["Location"] = f"/v1/permits/{number}"
    response.headers["ETag"] = f'"{result.version}"'
    return PermitPutOut.model_validate(reading.after_put(session, subject, result, today))


@router.post("/permits/import", response_model=PermitImportOut, status_code=202, openapi_extra=_FILE_BODY)
def post_permit_import(
    *,
    response: Response,
    subject: Sender,
    body: Annotated[IO[bytes], Depends(spooled_body)],
    session: Writing,
    now: Now,
    settings: SettingsDep,
    name: Annotated[NameText, Query(examples=["许可证导出.xlsx"])] = "permits",
    mapping: MappingId = NATIONAL,
) -> dict[str, Any]:
    """Send a file of permits (.xlsx, .csv or .json); it is taken in by a job, row by row answered."""
    sent = imports.Sent(name, mapping, body, settings.max_bulk_bytes)
    made = imports.keep_file(session, subject, sent, now)
    imports.ask_for(session, made, now)
    response.headers["Location"] = f"/v1/permits/imports/{made.id}"
    return imports.document(made)


@router.get("/permits/imports/{import_id}", response_model=PermitImportOut)
def get_permit_import(import_id: uuid.UUID, subject: Sender, session: Reading) -> dict[str, Any]:
    """Say how far a file of yours has come, and what became of its rows in sum."""
    return imports.document(imports.one(session, subject, import_id))


@router.get("/permits/imports/{import_id}/rows", response_model=PermitImportRows)
def get_permit_import_rows(
    import_id: uuid.UUID,
    subject: Sender,
    session: Reading,
    cursor: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Limit = 50,
) -> dict[str, Any]:
    """List what became of each row of a file of yours, with what is said of it."""
    found, following = imports.rows(session, subject, import_id, after=cursor, limit=limit)
    return {
        "items": [imports.row_document(row) for row in found],
        "next_cursor": None if following is None else str(following),
    }


@router.get(
    "/permits/imports/{import_id}/answer",
    response_class=Response,
    responses={200: {"content": {each: {"schema": _BINARY} for each in (_XLSX, _CSV)}}},
)
def get_permit_import_answer(
    import_id: uuid.UUID, subject: Sender, database: Annotated[Database, Depends(get_database)]
) -> Response:
    """Download the file with what became of each row, in Chinese and English; JSON comes back as CSV."""
    made, content = imports.answered(database, subject, import_id)
    is_workbook = made.format is FileFormat.XLSX
    name = f"permits-{import_id}.{'xlsx' if is_workbook else 'csv'}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    media_type = _XLSX if is_workbook else f"{_CSV}; charset=utf-8"
    return StreamingResponse(content, media_type=media_type, headers=headers)


@router.get("/permits")
def get_permits(
    *,
    subject: Reader,
    session: Reading,
    region: RegionPrefix = "",
    matched: Annotated[bool | None, Query(description="whether a site has the number")] = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> PermitPage:
    """List the permits that you may see, in the order of their numbers."""
    found = reading.page(session, subject, region=region, matched=matched, after=cursor, limit=limit)
    return PermitPage.model_validate(found)


@router.get("/permits/{number:permit_number}", responses=_UNCHANGED, response_model=PermitOut)
def get_permit(
    *,
    number: NumberPath,
    subject: Reader,
    session: Reading,
    now: Now,
    settings: SettingsDep,
    response: Response,
    month: Annotated[MonthText | None, Query(description="the version that holds in this month")] = None,
    as_of: Annotated[Moment | None, Query(description="by what was known at this moment")] = None,
    if_none_match: VersionTag = None,
) -> Any:
    """Read a permit: its newest version, or the one that holds in a month, by what is or was known."""
    today = local_date(now, settings.timezone)
    found = reading.one(session, subject, number, today, month=month_or_none(month), as_of=as_of)
    tag = f'"{found["version"]}"'
    if if_none_match == tag:
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return PermitOut.model_validate(found)


@router.get("/permits/{number}/versions")
def get_permit_versions(number: NumberPath, subject: Reader, session: Reading) -> PermitVersions:
    """List the versions of a permit, the newest first: what each says, since when, and who sent it."""
    return PermitVersions.model_validate(reading.all_versions(session, subject, number))


@router.get(
    "/permits/{number}/versions/{version}/payload",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The bytes as they came"}},
)
def get_permit_payload(
    number: NumberPath,
    version: Annotated[int, Path(ge=1, le=1_000_000_000)],
    subject: Reader,
    session: Reading,
) -> Response:
    """Download what one version came as, byte for byte; its SHA-256 stands in the list of versions."""
    raw = reading.payload(session, subject, number, version)
    headers = {"Content-Disposition": f'attachment; filename="{number}-{version}.bin"'}
    return Response(raw, media_type="application/octet-stream", headers=headers)
