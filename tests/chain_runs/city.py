"""A coal mine, a gangue power station and a block works in one city, and a cement works in the next one."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from builders import JSON, People, ledger

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.chain_runs import report, service
from app.chain_runs.report import Told
from app.chain_runs.schemas import SummaryOut
from app.chain_runs.service import RunQuery
from app.db.session import Database
from app.domain.periods import Month
from app.ids import new_id
from chains.stock import StockRule

MINE, PLANT, WORKS, CEMENT = (f"91140200MA0EXAMPL{letter}" for letter in "EFGH")
MARCH = Month(2025, 3)
NOW = datetime(2026, 1, 10, 8, tzinfo=UTC)
ADMIN = Subject(new_id(), "someone", Role.ADMIN, SCOPES_OF[Role.ADMIN])
REGIONS = {MINE: "140212", PLANT: "140213", WORKS: "140214", CEMENT: "140311"}


def site(enterprise: str, number: int = 1) -> str:
    return f"{enterprise}00{number}P"


def register(people: People) -> None:
    for enterprise, region in REGIONS.items():
        people.register(enterprise, region=region)


def file(people: People, enterprise: str, *lines: JSON, month: str = "2025-03", number: int = 1) -> Any:
    answer = people.file(ledger(site(enterprise, number), month, *lines), enterprise=enterprise)
    assert answer.status_code == 201, answer.text
    return answer.json()


def gangue_to_blocks(people: People, *, fly_ash: str = "26") -> None:
    """File the worked example of March 2025.

    The mine makes 100 t of gangue, keeps 20 and sends 80 to be burnt. The station burns them (yield 0.325 fly ash,
    0.325 bottom ash, the rest air), reports `fly_ash` and 26 t of bottom ash, sends all its fly ash to the block
    works and buries the bottom ash. The works makes blocks of 20 t and keeps the rest.
    """
    register(people)
    file(people, MINE, _gangue())
    file(people, PLANT, *_burnt(fly_ash))
    blocks = {"process": "aac_block", "product": "aac_block", "tonnes": "20", "received_tonnes": "20"}
    taken = {"received": [{"from": site(PLANT), "tonnes": fly_ash}], "used": [blocks]}
    file(people, WORKS, {"waste": "SW02", "closing_stock_tonnes": str(float(fly_ash) - 20)} | taken)


def _gangue() -> JSON:
    sent = [{"to": site(PLANT), "tonnes": "80"}]
    return {"waste": "SW04", "generated_tonnes": "100", "sent": sent, "closing_stock_tonnes": "20"}


def _burnt(fly_ash: str) -> tuple[JSON, JSON, JSON]:
    burnt = {"process": "gangue_power", "product": "electricity", "tonnes": "80", "received_tonnes": "80"}
    sent = [{"to": site(WORKS), "tonnes": fly_ash}]
    buried = [{"method": "landfill", "tonnes": "26", "compliant": True}]
    return (
        {"waste": "SW04", "received": [{"from": site(MINE), "tonnes": "80"}], "used": [burnt]},
        {"waste": "SW02", "generated_tonnes": fly_ash, "sent": sent},
        {"waste": "SW03", "generated_tonnes": "26", "disposed": buried},
    )


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about; March 2025 of the city unless said otherwise."""

    chain: str = "all"
    region: str | None = "1402"
    base: str | None = None
    first: Month = MARCH
    last: Month = MARCH
    as_of: datetime | None = None
    rule: StockRule = StockRule.MIXED
    subject: Subject = ADMIN

    @property
    def query(self) -> RunQuery:
        return RunQuery(self.chain, self.region, self.base, self.first, self.last, self.as_of, self.rule)


USUAL = Question()


def told(sessions: Database, asked: Question = USUAL) -> Told:
    with sessions.reading() as session:
        found = service.ask(session, asked.subject, asked.query, NOW)
        return service.told(session, asked.subject, found)


def summary(sessions: Database, asked: Question = USUAL) -> SummaryOut:
    return report.summary(told(sessions, asked))


def positive(tonnes: dict[str, str]) -> dict[str, str]:
    """Leave out what is nought."""
    return {name: amount for name, amount in tonnes.items() if amount != "0"}
