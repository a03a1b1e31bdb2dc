"""Questions over years of lines: a snapshot asked by our definitions, by hand-written DuckDB, and PostgreSQL itself.

    .venv/bin/python -m bench.analysis [--lines 10000000] [--rounds 3] [--spark]

A made nation (five lines and two transfers a ledger, sixty months) is put into PostgreSQL and a snapshot is taken of it
by the product. Times are processor seconds, those of the server's processes with them, so that a busy machine does not blur
them; nobody works in parallel but DuckDB, whose threads are counted together. A ratio is formed within its round, one engine
after the other; figures are medians over the rounds. A question is everything that its answer has: a rate with its coverage
is four statements. Nothing is asserted: the exit code is 0 whatever the figures.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import psutil
from rich.console import Console
from sqlalchemy import text

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.engine import make_engines
from app.db.session import Database, ReadSession
from app.ids import new_id
from app.rates.scope import GroupBy, RateQuery
from app.settings import Settings
from app.snapshots.opening import opened_snapshot
from app.snapshots.place import Place
from app.snapshots.questions import ask_balances, ask_matches, ask_rates
from app.snapshots.taking import open_manifest, take
from bench.analysis_world import FIRST, LAST, fill, touch_a_month
from bench.goals import Line, table_of
from bench.servers import postgres

NOW = datetime(2026, 1, 10, tzinfo=UTC)
ADMIN = Subject(new_id(), "bench", Role.ADMIN, SCOPES_OF[Role.ADMIN])
SPAN: dict[str, Any] = {"first": FIRST, "last": LAST}
_MASSES = (
    "generated_grams",
    "own_used_grams",
    "own_used_prior_grams",
    "own_disposed_grams",
    "own_disposed_prior_grams",
    "own_disposed_harmlessly_grams",
    "stored_grams",
    "dumped_grams",
    "used_on_site_grams",
    "sent_for_use_grams",
)
_BALANCE = ("opening", "generated", "received", "used", "disposed", "sent", "dumped", "closing")

Ask = Callable[[ReadSession], object]


def rates_by(group: GroupBy) -> Ask:
    query = RateQuery("utilization.confirmed", group_by=group, **SPAN)
    return lambda session: [
        (item.key, item.ratio, item.cell) for item in ask_rates(session, ADMIN, query, NOW).items
    ]


def matches(session: ReadSession) -> object:
    return ask_matches(session, ADMIN, RateQuery("", **SPAN), NOW, group="pair", top=100).items


def balances(session: ReadSession) -> object:
    return ask_balances(session, ADMIN, RateQuery("", **SPAN), NOW, group="county").items


QUESTIONS: dict[str, Ask] = {
    "rates by province": rates_by(GroupBy.REGION),
    "rates by waste": rates_by(GroupBy.WASTE),
    "matches by pair, the 100 furthest apart": matches,
    "balances by county": balances,
}


Fetch = Callable[[str], list[Any]]


def by_hand(connection: duckdb.DuckDBPyConnection) -> dict[str, Callable[[], object]]:
    """The same figures as somebody would write them who knows only these files."""

    def fetch(statement: str) -> list[Any]:
        return connection.execute(statement).fetchall()

    province = "region[:2]"
    written = (
        lambda: _rates_by_hand(fetch, province, province, province),
        lambda: _rates_by_hand(fetch, "waste", "waste", ""),
        lambda: fetch(_MATCHES),
        lambda: fetch(_BALANCES),
    )
    return dict(zip(QUESTIONS, written, strict=True))


def _rates_by_hand(fetch: Fetch, key: str, key_of_transfer: str, key_of_site: str) -> object:
    sums = ",".join(f"sum({name})" for name in _MASSES)
    due = "month >= reports_from AND (reports_until IS NULL OR month <= reports_until)"
    said = "CASE WHEN decision IS NULL THEN coalesce(received_grams,0) ELSE coalesce(decided_grams,0) END"
    confirmed = f"CASE WHEN decision = 'dispute' THEN 0 ELSE least(sent_grams, {said}) END"
    own = f"least({confirmed}, sent_grams - coalesce(sent_of_received_grams, 0))"
    own_for_use = f"sum(CASE WHEN purpose = 'use' THEN {own} ELSE 0 END)"
    sent = "FROM transfers JOIN sites ON sites.id = sender_site_id WHERE sent_grams IS NOT NULL GROUP BY 1"
    grouped = f"GROUP BY {key_of_site}" if key_of_site else ""
    first = f"{key_of_site}," if key_of_site else ""
    heads = f"count(*), count(*) FILTER (WHERE {due}) FROM ledgers JOIN sites ON id = site_id"
    return [
        fetch(statement)
        for statement in (
            f"SELECT {key}, {sums} FROM filed_lines JOIN sites ON id = site_id GROUP BY 1",  # noqa: S608 - ours
            f"SELECT {first} {heads} WHERE state <> 'draft' {grouped}",
            f"SELECT {first} reports_from, reports_until, count(*) FROM sites GROUP BY ALL",  # noqa: S608
            f"SELECT {key_of_transfer}, sum(sent_grams), sum({confirmed}), {own_for_use} {sent}",
        )
    ]


_BOTH = "FILTER (WHERE sent_grams IS NOT NULL AND received_grams IS NOT NULL)"
_MATCHES = (
    f"SELECT sender_party, receiver_party, waste, count(*), count(*) {_BOTH}, "  # noqa: S608 - ours
    "count(*) FILTER (WHERE received_grams IS NULL), count(*) FILTER (WHERE sent_grams IS NULL), "
    "count(*) FILTER (WHERE sent_grams = received_grams), sum(sent_grams), sum(received_grams), "
    f"sum(least(sent_grams, received_grams)) {_BOTH}, sum(abs(sent_grams - received_grams)) AS apart "
    "FROM transfers GROUP BY ALL ORDER BY apart DESC NULLS LAST LIMIT 100"
)
_GAP = (
    "opening_grams + generated_grams + received_grams - used_grams - disposed_grams - sent_grams "
    "- dumped_grams - closing_grams"
)
_BALANCES = (
    f"SELECT region, count(*), count(*) FILTER (WHERE gap <> 0), "  # noqa: S608 - ours
    f"{','.join(f'sum({name}_grams)' for name in _BALANCE)}, sum(gap), sum(abs(gap)) "
    f"FROM (SELECT *, {_GAP} AS gap FROM filed_lines) JOIN sites ON id = site_id GROUP BY region"
)


class Meter:
    """Processor seconds of this process and of a PostgreSQL server."""

    def __init__(self, database: Database) -> None:
        with database.reading() as session:
            backend: int = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        server = psutil.Process(backend).parent()
        if server is None:
            raise RuntimeError("the server ended")
        self._server = server

    def timed(self, work: Callable[[], Any]) -> tuple[float, Any]:
        before = self._spent()
        found = work()
        return self._spent() - before, found

    def _spent(self) -> float:
        backends = (each.cpu_times() for each in self._server.children())
        return time.process_time() + sum(each.user + each.system for each in backends)


@contextmanager
def hand(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A plain connection with the snapshot's files as views."""
    place = Place(str(folder))
    with duckdb.connect(":memory:") as connection:
        for table, parts in open_manifest(place).tables.items():
            connection.read_parquet([place.full(part.path) for part in parts]).create_view(table)
        yield connection


