"""The inbox: confirm, correct or dispute what others declared, one by one or many at once."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import ValidationError
from starlette.responses import Response

from app.auth.sessions import PageSession
from app.auth.subjects import Scope
from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.periods import Month
from app.http.dependencies import Now, Reading, Writing
from app.http.validation import faults_from
from app.reference import service as reference
from app.transfers.confirmations import confirm
from app.transfers.models import Decision
from app.transfers.schemas import ConfirmationIn
from app.web import flash
from app.web.access import ENTERPRISES, reader, writer
from app.web.entry.pages import ThisMonth
from app.web.inbox.gather import SHOWN, ids_of, inbox
from app.web.inbox.view import Refused, inbox_view
from app.web.page_route import PageRoute
from app.web.rendering import language_for, person_of, render

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Reader = Annotated[PageSession, Depends(reader(Scope.LEDGERS_WRITE, roles=ENTERPRISES))]
Answering = Annotated[PageSession, Depends(writer(Scope.LEDGERS_WRITE, roles=ENTERPRISES))]
Text = Annotated[str, Form(max_length=2_000)]
_UNPROCESSABLE = 422
_BACK = "/inbox"
_DECIDED = "decided"
_DONE = {
    Decision.CONFIRM: "transfer_confirm",
    Decision.CORRECT: "transfer_correct",
    Decision.DISPUTE: "transfer_dispute",
}


@router.get("/inbox")
def inbox_page(
    request: Request,
    visit: Reader,
    session: Reading,
    today: ThisMonth,
    state: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Show what waits for an answer, or what was answered."""
    return _page(request, visit, session, today, decided=state == _DECIDED)


def _page(
    request: Request,
    visit: PageSession,
    session: ReadSession,
    today: Month,
    *,
    decided: bool = False,
    refused: Refused | None = None,
) -> Response:
    found = inbox(session, visit.subject, today, decided=decided)
    wastes = {row.code: Message(row.zh, row.en) for row in reference.current(session, "wastes")}
    page = inbox_view(found, wastes, language_for(request), decided=decided, refused=refused)
    status = 200 if refused is None else _UNPROCESSABLE
    return render(request, "inbox/page.html", {"page": page, "person": person_of(visit)}, status=status)


@router.post("/inbox")
def confirm_many(
    visit: Answering,
    session: Writing,
    now: Now,
    transfer: Annotated[list[str] | None, Form(max_length=SHOWN)] = None,
) -> Response:
    """Confirm the transfers that were ticked."""
    chosen = ids_of(transfer or [])
    for transfer_id in chosen:
        confirm(session, visit.subject, transfer_id, Decision.CONFIRM, None, None, now)
    return flash.go(_BACK, "transfers_confirmed" if chosen else "transfers_none")


@router.post("/inbox/{transfer_id}")
def answer_one(
    request: Request,
    transfer_id: uuid.UUID,
    visit: Answering,
    session: Writing,
    now: Now,
    today: ThisMonth,
    decision: Annotated[str, Form(max_length=10)],
    tonnes: Text = "",
    comment: Text = "",
) -> Response:
    """Confirm, correct or dispute one transfer."""
    values = {"tonnes": tonnes, "comment": comment}
    stated = {name: value.strip() for name, value in values.items() if value.strip()}
    if decision != Decision.CORRECT:
        stated.pop("tonnes", None)
    try:
        read = ConfirmationIn.model_validate({"decision": decision, **stated})
    except ValidationError as error:
        faults = [fault.message for _, fault in faults_from(error.errors())]
        refused = Refused(str(transfer_id), faults, values)
        return _page(request, visit, session, today, refused=refused)
    said = Decision(read.decision)
    confirm(session, visit.subject, transfer_id, said, read.tonnes, read.comment, now)
    return flash.go(_BACK, _DONE[said])
