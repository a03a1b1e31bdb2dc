"""The desk where single posts wait: whatever waits is filed in one transaction, and each is answered after its commit.

No timer: a post that comes alone is filed alone, at once. Those that come while a transaction is being written, or that
the event loop is just reading, go together, at most `MOST_AT_ONCE` of them; beyond `MOST_WAITING` callers are sent
away and told when to come again. When a transaction fails as a whole, each of its posts is filed in one of its own, so
that none is harmed by another.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass, field

import structlog
from anyio.to_thread import run_sync
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.db.locks import wait_at_most
from app.db.session import Database
from app.http.dependencies import Places
from app.http.problems import Busy
from app.ledgers.posting import Outcome, Post, answer_each
from app.ledgers.replay import Answer, Place

MOST_AT_ONCE = 64
MOST_WAITING = 1_024
_log = structlog.get_logger("huanlian.desk")
# What a socket holds is a post after one turn of the event loop that reads it and one that parses it.
_TURNS_TO_ARRIVE = 3
# A set that waits longer than this for a lock that one of its posts needs is taken apart.
_PATIENCE_OF_A_SET_MS = 500


@dataclass(frozen=True, slots=True)
class _Waiting:
    post: Post
    answered: "asyncio.Future[Answer]"

    def settle(self, outcome: Outcome | BaseException) -> None:
        """Answer the caller, if it still waits."""
        if self.answered.done():
            return
        if isinstance(outcome, BaseException):
            self.answered.set_exception(outcome)
        else:
            self.answered.set_result(outcome)


@dataclass(slots=True)
class Desk:
    """Takes posts from many requests of one process and files them in sets. Lives in the event loop."""

    database: Database
    places: Places
    _waiting: deque[_Waiting] = field(default_factory=deque)
    _clerk: "asyncio.Task[None] | None" = None
    _alone: "set[asyncio.Task[None]]" = field(default_factory=set)

    async def answer(self, post: Post) -> Answer:
        """File a post with whatever waits beside it; returns after the commit. Raises its problem, or Busy."""
        if len(self._waiting) >= MOST_WAITING:
            raise Busy(headers={"Retry-After": "2"})
        mine = _Waiting(post, asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        if self._clerk is None or self._clerk.done():
            # A context of its own: what is written for many must not be logged as one of them.
            self._clerk = asyncio.create_task(self._serve(), context=Context())
        return await mine.answered

    async def _serve(self) -> None:
        while self._waiting:
            await self._let_in()
            try:
                async with self.places.to_write():
                    await self._file_together(self._take())
            except PoolTimeout:
                for each in self._take():
                    each.settle(PoolTimeout())

    async def _let_in(self) -> None:
        """Go on reading while more is there to be read: callers that were answered together come again together.

        A set of one costs nearly what a set of sixteen costs, and the fifteen would wait for it.
        """
        quiet = 0
        while quiet < _TURNS_TO_ARRIVE and len(self._waiting) < MOST_AT_ONCE:
            there = len(self._waiting)
            await asyncio.sleep(0)
            quiet = quiet + 1 if len(self._waiting) == there else 0

    def _take(self) -> list[_Waiting]:
        """The next set, in the order in which they came. Of two with one key the second waits for the first's answer."""
        taken: list[_Waiting] = []
        passed_over: list[_Waiting] = []
        keys: set[Place] = set()
        while self._waiting and len(taken) < MOST_AT_ONCE:
            each = self._waiting.popleft()
            place = each.post.place
            if place in keys:
                passed_over.append(each)
                continue
            taken.append(each)
            if place is not None:
                keys.add(place)
        self._waiting.extendleft(reversed(passed_over))
        return taken

    async def _file_together(self, several: list[_Waiting]) -> None:
        try:
            outcomes = await run_sync(self._file, [each.post for each in several])
        except Exception as error:  # noqa: BLE001 - whatever it is, each caller hears of it or is filed alone
            if len(several) == 1:
                several[0].settle(error)
                return
            _log.warning("set_taken_apart", posts=len(several), error=type(error).__name__)
            for each in several:
                task = asyncio.create_task(self._file_alone(each), context=Context())
                self._alone.add(task)
                task.add_done_callback(self._alone.discard)
        else:
            for each, outcome in zip(several, outcomes, strict=True):
                each.settle(outcome)

    async def _file_alone(self, one: _Waiting) -> None:
        try:
            async with self.places.to_write():
                await self._file_together([one])
        except PoolTimeout as error:
            one.settle(error)

    def _file(self, posts: Sequence[Post]) -> list[Outcome]:
        with self.database.writing() as session:
            if len(posts) > 1:
                wait_at_most(session, _PATIENCE_OF_A_SET_MS)
            return answer_each(session, posts)
