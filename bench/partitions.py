"""Transfers in one table, and in one table a quarter or a year: what is written, what is asked, what it costs to change over.

    .venv/bin/python -m bench.partitions [--transfers 1000000] [--rounds 20]

A PostgreSQL of its own with 60 months of transfers, four times: in one plain table; changed over as of today, so that all that
is on file is in one part; and as it is years later, with a table for each quarter or year. The same things are done in all of
them in turn. Milliseconds are processor time of PostgreSQL's process, so that a busy machine does not blur them. Nothing is
asserted.
"""

import argparse
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import pairwise

import psutil
import psycopg
from rich.console import Console
from rich.table import Table
from sqlalchemy import make_url, text

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.engine import Engines, make_engines
from app.db.partitions.ahead import keep_ahead
from app.db.partitions.conversion import convert, plan
from app.db.partitions.periods import Width
from app.db.session import Database, ReadSession
from app.domain.errors import Message
from app.domain.periods import Month
from app.ids import new_id
from app.settings import Settings
from app.transfers import reading, repository
from app.transfers.reading import TransferQuery
from bench.query_world import MONTHS, TRANSFERS, WASTES, fill
from bench.servers import postgres

Ask = Callable[[ReadSession], object]
_LEDGERS, _EACH = 16, 10
_BEFORE, _LATE = date(2020, 12, 1), date(2025, 6, 1)
"""Days as of which a plan is made so that all months on file have tables of their own."""


@dataclass
class World:
    """One database and what was measured in it, by name [ms]."""

    name: str
    url: str
    engines: Engines
    spent: dict[str, list[float]] = field(default_factory=dict)

    def note(self, what: str, milliseconds: float) -> None:
        self.spent.setdefault(what, []).append(milliseconds)


