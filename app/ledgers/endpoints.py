"""The routes of ledgers."""

import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse

from app.audit import service as audit
from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.clock import local_date
from app.domain.errors import Fault, Message
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.http.dependencies import Now, Reading, SettingsDep, Writing
from app.http.fields import CodeText, Moment, MonthText, RegionText, month_or_none
from app.http.problems import Invalid, PreconditionRequired, Problem
from app.ledgers import bulk, reading, receipts, replay
from app.ledgers.bulk_schemas import BulkOut
from app.ledgers.commands import Command, Filer, Intent
from app.ledgers.decisions import close_month, decide
from app.ledgers.desk import Desk
from app.ledgers.file import file
from app.ledgers.posting import Post, answer_each, filed_document, post_of
from app.ledgers.receipt_schemas import CopyOfRecordOut, RepudiationIn, RepudiationOut
from app.ledgers.schemas import (
    AmendmentIn,
    ClosedOut,
    ClosingIn,
    DecisionIn,
    FiledOut,
    LedgerIn,
    LedgerOut,
    LedgerPage,
    ValidatedOut,
    VersionsOut,
)

router = APIRouter(prefix="/v1", tags=["ledgers"])

Writer = Annotated[Subject, Depends(require(Scope.LEDGERS_WRITE))]
Reader = Annotated[Subject, Depends(require(Scope.LEDGERS_READ))]
IdempotencyHeader = Annotated[
    str | None, Header(alias="Idempotency-Key", min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")
]


async def get_desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def _response(answer: replay.Answer) -> Response:
    return Response(answer.text, answer.status, dict(answer.headers), "application/json")


@router.post("/ledgers", status_code=201, response_model=FiledOut)
async def post_ledger(
    body: LedgerIn,
    subject: Writer,
    desk: Annotated[Desk, Depends(get_desk)],
    now: Now,
    settings: SettingsDep,
    key: IdempotencyHeader = None,
) -> Response:
    """File one site's month; what does not balance is accepted and flagged."""
    filer = Filer.at(subject, now, settings.timezone, audit.Origin.current())
    return _response(await desk.answer(post_of(body, filer, key)))


@router.post("/ledgers/validate", response_model=ValidatedOut)
def validate_ledger(
    body: LedgerIn, subject: Writer, session: Writing, now: Now, settings: SettingsDep
) -> dict[str, Any]:
    """Say what filing this ledger would be answered; nothing is stored."""
    command = Command(body.content(), Intent.FILE, draft=body.draft, reason=body.reason)
    result = file(session, [command], Filer.at(subject, now, settings.timezone), dry_run=True)[0]
    if result.problem is not None:
        raise result.problem
    return filed_document(result) | {"valid": True, "outcome": result.outcome.value}


async def _body(request: Request) -> bytes:
    return await request.body()


# The default of HUANLIAN_MAX_BULK_BYTES.
_MOST_CHARACTERS = 32 * 1024 * 1024
_NIL_EXAMPLE = {"site": "91140200MA0EXAMPLE001P", "month": "2025-03", "nil": True}
_BULK_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": bulk.MAX_LEDGERS,
                    "items": {
                        "description": "A LedgerIn; what is none is answered as a rejected line",
                        "anyOf": [{"$ref": "#/components/schemas/LedgerIn"}, {}],
                    },
                },
                "example": [_NIL_EXAMPLE],
            },
            "application/x-ndjson": {"schema": {"type": "string", "maxLength": _MOST_CHARACTERS}},
        },
    }
}


