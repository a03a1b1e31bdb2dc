"""Loading the demo city through the services: the same checks, receipts and rollups as for real filings."""

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import select

from app.auth.models import Client
from app.auth.subjects import SCOPES_OF, Role, Subject
from app.clients import service as clients
from app.clients.service import NewClient
from app.clock import local_date
from app.db.session import Database, WriteSession
from app.domain.periods import Month
from app.domain.quantities import grams_from_tonnes
from app.enterprises import onboarding
from app.enterprises.models import Enterprise, Site
from app.enterprises.schemas import EnterpriseIn, FacilityIn, SiteIn
from app.ids import new_id
from app.ledgers.models import Ledger
from app.ledgers.schemas import LedgerIn
from app.ledgers.service import Command, Filer, Intent, file
from app.permits.commands import Incoming, Receiver
from app.permits.permit_in import PermitIn
from app.permits.receiving import receive
from app.transfers.confirmations import confirm
from app.transfers.models import Decision, Transfer
from seed.demo.city import DemoCity, build_city
from seed.demo.confirmations import Confirmation
from seed.demo.filings import Filing
from seed.demo.logins import Login
from seed.demo.permits import Permit
from seed.demo_batches import load_batches
from seed.demo_rewards import load_rewards

_TIMEZONE = "Asia/Shanghai"
_BEFORE_FIRST_FILING = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """What a person, and a machine for the same owner, signs in with; made anew at each load and kept nowhere."""

    username: str
    password: str
    name: str
    role: Role
    client_id: str
    client_secret: str


def load_demo(database: Database, now: datetime) -> tuple[DemoLogin, ...]:
    """Load the city when it is not there yet; either way give fresh passwords and machine clients to its users."""
    city = build_city()
    with database.writing() as session:
        present = session.execute(
            select(Enterprise.id).where(Enterprise.credit_code == city.enterprises[0].credit_code)
        ).first()
        if present is None:
            _register(session, city)
            _receive(session, city)
            _play(session, city)
            load_batches(session, city.batches)
            load_rewards(session)
        return tuple(_login(session, login, now) for login in city.logins)


def _admin() -> Subject:
    return Subject(new_id(), "demo-loader", Role.ADMIN, SCOPES_OF[Role.ADMIN])


def _register(session: WriteSession, city: DemoCity) -> None:
    at = city.filings[0].filed_at - _BEFORE_FIRST_FILING
    admin = _admin()
    for firm in city.enterprises:
        body = {
            "credit_code": firm.credit_code,
            "name": firm.name,
            "industry": firm.industry,
            "region": firm.region,
        }
        onboarding.register_enterprise(session, admin, EnterpriseIn.model_validate(body), at)
    for site in city.sites:
        fields = {name: getattr(site, name) for name in SiteIn.model_fields if hasattr(site, name)}
        onboarding.register_site(session, admin, SiteIn.model_validate(fields), now=at, timezone=_TIMEZONE)
    for facility in city.facilities:
        fields = {
            name: getattr(facility, name) for name in FacilityIn.model_fields if hasattr(facility, name)
        }
        onboarding.register_facility(session, admin, FacilityIn.model_validate(fields), at)


def _receive(session: WriteSession, city: DemoCity) -> None:
    """Take the permits in, version after version, each on the day on which it came."""
    for received_on, together in groupby(city.permits, key=lambda permit: permit.received_on):
        at = datetime.combine(received_on, time(1), UTC)
        receiver = Receiver(_admin(), at, received_on, "demo")
        for result in receive(session, [_incoming(permit) for permit in together], receiver):
            if result.problem is not None:
                raise RuntimeError(f"demo permit refused: {result.problem.document()}")


def _incoming(permit: Permit) -> Incoming:
    raw = json.dumps(permit.body, ensure_ascii=False).encode()
    return Incoming(permit.number, PermitIn.model_validate(permit.body), raw, "application/json")


def _play(session: WriteSession, city: DemoCity) -> None:
    """File and confirm in the order in which it happened."""
    subjects = _enterprise_subjects(session)
    owners = dict(session.execute(select(Site.code, Site.enterprise_id)).all())
    answers = list(city.confirmations)
    for group in _groups(city.filings):
        while answers and answers[0].at < group[0].filed_at:
            _confirm(session, answers.pop(0), owners, subjects)
        _file(session, group, subjects[owners[group[0].body["site"]]])
    for answer in answers:
        _confirm(session, answer, owners, subjects)


def _groups(filings: Sequence[Filing]) -> Iterator[list[Filing]]:
    """Runs of filings of one site at one moment; each run is one set."""
    for _, run in groupby(filings, key=lambda filing: (filing.filed_at, filing.body["site"], filing.kind)):
        yield list(run)


def _enterprise_subjects(session: WriteSession) -> dict[Any, Subject]:
    rows = session.execute(select(Enterprise.id, Enterprise.name))
    scopes = SCOPES_OF[Role.ENTERPRISE]
    return {key: Subject(key, name, Role.ENTERPRISE, scopes, enterprise_id=key) for key, name in rows}


def _file(session: WriteSession, filings: list[Filing], subject: Subject) -> None:
    at = filings[0].filed_at
    filer = Filer(subject, at, Month.of(local_date(at, _TIMEZONE)))
    for result in file(session, [_command(session, filing) for filing in filings], filer):
        if result.problem is not None:
            raise RuntimeError(f"demo filing refused: {result.problem.document()}")


def _command(session: WriteSession, filing: Filing) -> Command:
    body = LedgerIn.model_validate(filing.body)
    if filing.kind == "ledger":
        return Command(body.content())
    ledger_id = session.execute(
        select(Ledger.id)
        .join(Site, Site.id == Ledger.site_id)
        .where(Site.code == body.site, Ledger.month == body.month)
    ).scalar_one()
    return Command(body.content(), Intent.AMEND, reason=filing.reason, ledger_id=ledger_id)


def _confirm(
    session: WriteSession, answer: Confirmation, owners: dict[str, Any], subjects: dict[Any, Subject]
) -> None:
    transfer_id = session.execute(
        select(Transfer.id).where(
            Transfer.month == answer.month,
            Transfer.waste == answer.waste,
            Transfer.purpose == answer.purpose,
            Transfer.sender_party == answer.sender,
            Transfer.receiver_party == answer.receiver,
        )
    ).scalar_one()
    grams = None if answer.tonnes is None else grams_from_tonnes(answer.tonnes)
    receiver = subjects[owners[answer.receiver]]
    confirm(session, receiver, transfer_id, Decision(answer.decision), grams, answer.comment, answer.at)


def _login(session: WriteSession, login: Login, now: datetime) -> DemoLogin:
    password = secrets.token_urlsafe(9)
    if not clients.set_password(session, login.username, password, now):
        clients.create_user(
            session,
            username=login.username,
            name=login.name,
            password=password,
            role=login.role,
            enterprise=login.enterprise,
            region=login.region,
            now=now,
        )
    machine = _machine(session, login, now)
    return DemoLogin(
        login.username, password, login.name, login.role, machine.client_id, machine.client_secret
    )


def _machine(session: WriteSession, login: Login, now: datetime) -> NewClient:
    """Make a client that sees what the person sees; those of an earlier start are shut out."""
    name = f"{login.username}-machine"
    for client_id in session.scalars(
        select(Client.client_id).where(Client.name == name, Client.disabled_at.is_(None))
    ):
        clients.disable_client(session, client_id, now)
    return clients.create_client(
        session, name=name, role=login.role, enterprise=login.enterprise, region=login.region, now=now
    )
