"""The upload pages: take the template, send a file, follow it, see the preview, file it for good."""

import uuid
from collections.abc import Sequence
from tempfile import SpooledTemporaryFile
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from app.auth.sessions import PageSession
from app.auth.subjects import Scope
from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.periods import Month
from app.http.dependencies import Now, Reading, SettingsDep, Writing
from app.http.fields import MonthText
from app.imports import service
from app.imports.models import ImportMode
from app.imports.service import UnreadableFile
from app.settings import Settings
from app.web import flash
from app.web.access import ENTERPRISES, reader, writer
from app.web.entry.pages import Sent, ThisMonth
from app.web.page_route import PageRoute
from app.web.rendering import language_for, person_of, render
from app.web.texts import TEXTS
from app.web.upload.view import file_view, upload_view

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Reader = Annotated[PageSession, Depends(reader(Scope.LEDGERS_WRITE, roles=ENTERPRISES))]
Sending = Annotated[PageSession, Depends(writer(Scope.LEDGERS_WRITE, roles=ENTERPRISES))]
_UNPROCESSABLE = 422
_FILES_SHOWN = 10
_LEDGERS_SHOWN = 100
_MOST_NAME = 200
_MEMORY_BYTES = 1024 * 1024
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/upload")
def upload_page(
    request: Request, visit: Reader, session: Reading, settings: SettingsDep, today: ThisMonth
) -> Response:
    """Show where to take the template and where to send it."""
    return _page(request, visit, session, settings, today)


def _page(
    request: Request,
    visit: PageSession,
    session: ReadSession,
    settings: Settings,
    today: Month,
    faults: Sequence[Message] = (),
) -> Response:
    files, _ = service.page(session, visit.subject, limit=_FILES_SHOWN)
    offered = service.choices(session, visit.subject, None)
    page = upload_view(
        files,
        offered,
        today.previous,
        settings.max_bulk_bytes,
        settings.timezone,
        language_for(request),
        faults,
    )
    status = _UNPROCESSABLE if faults else 200
    return render(request, "upload/page.html", {"page": page, "person": person_of(visit)}, status=status)


@router.get("/upload/template")
def take_template(
    visit: Reader,
    session: Reading,
    month: Annotated[MonthText, Query()],
    site: Annotated[str, Query(max_length=64, pattern=r"^[0-9A-Za-z._-]*$")] = "",
) -> Response:
    """Give the template for a site, or for all sites."""
    with SpooledTemporaryFile(max_size=_MEMORY_BYTES) as file:
        service.write_template_for(session, visit.subject, site or None, Month.parse(month), file)
        file.seek(0)
        headers = {"Content-Disposition": f'attachment; filename="huanlian-{month}.xlsx"'}
        return Response(file.read(), media_type=_XLSX, headers=headers)


@router.post("/upload")
def send_file(
    request: Request,
    visit: Sending,
    session: Writing,
    sent: Sent,
    now: Now,
    settings: SettingsDep,
    today: ThisMonth,
    mode: Annotated[str, Form(pattern="^(each|atomic)$", max_length=6)] = "each",
    action: Annotated[str, Form(max_length=10)] = "preview",
) -> Response:
    """Take a file; by default it is only previewed."""
    file = sent.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return _page(request, visit, session, settings, today, [TEXTS["upload.no_file"]])
    name = "".join(character for character in file.filename if character.isprintable())[-_MOST_NAME:]
    asked = service.Request(name or "file", ImportMode(mode), dry_run=action != "file")
    try:
        made = service.start(session, visit.subject, file.file, asked, now, settings.max_bulk_bytes)
    except UnreadableFile as refusal:
        return _page(request, visit, session, settings, today, [refusal.detail])
    return flash.go(f"/upload/{made.id}", "import_sent")


@router.get("/upload/{import_id}")
def file_page(
    request: Request,
    import_id: uuid.UUID,
    visit: Reader,
    session: Reading,
    settings: SettingsDep,
    outcome: Annotated[str, Query(max_length=10)] = "",
    after: Annotated[int, Query(ge=-1, le=1_000_000)] = -1,
) -> Response:
    """Show how far a file has come, or what became of it."""
    made = service.one(session, visit.subject, import_id)
    only_rejected = outcome == "rejected"
    ledgers, following = service.ledgers(
        session,
        visit.subject,
        import_id,
        after=after,
        limit=_LEDGERS_SHOWN,
        outcome="rejected" if only_rejected else None,
    )
    page = file_view(
        made, ledgers, following, settings.timezone, language_for(request), only_rejected=only_rejected
    )
    return render(request, "upload/file.html", {"page": page, "person": person_of(visit)})


@router.post("/upload/{import_id}/filing")
def file_for_good(import_id: uuid.UUID, visit: Sending, session: Writing, now: Now) -> Response:
    """File what was previewed."""
    made = service.start_again(session, visit.subject, import_id, now)
    return flash.go(f"/upload/{made.id}", "import_sent")
