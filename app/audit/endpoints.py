"""The routes of the audit log."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import StreamingResponse

from app.audit import anchors, reading, verification
from app.audit.documents import row_document
from app.audit.models import AuditAnchor, AuditEntry
from app.audit.reading import AuditQuery
from app.audit.schemas import AnchorOut, AnchorPage, AuditPage, FlawOut, VerifiedOut
from app.auth.dependencies import require, signed_in
from app.auth.subjects import Scope, Subject
from app.db.session import Database
from app.domain.audit.flaws import Flaw
from app.http.answers import TextOut
from app.http.dependencies import Reading, get_database
from app.http.fields import Moment, NameText
from app.http.paging import Limit

router = APIRouter(prefix="/v1/audit", tags=["audit"])

Authority = Annotated[Subject, Depends(require(Scope.LEDGERS_READ))]
NDJSON = "application/x-ndjson"
MOST_CHECKED = 50_000


def asked(
    who: Annotated[NameText | None, Query(description="a name or an id", examples=["示例电厂接口"])] = None,
    subject_matter: Annotated[
        str | None,
        Query(
            alias="object",
            max_length=193,
            pattern=r"^[a-z_]{1,32}(/[^\x00-\x1f]{1,160})?$",
            description="a kind of object, or one object: `ledger/0193…`, `site/91140200MA0EXAMPLE001P`",
            examples=["ledger"],
        ),
    ] = None,
    action: Annotated[
        str | None, Query(max_length=64, pattern=r"^[a-z_]+\.[a-z_]+$", examples=["ledger.submitted"])
    ] = None,
    since: Annotated[Moment | None, Query(alias="from")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="up to this moment, not included")] = None,
) -> AuditQuery:
    """What is asked for, from the address."""
    kind, _, object_id = (subject_matter or "").partition("/")
    return AuditQuery(who, kind or None, object_id or None, action, since, until)


@router.get(
    "",
    response_model=AuditPage,
    responses={200: {"content": {NDJSON: {"schema": {"type": "string"}}}}},
)
def get_entries(
    *,
    subject: Authority,
    session: Reading,
    database: Annotated[Database, Depends(get_database)],
    query: Annotated[AuditQuery, Depends(asked)],
    limit: Limit = 50,
    cursor: Annotated[str, Query(max_length=18, pattern=r"^[0-9]*$")] = "",
    accept: Annotated[str, Header(max_length=500, include_in_schema=False)] = "",
) -> Any:
    """Read who changed what in your territory, the newest first; `Accept: application/x-ndjson` exports all of it in order."""
    reading.only_authorities(subject)
    if NDJSON in accept:
        headers = {"Content-Disposition": 'attachment; filename="audit.ndjson"'}
        return StreamingResponse(_lines(database, subject, query), media_type=NDJSON, headers=headers)
    entries, further = reading.page(
        session, subject, query, before=int(cursor) if cursor else None, limit=limit
    )
    return {
        "items": [_row_out(entry) for entry in entries],
        "next_cursor": None if further is None else str(further),
    }


def _lines(database: Database, subject: Subject, query: AuditQuery) -> Iterator[str]:
    """Read while it is sent: a session of its own, since the request's ends before."""
    with database.reading() as session:
        yield from reading.exported(session, subject, query)


def _row_out(entry: AuditEntry) -> dict[str, Any]:
    return row_document(entry) | {"sealed": entry.number is not None}


@router.get("/verify")
def verify_chain(
    subject: Authority,
    session: Reading,
    after: Annotated[
        int, Query(ge=0, le=10**15, description="go on after this entry; the whole chain from 0")
    ] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_CHECKED)] = 10_000,
) -> VerifiedOut:
    """Check a stretch of the chain, entry by entry, and against the anchors; call again after `next_after` for the rest."""
    reading.only_authorities(subject)
    report = verification.verify(session, after=after, limit=limit)
    return VerifiedOut(
        ok=report.is_intact,
        checked=report.checked,
        first=report.first,
        last=report.last,
        head=report.head,
        unsealed=report.unsealed,
        anchors_met=report.anchors_met,
        flaw_count=report.flaw_count,
        flaws=[_flaw_out(flaw) for flaw in report.flaws],
        next_after=report.last if report.checked == limit else None,
    )


def _flaw_out(flaw: Flaw) -> FlawOut:
    return FlawOut(number=flaw.number, field=flaw.field, code=flaw.code, message=TextOut.of(flaw.message))


@router.get("/anchors")
def get_anchors(
    _subject: Annotated[Subject, Depends(signed_in)],
    session: Reading,
    limit: Limit = 50,
    cursor: Annotated[str, Query(max_length=18, pattern=r"^[0-9]*$")] = "",
) -> AnchorPage:
    """Read the daily anchors of the log, the newest first; keep them where the operator of this service cannot reach them."""
    found = anchors.page(session, before=int(cursor) if cursor else None, limit=limit + 1)
    items = [_anchor_out(kept) for kept in found[:limit]]
    return AnchorPage(items=items, next_cursor=str(items[-1].number) if len(found) > limit else None)


def _anchor_out(kept: AuditAnchor) -> AnchorOut:
    at = kept.at.isoformat().replace("+00:00", "Z")
    return AnchorOut(
        day=str(kept.day), first=kept.first, number=kept.number, seal=kept.seal, root=kept.root, at=at
    )