def worlds(url: str) -> list[World]:
    """The plain database, and its copies in parts."""
    made = [World("plain", url, make_engines(Settings(database_url=url)))]
    for name in ("changed over", "by quarter", "by year"):
        copy = make_url(url).set(database=f"bench_{name.replace(' ', '_')}")
        with psycopg.connect(url, dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {copy.database} TEMPLATE {make_url(url).database}")
        place = copy.render_as_string()
        made.append(World(name, place, make_engines(Settings(database_url=place))))
    _change_over(made[1])
    _spread(made[2], Width.QUARTER)
    _spread(made[3], Width.YEAR)
    for world in made:
        with psycopg.connect(world.url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE transfers")
    return made


def _change_over(world: World) -> None:
    """Say how long each step took."""
    said: list[tuple[float, str]] = []

    def tell(message: Message) -> None:
        said.append((time.perf_counter(), message.en))

    convert(world.engines.write, plan(world.engines.write, Width.QUARTER, date(2026, 1, 10)), tell)
    said.append((time.perf_counter(), ""))
    for (began, what), (ended, _) in pairwise(said):
        print(f"{1000 * (ended - began):8.0f} ms on the clock: {what}")


def _spread(world: World, width: Width) -> None:
    """Partition the table while it is empty, and put the rows back."""
    with psycopg.connect(world.url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("CREATE TABLE held AS TABLE transfers")
        connection.execute("TRUNCATE transfers, transfer_confirmations")
    convert(world.engines.write, plan(world.engines.write, width, _BEFORE), lambda _: None)
    keep_ahead(world.engines.write, _LATE)
    with psycopg.connect(world.url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("INSERT INTO transfers SELECT * FROM held ORDER BY month, id")
        connection.execute("DROP TABLE held")


def _spent_by(session: ReadSession, work: Callable[[], object]) -> float:
    """Processor time of the server's process for it [ms]."""
    process = psutil.Process(session.execute(text("SELECT pg_backend_pid()")).scalar_one())
    before = process.cpu_times()
    work()
    after = process.cpu_times()
    return 1000 * (after.user + after.system - before.user - before.system)


@dataclass(frozen=True, slots=True)
class Sites:
    """Some sites and firms of the world, other ones in each round."""

    sites: list[tuple[uuid.UUID, uuid.UUID, str]]

    def of(self, turn: int, count: int) -> list[tuple[uuid.UUID, uuid.UUID, str]]:
        return [self.sites[(turn * 97 + step * 31) % len(self.sites)] for step in range(count)]


def questions(sites: Sites, turn: int) -> dict[str, Ask]:
    """What is asked in a round; each ten times, for a clock that ticks a hundred times a second."""
    (site, firm, code), *_ = sites.of(turn, 1)
    around = [each[0] for each in sites.of(turn, _LEDGERS)]
    subject = Subject(new_id(), "bench", Role.ENTERPRISE, SCOPES_OF[Role.ENTERPRISE], firm)
    admin = Subject(new_id(), "bench", Role.ADMIN, SCOPES_OF[Role.ADMIN])
    number = 1 + (turn * 7919) % (len(sites.sites) * len(MONTHS) * TRANSFERS - TRANSFERS)
    known = uuid.UUID(f"{5:08d}-0000-7000-8000-{number + TRANSFERS:012x}")
    year = TransferQuery(first=Month(2025, 1), last=Month(2025, 12))
    return {
        "what is on file around a set": lambda s: repository.figures_of_sites(s, around, MONTHS[-3:]),
        "a site's year": lambda s: repository.figures_of_sites(s, [site], MONTHS[-12:]),
        "an enterprise's first page": lambda s: reading.page(s, subject, TransferQuery()),
        "its page of a year": lambda s: reading.page(s, subject, year),
        "a site's page": lambda s: reading.page(s, subject, TransferQuery(site=code)),
        "one transfer by its id": lambda s: reading.one(s, admin, known),
    }


def rows_of(sites: Sites, turn: int, month: Month) -> list[tuple[object, ...]]:
    """The transfers of a set of ledgers, between parties who have none yet."""
    rows = []
    for place, (site, firm, code) in enumerate(sites.of(turn, _LEDGERS)):
        for step, (other, others, to) in enumerate(sites.of(turn + place + 11, _EACH)):
            key = (month, WASTES[step % len(WASTES)], "store", code, to)
            rows.append((*key, new_id(), site, firm, other, others, 5_000_000, 0, None))
    return list({row[:5]: row for row in rows}.values())


def ask_all(world: World, sites: Sites, turn: int) -> None:
    database = Database(world.engines)
    for name, ask in questions(sites, turn).items():
        with database.reading() as session:
            ask(session)
            world.note(name, _spent_by(session, partial(_ten_times, ask, session)) / 10)
    rows = rows_of(sites, turn, MONTHS[-1])
    for name in ("16 ledgers × 10 transfers, written", "the same written again"):
        with database.writing() as session:
            world.note(name, _spent_by(session, partial(repository.upsert, session, rows, ())))
    world.note("a new connection's first question", _first_question(world.url, turn))


def _ten_times(ask: Ask, session: ReadSession) -> None:
    for _ in range(10):
        ask(session)


def _first_question(url: str, turn: int) -> float:
    """What a process of the server has spent when it has answered for the first time [ms]."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        known = f"00000005-0000-7000-8000-{turn + 100:012x}"
        connection.execute("SELECT * FROM transfers WHERE id = %s", (known,)).fetchall()
        spent = psutil.Process(row[0] if row else 0).cpu_times()
        return 1000 * (spent.user + spent.system)


def told(found: list[World]) -> Table:
    table = Table(title="Transfers in one table and in several: means, ms of processor time")
    table.add_column("")
    for world in found:
        table.add_column(world.name, justify="right")
    for what in found[0].spent:
        means = (sum(world.spent[what]) / len(world.spent[what]) for world in found)
        table.add_row(what, *(f"{mean:.2f}" for mean in means))
    return table


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--transfers", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with postgres() as databases:
        url = databases.new()
        fill(url, options.transfers // TRANSFERS * len(WASTES))
        found = worlds(url)
        with psycopg.connect(url) as connection:
            rows = connection.execute("SELECT id, enterprise_id, code FROM sites ORDER BY id").fetchall()
        sites = Sites([(row[0], row[1], row[2]) for row in rows])
        for turn in range(options.rounds):
            for world in found:
                ask_all(world, sites, turn)
        for world in found:
            world.engines.dispose()
    Console(width=140).print(told(found))


if __name__ == "__main__":
    main()
