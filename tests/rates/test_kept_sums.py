"""What is kept of regions is what transfers and ledgers come to, whoever writes, in whatever order, folded or not."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from api.histories_world import Deed, World, deeds
from api.test_ledger_histories import moderately
from api.test_ledger_histories import world as _world
from builders import WORKS, People, ledger
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, event, func, select, text
from sqlalchemy.engine import Engine
from typer.testing import CliRunner

from app.cli import cli
from app.db.base import table_of
from app.db.session import Database
from app.rates.folding import KEPT, fold, key_of
from app.rates.models import FiledCount, SentSum
from app.rates.proof import TRIGGERS, differences

world = _world
ASKED = "/v1/rates?metric=utilization.confirmed&region=1402&from=2025-01&to=2025-12"


def wrong(sessions: Database) -> list[dict[str, Any]]:
    with sessions.reading() as session:
        return differences(session)


def folded(sessions: Database) -> None:
    for model in KEPT:
        with sessions.writing() as session:
            fold(session, model)


@moderately(8)
@given(history=st.lists(deeds(), min_size=2, max_size=7))
def test_every_history_is_summed(world: World, history: list[Deed]) -> None:
    world.wipe()
    for deed in history:
        world.do(deed)
    assert wrong(world.sessions) == []
    folded(world.sessions)
    assert wrong(world.sessions) == []
    with world.sessions.reading() as session:
        for table in map(table_of, KEPT):
            keys = select(*(table.c[name] for name in key_of(table))).distinct().subquery()
            rows, several = (select(func.count()).select_from(each) for each in (table, keys))
            assert session.scalar(rows) == session.scalar(several)
            assert session.scalar(select(func.count()).where(~table.c.folded)) == 0


def received(month: str, sender: str) -> dict[str, Any]:
    line = {"waste": "SW02", "received": [{"from": sender, "tonnes": "480", "purpose": "use"}]}
    return ledger(f"{WORKS}001P", month, line | {"closing_stock_tonnes": "480"})


def test_both_sides_at_once_with_a_site_that_moves_and_rows_that_are_folded(
    people: People, sessions: Database
) -> None:
    (mill,), _ = people.register(), people.register(WORKS, region="130102")
    senders, receivers, admin = people.of(), people.of(WORKS), people.admin
    months = ("2025-03", "2025-04", "2025-05")
    calls: list[Callable[[], Any]] = [
        call
        for month in months
        for call in (
            lambda m=month: people.client.post("/v1/ledgers", json=ledger(mill, m), headers=senders),
            lambda m=month: people.client.post("/v1/ledgers", json=received(m, mill), headers=receivers),
        )
    ]
    move = {"region": "140311", "reports_until": "2025-04"}
    calls.insert(2, lambda: people.client.patch(f"/v1/sites/{mill}", json=move, headers=admin))
    threads = [threading.Thread(target=call) for call in (*calls, *([lambda: folded(sessions)] * 2))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong(sessions) == []
    with sessions.reading() as session:
        filed = select(func.sum(FiledCount.ledgers), func.sum(FiledCount.expected_ledgers))
        assert session.execute(filed.where(FiledCount.region == "140311")).one() == (3, 2)
        sent = select(func.sum(SentSum.sent_grams), func.sum(SentSum.confirmed_grams))
        told = session.execute(sent.where(SentSum.region == "140311")).one()
        assert told == (3 * 500_000_000, 3 * 480_000_000)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_where_there_is_one_writer_a_key_has_one_row_at_once(people: People, sessions: Database) -> None:
    mills = people.register(sites=2)
    for mill in mills:
        assert people.file(ledger(mill)).status_code == 201
    with sessions.reading() as session:
        (sent,) = session.scalars(select(SentSum))
        (filed,) = session.scalars(select(FiledCount))
    assert (sent.sent_grams, sent.folded) == (1_000_000_000, True)
    assert (filed.ledgers, filed.expected_ledgers, filed.folded) == (2, 2, True)


def command(*words: str) -> tuple[int, str]:
    told = CliRunner().invoke(cli, ["db", *words])
    return told.exit_code, told.output


def test_the_check_names_what_is_wrong_and_a_recount_mends_it(
    people: People, sessions: Database, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", database)
    (mill,) = people.register()
    assert people.file(ledger(mill)).status_code == 201
    with sessions.writing() as session:
        session.execute(delete(SentSum))
        session.execute(select(FiledCount)).scalar_one().ledgers = 2
    assert wrong(sessions) == [
        {"table": "sent_sums", "region": "140212", "month": "2025-03", "waste": "SW02"},
        {"table": "filed_counts", "region": "140212", "month": "2025-03"},
    ]
    told = people.client.get("/v1/selfcheck", headers=people.admin)
    assert told.json() == {"ok": False, "rollup_differences": [], "kept_sum_differences": wrong(sessions)}
    exit_code, output = command("check")
    assert exit_code == 1
    assert "sent_sums" in output
    assert command("recount")[0] == 0
    assert wrong(sessions) == []
    assert command("check")[0] == 0
    with sessions.writing() as session:
        on = " ON sites" if session.get_bind().dialect.name == "postgresql" else ""
        session.execute(text(f"DROP TRIGGER {TRIGGERS[-1]}{on}"))
    assert wrong(sessions) == [{"trigger": TRIGGERS[-1]}]


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    heard: list[str] = []

    def hear(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    yield heard
    event.remove(engine, "before_cursor_execute", hear)


@pytest.mark.parametrize("more", ["", "&group_by=month", "&group_by=region", "&waste=SW02"])
def test_a_regions_rate_reads_no_line_ledger_or_transfer(people: People, more: str) -> None:
    (mill,) = people.register()
    assert people.file(ledger(mill)).status_code == 201
    headers = people.regulator()
    engines = people.sessions.engines
    app_engines = people.client.app.state.database.engines  # type: ignore[attr-defined]
    assert engines is not app_engines
    with statements(app_engines.read) as heard:
        answer = people.client.get(ASKED + more, headers=headers)
    assert answer.status_code == 200, answer.text
    grown = ("ledger_lines", "ledgers ", "ledger_versions", "transfers", "ledger_flows")
    assert [name for name in grown for one in heard if f"FROM {name}" in one + " "] == []
    assert len([one for one in heard if one.startswith("SELECT")]) <= 7
