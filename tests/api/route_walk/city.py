"""A small city for the walk: firm A with a ledger, a draft and a shipment to B, firm X that knows neither.

Everything that belongs to A is odd enough to be found again in an answer: `City.traces` lists it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from builders import JSON, ledger
from fastapi import FastAPI, Response
from sqlalchemy import select
from starlette.testclient import TestClient
from support.clock import SettableClock

from app.auth import sessions as page_sessions
from app.auth.models import Client, ClientSecret, User
from app.auth.sessions import subject_of_user
from app.auth.subjects import SCOPES_OF, Role, Subject
from app.auth.tokens import API_AUDIENCE, issue
from app.clients import service as clients
from app.db.session import Database
from app.domain.periods import Month
from app.enterprises.models import Enterprise, Facility, Site
from app.findings import evaluation
from app.findings.models import Finding
from app.findings.reading_sites import When
from app.ledgers.models import Ledger
from app.main import create_app
from app.outbox import feed
from app.settings import Settings
from app.transfers.models import Transfer

A, B, X = (f"91140200MA0WALK{letter}" for letter in ("AAA", "BBB", "XXX"))
A_SITE, B_SITE, X_SITE = (f"{code}001P" for code in (A, B, X))
A_NAMES = ("示例甲物资公司", "示例甲北厂", "示例甲灰场", "甲负责人")
A_TONNES = ("73191.25", "31415.5", "41775.75", "90817.375")
MARCH, DRAFTED, FREE = "2025-03", "2025-04", "2025-06"
PASSWORD = "quiet-gravel-47"


class Kind(StrEnum):
    """Who asks. A is the enterprise whose data is asked for."""

    OWN = "enterprise A"
    PARTY = "enterprise B, A's receiver"
    OTHER = "an unrelated enterprise"
    REGULATOR = "the regulator of 1402"
    FAR_REGULATOR = "the regulator of 13"
    PERMITS = "the permit system of 1402"
    FAR_PERMITS = "the permit system of 13"
    ADMIN = "an administrator"
    NOBODY = "nobody"


OWNERS: dict[Kind, tuple[Role, JSON]] = {
    Kind.OWN: (Role.ENTERPRISE, {"enterprise": A}),
    Kind.PARTY: (Role.ENTERPRISE, {"enterprise": B}),
    Kind.OTHER: (Role.ENTERPRISE, {"enterprise": X}),
    Kind.REGULATOR: (Role.REGULATOR, {"region": "1402"}),
    Kind.FAR_REGULATOR: (Role.REGULATOR, {"region": "13"}),
    Kind.PERMITS: (Role.PERMIT_SYSTEM, {"region": "1402"}),
    Kind.FAR_PERMITS: (Role.PERMIT_SYSTEM, {"region": "13"}),
    Kind.ADMIN: (Role.ADMIN, {}),
}


@dataclass
class City:
    """A running service on the city's database."""

    app: FastAPI
    client: TestClient
    sessions: Database
    settings: Settings
    clock: SettableClock

    def headers(self, kind: Kind) -> JSON:
        """A bearer token of the machine client of that kind, as `/oauth/token` would sign it."""
        if kind is Kind.NOBODY:
            return {}
        with self.sessions.reading() as session:
            made = session.scalars(select(Client).where(Client.name == kind.value)).one()
        subject = Subject(
            made.id, made.name, made.role, SCOPES_OF[made.role], made.enterprise_id, made.region
        )
        token = issue(
            subject,
            secret=self.settings.secret_key.get_secret_value(),
            audience=API_AUDIENCE,
            now=self.clock(),
            lifetime=timedelta(minutes=15),
        )
        return {"Authorization": f"Bearer {token}"}

    def cookie(self, kind: Kind) -> JSON:
        """The session of a person of that kind, as signing in would start it."""
        if kind is Kind.NOBODY:
            return {}
        with self.sessions.reading() as session:
            user = session.scalars(select(User).where(User.username == kind.name.lower())).one()
            subject = subject_of_user(session, user)
        answer = Response()
        page_sessions.start(answer, subject, settings=self.settings, now=self.clock())
        return {"Cookie": answer.headers["set-cookie"].partition(";")[0]}

    def ledger_id(self, month: str = MARCH) -> UUID:
        with self.sessions.reading() as session:
            query = select(Ledger.id).join(Site, Site.id == Ledger.site_id)
            return session.scalars(query.where(Site.code == A_SITE, Ledger.month == Month.parse(month))).one()

    @cached_property
    def transfer_id(self) -> UUID:
        with self.sessions.reading() as session:
            return session.scalars(select(Transfer.id).where(Transfer.sender_party == A_SITE)).one()

    @cached_property
    def finding_id(self) -> UUID:
        """A finding about A alone, of which A was notified."""
        with self.sessions.reading() as session:
            query = select(Finding.id).join(Site, Site.id == Finding.site_id)
            return session.scalars(query.where(Site.code == A_SITE, Finding.rule == "late_filing")).one()

    def client_of(self, kind: Kind) -> tuple[str, UUID]:
        """The public name of a kind's machine client and the id of its secret."""
        with self.sessions.reading() as session:
            query = select(Client.client_id, ClientSecret.id).join(
                ClientSecret, ClientSecret.client_pk == Client.id
            )
            client_id, secret_id = session.execute(query.where(Client.name == kind.value)).one()
        return client_id, secret_id

    def new_secret(self, kind: Kind) -> tuple[str, str]:
        """Give a kind's client a secret that is known here."""
        client_id, _ = self.client_of(kind)
        with self.sessions.writing() as session:
            return client_id, clients.rotate_secret(session, client_id, self.clock()).client_secret

    @cached_property
    def traces(self) -> tuple[str, ...]:
        """Codes, names, tonnes and ids that only A's data has."""
        with self.sessions.reading() as session:
            firm = session.scalars(select(Enterprise.id).where(Enterprise.credit_code == A)).one()
            site = session.scalars(select(Site.id).where(Site.code == A_SITE)).one()
            facility = session.scalars(select(Facility.id).where(Facility.site_id == site)).one()
        ids = (
            firm,
            site,
            facility,
            self.ledger_id(),
            self.ledger_id(DRAFTED),
            self.transfer_id,
            self.finding_id,
        )
        return (A, *A_NAMES, *A_TONNES, *(str(one) for one in ids))


