"""Whether requests may be sent here, and what an operator should know although they may."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, func, select
from sqlalchemy.exc import SQLAlchemyError

from app.clock import Clock, local_date
from app.db.base import table_of
from app.db.durability import commit_durably, weaknesses
from app.db.engine import wire_of
from app.db.partitions.layout import remarks
from app.db.upgrade import current_revision, head_revision
from app.domain.errors import Message
from app.outbox.models import Job, JobState
from app.settings import Settings

LEAST_FREE_BYTES = 64 * 1024 * 1024
WORK_MAY_WAIT = timedelta(minutes=5)
_CONNECT_S = 3
"""A probe asks again in some seconds: a database that takes longer is away."""

_DISK_FULL = Message(
    "磁盘将满：很快将无法保存数据或附件", "The disk is nearly full: soon nothing can be filed or attached"
)
_NO_WORKER = Message(
    "本进程内的后台任务已停止，请重新启动服务",
    "The worker inside this process has ended; restart the service",
)


@dataclass(frozen=True, slots=True)
class Hint:
    """Something that does not keep requests away, and that somebody should look at."""

    code: Literal[
        "disk_nearly_full", "worker_ended", "work_waits", "database_may_forget", "partitions_behind"
    ]
    message: Message


@dataclass(frozen=True, slots=True)
class Standing:
    """What was found: the schema of the database, None when it does not answer, and hints."""

    reached: bool
    revision: str | None = None
    hints: tuple[Hint, ...] = ()

    @property
    def is_ready(self) -> bool:
        return self.reached and self.revision == head_revision()


@dataclass(slots=True)
class Probe:
    """Looks when asked; those who ask while it looks hear the same, so that no flood of probes becomes one of queries.

    It has a connection of its own and no place among the requests: a service whose pool is busy is there all the same.
    """

    settings: Settings
    clock: Clock
    is_worker_alive: Callable[[], bool] | None = None
    _looking: "asyncio.Task[Standing] | None" = field(default=None, repr=False)

    async def ask(self) -> Standing:
        """Look, or wait for the look that is being taken."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(asyncio.to_thread(self.look))
        return await asyncio.shield(self._looking)

    def look(self) -> Standing:
        """Ask the database and the disk."""
        engine = _engine_of(self.settings)
        try:
            revision = current_revision(engine)
            hints = tuple(self._hints(engine)) if revision == head_revision() else ()
        except SQLAlchemyError:
            return Standing(reached=False)
        return Standing(reached=True, revision=revision, hints=hints)

    def _hints(self, engine: Engine) -> Iterator[Hint]:
        if any(_is_nearly_full(folder) for folder in self._folders()):
            yield Hint("disk_nearly_full", _DISK_FULL)
        if self.is_worker_alive is not None and not self.is_worker_alive():
            yield Hint("worker_ended", _NO_WORKER)
        with engine.connect() as connection:
            waits = self._work_waits(connection)
            if waits > WORK_MAY_WAIT:
                minutes = int(waits.total_seconds()) // 60
                zh = f"有后台任务已等待 {minutes} 分钟：没有运行中的后台进程，或数量不足"
                en = f"Work has been waiting for {minutes} minutes: no worker runs, or too few"
                yield Hint("work_waits", Message(zh, en))
            yield from (Hint("database_may_forget", each.message) for each in weaknesses(connection))
            today = local_date(self.clock(), self.settings.timezone)
            yield from (Hint("partitions_behind", each) for each in remarks(connection, today))

    def _folders(self) -> Iterator[Path]:
        if self.settings.sqlite_path is not None:
            yield self.settings.sqlite_path.parent
        yield self.settings.attachments_folder

    def _work_waits(self, connection: Connection) -> timedelta:
        """How long the oldest job has been due that nobody has taken, or that nobody took up from a dead worker."""
        jobs = table_of(Job)
        oldest = select(func.min(jobs.c.due_at)).where(jobs.c.state != JobState.DEAD)
        due_at = connection.scalar(oldest)
        return timedelta(0) if due_at is None else self.clock() - due_at


def _is_nearly_full(folder: Path) -> bool:
    """Of a folder that is not there yet, the nearest one that is."""
    there = next((each for each in (folder, *folder.absolute().parents) if each.exists()), None)
    return there is not None and shutil.disk_usage(there).free < LEAST_FREE_BYTES


@cache
def _engine_of(settings: Settings) -> Engine:
    """Connections that are made for one look each."""
    if settings.is_sqlite:
        return create_engine(settings.database_url, poolclass=NullPool, connect_args={"timeout": _CONNECT_S})
    options = f"-c statement_timeout={1000 * _CONNECT_S} -c lock_timeout={1000 * _CONNECT_S} -c timezone=UTC"
    # Not as long as the URL may say: a probe has to answer.
    wire = wire_of(settings.sqlalchemy_url, _CONNECT_S) | {"connect_timeout": _CONNECT_S}
    connect_args = {"options": options, "application_name": "huanlian probe", **wire}
    engine = create_engine(settings.sqlalchemy_url, poolclass=NullPool, connect_args=connect_args)
    if settings.durable_commits:
        event.listen(engine, "connect", commit_durably)
    return engine