@router.post("/ledgers/bulk", response_model=BulkOut, openapi_extra=_BULK_BODY)
def post_bulk(
    request: Request,
    body: Annotated[bytes, Depends(_body)],
    subject: Writer,
    session: Writing,
    now: Now,
    settings: SettingsDep,
    mode: Annotated[Literal["atomic", "each"], Query()] = "each",
    key: IdempotencyHeader = None,
) -> Response:
    """File up to 1,000 ledgers; each line is answered in the order of the input."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    request_sha256 = replay.request_hash(f"POST /v1/ledgers/bulk {mode} {content_type}", body.hex())
    answer = replay.first_answer(session, subject.id, key, request_sha256)
    if answer is None:
        entries = bulk.read(body, ndjson=content_type in {"application/x-ndjson", "application/ndjson"})
        results = bulk.file_bulk(session, entries, mode, Filer.at(subject, now, settings.timezone))
        request.state.ledger_outcomes = results.happened
        if results.refused:
            text = Message(
                "有台账被拒绝，本次全部未保存", "a ledger was refused, so nothing of this call was saved"
            )
            raise Invalid(text, extra=results.document())
        answer = replay.Answer(200, {}, results.document())
        replay.keep(session, subject.id, key, request_sha256, answer, now)
    return _response(answer)


@router.post("/ledgers/{ledger_id:uuid}/amendments", response_model=FiledOut)
def post_amendment(
    ledger_id: uuid.UUID,
    body: AmendmentIn,
    subject: Writer,
    session: Writing,
    now: Now,
    settings: SettingsDep,
    if_match: Annotated[str | None, Header(alias="If-Match", max_length=64)] = None,
    key: IdempotencyHeader = None,
) -> Response:
    """File a new version with its reason, based on the version named in If-Match."""
    reading.one(session, subject, ledger_id)
    version = _version_of(if_match)
    command = Command(body.content(), Intent.AMEND, reason=body.reason, ledger_id=ledger_id, if_match=version)
    route = f"POST /v1/ledgers/{ledger_id}/amendments"
    post = Post(command, Filer.at(subject, now, settings.timezone), key, route, 200)
    (outcome,) = answer_each(session, [post])
    if isinstance(outcome, Problem):
        raise outcome
    return _response(outcome)


def _version_of(if_match: str | None) -> int:
    if if_match is None:
        raise PreconditionRequired
    text = if_match.strip().strip('"')
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        hint = Message(
            'If-Match 应为带引号的版本号，如 "1"', 'If-Match must be a version in quotes, such as "1"'
        )
        raise Invalid(errors=[Fault("#header/If-Match", "not_a_version", hint)])
    return int(text)


@router.get("/ledgers", response_model=LedgerPage)
def get_ledgers(
    subject: Reader,
    session: Reading,
    site: Annotated[CodeText | None, Query()] = None,
    region: Annotated[RegionText | None, Query()] = None,
    first: Annotated[MonthText | None, Query(alias="from")] = None,
    last: Annotated[MonthText | None, Query(alias="to")] = None,
    state: Annotated[LedgerState | None, Query()] = None,
    as_of: Annotated[Moment | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    """List the ledgers you may see, by month."""
    query = reading.LedgerQuery(
        site, region, month_or_none(first), month_or_none(last), state, as_of, limit, cursor
    )
    items, next_cursor = reading.page(session, subject, query)
    return {"items": items, "next_cursor": next_cursor}


@router.get("/ledgers/{ledger_id:uuid}", response_model=LedgerOut)
def get_ledger(
    ledger_id: uuid.UUID,
    subject: Reader,
    session: Reading,
    as_of: Annotated[Moment | None, Query()] = None,
) -> JSONResponse:
    """Give one ledger as it stands, or as it stood at a moment."""
    document = reading.one(session, subject, ledger_id, as_of)
    return JSONResponse(document, headers={"ETag": f'"{document["version"]}"'})


@router.get("/ledgers/{ledger_id:uuid}/versions", response_model=VersionsOut)
def get_versions(ledger_id: uuid.UUID, subject: Reader, session: Reading) -> dict[str, Any]:
    """Give every version of a ledger, newest first: who, when, why."""
    return {"items": reading.versions(session, subject, ledger_id)}


@router.get("/ledgers/{ledger_id:uuid}/receipt", response_model=CopyOfRecordOut)
def get_receipt(
    ledger_id: uuid.UUID,
    subject: Reader,
    session: Reading,
    version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
) -> JSONResponse:
    """Download the copy of record of a version, the current one unless named, with its seal in the audit log."""
    document = receipts.copy_of_record(session, subject, ledger_id, version)
    name = f"receipt-{ledger_id}-{document['version']}.json"
    return JSONResponse(document, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.post("/ledgers/{ledger_id:uuid}/repudiation", response_model=RepudiationOut)
def post_repudiation(
    ledger_id: uuid.UUID, body: RepudiationIn, subject: Writer, session: Writing, now: Now
) -> dict[str, str]:
    """Say that a version is not your own: it is marked for the regulator to see, and stays as it is."""
    made = receipts.repudiate(session, subject, ledger_id, body.version, body.reason, now)
    return reading.repudiation_document(made)


@router.post("/ledgers/{ledger_id:uuid}/decisions", response_model=LedgerOut)
def post_decision(
    ledger_id: uuid.UUID, body: DecisionIn, subject: Reader, session: Writing, now: Now
) -> dict[str, Any]:
    """Accept, return or close a ledger."""
    decide(session, subject, ledger_id, LedgerState(body.to), body.reason, now)
    session.flush()
    return reading.one(session, subject, ledger_id)


@router.post("/closings", response_model=ClosedOut)
def post_closing(
    body: ClosingIn, subject: Reader, session: Writing, now: Now, settings: SettingsDep
) -> dict[str, Any]:
    """Close a month for a region; from then on it changes only with a reason."""
    this_month = Month.of(local_date(now, settings.timezone))
    closed = close_month(session, subject, body.region, body.month, now=now, this_month=this_month)
    return {"region": body.region, "month": str(body.month), "ledgers_closed": closed}
