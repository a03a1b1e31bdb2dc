"""How long one filed ledger takes in the worker, and how long that keeps others from writing, by the size of the province.

    .venv/bin/python -m bench.touched [--sizes 2000,20000] [--months 3] [--rounds 3]

SQLite in a folder of its own. Half of the sites generate ash and hand it to three works each; then single ledgers are
amended, and the job is done that the worker would do. Medians over the rounds: processor seconds of the job, so that a busy
machine does not blur them, and seconds of the wall for which a writer was held. Nothing is asserted.
"""

import argparse
import math
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, insert, select

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.base import table_of
from app.db.engine import make_engines
from app.db.session import Database, WriteSession
from app.db.upgrade import upgrade
from app.domain.periods import Month
from app.enterprises.models import Enterprise, Site
from app.findings import jobs
from app.ids import new_id
from app.ledgers.schemas import LedgerIn
from app.ledgers.service import Command, Filer, Intent, file
from app.outbox import feed
from app.outbox.jobs import JobContext
from app.outbox.models import Event
from app.settings import Settings
from seed.load import load_reference

NOW = datetime(2026, 1, 10, 8, tzinfo=UTC)
FIRST = Month(2025, 9)
WORKS = 3
_AT_ONCE = 400
ADMIN = Subject(new_id(), "bench", Role.ADMIN, SCOPES_OF[Role.ADMIN])
FILER = Filer(ADMIN, NOW, Month.of(NOW.date()))


@dataclass(frozen=True)
class TimedDatabase(Database):
    """Remembers how long each transaction of a writer was."""

    held: list[float] = field(default_factory=list)

    @contextmanager
    def writing(self) -> Iterator[WriteSession]:
        with super().writing() as session:
            began = time.perf_counter()
            yield session
            session.flush()
        self.held.append(time.perf_counter() - began)


@dataclass(frozen=True, slots=True)
class Measured:
    """Processor seconds of the whole job; seconds of the longest time it held the writer, and of all its writing."""

    job: float
    longest: float
    writing: float


def code(number: int) -> str:
    return f"91140200{number:07d}SIM001P"


def ledger(number: int, sites: int, month: Month, more: int = 0) -> dict[str, Any]:
    """Even sites generate 1,000 t and hand over 900; odd ones use all that they are handed."""
    half = sites // 2
    if number < half:
        to = [half + (number + step * 13) % (sites - half) for step in range(WORKS)]
        sent = [{"to": code(each), "tonnes": "300", "purpose": "use"} for each in to]
        line: dict[str, Any] = {
            "generated_tonnes": str(1000 + more),
            "closing_stock_tonnes": str(100 + more),
            "sent": sent,
        }
    else:
        came = [each for step in range(WORKS) for each in _senders(number - half, step, half, sites - half)]
        total = str(300 * len(came))
        received = [{"from": code(each), "tonnes": "300", "purpose": "use"} for each in came]
        used = [
            {"process": "cement_blending", "product": "cement", "tonnes": total, "received_tonnes": total}
        ]
        line = (
            {"received": received, "used": used}
            if came
            else {"generated_tonnes": "1", "closing_stock_tonnes": "1"}
        )
    return {
        "site": code(number),
        "month": str(month),
        "lines": [{"waste": "SW02", "method": "weighbridge"} | line],
    }


def _senders(place: int, step: int, senders: int, receivers: int) -> Iterator[int]:
    """Who hands over to a works: those n with (n + 13 step) mod receivers = place."""
    yield from range((place - step * 13) % receivers, senders, receivers)


def fill(database: Database, sites: int, months: int) -> None:
    """Register the sites and file their months."""
    with database.writing() as session:
        load_reference(session, NOW)
        _register(session, sites)
    for place in range(months):
        month = FIRST.plus(place)
        for begin in range(0, sites, _AT_ONCE):
            bodies = (ledger(number, sites, month) for number in range(begin, min(begin + _AT_ONCE, sites)))
            _file(database, [Command(LedgerIn.model_validate(body).content()) for body in bodies])
    with database.writing() as session:
        while feed.place(session, now=NOW, subscriptions={}) is not None:
            session.flush()


def _register(session: WriteSession, sites: int) -> None:
    firms, places = [], []
    for number in range(sites):
        firm = {"id": new_id(), "credit_code": code(number)[:18], "credit_code_valid": False, "name": "示例"}
        firms.append(firm | {"industry": "44", "region": "140212", "created_at": NOW})
        place = {
            "id": new_id(),
            "code": code(number),
            "enterprise_id": firm["id"],
            "name": "示例",
            "region": "140212",
        }
        places.append(place | {"industry": "44", "reports_from": FIRST, "created_at": NOW})
    session.execute(insert(table_of(Enterprise)), firms)
    session.execute(insert(table_of(Site)), places)


def _file(database: Database, commands: list[Command]) -> None:
    with database.writing() as session:
        for result in file(session, commands, FILER):
            if result.problem is not None:
                raise RuntimeError(result.problem.document())


def touch(database: TimedDatabase, settings: Settings, sites: int, months: int, number: int) -> Measured:
    """Amend one ledger of the middle month and do the job that follows."""
    body = ledger(number, sites, FIRST.plus(months // 2), more=50 + number)
    _file(database, [Command(LedgerIn.model_validate(body).content(), Intent.UPSERT, reason="更正")])
    with database.writing() as session:
        placed = feed.place(session, now=NOW, subscriptions={})
    if placed is None:
        raise RuntimeError("nothing was told of the amendment")
    database.held.clear()
    began = time.process_time()
    jobs.touch(JobContext(database, settings, lambda: NOW), {"after": placed.after, "upto": placed.upto})
    return Measured(time.process_time() - began, max(database.held), sum(database.held))


def measure(sites: int, months: int, rounds: int) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{Path(folder) / 'bench.db'}")
        engines = make_engines(settings)
        upgrade(engines.write)
        database = TimedDatabase(engines)
        fill(database, sites, months)
        with database.reading() as session:
            print(
                f"{sites:,} sites: {session.scalar(select(func.count()).select_from(Event)):,} ledgers on file"
            )
        found = [touch(database, settings, sites, months, 10 * (turn + 1)) for turn in range(rounds)]
        engines.dispose()
    return Measured(
        *(statistics.median(getattr(each, name) for each in found) for name in Measured.__slots__)
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="2000,20000")
    parser.add_argument("--months", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    sizes = [int(text) for text in options.sizes.split(",")]
    found = [measure(sites, options.months, options.rounds) for sites in sizes]
    table = Table(title="One amended ledger in the worker")
    for head in ("sites", "job, processor s", "longest write, s", "all writing, s"):
        table.add_column(head, justify="right")
    for sites, each in zip(sizes, found, strict=True):
        table.add_row(f"{sites:,}", f"{each.job:.2f}", f"{each.longest:.3f}", f"{each.writing:.3f}")
    console = Console(width=120)
    console.print(table)
    if len(sizes) > 1:
        growth = math.log(found[-1].job / found[0].job) / math.log(sizes[-1] / sizes[0])
        console.print(
            f"growth of the job with the sites: n^{growth:.2f}; ratio {found[-1].job / found[0].job:.1f}"
        )


if __name__ == "__main__":
    main()
