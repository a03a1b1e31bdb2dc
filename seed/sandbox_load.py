"""Making a sandbox: the test firms, what the played ones have filed, and credentials; emptying it again.

A sandbox has a database of its own. One with any other enterprise is refused: nothing here may touch real ledgers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select

import app.tables as _all_tables  # noqa: F401 - the metadata below is whole only with every slice's tables
from app.auth.models import Client
from app.auth.subjects import SCOPES_OF, Role, Subject
from app.clients import service as clients
from app.clock import local_date
from app.db.base import Base
from app.db.session import Database, WriteSession
from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.enterprises import onboarding
from app.enterprises.models import Enterprise
from app.enterprises.schemas import EnterpriseIn, SiteIn
from app.ids import new_id
from app.ledgers.decisions import close_month
from app.ledgers.schemas import LedgerIn
from app.ledgers.service import Command, Filer, Intent, file
from app.sandbox import firms
from app.sandbox.guard import refuse_others
from app.sandbox.models import drop_tables, make_tables
from seed.load import load_reference

_TIMEZONE = "Asia/Shanghai"
_REFERENCE = frozenset({"reference_releases", "reference_rows"})


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one of the integrator's machines signs in with; made anew and kept nowhere else."""

    client_id: str
    client_secret: str
    role: Role


def prepare(database: Database, now: datetime) -> tuple[Credentials, ...]:
    """Make the firms, the played ledgers and the clients. A sandbox that is there stays as it is: no credentials then."""
    with database.writing() as session:
        refuse_others(session)
        if session.scalar(select(Client.id).where(Client.client_id == firms.ENTERPRISE_CLIENT)) is not None:
            return ()
        load_reference(session, now)
        _register(session, now)
        _play(session, now)
        told = tuple(_credentials(session, now))
    make_tables(database.engines.write)
    return told


def reset(database: Database) -> None:
    """Empty everything but the reference data. Raises NotASandbox before it touches anything."""
    with database.writing() as session:
        refuse_others(session)
        for table in _emptied():
            session.execute(table.delete())
    drop_tables(database.engines.write)


def _emptied() -> Iterator[Table]:
    return (table for table in reversed(Base.metadata.sorted_tables) if table.name not in _REFERENCE)


def _register(session: WriteSession, now: datetime) -> None:
    admin = _official()
    for firm in firms.FIRMS:
        body = {
            "credit_code": firm.credit_code,
            "name": firm.name,
            "industry": firm.industry,
            "region": firms.REGION,
        }
        onboarding.register_enterprise(session, admin, EnterpriseIn.model_validate(body), now)
    for site in firms.SITES:
        body = {
            "code": site.code,
            "enterprise": site.firm.credit_code,
            "name": site.name,
            "region": firms.REGION,
            "permit_number": site.code,
            "reports_from": str(site.reports_from),
        }
        onboarding.register_site(session, admin, SiteIn.model_validate(body), now=now, timezone=_TIMEZONE)


def _play(session: WriteSession, now: datetime) -> None:
    """The supplier reports its two deliveries, the regulator closes a month."""
    this_month = Month.of(local_date(now, _TIMEZONE))
    supplier = session.scalars(
        select(Enterprise).where(Enterprise.credit_code == firms.SUPPLIER.credit_code)
    ).one()
    subject = Subject(
        new_id(),
        firms.SUPPLIER.name,
        Role.ENTERPRISE,
        SCOPES_OF[Role.ENTERPRISE],
        enterprise_id=supplier.id,
    )
    bodies = [_delivery(month) for month in (firms.ARRIVED, firms.LOST)]
    commands = [Command(LedgerIn.model_validate(body).content(), Intent.FILE) for body in bodies]
    for result in file(session, commands, Filer(subject, now, this_month)):
        if result.problem is not None:
            raise result.problem
    close_month(session, _official(), firms.JURISDICTION, firms.CLOSED, now=now, this_month=this_month)


def _delivery(month: Month) -> dict[str, Any]:
    tonnes = tonnes_text(firms.DELIVERED_GRAMS)
    return {
        "site": firms.WASHERY.code,
        "month": str(month),
        "signed_by": "示例负责人",
        "lines": [
            {
                "waste": firms.GANGUE,
                "generated_tonnes": tonnes,
                "sent": [{"to": firms.PLANT.code, "tonnes": tonnes, "purpose": "use"}],
            }
        ],
    }


def _credentials(session: WriteSession, now: datetime) -> Iterator[Credentials]:
    yours = session.scalars(select(Enterprise).where(Enterprise.credit_code == firms.YOURS.credit_code)).one()
    for client_id, role, enterprise, region in (
        (firms.ENTERPRISE_CLIENT, Role.ENTERPRISE, yours, None),
        (firms.PERMIT_CLIENT, Role.PERMIT_SYSTEM, None, firms.JURISDICTION),
    ):
        session.add(
            Client(
                id=new_id(),
                client_id=client_id,
                name=client_id,
                role=role,
                enterprise_id=None if enterprise is None else enterprise.id,
                region=region,
                scopes=" ".join(sorted(SCOPES_OF[role])),
                created_at=now,
                disabled_at=None,
            )
        )
        session.flush()
        yield Credentials(client_id, clients.rotate_secret(session, client_id, now).client_secret, role)


def _official() -> Subject:
    return Subject(new_id(), "sandbox", Role.ADMIN, SCOPES_OF[Role.ADMIN])
