"""Two sites of two cities with an amendment, a transfer and a correction: small enough to check by hand.

S1 (Datong, reports from 2025-01) generates 1000 t of SW02 in March 2025, uses 300 t itself and sends 500 t to S2
(Yangquan) for use. Filed on 10 April; on 1 June amended to 1000 t generated and 200 t used on the site. S2 books
400 t on 12 April and corrects the transfer to 450 t on 1 July. Both file a nil return for April.
"""

import uuid
from datetime import UTC, datetime

from sqlalchemy import select

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.db.session import Database, WriteSession
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.enterprises.history import record
from app.enterprises.models import Enterprise, Site
from app.ids import new_id
from app.ledgers.models import FlowKind, Ledger, LedgerFlow, LedgerLine, LedgerVersion, Rollup
from app.reference.models import ReferenceRow
from app.transfers.models import Decision, Transfer, TransferConfirmation

TONNE = 1_000_000
MARCH, APRIL = Month(2025, 3), Month(2025, 4)
REGISTERED = datetime(2025, 1, 5, tzinfo=UTC)
FILED, RECEIVED = datetime(2025, 4, 10, tzinfo=UTC), datetime(2025, 4, 12, tzinfo=UTC)
AMENDED, CORRECTED = datetime(2025, 6, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)
NOW = datetime(2026, 1, 10, 8, tzinfo=UTC)
ENTERPRISES = {"A": uuid.UUID(int=1), "B": uuid.UUID(int=2)}
SITES = {"S1": uuid.UUID(int=11), "S2": uuid.UUID(int=12)}
_COLUMNS = [column.name for column in LedgerLine.__table__.columns if column.name.endswith("_grams")]
_ROLLED_UP = [column.name for column in Rollup.__table__.columns if column.name.endswith("_grams")]


def subject(role: Role, *, region: str | None = None, enterprise: str | None = None) -> Subject:
    enterprise_id = None if enterprise is None else ENTERPRISES[enterprise]
    return Subject(new_id(), "someone", role, SCOPES_OF[role], enterprise_id, region)


ADMIN = subject(Role.ADMIN)
SHANXI = subject(Role.REGULATOR, region="14")
DATONG = subject(Role.REGULATOR, region="1402")
FIRM_A = subject(Role.ENTERPRISE, enterprise="A")


def build(sessions: Database) -> None:
    with sessions.writing() as session:
        for code in ("14", "1402", "1403", "1404", "140212"):
            refer(session, "regions", code, {})
        for code in ("SW02", "SW04"):
            refer(session, "wastes", code, {"bulk": True})
        _place(session, "A", "S1", "140212", "D4411")
        _place(session, "B", "S2", "140311", "C3011")
        session.flush()
        filed = line(generated=1000, own_used=800, used_on_site=300, sent_for_use=500, sent=500)
        amended = line(generated=1000, own_used=700, used_on_site=200, sent_for_use=500, sent=500)
        sent = (FlowKind.SENT, "B" * 18, 500)
        file(session, "S1", MARCH, [(FILED, filed, sent), (AMENDED, amended, sent)])
        file(session, "S2", MARCH, [(RECEIVED, line(received=400), (FlowKind.RECEIVED, "S1", 400))])
        file(session, "S1", APRIL, [(AMENDED, None, None)])
        file(session, "S2", APRIL, [(AMENDED, None, None)])
        _transfer(session)


def line(**tonnes: int) -> dict[str, int]:
    return dict.fromkeys(_COLUMNS, 0) | {f"{name}_grams": value * TONNE for name, value in tonnes.items()}


def refer(session: WriteSession, kind: str, code: str, body: dict[str, object]) -> None:
    """Add a reference row unless the database came with it."""
    known = select(ReferenceRow.id).where(ReferenceRow.kind == kind, ReferenceRow.code == code)
    if session.scalar(known) is not None:
        return
    row = ReferenceRow(id=new_id(), kind=kind, code=code, version=1, zh=code, en=code, body=body)
    row.source, row.verified, row.changed_by, row.created_at = "test", True, "test", FILED
    session.add(row)


def _place(session: WriteSession, enterprise: str, site: str, region: str, industry: str) -> None:
    firm = Enterprise(id=ENTERPRISES[enterprise], credit_code=enterprise * 18, credit_code_valid=True)
    firm.name, firm.industry, firm.region, firm.created_at = enterprise, industry, region, REGISTERED
    session.add(firm)
    session.flush()
    place = Site(
        id=SITES[site], code=site, enterprise_id=firm.id, name=site, region=region, industry=industry
    )
    place.base = "datong" if site == "S1" else None
    place.reports_from, place.created_at = Month(2025, 1) if site == "S1" else MARCH, REGISTERED
    session.add(place)
    session.flush()
    record(session, place, from_month=place.reports_from, reason=None, actor="test", now=REGISTERED)


def file(
    session: WriteSession,
    site: str,
    month: Month,
    versions: list[tuple[datetime, dict[str, int] | None, tuple[FlowKind, str, int] | None]],
) -> None:
    """File versions one after the other; the last one counts and is what the rollup holds."""
    head = Ledger(id=new_id(), site_id=SITES[site], month=month, state=LedgerState.SUBMITTED)
    ids = [new_id() for _ in versions]
    head.version, head.version_id = len(versions), ids[-1]
    session.add(head)
    session.flush()
    for index, (at, masses, flow) in enumerate(versions):
        until = versions[index + 1][0] if index + 1 < len(versions) else None
        version = LedgerVersion(id=ids[index], ledger_id=head.id, number=index + 1, is_draft=False)
        version.nil, version.body, version.warnings, version.sha256 = masses is None, "{}", "[]", "0" * 64
        version.filed_by, version.received_at, version.superseded_at = "test", at, until
        session.add(version)
        session.flush()
        if masses is not None:
            session.add(LedgerLine(version_id=version.id, position=0, waste="SW02", **masses))
        if flow is not None:
            kind, party, tonnes = flow
            entry = LedgerFlow(version_id=version.id, line=0, kind=kind, position=0, grams=tonnes * TONNE)
            entry.prior_stock_grams, entry.of_received_grams = 0, 0
            entry.purpose, entry.party = "use", party
            session.add(entry)
    masses = versions[-1][1]
    if masses is not None:
        region = "140212" if site == "S1" else "140311"
        figures = {name: masses[name] for name in _ROLLED_UP}
        session.add(Rollup(region=region, waste="SW02", month=month, **figures))


def _transfer(session: WriteSession) -> None:
    transfer = Transfer(id=new_id(), month=MARCH, waste="SW02", purpose="use")
    transfer.sender_party, transfer.receiver_party = "S1", "S2"
    transfer.sender_site_id, transfer.receiver_site_id = SITES["S1"], SITES["S2"]
    transfer.sent_grams, transfer.sent_of_received_grams = 500 * TONNE, 0
    transfer.received_grams = 400 * TONNE
    transfer.decision, transfer.decided_grams = Decision.CORRECT, 450 * TONNE
    session.add(transfer)
    session.flush()
    said = TransferConfirmation(id=new_id(), transfer_id=transfer.id, decision=Decision.CORRECT)
    said.grams, said.declared_grams, said.actor, said.at = 450 * TONNE, 500 * TONNE, "test", CORRECTED
    session.add(said)
