"""Facts of sites from the database: a few statements for a batch of sites, whatever its size."""

import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from app.clock import local_date
from app.db.session import ReadSession
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.enterprises import service as enterprises
from app.enterprises.models import Facility as FacilityRow
from app.enterprises.models import Site
from app.findings.facts import Activity, Book, Declared, Facility, Flow, LedgerRef, Line, SiteFacts
from app.findings.partitions import chunks
from app.findings.reading_coefficients import coefficients
from app.findings.reading_permits import cases
from app.ledgers.models import Ledger, LedgerActivity, LedgerFlow, LedgerLine, LedgerVersion
from app.reference import service as reference
from app.transfers.models import Transfer


@dataclass(frozen=True, slots=True)
class When:
    """The moment of an evaluation and where its days begin."""

    now: datetime
    timezone: str

    @property
    def today(self) -> date:
        return local_date(self.now, self.timezone)


def sigmas(session: ReadSession) -> dict[str, float]:
    """Method → relative standard uncertainty, as the reference data has it now."""
    return {row.code: float(row.body["relative_sigma"]) for row in reference.current(session, "methods")}


def site_facts(session: ReadSession, codes: Collection[str], when: When) -> list[SiteFacts]:
    """Everything on file of these sites, in the order of their codes."""
    rows = session.execute(select(Site).where(Site.code.in_(codes)).order_by(Site.code)).scalars().all()
    ids = [row.id for row in rows]
    books = books_of(session, ids, when)
    facilities: dict[uuid.UUID, list[Facility]] = defaultdict(list)
    query = select(FacilityRow).where(FacilityRow.site_id.in_(ids)).order_by(FacilityRow.code)
    for each in session.scalars(query):
        facilities[each.site_id].append(Facility(each.code, each.kind.value, each.capacity_grams))
    declared = _declared(session, ids)
    expected_by = coefficients(session)
    permits = cases(session, rows, books, when.today)
    return [
        SiteFacts(
            code=row.code,
            region=row.region,
            industry=row.industry,
            permit_number=row.permit_number,
            reports_from=row.reports_from,
            reports_until=row.reports_until,
            today=when.today,
            books=books.get(row.id, {}),
            facilities=tuple(facilities[row.id]),
            declared=tuple(declared[row.id]),
            coefficients=expected_by,
            permits=permits.get(row.id),
        )
        for row in rows
    ]


def books_of(
    session: ReadSession, site_ids: Sequence[uuid.UUID], when: When
) -> dict[uuid.UUID, dict[Month, Book]]:
    """Site → month → what is on file."""
    conditions = [Ledger.site_id.in_(site_ids), Ledger.state != LedgerState.DRAFT]
    heads = session.execute(
        select(Ledger.id, Ledger.site_id, Ledger.month, Ledger.version, Ledger.version_id, LedgerVersion.nil)
        .join(LedgerVersion, LedgerVersion.id == Ledger.version_id)
        .where(*conditions)
    ).all()
    moments = (
        select(LedgerVersion.ledger_id, func.min(LedgerVersion.received_at))
        .join(Ledger, Ledger.id == LedgerVersion.ledger_id)
        .where(*conditions, LedgerVersion.is_draft.is_(False))
        .group_by(LedgerVersion.ledger_id)
    )
    first = {ledger_id: local_date(at, when.timezone) for ledger_id, at in session.execute(moments)}
    lines = _lines(session, conditions)
    flows = _flows(session, conditions)
    activities = _activities(session, conditions)
    found: dict[uuid.UUID, dict[Month, Book]] = defaultdict(dict)
    for head in heads:
        found[head.site_id][head.month] = Book(
            month=head.month,
            ref=LedgerRef(str(head.id), head.version),
            nil=head.nil,
            first_filed=first[head.id],
            lines=tuple(lines[head.version_id]),
            flows=tuple(flows[head.version_id]),
            activities=tuple(activities[head.version_id]),
        )
    return found


def _lines(session: ReadSession, conditions: Iterable[Any]) -> Mapping[uuid.UUID, list[Line]]:
    sigma = sigmas(session)
    query = (
        select(
            LedgerLine.version_id,
            LedgerLine.waste,
            LedgerLine.waste_code,
            LedgerLine.method,
            LedgerLine.opening_grams,
            LedgerLine.generated_grams,
            LedgerLine.received_grams,
            LedgerLine.used_grams,
            LedgerLine.disposed_grams,
            LedgerLine.sent_grams,
            LedgerLine.dumped_grams,
            LedgerLine.compliant_stored_grams,
            LedgerLine.closing_grams,
        )
        .join(Ledger, Ledger.version_id == LedgerLine.version_id)
        .where(*conditions)
        .order_by(LedgerLine.version_id, LedgerLine.position)
    )
    found: dict[uuid.UUID, list[Line]] = defaultdict(list)
    for version_id, waste, code, method, *masses in session.execute(query):
        found[version_id].append(Line(waste, code, method, sigma.get(method or ""), *masses))
    return found


