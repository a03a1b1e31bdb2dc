"""A real receiver on loopback, and a worker that does nothing but webhooks, on the test's database and clock."""

import json
import subprocess
import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select
from starlette.testclient import TestClient
from support.clock import SettableClock

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.auth.tokens import API_AUDIENCE, issue
from app.clients import service as clients
from app.db.session import Database
from app.outbox.events import NewEvent, publish
from app.outbox.models import Event, Job
from app.settings import Settings
from app.webhooks import jobs
from app.webhooks.asking import DELIVER
from app.worker.loop import Worker
from app.worker.registry import SliceJobs, gather

_PROGRAM = Path(__file__).parents[1] / "support" / "receiver.py"
REGISTRY = gather([SliceJobs(jobs.HANDLERS, jobs.PERIODIC, jobs.SUBSCRIPTIONS, jobs.POLICIES)])


class Receiver:
    """Somebody else's server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        (folder / "received").touch()
        self.port = 0
        self.answer("ok")
        self.start()

    def start(self) -> None:
        """Start it; again on the same port when it has died."""
        command = [sys.executable, "-I", str(_PROGRAM), str(self.folder), str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def wait_for_death(self) -> None:
        self._process.wait(10)
        self.end()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?token=owl-37"

    def answer(self, mode: str) -> None:
        """Answer so from now on: see support/receiver.py."""
        growing = self.folder / "mode.growing"
        growing.write_text(mode)
        growing.rename(self.folder / "mode")

    @property
    def messages(self) -> list[dict[str, Any]]:
        """All that came, headers and body as text, in the order of arrival."""
        return [json.loads(line) for line in (self.folder / "received").read_text().splitlines()]

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(message["body"]) for message in self.messages]

    @property
    def numbers(self) -> list[Any]:
        """The `n` of each event that came."""
        return [document["data"].get("n") for document in self.documents]

    def forget(self) -> None:
        (self.folder / "received").write_text("")


class Desk:
    """What tests of webhooks do: publish, work, let time pass, look."""

    def __init__(
        self, client: TestClient, sessions: Database, settings: Settings, clock: SettableClock
    ) -> None:
        self.client, self.sessions, self.settings, self.clock = client, sessions, settings, clock
        self.clients: dict[Any, str] = {}

    def work(self) -> None:
        """Do all that is due."""
        Worker(self.sessions, self.settings, REGISTRY, clock=self.clock).drain()

    def pass_time(self, **step: float) -> None:
        self.clock.advance(**step)
        self.work()

    def jump(self) -> None:
        """Go to the moment of the next delivery, and work."""
        with self.sessions.reading() as session:
            due = session.scalar(select(func.min(Job.due_at)).where(Job.kind == DELIVER))
        assert due is not None, "nothing is going to be delivered"
        self.clock.now = max(due, self.clock.now)
        self.work()

    def tell(self, numbers: Iterable[int], *, event_type: str = "ledger.submitted", **about: Any) -> None:
        """Publish events, one transaction each."""
        for number in numbers:
            event = NewEvent(event_type, {"n": number}, **({"region": "140212"} | about))
            with self.sessions.writing() as session:
                publish(session, [event], now=self.clock())

    def tell_and_fail(self, number: int) -> None:
        """Publish in a transaction that the database refuses afterwards."""
        event = NewEvent("ledger.submitted", {"n": number}, region="140212")
        with self.sessions.writing() as session:
            (event_id,) = publish(session, [event], now=self.clock())
            session.execute(insert(Event).values(id=event_id, type="another one with this id"))

    def ask(self, method: str, path: str, who: Any = None, *, expect: int = 200, **parts: Any) -> Any:
        """Send a request below /v1/webhooks, as a regulator of Datong unless told otherwise."""
        answer = self.client.request(method, f"/v1/webhooks{path}", headers=who or self.who(), **parts)
        assert answer.status_code == expect, f"{answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def hook(self, url: str, who: Any = None, **more: Any) -> Any:
        return self.ask("POST", "", who, expect=201, json={"url": url} | more)

    def show(self, hook: Any) -> Any:
        return self.ask("GET", f"/{hook['id']}")

    def change(self, hook: Any, **wishes: Any) -> Any:
        return self.ask("PATCH", f"/{hook['id']}", json=wishes)

    def deliveries(self, hook: Any, query: str = "") -> list[Any]:
        """The newest first."""
        items: list[Any] = self.ask("GET", f"/{hook['id']}/deliveries{query}")["items"]
        return items

    def told(self, event_type: str, who: Any = None) -> list[Any]:
        """The payloads of the feed's events of a type."""
        answer = self.client.get(f"/v1/events?type={event_type}", headers=who or self.who())
        return [item["data"] for item in answer.json()["items"]]

    def who(
        self, role: Role = Role.REGULATOR, *, enterprise: str | None = None, region: str | None = None
    ) -> Any:
        """A token of the machine client of that kind, good at the present moment."""
        if role in {Role.REGULATOR, Role.PERMIT_SYSTEM}:
            region = region or "1402"
        key = (role, enterprise, region)
        with self.sessions.writing() as session:
            if key not in self.clients:
                made = clients.create_client(
                    session, name=f"{key}", role=role, enterprise=enterprise, region=region, now=self.clock()
                )
                self.clients[key] = made.client_id
            client = clients.find(session, self.clients[key])
            scopes = SCOPES_OF[role]
            subject = Subject(client.id, client.name, role, scopes, client.enterprise_id, client.region)
        token = issue(
            subject,
            secret=self.settings.secret_key.get_secret_value(),
            audience=API_AUDIENCE,
            now=self.clock(),
            lifetime=timedelta(minutes=5),
        )
        return {"Authorization": f"Bearer {token}"}
