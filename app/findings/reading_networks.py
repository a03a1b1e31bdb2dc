"""Facts of a province's month from the database: four statements of plain columns, whatever its size."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select

from app.auth.visibility import within
from app.db.base import table_of
from app.db.session import ReadSession
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.enterprises.models import Site
from app.findings.facts import Flow, LedgerRef, Line, NetworkFacts, PairFacts, SiteMonth
from app.findings.partitions import Heirs, NetworkKey, PairKey, around
from app.findings.reading_pairs import pairs_of, what_is_filed
from app.findings.reading_sites import sigmas
from app.ledgers.models import FlowKind, Ledger, LedgerFlow, LedgerLine
from app.transfers.models import Transfer as TransferRow

_TOLD = (
    "month",
    "waste",
    "purpose",
    "sender_party",
    "sender_site_id",
    "sender_enterprise_id",
    "receiver_party",
    "receiver_site_id",
    "receiver_enterprise_id",
    "sent_grams",
    "received_grams",
    "decision",
    "decided_grams",
)
"""The columns of a transfer that facts are made of."""


def network_facts(session: ReadSession, key: NetworkKey) -> NetworkFacts:
    """One month of a province, with the transfers of the two months beside it."""
    province, month = key
    inside = within(Site.region, province)
    pairs = _pairs(session, inside, month)
    return NetworkFacts(
        province=province,
        month=month,
        sites=_sites(session, inside, month),
        transfers=tuple(each for pair in pairs for each in pair.transfers if each.month == month),
        pairs=pairs,
    )


def _pairs(session: ReadSession, inside: ColumnElement[bool], month: Month) -> tuple[PairFacts, ...]:
    table, heirs = table_of(TransferRow), Heirs.read(session)
    here = select(Site.id).where(inside)
    rows = session.execute(
        select(*(table.c[name] for name in _TOLD)).where(
            table.c.month.in_(list(around(month))),
            or_(table.c.sender_site_id.in_(here), table.c.receiver_site_id.in_(here)),
        )
    ).all()
    filed = what_is_filed(session, heirs, rows)
    groups: dict[PairKey, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        groups[heirs.key(row)].append(row)
    found = [facts for mine in groups.values() for facts in pairs_of(mine, filed)]
    return tuple(sorted(found, key=lambda facts: (facts.sender, facts.receiver)))


def _sites(session: ReadSession, inside: ColumnElement[bool], month: Month) -> tuple[SiteMonth, ...]:
    on_file = [Ledger.month == month, Ledger.state != LedgerState.DRAFT, inside]
    refs, lines = _lines(session, on_file)
    flows = _flows(session, on_file)
    sites = session.execute(select(Site.code, Site.region, Site.industry).where(inside).order_by(Site.code))
    return tuple(
        SiteMonth(code, region, industry, refs.get(code), tuple(lines[code]), tuple(flows[code]))
        for code, region, industry in sites
    )


def _lines(
    session: ReadSession, on_file: list[ColumnElement[bool]]
) -> tuple[Mapping[str, LedgerRef], Mapping[str, list[Line]]]:
    sigma = sigmas(session)
    query = (
        select(
            Site.code,
            Ledger.id,
            Ledger.version,
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
        .join(Ledger, Ledger.site_id == Site.id)
        .outerjoin(LedgerLine, LedgerLine.version_id == Ledger.version_id)
        .where(*on_file)
        .order_by(Site.code, LedgerLine.position)
    )
    refs: dict[str, LedgerRef] = {}
    found: dict[str, list[Line]] = defaultdict(list)
    for code, ledger_id, version, waste, waste_code, method, *masses in session.execute(query):
        if code not in refs:
            refs[code] = LedgerRef(str(ledger_id), version)
        if waste is not None:
            found[code].append(Line(waste, waste_code, method, sigma.get(method or ""), *masses))
    return refs, found


_OWN = {
    "grams": LedgerFlow.grams,
    "prior_stock": LedgerFlow.prior_stock_grams,
    "of_received": LedgerFlow.of_received_grams,
    "process": LedgerFlow.process,
    "product": LedgerFlow.product,
    "facility": LedgerFlow.facility,
    "compliant": LedgerFlow.compliant,
}
"""What a site's own use or disposal says."""


def _flows(session: ReadSession, on_file: list[ColumnElement[bool]]) -> Mapping[str, list[Flow]]:
    """What sites used and disposed of."""
    query = (
        select(Site.code, LedgerFlow.kind, LedgerLine.waste, *_OWN.values())
        .join(Ledger, Ledger.site_id == Site.id)
        .join(LedgerFlow, LedgerFlow.version_id == Ledger.version_id)
        .join(
            LedgerLine,
            (LedgerLine.version_id == LedgerFlow.version_id) & (LedgerLine.position == LedgerFlow.line),
        )
        .where(*on_file, LedgerFlow.kind.in_((FlowKind.USED, FlowKind.DISPOSED)))
        .order_by(Site.code, LedgerFlow.line, LedgerFlow.kind, LedgerFlow.position)
    )
    found: dict[str, list[Flow]] = defaultdict(list)
    for code, kind, waste, *told in session.execute(query):
        found[code].append(Flow(kind.value, waste, **dict(zip(_OWN, told, strict=True))))
    return found
