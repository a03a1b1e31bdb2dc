"""Reading the permits of another system: each page in one transaction with the cursor that follows it.

A reader that is killed has either taken a page with its cursor or neither, and goes on there. Taking a page twice
changes nothing, so the other system need not remember anything about us.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.audit import service as audit
from app.auth.subjects import SCOPES_OF, Role, Subject
from app.clock import Clock, local_date
from app.db.locks import lock_names
from app.db.session import Database, ReadSession, WriteSession
from app.domain.errors import Message
from app.http.client import OutboundClient, open_client
from app.http.problems import Conflict
from app.ids import new_id
from app.permits.commands import Incoming, Outcome, Receiver, Result
from app.permits.documents import sha256_of
from app.permits.entries import incoming_of
from app.permits.models import PermitSync
from app.permits.receiving import receive
from app.permits.source import Page, Source, SyncStopped, Told, Wait
from app.settings import Settings

MAX_PAGE_BYTES = 32 * 1024 * 1024
_TIMEOUT_SECONDS = 60.0
_NO_URL = Message(
    "未设置 HUANLIAN_PERMITS_SYNC_URL", "HUANLIAN_PERMITS_SYNC_URL is not set: there is nothing to read from"
)
_SWITCHED_OFF = Message(
    "HUANLIAN_OUTBOUND=false：本服务不向外发送请求",
    "HUANLIAN_OUTBOUND is false: this service sends no requests",
)
_OVERTAKEN = Message("另一个同步正在进行，已停止", "another run has read on meanwhile; this one has stopped")


@dataclass(slots=True)
class Tally:
    """What a run has brought so far. `rejected` are the refused entries with page and place."""

    pages: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    unmatched: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """How far a source has been read."""

    cursor: str | None = None
    etag: str | None = None
    pages: int = 0


def sync(
    database: Database,
    settings: Settings,
    clock: Clock,
    *,
    wait: Wait,
    dry_run: bool = False,
    from_start: bool = False,
    after_page: Callable[[Tally], None] = lambda _tally: None,
    told: Told = lambda _reason, _seconds: None,
) -> Tally:
    """Read all that is new. Raises SyncStopped, Conflict; what was read before that is kept.

    `dry_run` reads and judges without keeping anything. `from_start` forgets how far the source had been read.
    """
    name = sha256_of(_url(settings))
    with database.reading() as session:
        kept = _place(session, name)
    place = Place(pages=kept.pages) if from_start else kept
    tally = Tally(cursor=place.cursor)
    with open_client(settings, timeout_seconds=_TIMEOUT_SECONDS, max_body_bytes=MAX_PAGE_BYTES) as client:
        source = _source(settings, client, clock, wait, told)
        page = source.page(place.cursor, place.etag)
        while page.is_new:
            following = Place(page.next_cursor or place.cursor, _etag(page, place), place.pages + 1)
            with database.writing() as session:
                receiver = _receiver(settings, clock, name)
                results = _take(session, page, receiver, dry_run=dry_run)
                if not dry_run:
                    _move(session, name, kept, following, receiver)
                    kept = following
            place = following
            _count(tally, results, place)
            after_page(tally)
            if not page.has_more:
                break
            page = source.page(place.cursor, place.etag)
    return tally


def _url(settings: Settings) -> str:
    if settings.permits_sync_url is None:
        raise SyncStopped(_NO_URL)
    if not settings.outbound:
        raise SyncStopped(_SWITCHED_OFF)
    return settings.permits_sync_url


def _source(settings: Settings, client: OutboundClient, clock: Clock, wait: Wait, told: Told) -> Source:
    token = settings.permits_sync_token
    secret = None if token is None else token.get_secret_value()
    return Source(client, _url(settings), secret, settings.permits_sync_limit, clock, wait, told)


def _etag(page: Page, place: Place) -> str | None:
    """The tag of a page is good only for asking that page again: for the last one, when its cursor stays."""
    return page.etag if not page.has_more and page.next_cursor in (None, place.cursor) else None


def _receiver(settings: Settings, clock: Clock, name: str) -> Receiver:
    """Whoever is read from may say no more than a permit system of that territory, or of the whole country."""
    now = clock()
    region = settings.permits_sync_region
    role = Role.PERMIT_SYSTEM if region else Role.ADMIN
    subject = Subject(new_id(), "permits sync", role, SCOPES_OF[role], region=region or None)
    today = local_date(now, settings.timezone)
    return Receiver(subject, now, today, f"sync:{name[:16]}", audit.operator())


def _take(session: WriteSession, page: Page, receiver: Receiver, *, dry_run: bool) -> list[Result]:
    read = [incoming_of(value, raw) for value, raw in page.items]
    good = [entry for entry in read if isinstance(entry, Incoming)]
    taken = iter(receive(session, good, receiver, dry_run=dry_run))
    return [next(taken) if isinstance(entry, Incoming) else entry for entry in read]


def _place(session: ReadSession, name: str) -> Place:
    row = session.get(PermitSync, name)
    return Place() if row is None else Place(row.cursor, row.etag, row.pages)


def _move(session: WriteSession, name: str, kept: Place, following: Place, receiver: Receiver) -> None:
    """Put the cursor forward, if it is still where this run has read it."""
    lock_names(session, [f"permit-sync:{name}"])
    row = session.get(PermitSync, name)
    if (Place() if row is None else Place(row.cursor, row.etag, row.pages)) != kept:
        raise Conflict(_OVERTAKEN)
    if row is None:
        row = PermitSync(source=name)
        session.add(row)
    row.cursor, row.etag, row.pages = following.cursor, following.etag, following.pages
    row.read_at = receiver.now
    session.flush()


def _count(tally: Tally, results: Sequence[Result], place: Place) -> None:
    tally.pages += 1
    tally.cursor = place.cursor
    for index, result in enumerate(results):
        tally.counts[result.outcome.value] += 1
        if result.problem is not None:
            tally.rejected.append(
                {
                    "page": tally.pages,
                    "item": index,
                    "permit": result.number,
                    "problem": result.problem.document(),
                }
            )
        elif result.holder is None and result.outcome is not Outcome.UNCHANGED:
            tally.unmatched += 1
