"""The routes that only a sandbox has."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from app.auth.dependencies import signed_in
from app.auth.subjects import Subject
from app.db.session import Database
from app.http.dependencies import Now, Reading, SettingsDep, get_database
from app.sandbox import service
from app.sandbox.forging import forge
from app.sandbox.schemas import ForgeryIn, ForgeryOut, ResultsOut
from app.webhooks import service as webhooks

router = APIRouter(prefix="/v1/sandbox", tags=["sandbox"])

SignedIn = Annotated[Subject, Depends(signed_in)]


@router.get("/results", response_model=ResultsOut)
def get_results(_subject: SignedIn, session: Reading) -> dict[str, Any]:
    """Say of each scenario whether it was passed, judged by what is on file and what was asked."""
    return service.document(service.results(session))


@router.post("/forgeries", response_model=ForgeryOut)
def post_forgery(
    body: ForgeryIn,
    subject: SignedIn,
    database: Annotated[Database, Depends(get_database)],
    settings: SettingsDep,
    now: Now,
) -> dict[str, Any]:
    """Have a message with a wrong signature sent to one of your webhooks, to see that it is refused."""
    with database.reading() as reading:
        webhook = webhooks.found(reading, subject, body.webhook)
    # No session is open while the receiver thinks: it may well call us back.
    entry = forge(webhook, subject, settings, now)
    with database.writing() as writing:
        writing.add(entry)
    return {"webhook": entry.path, "status": entry.status or None, "failure": entry.told.get("failure")}
