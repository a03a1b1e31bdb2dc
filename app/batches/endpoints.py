"""The routes of batch forms and product batches."""

import uuid
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response

from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.batches import bulk, reading, table_report, withdrawing
from app.batches.recording import Outcome, Recorder, Result, record, record_products
from app.batches.schemas import (
    BatchBulkOut,
    BatchIn,
    BatchOut,
    BatchPage,
    BatchSums,
    BatchTraceOut,
    ProductBatchIn,
    ProductBatchOut,
    ProductBatchPage,
    WithdrawalIn,
)
from app.batches.trace import Direction, trace
from app.clock import local_date
from app.domain.custody.batches import BatchKind
from app.domain.errors import Fault, Message
from app.domain.periods import Month, months_between
from app.http.dependencies import Now, Reading, SettingsDep, Writing
from app.http.fields import CodeText, MonthText, month_or_none
from app.http.paging import Limit, RegionPrefix
from app.http.problems import Invalid
from app.reports.service import FILES, Format, Language, ReportOut, answer

router = APIRouter(prefix="/v1", tags=["batches"])

Writer = Annotated[Subject, Depends(require(Scope.LEDGERS_WRITE))]
Reader = Annotated[Subject, Depends(require(Scope.LEDGERS_READ))]
SiteCode = Annotated[CodeText | None, Query(description="only this site's")]
WasteCode = Annotated[str | None, Query(max_length=4, pattern=r"^SW[0-9]{2}$", examples=["SW02"])]
Form = Annotated[Format, Query(alias="format", examples=["xlsx"])]
Lang = Annotated[Language, Query()]
First = Annotated[MonthText | None, Query(alias="from")]
Last = Annotated[MonthText | None, Query(alias="to")]
_MOST_MONTHS = 24
# The default of HUANLIAN_MAX_BULK_BYTES.
_MOST_CHARACTERS = 32 * 1024 * 1024
_ALREADY: dict[int | str, dict[str, Any]] = {
    200: {"description": "It was recorded before, with the same content"}
}
_BULK_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": bulk.MOST_FORMS,
                    "items": {
                        "description": "A BatchIn; what is none is answered as a rejected line",
                        "anyOf": [{"$ref": "#/components/schemas/BatchIn"}, {}],
                    },
                },
                "example": BatchIn.model_config["json_schema_extra"]["examples"],  # type: ignore[index]
            },
            "application/x-ndjson": {"schema": {"type": "string", "maxLength": _MOST_CHARACTERS}},
        },
    }
}


async def _body(request: Request) -> bytes:
    return await request.body()


def _recorder(subject: Writer, now: Now, settings: SettingsDep) -> Recorder:
    return Recorder(subject, now, local_date(now, settings.timezone))


Recording = Annotated[Recorder, Depends(_recorder)]


def _told(result: Result, response: Response, path: str) -> uuid.UUID:
    """Raise the problem of a refused form; answer 200 for one that was there."""
    if result.problem is not None:
        raise result.problem
    assert result.id is not None  # noqa: S101 - what was not refused has one
    if result.outcome is Outcome.UNCHANGED:
        response.status_code = 200
    response.headers["Location"] = f"{path}/{result.id}"
    return result.id


@router.post("/batches", status_code=201, response_model=BatchOut, responses=_ALREADY)
def post_batch(body: BatchIn, by: Recording, session: Writing, response: Response) -> dict[str, Any]:
    """Record a form of tables 3 to 7; what does not fit the ledger or the preceding forms is accepted and flagged."""
    made = _told(record(session, [body], by)[0], response, "/v1/batches")
    return reading.one(session, by.subject, made)


@router.post("/batches/bulk", response_model=BatchBulkOut, openapi_extra=_BULK_BODY)
def post_batches(
    request: Request,
    body: Annotated[bytes, Depends(_body)],
    by: Recording,
    session: Writing,
    mode: Annotated[Literal["atomic", "each"], Query()] = "each",
) -> dict[str, Any]:
    """Record up to 1,000 forms; each is answered in the order of the input, and may be sent again."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    forms = bulk.read(body, ndjson=content_type in {"application/x-ndjson", "application/ndjson"})
    return bulk.record_bulk(session, forms, mode, by)


@router.get("/batches", response_model=BatchPage)
def get_batches(
    *,
    subject: Reader,
    session: Reading,
    site: SiteCode = None,
    region: RegionPrefix = "",
    kind: Annotated[BatchKind | None, Query()] = None,
    waste: WasteCode = None,
    first: First = None,
    last: Last = None,
    limit: Limit = 50,
    cursor: Annotated[uuid.UUID | None, Query()] = None,
) -> dict[str, Any]:
    """List the forms that you may see in the order in which they came."""
    query = reading.FormQuery(
        site=site,
        region=region,
        first=month_or_none(first),
        last=month_or_none(last),
        kind=kind,
        waste=waste,
        limit=limit,
        cursor=cursor,
    )
    items, following = reading.page(session, subject, query)
    return {"items": items, "next_cursor": None if following is None else str(following)}


@router.get("/batches/sums", response_model=BatchSums)
def get_sums(
    subject: Reader,
    session: Reading,
    site: Annotated[CodeText, Query()],
    first: Annotated[MonthText, Query(alias="from")],
    last: Annotated[MonthText, Query(alias="to")],
) -> dict[str, Any]:
    """Hold the forms of a site's months against its ledgers, by month, waste and kind."""
    begin, end = Month.parse(first), Month.parse(last)
    if not 1 <= months_between(begin, end) <= _MOST_MONTHS:
        text = Message(f"应为 1 至 {_MOST_MONTHS} 个月", f"this must be 1 to {_MOST_MONTHS} months")
        raise Invalid(errors=[Fault("#query/to", "bad_range", text)])
    return {"site": site, "items": reading.sums(session, subject, site, begin, end)}


