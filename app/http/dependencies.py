"""What an endpoint may ask for: settings, the present moment, a session.

The sessions have function scope: they end, and so commit, before the answer goes out. With the default
scope a commit that fails would follow an answer that said 201. What does not wait is `async`: FastAPI then
calls it in place instead of sending it to a thread. None asks for another one that it can read from the request: FastAPI
takes each of them apart again for every route, and solves it again for every request.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self

import anyio
from fastapi import Depends, Request
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.clock import Clock
from app.db.session import Database, ReadSession, WriteSession
from app.settings import Settings


async def get_settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def get_database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def moment_of(request: Request) -> datetime:
    """Give one moment for the whole request, so that what it writes agrees with itself."""
    found: datetime | None = getattr(request.state, "moment", None)
    if found is None:
        clock: Clock = request.app.state.clock
        found = request.state.moment = clock()
    return found


async def now(request: Request) -> datetime:
    return moment_of(request)


_PATIENCE_SECONDS = 30
_MOST_PLACES = 16


@dataclass(frozen=True, slots=True)
class Places:
    """How many requests may hold a session at once; the others wait their turn without a thread.

    A request needs a thread to open its session and another one to go on. If those who wait for a connection waited
    in threads, forty of them would leave none to those who have one, and everybody would stand still until the
    first gives up.
    """

    reading: anyio.Semaphore
    writing: anyio.Semaphore

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As many as there are connections, and together fewer than there are threads."""
        most = min(2 * settings.pool_size, _MOST_PLACES)
        return cls(anyio.Semaphore(most), anyio.Semaphore(1 if settings.is_sqlite else most))

    def to_write(self) -> AbstractAsyncContextManager[None]:
        """Hold one of the places for writing."""
        return _held(self.writing)


@asynccontextmanager
async def _held(place: anyio.Semaphore) -> AsyncIterator[None]:
    with anyio.move_on_after(_PATIENCE_SECONDS) as waiting:
        await place.acquire()
    if waiting.cancelled_caught:
        raise PoolTimeout
    try:
        yield
    finally:
        place.release()


async def reading_place(request: Request) -> AsyncIterator[None]:
    """Wait for one's turn to read."""
    async with _held(request.app.state.places.reading):
        yield


async def writing_place(request: Request) -> AsyncIterator[None]:
    """Wait for one's turn to write."""
    async with _held(request.app.state.places.writing):
        yield


def get_read_session(
    request: Request, _place: Annotated[None, Depends(reading_place, scope="function")]
) -> Iterator[ReadSession]:
    database: Database = request.app.state.database
    # A person who saved a form looks at it next; machines that read the API hold the receipt of what they wrote.
    with database.reading(may_lag=request.url.path.startswith("/v1/"), bounded=True) as session:
        yield session


def get_write_session(
    request: Request, _place: Annotated[None, Depends(writing_place, scope="function")]
) -> Iterator[WriteSession]:
    database: Database = request.app.state.database
    with database.writing() as session:
        yield session


SettingsDep = Annotated[Settings, Depends(get_settings)]
Now = Annotated[datetime, Depends(now)]
Reading = Annotated[ReadSession, Depends(get_read_session, scope="function")]
Writing = Annotated[WriteSession, Depends(get_write_session, scope="function")]
