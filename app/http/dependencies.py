"""What an endpoint may ask for: settings, the present moment, a session.

The sessions have function scope: they end, and so commit, before the answer goes out. With the default
scope a commit that fails would follow an answer that said 201. What does not wait is `async`: FastAPI then
calls it in place instead of sending it to a thread.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from app.clock import Clock
from app.db.session import Database, ReadSession, WriteSession
from app.settings import Settings


async def get_settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def get_clock(request: Request) -> Clock:
    clock: Clock = request.app.state.clock
    return clock


async def get_database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def now(clock: Annotated[Clock, Depends(get_clock)]) -> datetime:
    """Give one moment for the whole request, so that what it writes agrees with itself."""
    return clock()


def get_read_session(database: Annotated[Database, Depends(get_database)]) -> Iterator[ReadSession]:
    with database.reading() as session:
        yield session


def get_write_session(database: Annotated[Database, Depends(get_database)]) -> Iterator[WriteSession]:
    with database.writing() as session:
        yield session


SettingsDep = Annotated[Settings, Depends(get_settings)]
Now = Annotated[datetime, Depends(now)]
Reading = Annotated[ReadSession, Depends(get_read_session, scope="function")]
Writing = Annotated[WriteSession, Depends(get_write_session, scope="function")]
