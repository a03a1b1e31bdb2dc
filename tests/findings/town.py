"""A small town whose ledgers tests file over HTTP, and a worker that evaluates what they touched."""

from dataclasses import dataclass
from typing import Any

from builders import JSON, People, ledger
from sqlalchemy import select
from starlette.testclient import TestClient
from support.clock import SettableClock

from app.db.session import Database
from app.findings import evaluation, jobs
from app.findings.reading_sites import When
from app.findings.replacing import Tally
from app.outbox.models import Job
from app.settings import Settings
from app.worker.loop import Worker
from app.worker.registry import SliceJobs, gather

SENDER, RECEIVER, STRANGER = (f"91140200MA0TOWN{letter}" for letter in ("AAA", "BBB", "CCC"))
OUTSIDE = "91130200MA0TOWNDDD"
A, B, C = (f"{code}001P" for code in (SENDER, RECEIVER, STRANGER))


@dataclass
class Town:
    """Speaks to the service and to the worker."""

    client: TestClient
    people: People
    sessions: Database
    settings: Settings
    clock: SettableClock

    def settle(self, **more: Any) -> None:
        """Three enterprises with a site each, reporting from 2025-09 on; in another city a fourth, for its regulator."""
        for firm in (SENDER, RECEIVER, STRANGER):
            self.people.register(firm, **{"reports_from": "2025-09", "reports_until": "2025-12"} | more)

    def file(self, site: str, month: str, *lines: JSON, **more: Any) -> JSON:
        body = ledger(site, month, **more) | {"lines": list(lines)}
        if not lines:
            body["nil"] = True
        answer = self.people.file(body, enterprise=site[:18])
        assert answer.status_code == 201, answer.text
        answered: JSON = answer.json()
        return answered

    def amend(self, filed: JSON, *lines: JSON) -> JSON:
        body = ledger(filed["site"], filed["month"]) | {"lines": list(lines), "reason": "复核后更正"}
        if not lines:
            body["nil"] = True
        version = filed["version"]
        answer = self.client.post(
            f"/v1/ledgers/{filed['id']}/amendments",
            json=body,
            headers=self.people.of(filed["site"][:18]) | {"If-Match": f'"{version}"'},
        )
        assert answer.status_code in (200, 201), answer.text
        answered: JSON = answer.json()
        return answered

    def work(self) -> int:
        """Do what the events asked for; nightly runs are left out so that only the incremental path is seen."""
        registry = gather([SliceJobs(jobs.HANDLERS, (), jobs.SUBSCRIPTIONS)])
        runs = Worker(self.sessions, self.settings, registry, clock=self.clock).drain()
        with self.sessions.reading() as session:
            failed = [(job.kind, job.last_error) for job in session.scalars(select(Job))]
        assert not failed
        return runs

    def run_all(self) -> Tally:
        return evaluation.evaluate_all(self.sessions, When(self.clock(), self.settings.timezone))

    def findings(self, headers: JSON | None = None, **query: Any) -> list[JSON]:
        answer = self.client.get(
            "/v1/findings", params={"limit": 200} | query, headers=headers or self.people.regulator()
        )
        assert answer.status_code == 200, answer.text
        items: list[JSON] = answer.json()["items"]
        return items

    def detail(self, finding: JSON, headers: JSON | None = None) -> JSON:
        answer = self.client.get(f"/v1/findings/{finding['id']}", headers=headers or self.people.regulator())
        assert answer.status_code == 200, answer.text
        answered: JSON = answer.json()
        return answered

    def post(self, finding: JSON, what: str, body: JSON, headers: JSON) -> Any:
        return self.client.post(f"/v1/findings/{finding['id']}/{what}", json=body, headers=headers)

    def only(self, rule: str, **query: Any) -> JSON:
        found = self.findings(rule=rule, **query)
        assert len(found) == 1, [each["explanation"] for each in found]
        return found[0]


def fly_ash(generated: str = "1000", **more: Any) -> JSON:
    """A line that balances: all of it put in store."""
    return {
        "waste": "SW02",
        "method": "weighbridge",
        "generated_tonnes": generated,
        "closing_stock_tonnes": generated,
    } | more


def sent(tonnes: str, to: str = B, **more: Any) -> JSON:
    """A line that generates and sends the same tonnes."""
    flow = {"to": to, "tonnes": tonnes, "purpose": "use"}
    return fly_ash(tonnes, closing_stock_tonnes="0", sent=[flow]) | more


def received(tonnes: str, sender: str = A, **more: Any) -> JSON:
    """A line that receives and uses the same tonnes."""
    used = {"process": "cement_blending", "product": "cement", "tonnes": tonnes, "received_tonnes": tonnes}
    taken = {"from": sender, "tonnes": tonnes, "purpose": "use"}
    return {"waste": "SW02", "method": "weighbridge", "received": [taken], "used": [used]} | more
