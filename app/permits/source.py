"""A permit system that is asked for its permits, page by page, with patience.

`GET {url}?cursor=…&limit=…` answers `{"items": [permit, …], "next_cursor": "…", "has_more": true}`: the shape of our own
feeds. Without a cursor it begins at the beginning; a system without `has_more` ends with a `next_cursor` that is null
or the one just asked for. Nothing of the token, the URL or the answers gets into a log or a message.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from app.clock import Clock
from app.domain.errors import Message
from app.http.client import Answer, Failure, OutboundClient, OutboundFailed
from app.http.problems import Problem
from app.permits.json_items import Document, NotItems

ATTEMPTS = 8
MAX_CURSOR, MAX_ETAG = 500, 200
_FIRST_PAUSE, _LONGEST_PAUSE, _LONGEST_ASKED = 1.0, 60.0, 300.0
_PASSING_STATUSES = frozenset({429, 500, 502, 503, 504})
_PASSING_FAILURES = frozenset({Failure.UNKNOWN_HOST, Failure.NOT_CONNECTED, Failure.TIMEOUT, Failure.BROKEN})
_TEXTS = {
    Failure.BAD_URL: Message(
        "HUANLIAN_PERMITS_SYNC_URL 不是可用的地址（公网须为 https）",
        "HUANLIAN_PERMITS_SYNC_URL is not a usable address (over the public network it must be https)",
    ),
    Failure.REFUSED_ADDRESS: Message(
        "对方地址或其转向的地址在内网，未连接；如确需连接，请设置 HUANLIAN_OUTBOUND_ALLOWED_NETWORKS",
        "the address, or one it redirects to, is private and was not connected to; if it is meant, name its network in "
        "HUANLIAN_OUTBOUND_ALLOWED_NETWORKS",
    ),
    Failure.TLS: Message("对方的证书不可信", "the other side's certificate is not trusted"),
    Failure.TOO_MANY_REDIRECTS: Message("转向次数过多", "there are too many redirects"),
}
_UNREADABLE = Message(
    "对方的答复不是许可证列表；未读取这一页，下次从此处继续",
    "the answer is not a list of permits; this page was not taken, the next run goes on from here",
)
_STANDS_STILL = Message(
    "对方给出的游标没有前进", "the other side says that there is more and gives the same cursor again"
)
_TOO_LARGE = Message("对方的一页答复过大", "one page of the other side is larger than we read")

Wait = Callable[[float], None]
Told = Callable[[str, float], None]
"""Hears why there is a pause and how many seconds long it is."""


class SyncStopped(Problem):
    """The reading ended early. What was read stays, and the next run goes on behind it."""

    status = 502
    code = "permits_sync_stopped"
    title = Message("同步中断", "The reading of permits stopped")


@dataclass(frozen=True, slots=True)
class Page:
    """Entries with their bytes, and where to go on. `is_new` is False when nothing changed since the ETag."""

    items: Sequence[tuple[Any, bytes]]
    next_cursor: str | None
    has_more: bool
    etag: str | None
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """One permit system and how it is asked."""

    client: OutboundClient
    url: str
    token: str | None
    limit: int
    clock: Clock
    wait: Wait
    told: Told = lambda _reason, _seconds: None

    def page(self, cursor: str | None, etag: str | None) -> Page:
        """Give the page behind a cursor. Raises SyncStopped after all attempts, or at once when they cannot help."""
        answer = self._patiently(cursor, etag)
        if answer.status == 304:
            return Page((), cursor, has_more=False, etag=etag, is_new=False)
        if answer.status != 200:
            text = (f"对方答复 {answer.status}", f"the other side answered {answer.status}")
            raise SyncStopped(Message(*text))
        if not answer.is_whole:
            raise SyncStopped(_TOO_LARGE)
        return _page(answer, cursor)

    def _patiently(self, cursor: str | None, etag: str | None) -> Answer:
        for attempt in range(ATTEMPTS):
            is_last = attempt == ATTEMPTS - 1
            asked: float | None = None
            try:
                answer = self._once(cursor, etag)
            except OutboundFailed as failed:
                if is_last or failed.reason not in _PASSING_FAILURES:
                    plain = Message(f"无法连接：{failed.reason}", f"no answer: {failed.reason}")
                    raise SyncStopped(_TEXTS.get(failed.reason, plain)) from None
                reason = failed.reason.value
            else:
                if is_last or answer.status not in _PASSING_STATUSES:
                    return answer
                reason, asked = str(answer.status), retry_after(answer, self.clock())
            seconds = pause(attempt, asked)
            self.told(reason, seconds)
            self.wait(seconds)
        raise AssertionError  # the last attempt returns or raises

    def _once(self, cursor: str | None, etag: str | None) -> Answer:
        query = {"limit": str(self.limit)} | ({} if cursor is None else {"cursor": cursor})
        headers = {"Accept": "application/json"}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        if etag is not None:
            headers["If-None-Match"] = etag
        sign = "&" if "?" in self.url else "?"
        return self.client.request("GET", f"{self.url}{sign}{urlencode(query)}", headers=headers, redirects=3)


def pause(attempt: int, asked: float | None) -> float:
    """Seconds before the next attempt: what the other side asked for, or twice as long each time, less some chance."""
    if asked is not None:
        return min(asked, _LONGEST_ASKED)
    grown = min(_FIRST_PAUSE * float(1 << attempt), _LONGEST_PAUSE)
    # So that several readers that failed together do not come back together; no secret hangs on it.
    return grown * (1 - random.random() / 4)  # noqa: S311


def retry_after(answer: Answer, now: datetime) -> float | None:
    """The seconds that `Retry-After` asks for, as a number or a date; None without a readable one."""
    told = answer.headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit():
        return float(told[:9])
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return None
    return None if moment.tzinfo is None else max(0.0, (moment - now).total_seconds())


def _page(answer: Answer, cursor: str | None) -> Page:
    try:
        document = Document(answer.body)
        items = list(document.items())
    except NotItems:
        raise SyncStopped(_UNREADABLE) from None
    following = document.rest.get("next_cursor")
    more = document.rest.get("has_more", following not in (None, cursor))
    if not (following is None or (isinstance(following, str) and len(following) <= MAX_CURSOR)):
        raise SyncStopped(_UNREADABLE)
    if not isinstance(more, bool):
        raise SyncStopped(_UNREADABLE)
    if more and following in (None, cursor):
        raise SyncStopped(_STANDS_STILL)
    etag = answer.headers.get("etag")
    return Page(items, following, more, etag if etag is not None and len(etag) <= MAX_ETAG else None)
