"""The route of the feed of events."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from app.auth.dependencies import signed_in
from app.auth.subjects import Subject
from app.domain.errors import Message
from app.events.schemas import EventPage
from app.http.dependencies import Reading
from app.http.paging import Limit
from app.http.problems import Gone
from app.outbox import feed

router = APIRouter(prefix="/v1", tags=["events"])

_LET_GO = Message(
    "游标之后的部分事件已过保存期，不再提供；请重新读取所需的台账等数据，再从头（不带 after）读取事件",
    "some events behind this cursor are older than what is kept; read the ledgers you need again, then the feed from its "
    "beginning, without `after`",
)
_EventType = Annotated[str, Query(max_length=64, pattern=r"^[a-z_]+\.[a-z_]+$")]


@router.get("/events", response_model=EventPage)
def get_events(
    subject: Annotated[Subject, Depends(signed_in)],
    session: Reading,
    after: Annotated[
        str,
        Query(
            max_length=18,
            pattern=r"^[0-9]*$",
            description="`next_cursor` of the call before; without it the feed is read from its beginning",
            examples=["1024"],
        ),
    ] = "",
    event_type: Annotated[
        list[_EventType] | None,
        Query(
            alias="type",
            max_length=20,
            description="only events of these types",
            examples=[["ledger.submitted"]],
        ),
    ] = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Read what happened since the cursor, in order, at least once: what a webhook tells, for those who poll."""
    cursor = int(after or 0)
    if 0 < cursor < feed.first_kept(session) - 1:
        raise Gone(_LET_GO)
    page = feed.events_after(session, subject, cursor, limit, event_type or ())
    return {
        "items": [feed.event_document(event) for event in page.items],
        "next_cursor": str(page.cursor),
        "has_more": page.has_more,
    }
