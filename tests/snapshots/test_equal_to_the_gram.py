"""A snapshot answers as the online system does: on DuckDB and on a Spark Connect cluster, on both databases."""

import os
from typing import Any

import pytest
from api.histories_world import World, deeds
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from snapshots.asking import online_rates, others, rate_queries, snapshot_rates
from snapshots.conftest import ADMIN, NOW, City, untold
from support.clock import SettableClock

from app.db.session import Database
from app.domain.periods import Month
from app.rates.scope import RateQuery
from app.snapshots.questions import ask_balances, ask_matches
from app.snapshots.service import Place, SnapshotRefused, opened_snapshot, take

YEARS = ("2021-01", "2022-12")
SPAN = {"first": Month(2021, 1), "last": Month(2022, 12)}


@pytest.fixture(params=["duckdb", "sail", "apache"])
def engine(request: pytest.FixtureRequest) -> str:
    """The address of an engine, as --engine takes it."""
    if request.param == "duckdb":
        return "duckdb"
    if request.param == "sail":
        address: str = request.getfixturevalue("spark_cluster")
        return address
    # Spark's own name for the address of a server.
    given_address = os.environ.get("SPARK_REMOTE")
    if given_address is None:
        pytest.skip(
            "NOT TESTED ON APACHE SPARK: SPARK_REMOTE names no Spark Connect server (start-connect-server.sh)"
        )
    return given_address


def test_rates_are_those_of_the_online_system(city: City, engine: str) -> None:
    queries = rate_queries(*YEARS)
    # A cluster takes its time over every statement; what it could differ in shows in these.
    queries = queries if engine == "duckdb" else queries[3::3]
    with (
        city.database.reading() as session,
        opened_snapshot(str(city.folder), engine) as found,
    ):
        assert found.as_of == NOW
        for query in queries:
            told = snapshot_rates(found.session, query, NOW)
            assert told == online_rates(session, query, NOW), query
            assert told
            assert any(item["exact"][1] for item in told)


def test_matches_and_balances_are_those_of_the_database(city: City, engine: str) -> None:
    query = RateQuery("coverage", **SPAN)
    with (
        city.database.reading() as session,
        opened_snapshot(str(city.folder), engine) as found,
    ):
        if engine == "duckdb":
            assert others(found.session, query, NOW) == others(session, query, NOW)
            return
        for ask, group in ((ask_matches, "pair"), (ask_matches, "county"), (ask_balances, "site")):
            told = ask(found.session, ADMIN, query, NOW, group=group, top=40)
            assert told == ask(session, ADMIN, query, NOW, group=group, top=40)
            assert len(told.items) > 5


@pytest.mark.parametrize("engine", ["duckdb"], indirect=True)
def test_a_part_of_the_city_is_asked_for_in_the_same_words(city: City, engine: str) -> None:
    scopes: list[dict[str, Any]] = [
        {"region": "140212"},
        {"region": "14", "wastes": ("SW02", "SW04")},
        {"base": "O'Brien 50% \\ :x"},
    ]
    with city.database.reading() as session, opened_snapshot(str(city.folder), engine) as found:
        for scope in scopes:
            for query in rate_queries("2022-03", "2022-05", **scope)[-6:]:
                assert snapshot_rates(found.session, query, NOW) == online_rates(session, query, NOW), query


@pytest.mark.parametrize("engine", ["sail"], indirect=True)
def test_a_value_stays_a_value_in_the_other_dialect(city: City, engine: str) -> None:
    """A quote, a percent sign, a backslash or a colon in a name changes nothing but the answer."""
    with opened_snapshot(str(city.folder), engine) as found:
        for name in ("O'Brien", "50% :x", "a\\' OR 1=1 --", "\\"):
            answer = ask_balances(found.session, ADMIN, RateQuery("", base=name, **SPAN), NOW)
            assert [item.counts["lines"] for item in answer.items] == [0]


def test_what_is_open_between_both_sides_adds_up(city: City) -> None:
    """The definitions against the plain rows, each transfer and line by itself."""
    from sqlalchemy import select

    from app.ledgers.models import Ledger, LedgerLine
    from app.transfers.models import Transfer

    query = RateQuery("", **SPAN)
    with city.database.reading() as session:
        whole = ask_matches(session, ADMIN, query, NOW).items[0]
        moved = list(session.scalars(select(Transfer)))
        both = [
            (t.sent_grams, t.received_grams) for t in moved if None not in (t.sent_grams, t.received_grams)
        ]
        assert whole.counts["transfers"] == len(moved)
        assert whole.counts["told_by_both"] == len(both)
        assert whole.grams["apart"] == sum(abs((s or 0) - (r or 0)) for s, r in both)
        assert whole.grams["matched"] == sum(min(s or 0, r or 0) for s, r in both)
        balance = ask_balances(session, ADMIN, query, NOW).items[0]
        joined = select(LedgerLine).join(Ledger, Ledger.version_id == LedgerLine.version_id)
        filed = list(session.scalars(joined.where(Ledger.state != "draft")))
        assert balance.counts["lines"] == len(filed)
        assert balance.grams["generated"] == sum(line.generated_grams for line in filed)
        assert balance.grams["gap"] == sum(
            line.opening_grams
            + line.generated_grams
            + line.received_grams
            - line.used_grams
            - line.disposed_grams
            - line.sent_grams
            - line.dumped_grams
            - line.closing_grams
            for line in filed
        )


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(deeds(), min_size=3, max_size=8))
def test_after_any_history_an_incremental_snapshot_says_the_same(
    world: World, tmp_path: Any, history: list[Any]
) -> None:
    """Drafts, amendments, corrections, disputes: the snapshot of before is brought up to date, never made anew."""
    world.wipe()
    place = Place(str(tmp_path / "snapshot"))
    for deed in history:
        world.do(deed)
    take(world.sessions, place, world.clock(), untold)
    now = world.clock()
    with world.sessions.reading() as session, opened_snapshot(str(tmp_path / "snapshot"), "duckdb") as found:
        for query in rate_queries("2025-01", "2025-03"):
            assert snapshot_rates(found.session, query, now) == online_rates(session, query, now), query
        query = RateQuery("", first=Month(2025, 1), last=Month(2025, 3))
        assert others(found.session, query, now) == others(session, query, now)


@pytest.fixture
def world(people: Any, sessions: Database, clock: SettableClock) -> World:
    made = World(people, sessions, clock)
    made.settle()
    return made


def test_nobody_listens(city: City) -> None:
    with (
        pytest.raises(SnapshotRefused, match="cannot be reached"),
        opened_snapshot(str(city.folder), "sc://127.0.0.1:9"),
    ):
        pass
