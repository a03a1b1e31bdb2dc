"""Transfers become one table a quarter while people file, on PostgreSQL: nothing is lost, and all answers stay what they were."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from builders import WORKS, People, ledger
from db.partitioned import heard, partition
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from support.clock import SettableClock

import app.tables
from app.db.engine import Engines
from app.db.partitions import conversion
from app.db.partitions.ahead import keep_ahead
from app.db.partitions.conversion import ConversionRefused, convert, plan
from app.db.partitions.guards import orphans
from app.db.partitions.layout import has_promise, layout_of, remarks
from app.db.partitions.periods import Width
from app.db.session import Database
from app.db.upgrade import nobody_else, schema_differences
from app.domain.errors import Message
from app.outbox.jobs import JobContext, JobFailed
from app.rates.proof import differences
from app.settings import Settings
from app.snapshots.kept import KEPT
from app.snapshots.rows import rows_of
from app.transfers import jobs

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
TODAY = date(2026, 1, 10)
MONTHS = ("2025-09", "2025-10", "2025-11", "2025-12")
OLD = "transfers_until_2026_04"
TABLES = [OLD, *(f"transfers_{quarter}" for quarter in ("2026_q2", "2026_q3", "2026_q4", "2027_q1"))]
ASKED = (
    "/v1/transfers?limit=200",
    "/v1/transfers?from=2025-10&to=2025-12",
    "/v1/rates?metric=utilization.confirmed&region=1402&from=2025-01&to=2026-01",
    "/v1/selfcheck",
)


@pytest.fixture
def city(people: People) -> list[str]:
    """Two mills that hand over to a works, which says something else of one month and a word on another."""
    (works,), mills = people.register(WORKS), people.register(sites=2)
    for mill in mills:
        for month in MONTHS:
            assert people.file(ledger(mill, month)).status_code == 201
    taken = {
        "waste": "SW02",
        "received": [{"from": mills[0], "tonnes": "480"}],
        "closing_stock_tonnes": "480",
    }
    assert people.file(ledger(works, MONTHS[0], taken), enterprise=WORKS).status_code == 201
    assert decide(people, transfers(people)[3]["id"], "confirm") == 200
    return mills


def transfers(people: People) -> list[Any]:
    listed: list[Any] = people.client.get(ASKED[0], headers=people.admin).json()["items"]
    return listed


def decide(people: People, transfer: str, decision: str) -> int:
    url = f"/v1/transfers/{transfer}/confirmation"
    return people.client.post(url, json={"decision": decision}, headers=people.of(WORKS)).status_code


def upsert(people: People, body: Any) -> None:
    """File, or amend what is filed."""
    answer = people.client.post("/v1/ledgers/bulk", json=[body], headers=people.of())
    assert answer.status_code == 200, answer.text
    assert answer.json()["summary"]["rejected"] == 0, answer.text


def answers(people: People) -> dict[str, Any]:
    told = {asked: people.client.get(asked, headers=people.admin) for asked in ASKED}
    assert {answer.status_code for answer in told.values()} == {200}
    return {asked: {**answer.json(), "as_of": None} for asked, answer in told.items()}


def marks(sessions: Database) -> Any:
    """What a snapshot goes by to say which months it must write again."""
    (kept,) = (each for each in KEPT if each.name == "transfers")
    assert kept.marks is not None
    with sessions.reading() as session:
        return rows_of(session).marks(kept.marks)


def tables(engines: Engines) -> dict[str, int]:
    """The parts in order, and how many transfers each has."""
    with engines.read.connect() as connection:
        layout = layout_of(connection)
        assert layout is not None
        names = [part.name for part in layout.parts] + ["transfers_default"] * layout.has_default
        return {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in names}


def is_sound(engines: Engines, sessions: Database, today: date = TODAY) -> bool:
    assert app.tables
    with engines.read.connect() as connection, sessions.reading() as session:
        assert list(remarks(connection, today)) == []
        assert orphans(connection) == []
        return not schema_differences(engines.write) and not differences(session)


def test_nothing_changes_but_the_tables(
    people: People, city: list[str], engines: Engines, sessions: Database
) -> None:
    before, marked = answers(people), marks(sessions)
    assert before[ASKED[3]]["ok"]
    said: list[Message] = []
    wanted = plan(engines.write, Width.QUARTER, TODAY)
    convert(engines.write, wanted, said.append)
    assert len(said) == len(conversion.steps(wanted))
    assert (answers(people), marks(sessions)) == (before, marked)
    assert tables(engines) == dict.fromkeys([*TABLES, "transfers_default"], 0) | {
        OLD: len(city) * len(MONTHS)
    }
    assert is_sound(engines, sessions)
    amended = ledger(city[0], MONTHS[0], {"waste": "SW02", "generated_tonnes": "1"}, reason="更正")
    upsert(people, amended)
    assert decide(people, transfers(people)[3]["id"], "confirm") == 200
    assert len(transfers(people)) == len(city) * len(MONTHS)
    assert transfers(people)[0]["sent_tonnes"] is None
    assert is_sound(engines, sessions)


def test_what_is_filed_meanwhile_is_there_once(
    people: People, city: list[str], engines: Engines, sessions: Database, database: str
) -> None:
    acknowledged: dict[tuple[str, str], str] = {}
    over = threading.Event()

    def file_on() -> None:
        turn = 0
        while not over.is_set() or turn < 20:
            turn += 1
            mill, month = city[turn % 2], f"2025-{1 + turn // 2 % 8:02d}"
            sent = {"to": f"{WORKS}001P", "tonnes": str(turn), "purpose": "use"}
            line = {"waste": "SW02", "generated_tonnes": str(turn), "sent": [sent]}
            body = ledger(mill, month, line, reason="更正")
            upsert(people, body)
            acknowledged[mill, month] = str(turn)

    people.of()
    filing = threading.Thread(target=file_on)
    filing.start()
    partition(database, TODAY)
    over.set()
    filing.join()
    filed = {(each["sender"], each["month"]): each["sent_tonnes"] for each in transfers(people)}
    assert acknowledged
    assert filed | acknowledged == filed
    assert is_sound(engines, sessions)


@pytest.mark.parametrize("what", ["convert", "job"])
def test_who_is_about_to_write_is_not_waited_for_in_a_ring(
    engines: Engines, context: JobContext, database: str, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr("app.db.locks.time.sleep", lambda _: pytest.fail("it did not get its locks"))
    monkeypatch.setattr("app.db.partitions.ahead._WAITS_MS", (30_000,))
    if what == "job":
        partition(database, date(2024, 12, 1))
    work = (
        (lambda: partition(database, TODAY)) if what == "convert" else (lambda: jobs.make_ahead(context, {}))
    )
    waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'")
    with engines.write.connect() as filing, ThreadPoolExecutor(1) as pool:
        filing.execute(text("SELECT count(*) FROM transfers")).scalar_one()
        done = pool.submit(work)
        with engines.read.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher:
            while not done.done() and not watcher.scalar(waits):
                pass
        filing.execute(text("SET LOCAL lock_timeout = '2s'"))
        insert_with(filing, "2025-12-01")
        filing.commit()
        done.result()
    assert tables(engines)["transfers_default"] == 0


class Cut(Exception):  # noqa: N818 - what a test does
    """The conversion ends here."""


@pytest.mark.parametrize("survives", [True, False])
def test_it_can_be_cut_off_after_each_step(
    people: People,
    city: list[str],
    engines: Engines,
    sessions: Database,
    monkeypatch: pytest.MonkeyPatch,
    survives: bool,  # noqa: FBT001 - a parameter of pytest
) -> None:
    before = answers(people)
    wanted = plan(engines.write, Width.QUARTER, TODAY)
    told: list[Message] = []

    def tell(message: Message) -> None:
        told.append(message)
        if len(told) == limit:
            raise Cut

    if not survives:
        monkeypatch.setattr(conversion, "_take_back", lambda _: None)
    for limit in range(2, len(conversion.steps(wanted)) + 1):
        told.clear()
        with pytest.raises(Cut):
            convert(engines.write, wanted, tell)
        with engines.read.connect() as connection:
            assert has_promise(connection) == (not survives and 2 < limit < 5)
        assert answers(people) == before
        assert people.file(ledger(city[0], MONTHS[0], reason="同上")).status_code < 500
        if layout_is_new(engines):
            break
    else:
        pytest.fail("the last step came before the table was replaced")
    assert is_sound(engines, sessions)
    assert keep_ahead(engines.write, TODAY).made == ()


def layout_is_new(engines: Engines) -> bool:
    with engines.read.connect() as connection:
        return layout_of(connection) is not None


def insert(engines: Engines, month: str, count: int = 1) -> None:
    """Transfers of a month that nobody could file yet."""
    with engines.write.begin() as connection:
        insert_with(connection, month, count)


def insert_with(connection: Connection, month: str, count: int = 1) -> None:
    rows = "SELECT gen_random_uuid(), cast(:month AS date), 'SW02', 'use', 'a' || n, 'b', 5 FROM generate_series(1, :count) n"
    columns = "id, month, waste, purpose, sender_party, receiver_party, sent_grams"
    into = text(f"INSERT INTO transfers ({columns}) {rows}")
    connection.execute(into, {"month": month, "count": count})


def hints(people: People) -> set[str]:
    return {each["code"] for each in people.client.get("/readyz").json()["hints"]}


@pytest.fixture
def context(sessions: Database, settings: Settings, clock: SettableClock) -> JobContext:
    return JobContext(sessions, settings, clock)


def test_the_job_makes_the_year_to_come_and_finds_rows_their_table(
    people: People,
    city: list[str],
    engines: Engines,
    sessions: Database,
    clock: SettableClock,
    context: JobContext,
    database: str,
) -> None:
    partition(database, TODAY)
    jobs.make_ahead(context, {})
    assert list(tables(engines)) == [*TABLES, "transfers_default"]
    clock.set("2027-05-02")
    later = People(people.client, sessions, clock())
    assert later.file(ledger(city[0], "2027-05")).status_code == 201
    insert(engines, "2099-12-01")
    insert(engines, "2199-12-01")
    assert tables(engines)["transfers_default"] == 3
    before = answers(later)
    with engines.read.connect() as connection:
        assert [each.en for each in remarks(connection, date(2027, 5, 2))] == [
            "Transfers have no partition from 2027-04 on: does no worker run? huanlian db partition makes it",
            "Transfers have no partition from 2027-07 on: does no worker run? huanlian db partition makes it",
            "transfers_default holds rows: huanlian db partition moves them to partitions of their own",
        ]
    assert "partitions_behind" in hints(people)
    jobs.make_ahead(context, {})
    made = tables(engines)
    assert made["transfers_default"] == 0
    assert (made["transfers_2027_q2"], made["transfers_2099_q4"], made["transfers_2199_q4"]) == (1, 1, 1)
    assert "transfers_2028_q2" in made
    assert answers(later) == before
    assert is_sound(engines, sessions, date(2027, 5, 2))
    assert "partitions_behind" not in hints(people)


def test_a_new_table_has_the_settings_and_rights_of_the_others(engines: Engines, database: str) -> None:
    with engines.write.begin() as connection:
        connection.execute(text("CREATE ROLE reader_of_partitions"))
        connection.execute(text("GRANT SELECT, INSERT ON transfers TO reader_of_partitions"))
        connection.execute(text("ALTER TABLE transfers REPLICA IDENTITY FULL"))
    try:
        partition(database, TODAY, Width.YEAR)
        keep_ahead(engines.write, date(2029, 3, 1))
        with engines.read.connect() as connection:
            told = connection.execute(
                text(
                    "SELECT relname, relreplident::text, array_length(reloptions, 1), "
                    "has_table_privilege('reader_of_partitions', oid, 'SELECT, INSERT') "
                    "AND NOT has_table_privilege('reader_of_partitions', oid, 'DELETE'), "
                    "(SELECT count(*) FROM pg_index WHERE indrelid = c.oid AND indisvalid) FROM pg_class c "
                    "WHERE relname ~ '^transfers' AND relkind IN ('r', 'p') ORDER BY relname"
                )
            ).all()
        years = [f"transfers_{year}" for year in (2027, 2028, 2029, 2030)]
        parts = [*years, "transfers_default", "transfers_until_2027_01"]
        assert told == [("transfers", "f", None, True, 8), *((name, "f", 3, True, 8) for name in parts)]
    finally:
        with engines.write.begin() as connection:
            connection.execute(text("DROP OWNED BY reader_of_partitions"))
            connection.execute(text("DROP ROLE reader_of_partitions"))


def test_many_rows_wait_for_an_operator(
    engines: Engines, context: JobContext, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    partition(database, TODAY)
    insert(engines, "2031-02-01", count=5)
    monkeypatch.setattr("app.db.partitions.ahead.MOVED_AT_ONCE", 4)
    monkeypatch.setattr(jobs, "keep_ahead", lambda engine, today: keep_ahead(engine, today, at_most=4))
    with pytest.raises(JobFailed, match=r"transfers_2031_q1; run huanlian db partition"):
        jobs.make_ahead(context, {})
    assert tables(engines)["transfers_default"] == 5
    assert keep_ahead(engines.write, TODAY, at_most=None).moved == 5


def test_the_job_gives_way_to_who_holds_the_tables(
    engines: Engines,
    context: JobContext,
    clock: SettableClock,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    partition(database, TODAY)
    clock.set("2026-05-01")
    monkeypatch.setattr("app.db.locks.time.sleep", lambda _: None)
    monkeypatch.setattr("app.db.partitions.ahead._WAITS_MS", (5,))
    with engines.write.connect() as busy:
        busy.execute(text("SELECT count(*) FROM transfers_default"))
        with pytest.raises(JobFailed, match="55P03"):
            jobs.make_ahead(context, {})
    jobs.make_ahead(context, {})
    assert "transfers_2027_q2" in tables(engines)


def test_a_promise_that_was_left_is_taken_back(
    engines: Engines, context: JobContext, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = plan(engines.write, Width.MONTH, TODAY)
    monkeypatch.setattr(conversion, "_take_back", lambda _: None)
    monkeypatch.setattr(conversion, "_look_through", lambda *_: (_ for _ in ()).throw(Cut))
    with pytest.raises(Cut):
        convert(engines.write, wanted, heard)
    with pytest.raises(IntegrityError, match="ck_transfers_until"):
        insert(engines, "2027-01-01")
    with engines.write.connect() as other, engines.read.connect() as connection:
        with nobody_else(other):
            assert list(remarks(connection, TODAY)) == []
        assert len(list(remarks(connection, TODAY))) == 1
    jobs.make_ahead(context, {})
    assert schema_differences(engines.write) == []
    insert(engines, "2027-01-01")
    with engines.write.begin() as connection:
        assert len(list(remarks(connection, TODAY))) == 1
        connection.execute(text("DROP INDEX uq_transfers_id_month"))
        assert list(remarks(connection, TODAY)) == []
    assert str(plan(engines.write, Width.QUARTER, TODAY).cutoff) == "2027-04-01"


def test_a_statement_needs_its_transfer_and_a_transfer_keeps_its_statements(
    people: People, city: list[str], engines: Engines, database: str
) -> None:
    partition(database, TODAY)
    said = "INSERT INTO transfer_confirmations (id, transfer_id, decision, actor, at) VALUES (gen_random_uuid(), "
    for refused in (
        f"{said} gen_random_uuid(), 'confirm', 'x', now())",  # a statement of nothing
        "UPDATE transfer_confirmations SET transfer_id = gen_random_uuid()",
        "DELETE FROM transfers WHERE id = (SELECT transfer_id FROM transfer_confirmations)",
    ):
        with engines.write.begin() as connection, pytest.raises(IntegrityError):
            connection.execute(text(refused))
    with engines.write.begin() as connection:
        connection.execute(text("ALTER TABLE transfer_confirmations DISABLE TRIGGER hold_transfer_insert"))
        connection.execute(text(f"{said} gen_random_uuid(), 'confirm', 'x', now())"))
        assert len(orphans(connection)) == 1
    assert any("fk_transfer_confirmations" in each for each in schema_differences(engines.write))


def test_what_would_be_left_behind_is_named(engines: Engines) -> None:
    with engines.write.begin() as connection:
        connection.execute(text("CREATE VIEW of_an_office AS SELECT month FROM transfers"))
        connection.execute(text("CREATE PUBLICATION of_transfers FOR TABLE transfers"))
    with pytest.raises(ConversionRefused, match="publication of_transfers, view of_an_office"):
        plan(engines.write, Width.QUARTER, TODAY)


def test_a_month_far_away_is_refused(engines: Engines) -> None:
    insert(engines, "2031-02-01")
    with pytest.raises(ConversionRefused, match="transfers of 2031-02-01"):
        plan(engines.write, Width.QUARTER, TODAY)


def test_the_first_new_period_is_not_near(engines: Engines) -> None:
    for width, today, first, last in (
        (Width.QUARTER, date(2026, 12, 24), "transfers_2027_q1", "transfers_2027_q4"),
        (Width.QUARTER, date(2026, 12, 26), "transfers_2027_q2", "transfers_2027_q4"),
        (Width.MONTH, date(2026, 11, 21), "transfers_2026_12", "transfers_2027_11"),
        (Width.YEAR, date(2026, 11, 21), "transfers_2027", "transfers_2027"),
        (Width.YEAR, date(2026, 12, 26), "transfers_2028", "transfers_2028"),
    ):
        wanted = plan(engines.write, width, today)
        assert (wanted.periods[0].name, wanted.periods[-1].name) == (first, last)