def snapshots(database: Database, folder: Path, meter: Meter) -> list[Line]:
    """How long a first snapshot takes, one with nothing new, and one with one ledger amended."""
    place = Place(str(folder))

    def taken() -> tuple[float, Any]:
        return meter.timed(lambda: take(database, place, NOW, lambda _table, _done, _of: None))

    first, made = taken()
    rows = made.manifest.rows
    still, _ = taken()
    touch_a_month(database)
    again, later = taken()
    note = f"{first:.1f} s, {made.manifest.size / 1e6:,.0f} MB in {made.written} files"
    return [
        Line(f"snapshot of {rows:,} rows, rows/s", 100_000, rows / first, note, at_least=True),
        Line("again, nothing changed / first", 0.5, still / first, f"{still:.1f} s"),
        Line(
            "again, one ledger / first", 0.5, again / first, f"{again:.1f} s, {later.written} files written"
        ),
    ]


def questions(database: Database, folder: Path, meter: Meter, rounds: int) -> list[Line]:
    """Each question by all three, in rounds."""
    lines = []
    with hand(folder) as connection, opened_snapshot(str(folder), "duckdb") as found:
        written = by_hand(connection)
        for ask in QUESTIONS.values():
            ask(found.session)  # what is loaded once is not a question's
        for name, ask in QUESTIONS.items():
            times: list[tuple[float, float, float]] = []
            agree = True
            for _ in range(rounds):
                one, ours = meter.timed(lambda ask=ask: ask(found.session))
                two, _theirs = meter.timed(written[name])
                with database.reading() as session:
                    three, online = meter.timed(lambda ask=ask, session=session: ask(session))
                times.append((one, two, three))
                agree = agree and ours == online
            ours_s, hand_s, database_s = (statistics.median(each) for each in zip(*times, strict=True))
            note = f"{ours_s:.2f} s, by hand {hand_s:.2f} s"
            lines += [
                Line(
                    f"{name}: ours / hand-written DuckDB",
                    1.5,
                    statistics.median(a / b for a, b, _ in times),
                    note,
                ),
                Line(
                    f"{name}: PostgreSQL / ours",
                    8.0,
                    statistics.median(c / a for a, _, c in times),
                    f"PostgreSQL {database_s:.2f} s",
                    at_least=True,
                ),
                Line(f"{name}: answers that are equal to the gram", 1, float(agree), at_least=True),
            ]
    return lines


def on_spark(folder: Path, address: str) -> list[Line]:
    """The same answers from a Spark Connect server; how long it takes by the clock, beside DuckDB."""
    lines = []
    with opened_snapshot(str(folder), "duckdb") as one, opened_snapshot(str(folder), address) as other:
        for name, ask in QUESTIONS.items():
            start = time.perf_counter()
            ours = ask(one.session)
            middle = time.perf_counter()
            theirs = ask(other.session)
            short, long = middle - start, time.perf_counter() - middle
            what = f"{name}: equal to the gram on {address}"
            lines.append(
                Line(what, 1, float(ours == theirs), f"{long:.2f} s, DuckDB {short:.2f} s", at_least=True)
            )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--spark", metavar="sc://HOST:PORT", help="a running Spark Connect server")
    options = parser.parse_args()
    lines: Sequence[Line]
    with postgres() as server, tempfile.TemporaryDirectory() as made:
        engines = make_engines(Settings(database_url=server.new(), statement_timeout_ms=3_600_000))
        database, folder = Database(engines), Path(made) / "snapshot"
        rows = fill(engines.write, options.lines)
        engines.dispose()
        print(f"{rows:,} lines in PostgreSQL")
        meter = Meter(database)
        lines = [*snapshots(database, folder, meter), *questions(database, folder, meter, options.rounds)]
        if options.spark:
            lines = [*lines, *on_spark(folder, options.spark)]
        engines.dispose()
    Console(width=150).print(table_of(f"Analysis of {rows:,} lines: goals and what was measured here", lines))


if __name__ == "__main__":
    main()
