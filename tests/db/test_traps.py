"""The traps that databases set for a product like this, each held shut (docs/map.md)."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from builders import MILL, People, ledger
from sqlalchemy import event, func, insert, select, text
from sqlalchemy.exc import OperationalError

import app.tables  # noqa: F401 - fills the metadata
from app.auth.subjects import Role
from app.db.base import Base
from app.db.session import Database
from app.domain.periods import Month
from app.ids import new_id
from app.ledgers.models import Ledger, MonthClosing


def test_a_commit_that_fails_is_never_answered_201(people: People) -> None:
    (site,) = people.register()
    people.of()

    def fail(_connection: Any) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk is full"))

    engine = people.client.app.state.database.engines.write  # type: ignore[attr-defined]
    event.listen(engine, "commit", fail)
    try:
        answer = people.file(ledger(site))
    finally:
        event.remove(engine, "commit", fail)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    with people.sessions.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ledger)) == 0
    assert people.file(ledger(site)).status_code == 201


def test_writers_queue_instead_of_failing(sessions: Database) -> None:
    failures: list[BaseException] = []

    def write(number: int) -> None:
        try:
            with sessions.writing() as session:
                session.execute(select(func.count()).select_from(MonthClosing))
                row = {"id": new_id(), "region": f"14{number:04d}", "month": Month(2025, 1), "actor": "t"}
                session.execute(insert(MonthClosing), [row | {"at": datetime.now(UTC)}])
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with sessions.reading() as session:
        assert session.scalar(select(func.count()).select_from(MonthClosing)) == 16


def test_a_reader_cannot_write_on_sqlite(sessions: Database, database_kind: str) -> None:
    if database_kind != "sqlite":
        pytest.skip("PostgreSQL reads and writes through one pool; rights are the operator's")
    with sessions.reading() as session, pytest.raises(OperationalError):
        session.execute(text("DELETE FROM ledgers"))


def test_no_mass_is_kept_as_a_float_and_no_column_has_a_server_default() -> None:
    for table in Base.metadata.tables.values():
        for column in table.columns:
            # A number that counts rows up is the database's to give; anything else differs between the two.
            counted = isinstance(column.server_default, sa.Identity)
            assert counted or column.server_default is None, f"{table.name}.{column.name}"
            assert not isinstance(column.type, sa.Numeric) or column.name in {"latitude", "longitude"}
            if column.name.endswith("_grams"):
                assert isinstance(column.type, sa.BigInteger), f"{table.name}.{column.name}"


def test_the_largest_sum_survives_exactly(people: People) -> None:
    (site,) = people.register()
    line = {
        "waste": "SW04",
        "generated_tonnes": "999999999.999999",
        "closing_stock_tonnes": "999999999.999999",
    }
    assert people.file(ledger(site, "2025-03", line)).status_code == 201
    url = "/v1/rates?metric=storage.rate&region=14&from=2025-03&to=2025-03"
    item = people.client.get(url, headers=people.regulator("14")).json()["items"][0]
    assert (item["denominator_tonnes"], item["value"]) == ("999999999.999999", "1.000000")


def test_moments_keep_their_time_zone(sessions: Database) -> None:
    beijing = datetime(2025, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=8)))
    with sessions.writing() as session:
        session.add(MonthClosing(id=new_id(), region="14", month=Month(2025, 2), actor="t", at=beijing))
    with sessions.reading() as session:
        kept = session.scalar(select(MonthClosing.at))
    assert kept == beijing
    assert kept is not None
    assert kept.utcoffset() == timedelta(0)
    naive = datetime(2025, 3, 1)  # noqa: DTZ001 - the very thing that is refused
    with pytest.raises(Exception, match="time zone"), sessions.writing() as session:
        session.add(MonthClosing(id=new_id(), region="13", month=Month(2025, 2), actor="t", at=naive))


def test_a_month_ends_at_local_midnight(people: People, clock: Any) -> None:
    (site,) = people.register()
    clock.set("2025-03-31T16:30:00+00:00")
    people.headers(Role.ENTERPRISE, enterprise=MILL)
    people._headers.clear()  # noqa: SLF001 - tokens of another day
    assert people.file(ledger(site, "2025-04")).status_code == 201
    assert people.file(ledger(site, "2025-05")).status_code == 422


def test_two_writers_of_one_month_give_one_ledger(people: People) -> None:
    (site,) = people.register()
    headers = people.of()
    answers: list[int] = []

    def post() -> None:
        answers.append(people.client.post("/v1/ledgers", json=ledger(site), headers=headers).status_code)

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 409, 409, 409, 409, 409]
