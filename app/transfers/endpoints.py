"""The routes of transfers."""

import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query

from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.http.dependencies import Now, Reading, Writing
from app.http.fields import CodeText, MonthText, month_or_none
from app.transfers import confirmations, reading
from app.transfers.models import Decision
from app.transfers.positions import MAX_CURSOR
from app.transfers.schemas import ConfirmationIn, TransferOut, TransferPage

router = APIRouter(prefix="/v1", tags=["transfers"])


@router.get("/transfers", response_model=TransferPage)
def get_transfers(
    subject: Annotated[Subject, Depends(require(Scope.LEDGERS_READ))],
    session: Reading,
    direction: Annotated[Literal["incoming", "outgoing"] | None, Query()] = None,
    site: Annotated[CodeText | None, Query()] = None,
    waste: Annotated[str | None, Query(max_length=4, pattern=r"^SW[0-9]{2}$")] = None,
    first: Annotated[MonthText | None, Query(alias="from")] = None,
    last: Annotated[MonthText | None, Query(alias="to")] = None,
    undecided: Annotated[bool, Query()] = False,  # noqa: FBT002 - a query parameter
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=MAX_CURSOR)] = None,
) -> dict[str, Any]:
    """List transfers you are a party of, or that touch your territory, with both sides' figures."""
    query = reading.TransferQuery(
        direction, site, waste, month_or_none(first), month_or_none(last), undecided, limit, cursor
    )
    items, next_cursor = reading.page(session, subject, query)
    return {"items": items, "next_cursor": next_cursor}


@router.get("/transfers/{transfer_id}", response_model=TransferOut)
def get_transfer(
    transfer_id: uuid.UUID,
    subject: Annotated[Subject, Depends(require(Scope.LEDGERS_READ))],
    session: Reading,
) -> dict[str, Any]:
    """Give one transfer with both sides' figures."""
    return reading.transfer_document(reading.one(session, subject, transfer_id))


@router.post("/transfers/{transfer_id}/confirmation", response_model=TransferOut)
def post_confirmation(
    transfer_id: uuid.UUID,
    body: ConfirmationIn,
    subject: Annotated[Subject, Depends(require(Scope.LEDGERS_WRITE))],
    session: Writing,
    now: Now,
) -> dict[str, Any]:
    """Confirm, correct or dispute, as the receiver, the tonnes a sender declared."""
    decision = Decision(body.decision)
    transfer = confirmations.confirm(session, subject, transfer_id, decision, body.tonnes, body.comment, now)
    return reading.transfer_document(transfer)
