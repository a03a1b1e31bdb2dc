"""The client against the service as its own process: what an integrator's program does, over real HTTP."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from huanlian_client import (
    Forbidden,
    Huanlian,
    Invalid,
    KeyReused,
    LedgerAlreadyFiled,
    NotFound,
    PreconditionFailed,
    Retries,
    Unauthenticated,
)
from huanlian_client.shapes.ledgers import AmendmentIn, LedgerIn
from support.databases import filled_database
from support.run import Run
from support.served import Server

from app.auth.subjects import Role
from app.clients import service as clients
from app.clients.service import NewClient
from app.db.engine import make_engines
from app.db.session import Database
from app.settings import Settings

MILL, WORKS = "91140200MA0EXAMPLE", "91140200MA0EXAMPLF"
SITE, RECEIVER = MILL + "001P", WORKS + "001P"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class World:
    """A running service, and clients of whoever is asked for."""

    def __init__(self, server: Server, database: Database) -> None:
        self.server = server
        self.database = database
        self._made: dict[str, Huanlian] = {}

    def credentials(self, role: Role, **owner: str) -> NewClient:
        with self.database.writing() as session:
            return clients.create_client(session, name="test", role=role, now=NOW, **owner)  # type: ignore[arg-type]

    def speak(self, role: Role, **owner: str) -> Huanlian:
        name = f"{role} {owner}"
        if name not in self._made:
            made = self.credentials(role, **owner)
            self._made[name] = Huanlian(self.server.url, made.client_id, made.client_secret)
        return self._made[name]

    def close(self) -> None:
        for client in self._made.values():
            client.close()


@pytest.fixture(scope="module")
def world(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("served")
    with filled_database("sqlite", run, folder) as url:
        engines = make_engines(Settings(database_url=url))
        server = Server({"database_url": url, "worker_poll_seconds": "0.05"}, folder)
        server.start()
        world = World(server, Database(engines))
        admin = world.speak(Role.ADMIN)
        for code in (MILL, WORKS):
            admin.register.enterprise(
                {"credit_code": code, "name": "示例企业", "industry": "44", "region": "140212"}
            )
            admin.register.site(
                {
                    "code": code + "001P",
                    "enterprise": code,
                    "name": "示例场所",
                    "region": "140212",
                    "reports_from": "2025-01",
                }
            )
        yield world
        world.close()
        server.stop()
        engines.dispose()


def ledger(month: str, generated: str = "1000") -> LedgerIn:
    return {
        "site": SITE,
        "month": month,
        "lines": [
            {
                "waste": "SW02",
                "generated_tonnes": generated,
                "sent": [{"to": RECEIVER, "tonnes": "500", "purpose": "use"}],
                "closing_stock_tonnes": int(generated) - 500,
            }
        ],
    }


def amended(month: str, generated: str) -> AmendmentIn:
    return {**ledger(month, generated), "reason": "复磅"}


def test_file_read_amend(world: World) -> None:
    mill = world.speak(Role.ENTERPRISE, enterprise=MILL)
    tried = mill.ledgers.validate(ledger("2025-01"))
    assert tried["outcome"] == "created"
    filed = mill.ledgers.file(ledger("2025-01"), key="a-1")
    assert mill.ledgers.file(ledger("2025-01"), key="a-1") == filed
    with pytest.raises(KeyReused):
        mill.ledgers.file(ledger("2025-01", "1100"), key="a-1")
    with pytest.raises(LedgerAlreadyFiled) as there:
        mill.ledgers.file(ledger("2025-01", "1100"))
    assert (there.value.ledger_id, there.value.version) == (filed["id"], 1)
    assert there.value.receipt_sha256 == filed["receipt"]["sha256"]
    second = mill.ledgers.amend(filed["id"], amended("2025-01", "1100"), version=1)
    assert second["version"] == 2
    with pytest.raises(PreconditionFailed):
        mill.ledgers.amend(filed["id"], amended("2025-01", "1200"), version=1)
    assert mill.ledgers.get(filed["id"])["version"] == 2
    assert [version["version"] for version in mill.ledgers.versions(filed["id"])] == [2, 1]


def test_bulk_says_what_became_of_each(world: World) -> None:
    mill = world.speak(Role.ENTERPRISE, enterprise=MILL)
    bad = {**ledger("2025-03"), "lines": [{"waste": "SW99", "generated_tonnes": "1"}]}
    many: Any = [ledger("2025-02"), bad, ledger("2025-04")]
    with pytest.raises(Invalid) as refused:
        mill.ledgers.bulk(many, mode="atomic")
    assert [item["outcome"] for item in refused.value.document["items"]] == ["created", "rejected", "created"]
    answered = mill.ledgers.bulk(many, mode="each", key="b-1")
    assert answered["summary"] == {"created": 2, "unchanged": 0, "amended": 0, "rejected": 1}
    assert mill.ledgers.bulk(many, mode="each", key="b-1") == answered
    assert answered["items"][1]["errors"][0]["pointer"] == "/lines/0/waste"
    assert [found["month"] for found in mill.ledgers.find(site=SITE, first="2025-02", last="2025-04")] == [
        "2025-02",
        "2025-04",
    ]


def test_the_receiver_answers(world: World) -> None:
    mill, works = (world.speak(Role.ENTERPRISE, enterprise=code) for code in (MILL, WORKS))
    mill.ledgers.file(ledger("2025-06"))
    (transfer,) = works.transfers.find(direction="incoming", first="2025-06", last="2025-06", undecided=True)
    with pytest.raises(Forbidden):
        mill.transfers.confirm(transfer["id"])
    assert works.transfers.dispute(transfer["id"], "未收到")["state"] == "disputed"
    assert works.transfers.correct(transfer["id"], "487.5")["confirmed_tonnes"] == "487.5"
    assert works.transfers.confirm(transfer["id"])["state"] == "confirmed"
    assert mill.transfers.get(transfer["id"])["confirmed_tonnes"] == "500"
    with pytest.raises(NotFound):
        works.transfers.get("0193c000-0000-7000-8000-000000000000")


def test_rates_flows_and_fates_of_what_was_filed(world: World) -> None:
    mill = world.speak(Role.ENTERPRISE, enterprise=MILL)
    mill.ledgers.file(ledger("2025-08"))
    rate = mill.rates.get(
        "utilization.plain", site=SITE, waste=["SW02"], first="2025-08", last="2025-08", group_by="month"
    )
    assert [item["value"] for item in rate["items"]] == ["0.500000"]
    regulator = world.speak(Role.REGULATOR, region="14")
    asked: Any = {"region": "1402", "first": "2025-08", "last": "2025-08"}
    fates = regulator.chains.fates("all", group_by="waste", **asked)
    assert [item["generated_tonnes"] for item in fates["items"]] == ["1000"]
    assert regulator.chains.flows("all", **asked)["graph"]["nodes"]
    assert mill.chains.trace(SITE, "SW02", first="2025-08", last="2025-08")["entering_tonnes"] == "1000"
    assert regulator.rates.progress(region="1402", year=2025)["items"]
    with pytest.raises(Forbidden):
        mill.chains.fates("all", **asked)


def test_what_happened_is_told_once_each_and_in_order(world: World) -> None:
    mill = world.speak(Role.ENTERPRISE, enterprise=MILL)
    filed = mill.ledgers.file(ledger("2025-10"))
    mill.ledgers.amend(filed["id"], amended("2025-10", "1300"), version=1)
    seen: list[Any] = []
    for page in mill.events.follow(types=["ledger.submitted", "ledger.amended"], poll_seconds=0.02):
        seen += [event for event in page["items"] if event["data"]["ledger"] == filed["id"]]
        if len(seen) == 2:
            break
    assert [event["type"] for event in seen] == ["ledger.submitted", "ledger.amended"]
    assert [page["items"] for page in mill.events.since(page["next_cursor"])] == [[]]


def test_threads_share_one_token(world: World) -> None:
    mill = world.speak(Role.ENTERPRISE, enterprise=MILL)
    together = threading.Barrier(4)

    def ask(_: int) -> str:
        together.wait(10)
        return mill.register.get_site(SITE)["code"]

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(ask, range(4))) == {SITE}


def test_a_wrong_secret_is_told_at_the_first_request(world: World) -> None:
    made = world.credentials(Role.ENTERPRISE, enterprise=MILL)
    with (
        Huanlian(world.server.url, made.client_id, "wrong") as client,
        pytest.raises(Unauthenticated) as told,
    ):
        client.rates.metrics()
    assert told.value.message.zh
    assert "wrong" not in str(told.value)


def test_a_service_that_restarts_is_waited_for(world: World) -> None:
    made = world.credentials(Role.ENTERPRISE, enterprise=MILL)
    pauses: list[float] = []

    def restart(seconds: float) -> None:
        pauses.append(seconds)
        world.server.start()

    with Huanlian(
        world.server.url, made.client_id, made.client_secret, retries=Retries(attempts=3), pause=restart
    ) as client:
        assert client.ledgers.file(ledger("2025-11"), key="r-1")["version"] == 1
        world.server.kill()
        assert client.ledgers.file(ledger("2025-11"), key="r-1")["version"] == 1
    assert len(pauses) == 1
    mill = world.speak(Role.ENTERPRISE, enterprise=MILL)
    (one,) = mill.ledgers.find(site=SITE, first="2025-11", last="2025-11")
    assert len(mill.ledgers.versions(one["id"])) == 1
