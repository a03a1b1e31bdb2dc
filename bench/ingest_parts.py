"""Parts of filing by themselves: what grouping saves when a flush takes time, what rollup and keys cost; start and memory."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import event

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.engine import make_engines
from app.db.session import Database
from app.domain.periods import Month
from app.http.dependencies import Places
from app.ids import new_id
from app.ledgers import rollups
from app.ledgers.commands import Command, Filer
from app.ledgers.desk import Desk
from app.ledgers.posting import Post, answer_each
from app.ledgers.replay import Answer
from app.ledgers.schemas import LedgerIn
from app.settings import Settings
from bench.goals import Line
from bench.ingest_world import SITES, body, fill
from bench.servers import OURS, served

FLUSH_S = 0.005
_AT_ONCE = 64
_SET = 16
_NOW = datetime(2026, 1, 10, 8, tzinfo=UTC)
_ADMIN = Subject(new_id(), "bench", Role.ADMIN, SCOPES_OF[Role.ADMIN])


@contextmanager
def _filled() -> Iterator[tuple[Settings, Database]]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{Path(folder) / 'parts.db'}")
        fill(settings.database_url)
        engines = make_engines(settings)
        yield settings, Database(engines)
        engines.dispose()


def _posts(month: Month, count: int, *, keyed: bool = True) -> list[Post]:
    filer = Filer(_ADMIN, _NOW, Month.of(_NOW.date()))
    contents = [
        LedgerIn.model_validate_json(body(number % SITES, month)).content() for number in range(count)
    ]
    return [
        Post(Command(content), filer, f"{number}-{month}" if keyed else None, "POST /v1/ledgers", 201)
        for number, content in enumerate(contents)
    ]


def grouping() -> Line:
    """Filed one by one and filed by the desk, `_AT_ONCE` callers at a time, every commit taking `FLUSH_S` longer."""
    with _filled() as (settings, database):
        event.listen(database.engines.write, "commit", lambda _connection: time.sleep(FLUSH_S))
        singles = _posts(Month(2025, 1), 100)
        began = time.perf_counter()
        for each in singles:
            _file(database, [each])
        alone = (time.perf_counter() - began) / len(singles)
        several = _posts(Month(2025, 2), SITES - SITES % _AT_ONCE)
        began = time.perf_counter()
        asyncio.run(_at_the_desk(Desk(database, Places.of(settings)), several))
        grouped = (time.perf_counter() - began) / len(several)
    note = f"{1 / grouped:,.0f} a second, one by one {1 / alone:,.0f}"
    return Line(
        "sqlite: grouped / one by one, a flush of 5 ms more", 15, alone / grouped, note, at_least=True
    )


async def _at_the_desk(desk: Desk, posts: Sequence[Post]) -> None:
    waiting = iter(posts)

    async def caller() -> None:
        for each in waiting:
            await desk.answer(each)

    await asyncio.gather(*(caller() for _ in range(_AT_ONCE)))


def _file(database: Database, posts: Sequence[Post]) -> None:
    with database.writing() as session:
        for each in answer_each(session, posts):
            if not isinstance(each, Answer):
                raise each


def cost_of_rollup_and_keys(rounds: int) -> Line:
    """Processor time with both against without either, on the same machine in the same rounds."""
    with _filled() as (_, database):
        shares = []
        for turn in range(rounds + 1):
            full = _spent(database, _posts(Month(2025, 2 * turn + 1), SITES))
            with patch.object(rollups, "apply", lambda _session, _differences: None):
                bare = _spent(database, _posts(Month(2025, 2 * turn + 2), SITES, keyed=False))
            shares.append((full - bare) / bare)
    # The first round meets cold statements.
    return Line(
        "sqlite: rollup and idempotency, more of the filing's CPU", 0.25, statistics.median(shares[1:])
    )


def _spent(database: Database, posts: Sequence[Post]) -> float:
    began = time.process_time()
    for start in range(0, len(posts), _SET):
        _file(database, posts[start : start + _SET])
    return time.process_time() - began


def start_and_memory() -> list[Line]:
    """From the command to the first answer, in processor seconds; and what the idle server then holds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = {"database_url": f"sqlite:///{folder / 'idle.db'}", "worker_in_server": "false"}
        seconds: list[float] = []
        memory: list[float] = []
        for _ in range(3):
            with served("ours", OURS, folder, **settings) as server:
                times = server.process.cpu_times()
                seconds.append(times.user + times.system)
                memory.append(server.process.memory_info().rss / 1e6)
    return [
        Line("start of the server to its first answer, CPU s", 2.0, statistics.median(seconds)),
        Line("memory of the idle server, MB", 150, statistics.median(memory)),
    ]


def parts(rounds: int) -> list[Line]:
    """All of them."""
    return [grouping(), cost_of_rollup_and_keys(rounds), *start_and_memory()]