def a_line(**more: Any) -> JSON:
    return {
        "waste": "SW02",
        "opening_stock_tonnes": "90817.375",
        "generated_tonnes": "73191.25",
        "used": [{"process": "cement_blending", "product": "cement", "tonnes": "31415.5"}],
        "sent": [{"to": B_SITE, "tonnes": "41775.75"}],
        "closing_stock_tonnes": "90817.375",
    } | more


def a_ledger(month: str, **more: Any) -> JSON:
    return ledger(A_SITE, month, a_line(), signed_by=A_NAMES[3]) | more


@contextmanager
def opened(url: str) -> Iterator[City]:
    """Run the service on a database that has the city, or is to have it."""
    with TemporaryDirectory() as folder:
        settings = Settings(database_url=url, attachments_folder=Path(folder))
        clock = SettableClock()
        app = create_app(settings, clock=clock)
        with TestClient(app, follow_redirects=False) as client:
            yield City(app, client, app.state.database, settings, clock)


def build(url: str) -> None:
    """Onboard everybody and file; nobody stays connected."""
    with opened(url) as city:
        with city.sessions.writing() as session:
            clients.create_client(session, name=Kind.ADMIN, role=Role.ADMIN, now=city.clock())
        _onboard(city)
        with city.sessions.writing() as session:
            for kind, (role, owner) in OWNERS.items():
                if kind is not Kind.ADMIN:
                    clients.create_client(session, name=kind, role=role, now=city.clock(), **owner)
                name = kind.name.lower()
                clients.create_user(
                    session,
                    username=name,
                    name=name,
                    password=PASSWORD,
                    role=role,
                    now=city.clock(),
                    **owner,
                )
        _file(city)
        evaluation.evaluate_all(city.sessions, When(city.clock(), city.settings.timezone))
        notice = {"decision": "notify", "deadline": "2026-02-10"}
        told = city.client.post(
            f"/v1/findings/{city.finding_id}/decisions", json=notice, headers=city.headers(Kind.REGULATOR)
        )
        assert told.status_code == 200, told.text
        with city.sessions.writing() as session:
            feed.place(session, now=city.clock(), subscriptions={})


def _post(city: City, kind: Kind, path: str, body: JSON) -> None:
    answer = city.client.post(path, json=body, headers=city.headers(kind))
    assert answer.status_code == 201, answer.text


def _onboard(city: City) -> None:
    names = {A: (A_NAMES[0], A_NAMES[1]), B: ("示例乙公司", "乙厂"), X: ("示例丙公司", "丙厂")}
    for code, (firm, place) in names.items():
        enterprise = {"credit_code": code, "name": firm, "industry": "44", "region": "140212"}
        _post(city, Kind.ADMIN, "/v1/enterprises", enterprise)
        site = {"code": f"{code}001P", "enterprise": code, "name": place, "region": "140212"}
        _post(city, Kind.ADMIN, "/v1/sites", site | {"reports_from": "2025-01"})
    facility = {"site": A_SITE, "code": "TS001", "name": A_NAMES[2], "kind": "storage"}
    _post(city, Kind.ADMIN, "/v1/facilities", facility)


def _file(city: City) -> None:
    _post(city, Kind.OWN, "/v1/ledgers", a_ledger(MARCH))
    _post(city, Kind.OWN, "/v1/ledgers", a_ledger(DRAFTED, draft=True))
    # B and X have figures of their own, so that their answers are not empty.
    for kind, site in ((Kind.PARTY, B_SITE), (Kind.OTHER, X_SITE)):
        line = {
            "waste": "SW02",
            "generated_tonnes": "1000",
            "used": [{"tonnes": "600"}],
            "closing_stock_tonnes": "400",
        }
        _post(city, kind, "/v1/ledgers", ledger(site, MARCH, line))