def _flows(session: ReadSession, conditions: Iterable[Any]) -> Mapping[uuid.UUID, list[Flow]]:
    query = (
        select(LedgerFlow, LedgerLine.waste, Ledger.month)
        .join(Ledger, Ledger.version_id == LedgerFlow.version_id)
        .join(
            LedgerLine,
            (LedgerLine.version_id == LedgerFlow.version_id) & (LedgerLine.position == LedgerFlow.line),
        )
        .where(*conditions)
        .order_by(LedgerFlow.version_id, LedgerFlow.line, LedgerFlow.kind, LedgerFlow.position)
    )
    rows = session.execute(query).all()
    parties = enterprises.parties(session, {flow.party for flow, _, _ in rows if flow.party is not None})
    regions = _regions(session, parties.values())
    found: dict[uuid.UUID, list[Flow]] = defaultdict(list)
    for flow, waste, month in rows:
        found[flow.version_id].append(_flow(flow, waste, month, parties, regions))
    return found


def _regions(session: ReadSession, parties: Iterable[enterprises.Party]) -> dict[str, str]:
    """Site → region. Asked of the table, since whoever asks the register while writing holds it for that long."""
    codes = {site.site_code for party in parties for site in party.sites}
    found: dict[str, str] = {}
    for batch in chunks(sorted(codes)):
        rows = session.execute(select(Site.code, Site.region).where(Site.code.in_(batch)))
        found |= {row.code: row.region for row in rows}
    return found


def _flow(
    flow: LedgerFlow,
    waste: str,
    month: Month,
    parties: Mapping[str, enterprises.Party],
    regions: Mapping[str, str],
) -> Flow:
    party = parties.get(flow.party or "", enterprises.UNKNOWN)
    meant = party.site_in(month)
    return Flow(
        kind=flow.kind.value,
        waste=waste,
        grams=flow.grams,
        prior_stock=flow.prior_stock_grams,
        of_received=flow.of_received_grams,
        purpose=flow.purpose,
        party=flow.party,
        party_known=party.known,
        party_site=None if meant is None else meant.site_code,
        party_region=None if meant is None else regions.get(meant.site_code),
        process=flow.process,
        product=flow.product,
        product_grams=flow.product_grams,
        facility=flow.facility,
        compliant=flow.compliant,
        out_of_province=bool(flow.out_of_province),
    )


def _activities(session: ReadSession, conditions: Iterable[Any]) -> Mapping[uuid.UUID, list[Activity]]:
    query = (
        select(LedgerActivity)
        .join(Ledger, Ledger.version_id == LedgerActivity.version_id)
        .where(*conditions)
        .order_by(LedgerActivity.version_id, LedgerActivity.position)
    )
    found: dict[uuid.UUID, list[Activity]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.version_id].append(Activity(row.kind, row.grams, json.loads(row.parameters)))
    return found


def _declared(session: ReadSession, site_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, list[Declared]]:
    """What others' ledgers say they sent to these sites."""
    query = (
        select(
            Transfer.receiver_site_id,
            Transfer.sender_party,
            Transfer.month,
            Transfer.waste,
            Transfer.purpose,
            Transfer.sent_grams,
            Ledger.id,
            Ledger.version,
        )
        .outerjoin(Ledger, (Ledger.site_id == Transfer.sender_site_id) & (Ledger.month == Transfer.month))
        .where(Transfer.receiver_site_id.in_(site_ids), Transfer.sent_grams.is_not(None))
        .order_by(Transfer.month, Transfer.sender_party, Transfer.waste, Transfer.purpose)
    )
    found: dict[uuid.UUID, list[Declared]] = defaultdict(list)
    for site_id, sender, month, waste, purpose, grams, ledger_id, version in session.execute(query):
        ref = None if ledger_id is None else LedgerRef(str(ledger_id), version)
        if site_id is not None and grams is not None:
            found[site_id].append(Declared(sender, month, waste, purpose, grams, ref))
    return found
