"""A mill and a works whose permits and ledgers came over HTTP: what tests of compliance and reports look at."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builders import JSON, MILL, WORKS, People, ledger
from permits.permit_bodies import facility, permit, waste
from starlette.testclient import TestClient
from support.clock import SettableClock
from support.databases import filled_database
from support.run import Run

from app.auth.subjects import Role
from app.db.engine import make_engines
from app.db.session import Database
from app.main import create_app
from app.settings import Settings

MILL_SITE, WORKS_SITE = f"{MILL}001P", f"{WORKS}001P"
ODD = "=cmd|' /C calc'!A0"
"""A receiver that nobody knows, and that a spreadsheet must not run."""


def mill_permit(**more: Any) -> JSON:
    """500 t of ash in store, 10,000 t a year used; due on 15 January and after each quarter."""
    return permit(
        facilities=[
            facility(capacity={"amount": "500", "unit": "t"}),
            facility("TS003", kind="utilization", capacity={"amount": "1", "unit": "万t/a"}),
        ],
        report_deadlines=[
            {"period": "year", "months_after": 1, "day": 15},
            {"period": "quarter", "months_after": 1, "day": 31},
        ],
        **more,
    )


def works_permit() -> JSON:
    """Takes gangue and nothing else."""
    return permit(
        wastes=[waste("SW04")],
        facilities=[
            facility("TS002", kind="utilization", capacity={"amount": "9", "unit": "万t/a"}, wastes=["SW04"])
        ],
    )


@dataclass
class Town:
    client: TestClient
    people: People
    sessions: Database
    settings: Settings
    clock: SettableClock

    @property
    def system(self) -> JSON:
        return self.people.headers(Role.PERMIT_SYSTEM, region="1402")

    def put(self, number: str, body: JSON) -> None:
        answer = self.client.put(f"/v1/permits/{number}", json=body, headers=self.system)
        assert answer.status_code in (200, 201), answer.text

    def ask(self, rest: str, number: str = MILL_SITE, *, status: int = 200, **headers: str) -> Any:
        answer = self.client.get(f"/v1/permits/{number}/{rest}", headers=self.system | headers)
        assert answer.status_code == status, answer.text
        return answer

    def settle(self) -> None:
        """Half a year of the mill: its yard is full in March, in May it makes slag that no permit names."""
        self.people.register(MILL)
        self.people.register(WORKS, region="140213")
        self.put(MILL_SITE, mill_permit())
        self.put(WORKS_SITE, works_permit())
        for number in range(1, 7):
            answer = self.people.file(ledger(MILL_SITE, f"2025-{number:02d}", *_lines(number)))
            assert answer.status_code == 201, answer.text


def _lines(number: int) -> list[JSON]:
    ash = {
        "waste": "SW02",
        "opening_stock_tonnes": str(200 * (number - 1)),
        "generated_tonnes": "1000.000001",
        "used": [{"process": "cement_blending", "product": "cement", "tonnes": "300"}],
        "sent": [
            {"to": WORKS_SITE, "tonnes": "499.5", "purpose": "use"},
            {"to": ODD, "tonnes": "0.500001", "purpose": "use", "out_of_province": True},
        ],
        "closing_stock_tonnes": str(200 * number),
    }
    slag = {
        "waste": "SW03",
        "generated_tonnes": "10.5",
        "used": [{"process": "brick", "tonnes": "10.5"}],
    }
    return [ash, slag] if number == 5 else [ash]


@contextmanager
def open_town(run: Run, folder: Path) -> Iterator[Town]:
    """The town in a database of its own, in this process, on 2026-01-10."""
    with filled_database("sqlite", run, folder) as url:
        settings = Settings(database_url=url, rate_limits=False)
        clock = SettableClock()
        engines = make_engines(settings)
        sessions = Database(engines)
        with TestClient(create_app(settings, clock=clock)) as client:
            town = Town(client, People(client, sessions, clock()), sessions, settings, clock)
            town.settle()
            yield town
        engines.dispose()
