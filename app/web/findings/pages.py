"""The pages of findings: the list, one finding with its case, and what people do about it."""

import uuid
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from starlette.responses import Response

from app.auth.sessions import PageSession
from app.auth.subjects import Scope
from app.clock import local_date
from app.findings import attachments, cases
from app.findings.cases import Decision
from app.findings.schemas import AssignmentIn, CommentIn, DecisionIn, ResponseIn
from app.http.dependencies import Now, Reading, SettingsDep, Writing
from app.web import flash, forms, numbers
from app.web.access import AUTHORITIES, ENTERPRISES, reader, writer
from app.web.findings import gather
from app.web.findings.asked import FindingsAsked
from app.web.findings.case_view import Typed
from app.web.findings.desk import Desk, desk
from app.web.findings.list_view import Counted, Writer
from app.web.kept import Kept, data_version, sight_of
from app.web.page_route import PageRoute
from app.web.rendering import language_for, person_of, render
from app.web.texts import text

router = APIRouter(prefix="/findings", route_class=PageRoute, include_in_schema=False)

_COUNTED: Kept[Counted] = Kept(64)
_ROLES = AUTHORITIES | ENTERPRISES
_DONE = {
    "notify": "finding.notified",
    "confirm": "finding.confirmed",
    "dismiss": "finding.dismissed",
    "close": "finding.closed",
}

Reader = Annotated[PageSession, Depends(reader(Scope.FINDINGS_WRITE, roles=_ROLES))]
Party = Annotated[PageSession, Depends(writer(Scope.FINDINGS_WRITE, roles=_ROLES))]
Authority = Annotated[PageSession, Depends(writer(Scope.FINDINGS_WRITE, roles=AUTHORITIES))]
Enterprise = Annotated[PageSession, Depends(writer(Scope.FINDINGS_WRITE, roles=ENTERPRISES))]
Shown = Annotated[Desk, Depends(desk)]
Field = Annotated[str, Form(max_length=4_000)]
Attached = Annotated[UploadFile | None, File()]


@router.get("")
def show_list(request: Request, visit: Reader, session: Reading, settings: SettingsDep, now: Now) -> Response:
    """List the findings that concern the reader."""
    language, today = language_for(request), local_date(now, settings.timezone)
    asked = FindingsAsked.of(request.query_params)
    items, cursor = gather.listed(session, visit.subject, asked, today)
    # The same whatever page of the list, view and rule is looked at.
    key = (request.app.state.database, sight_of(visit.subject), asked.scored(), today)
    count = _COUNTED.get(
        key, data_version(session), lambda: gather.count(session, visit.subject, asked, today)
    )
    as_of = text("footing.as_of", language, moment=numbers.moment(now, settings.timezone))
    told = Writer(language, visit.subject.role, today, as_of, gather.named(session, visit.subject, items))
    page = told.page(asked, items, cursor, count)
    return render(request, "findings/list.html", {"page": page, "person": person_of(visit)})


@router.post("/assign")
def assign(
    visit: Authority,
    session: Writing,
    now: Now,
    finding: Annotated[list[uuid.UUID] | None, Form(max_length=200)] = None,
    assignee: Field = "",
    back: Field = "/findings",
) -> Response:
    """Give the chosen findings to one official, or to nobody."""
    sent = forms.valid(AssignmentIn, findings=finding or [], assignee=assignee.strip() or None)
    cases.assign(session, visit.subject, sent.findings, sent.assignee, now)
    return flash.go(forms.local_path(back), "findings.assigned" if sent.assignee else "findings.taken_back")


@router.get("/{finding_id}")
def show_one(finding_id: uuid.UUID, visit: Reader, shown: Shown) -> Response:
    """Show one finding with its evidence and its case."""
    return shown.page(visit, finding_id)


@router.post("/{finding_id}/decision")
def decide(
    finding_id: uuid.UUID,
    visit: Authority,
    session: Writing,
    shown: Shown,
    decision: Field = "",
    reason: Field = "",
    deadline: Field = "",
) -> Response:
    """Notify the parties, confirm, dismiss or close."""
    with shown.again(visit, finding_id, Typed(reason=reason, deadline=deadline)):
        sent = forms.valid(DecisionIn, decision=decision, reason=reason or None, deadline=deadline or None)
        told = Decision(sent.decision, sent.reason, sent.deadline)
        cases.decide(session, visit.subject, finding_id, told, shown.now, shown.today)
    return flash.go(f"/findings/{finding_id}", _DONE[sent.decision])


@router.post("/{finding_id}/response")
def respond(
    finding_id: uuid.UUID,
    visit: Enterprise,
    session: Writing,
    shown: Shown,
    words: Annotated[str, Form(alias="text", max_length=4_000)] = "",
    file: Attached = None,
) -> Response:
    """Answer a notification, with a file or without."""
    with shown.again(visit, finding_id, Typed(text=words)):
        sent = forms.valid(ResponseIn, text=words)
        _attach(finding_id, visit, session, shown, file, internal=False)
        cases.respond(session, visit.subject, finding_id, sent.text, shown.now)
    return flash.go(f"/findings/{finding_id}", "finding.answered")


@router.post("/{finding_id}/comment")
def comment(
    finding_id: uuid.UUID,
    visit: Party,
    session: Writing,
    shown: Shown,
    words: Annotated[str, Form(alias="text", max_length=4_000)] = "",
    internal: Annotated[str, Form(max_length=10)] = "",
    file: Attached = None,
) -> Response:
    """Add a remark, a file or both."""
    with shown.again(visit, finding_id, Typed(text=words)):
        attached = _attach(finding_id, visit, session, shown, file, internal=bool(internal))
        if words.strip() or not attached:
            sent = forms.valid(CommentIn, text=words, internal=bool(internal))
            cases.comment(session, visit.subject, finding_id, sent.text, shown.now, internal=sent.internal)
    return flash.go(f"/findings/{finding_id}", "finding.commented")


@router.get("/{finding_id}/files/{attachment_id}")
def download(
    finding_id: uuid.UUID, attachment_id: uuid.UUID, visit: Reader, session: Reading, settings: SettingsDep
) -> Response:
    """Give a file of the case under its name, never to be shown in the browser."""
    folder = settings.attachments_folder
    made, content = attachments.content_of(session, visit.subject, finding_id, attachment_id, folder)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name, safe='')}"}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _attach(
    finding_id: uuid.UUID,
    visit: PageSession,
    session: Writing,
    shown: Desk,
    file: UploadFile | None,
    *,
    internal: bool,
) -> bool:
    """Keep the file that was chosen, if one was."""
    if file is None or not file.filename:
        return False
    # One byte more than is allowed tells a file that is too large.
    content = file.file.read(attachments.MAX_BYTES + 1)
    attachments.attach(
        session,
        visit.subject,
        finding_id,
        forms.file_name(file.filename),
        content,
        shown.settings.attachments_folder,
        shown.now,
        internal=internal,
    )
    return True
