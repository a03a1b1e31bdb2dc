"""A mill with a year of gangue and ash: what tests of the worksheet and of the forms of a site ask about."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builders import JSON, MILL, WORKS, People, ledger
from starlette.testclient import TestClient
from support.clock import SettableClock
from support.databases import filled_database
from support.run import Run

from app.auth.subjects import Role
from app.db.engine import make_engines
from app.db.session import Database
from app.findings import evaluation
from app.findings.reading_sites import When
from app.main import create_app
from app.settings import Settings

SITE, WORKS_SITE = f"{MILL}001P", f"{WORKS}001P"
ODD = '=HYPERLINK("http://x")#import'
"""A receiver that nobody knows; neither a spreadsheet nor a typesetter may run it."""


def vector(**more: Any) -> JSON:
    """The first check vector: 10 000 t of gangue, 6 000 used, 3 000 stored in compliance."""
    return {
        "waste": "SW04",
        "method": "belt_scale",
        "generated_tonnes": "10000",
        "used": [{"process": "brick", "tonnes": "6000"}],
        "compliant_stored_tonnes": "3000",
        "closing_stock_tonnes": "4000",
    } | more


def ash(number: int) -> JSON:
    """Ash that is worked out by a balance, part of it sent away, part of it from earlier years' stock."""
    return {
        "waste": "SW02",
        "waste_code": "441-001-S02",
        "method": "material_balance",
        "opening_stock_tonnes": str(500 + 100 * (number - 1)),
        "generated_tonnes": f"1000.{number:06d}",
        "used": [{"process": "cement_blending", "tonnes": "250.5", "prior_stock_tonnes": "50.25"}],
        "disposed": [{"method": "landfill", "tonnes": "99.75", "compliant": True}],
        "sent": [
            {"to": WORKS_SITE, "tonnes": "500.25", "purpose": "use"},
            {"to": ODD, "tonnes": f"49.5{number:05d}", "purpose": "use", "out_of_province": True},
        ],
        "compliant_stored_tonnes": "100",
        "closing_stock_tonnes": str(500 + 100 * number),
    }


def slag(code: str | None, tonnes: str) -> JSON:
    line = {
        "waste": "SW01",
        "method": "weighbridge",
        "generated_tonnes": tonnes,
        "closing_stock_tonnes": tonnes,
    }
    return line if code is None else line | {"waste_code": code}


@dataclass
class Mill:
    client: TestClient
    people: People
    sessions: Database
    settings: Settings
    clock: SettableClock

    def ask(self, kind: str, *, status: int = 200, who: JSON | None = None, **asked: Any) -> Any:
        """A report of the mill, by its own enterprise unless somebody else asks."""
        answer = self.client.get(
            f"/v1/reports/{kind}", params={"site": SITE} | asked, headers=who or self.people.of(MILL)
        )
        assert answer.status_code == status, answer.text
        return answer

    def file(self, month: str, *lines: JSON, **more: Any) -> JSON:
        answer = self.people.file(ledger(SITE, month, *lines, **more))
        assert answer.status_code == 201, answer.text
        made: JSON = answer.json()
        return made

    def amend(self, made: JSON, *lines: JSON) -> None:
        body = ledger(SITE, made["month"], *lines, reason="复核")
        headers = self.people.of(MILL) | {"If-Match": f'"{made["version"]}"'}
        answer = self.client.post(f"/v1/ledgers/{made['id']}/amendments", json=body, headers=headers)
        assert answer.status_code == 200, answer.text

    def confirm(self, rule: str) -> None:
        """Have every finding of a rule confirmed by the authority."""
        evaluation.evaluate_all(self.sessions, When(self.clock(), self.settings.timezone))
        headers = self.people.regulator()
        found = self.client.get(f"/v1/findings?rule={rule}", headers=headers).json()["items"]
        assert found
        for each in found:
            for body in ({"decision": "notify", "deadline": "2026-02-10"}, {"decision": "confirm"}):
                answer = self.client.post(f"/v1/findings/{each['id']}/decisions", json=body, headers=headers)
                assert answer.status_code == 200, answer.text

    def settle(self) -> None:
        """Ash for the whole of 2025 but November; gangue in spring, dumped in May and amended; slags in July."""
        self.people.register(MILL)
        self.people.register(WORKS, region="140213")
        for number in range(1, 13):
            month = f"2025-{number:02d}"
            if number == 5:
                self.amend_after_confirmation(month)
            elif number == 7:
                codes = ("311-001-S01", "312-001-S01", None)
                lines = [
                    slag(code, tonnes) for code, tonnes in zip(codes, ("7.5", "11", "13.25"), strict=True)
                ]
                self.file(month, ash(number), *lines)
            elif number != 11:
                self.file(month, *([vector(), ash(number)] if number in (1, 2) else [ash(number)]))

    def amend_after_confirmation(self, month: str) -> None:
        made = self.file(month, vector(dumped_tonnes="2", closing_stock_tonnes="3998"), ash(5))
        self.confirm("dumped")
        self.amend(made, vector(), ash(5))


def tables(answer: Any) -> dict[str, list[JSON]]:
    """Every table of a report by its id."""
    return {table["id"]: table["rows"] for part in answer.json()["sections"] for table in part["tables"]}


@contextmanager
def open_mill(run: Run, folder: Path, kind: str = "sqlite") -> Iterator[Mill]:
    """The mill in a database of its own, in this process, on 2026-01-10."""
    with filled_database(kind, run, folder) as url:
        settings = Settings(database_url=url, rate_limits=False)
        clock = SettableClock()
        engines = make_engines(settings)
        sessions = Database(engines)
        with TestClient(create_app(settings, clock=clock)) as client:
            mill = Mill(client, People(client, sessions, clock()), sessions, settings, clock)
            mill.settle()
            yield mill
        engines.dispose()


def everyone_else(mill: Mill) -> dict[str, tuple[JSON, int]]:
    """Who learns nothing of the mill's forms, and how they are told."""
    people = mill.people
    return {
        "its receiver": (people.of(WORKS), 404),
        "another territory": (people.regulator("13"), 404),
        "a neighbouring county": (people.regulator("140213"), 404),
        "a permit system": (people.headers(Role.PERMIT_SYSTEM, region="1402"), 403),
        "nobody": ({"Authorization": ""}, 401),
    }
