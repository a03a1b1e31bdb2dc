"""Reconciliations over HTTP."""

import uuid
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Response

from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.http.dependencies import Now, Reading, Writing
from app.http.fields import CodeText
from app.http.paging import Limit
from app.reconciliations import runs
from app.reconciliations.answers import flow_out, reconciliation_out, reconciliations_out
from app.reconciliations.export import csv_text
from app.reconciliations.freshness import Freshness
from app.reconciliations.schemas import FlowPage, ReconciliationIn, ReconciliationOut, ReconciliationPage
from app.reconciliations.service import ReconciliationQuery

router = APIRouter(prefix="/v1", tags=["reconciliations"])

Reader = Annotated[Subject, Depends(require(Scope.CHAINS_READ))]


@router.post("/reconciliations", status_code=202)
def post_reconciliation(
    body: ReconciliationIn, subject: Reader, session: Writing, now: Now, response: Response
) -> ReconciliationOut:
    """Reconcile the ledgers of a scope and keep the answer; a worker does it, see Location."""
    query = ReconciliationQuery(
        region=body.region,
        base=body.base,
        first=body.from_,
        last=body.to,
        alpha=body.alpha,
        local_test_floor=body.local_test_floor,
        months=body.months,
    )
    run = runs.request(session, subject, query, now)
    response.headers["Location"] = f"/v1/reconciliations/{run.id}"
    return reconciliation_out(run, Freshness(session, subject), whole=False)


@router.get("/reconciliations")
def get_reconciliations(
    subject: Reader, session: Reading, cursor: uuid.UUID | None = None, limit: Limit = 20
) -> ReconciliationPage:
    """List the reconciliations of your territory, the newest first, without their figures."""
    found = runs.page(session, subject, before=cursor, limit=limit + 1)
    shown = reconciliations_out(session, subject, found[:limit])
    return ReconciliationPage(items=shown, next_cursor=shown[-1].id if len(found) > limit else None)


@router.get("/reconciliations/{reconciliation_id}")
def get_reconciliation(reconciliation_id: uuid.UUID, subject: Reader, session: Reading) -> ReconciliationOut:
    """Give tests, suspects and untracked tonnes, and say whether ledgers have changed since."""
    run = runs.one(session, subject, reconciliation_id)
    return reconciliation_out(run, Freshness(session, subject), whole=True)


@router.get(
    "/reconciliations/{reconciliation_id}/flows",
    response_model=FlowPage,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def get_reconciled_flows(
    *,
    reconciliation_id: uuid.UUID,
    subject: Reader,
    session: Reading,
    site: Annotated[CodeText | None, Query(examples=["91140200MA0EXAMPLE001P"])] = None,
    flagged: bool | None = None,
    form: Annotated[Literal["json", "csv"] | None, Query(alias="format")] = None,
    cursor: Annotated[
        int | None, Query(ge=0, le=10_000_000, description="`next_cursor` of the page before")
    ] = None,
    limit: Limit = 200,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> FlowPage | Response:
    """List each flow as both sides report it and as the reports say together, with its 95 % interval and tests."""
    run = runs.one(session, subject, reconciliation_id)
    after = -1 if cursor is None else cursor
    found = runs.flows_page(session, run, site=site, flagged=flagged, after=after, limit=limit + 1)
    items = [flow_out(flow) for flow in found[:limit]]
    more = str(items[-1].position) if len(found) > limit else None
    if form == "csv" or (form is None and "text/csv" in accept):
        return _csv(csv_text(items), more)
    return FlowPage(items=items, next_cursor=more)


def _csv(text: str, more: str | None) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="flows.csv"'}
    if more is not None:
        headers["X-Next-Cursor"] = more
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)