@router.get("/batches/{batch_id:uuid}", response_model=BatchOut)
def get_batch(batch_id: uuid.UUID, subject: Reader, session: Reading) -> dict[str, Any]:
    """Read a form, and what is said of it as things stand now."""
    return reading.one(session, subject, batch_id)


@router.get("/batches/{batch_id:uuid}/trace", response_model=BatchTraceOut)
def get_trace(
    batch_id: uuid.UUID,
    subject: Reader,
    session: Reading,
    direction: Annotated[Direction, Query(description="preceding forms, following ones, or both")] = "both",
) -> dict[str, Any]:
    """Follow a form up and down through the preceding forms; those you may not see are counted only."""
    return trace(session, subject, batch_id, direction)


@router.post("/batches/{batch_id:uuid}/withdrawal", response_model=BatchOut)
def post_withdrawal(
    batch_id: uuid.UUID, body: WithdrawalIn, subject: Writer, session: Writing, now: Now
) -> dict[str, Any]:
    """Withdraw a form of your own: it stays to be read and counts for nothing."""
    withdrawing.withdraw_batch(session, subject, batch_id, body.reason, now)
    return reading.one(session, subject, batch_id)


@router.post("/product-batches", status_code=201, response_model=ProductBatchOut, responses=_ALREADY)
def post_product_batch(
    body: ProductBatchIn, by: Recording, session: Writing, response: Response
) -> dict[str, Any]:
    """Record a product batch with its recipe; what does not fit the ledger is accepted and flagged."""
    made = _told(record_products(session, [body], by)[0], response, "/v1/product-batches")
    return reading.product(session, by.subject, made)


@router.get("/product-batches", response_model=ProductBatchPage)
def get_product_batches(
    *,
    subject: Reader,
    session: Reading,
    site: SiteCode = None,
    region: RegionPrefix = "",
    product: Annotated[str | None, Query(max_length=64, pattern=r"^[a-z0-9_]+$")] = None,
    first: First = None,
    last: Last = None,
    limit: Limit = 50,
    cursor: Annotated[uuid.UUID | None, Query()] = None,
) -> dict[str, Any]:
    """List the product batches that you may see in the order in which they came."""
    query = reading.FormQuery(
        site=site,
        region=region,
        first=month_or_none(first),
        last=month_or_none(last),
        product=product,
        limit=limit,
        cursor=cursor,
    )
    items, following = reading.product_page(session, subject, query)
    return {"items": items, "next_cursor": None if following is None else str(following)}


@router.get("/product-batches/{batch_id:uuid}", response_model=ProductBatchOut)
def get_product_batch(batch_id: uuid.UUID, subject: Reader, session: Reading) -> dict[str, Any]:
    """Read a product batch with its recipe, and what is said of it as things stand now."""
    return reading.product(session, subject, batch_id)


@router.post("/product-batches/{batch_id:uuid}/withdrawal", response_model=ProductBatchOut)
def post_product_withdrawal(
    batch_id: uuid.UUID, body: WithdrawalIn, subject: Writer, session: Writing, now: Now
) -> dict[str, Any]:
    """Withdraw a product batch of your own; certificates that stand on it may then be over-drawn, and say so."""
    withdrawing.withdraw_product(session, subject, batch_id, body.reason, now)
    return reading.product(session, subject, batch_id)


@router.get("/reports/batch-tables", response_model=ReportOut, responses=FILES)
def get_batch_tables(
    *,
    subject: Reader,
    session: Reading,
    now: Now,
    settings: SettingsDep,
    site: Annotated[CodeText, Query()],
    month: Annotated[MonthText, Query()],
    form: Form = "json",
    language: Lang = "zh",
) -> Any:
    """Fill tables 3 to 7 of the ledger guide from the forms of a site's month."""
    found = table_report.report(
        session, subject, site, Month.parse(month), now.astimezone(ZoneInfo(settings.timezone))
    )
    return answer(found, form, language)
