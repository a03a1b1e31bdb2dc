"""Sites' ledgers beside the permits in force on their months, and beside those of whom they entrust waste to."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import select

from app.db.session import ReadSession
from app.domain import ledger
from app.domain.periods import Month
from app.domain.permits.case import Case, FiledMonth, seen_on
from app.enterprises.models import Site
from app.findings.facts import Book, Flow, Line
from app.findings.partitions import Heirs, chunks
from app.permits import service as permits
from app.transfers import service as transfers
from app.transfers.models import Transfer

Books = Mapping[Month, Book]


def cases(
    session: ReadSession, sites: Sequence[Site], books: Mapping[uuid.UUID, Books], today: date
) -> dict[uuid.UUID, Case]:
    """Site → its case; none where neither its own permit is known nor that of anybody it entrusts waste to."""
    entrusted = {site.id: list(_entrusted(books.get(site.id, {}))) for site in sites}
    ids = _ids(session, {receiver for flows in entrusted.values() for _, _, receiver in flows})
    histories = permits.histories_of_sites(session, {*entrusted, *ids.values()})
    found = {}
    for site in sites:
        receivers = {
            (party, month): histories[ids[receiver]]
            for party, month, receiver in entrusted[site.id]
            if ids.get(receiver) in histories
        }
        own = histories.get(site.id, ())
        if own or receivers:
            filed = tuple(filed_month(book) for _, book in sorted(books.get(site.id, {}).items()))
            found[site.id] = Case(filed, own, seen_on(site.reports_until, today), receivers)
    return found


def sites_dealing_with(session: ReadSession, codes: Collection[str]) -> frozenset[str]:
    """These sites, and those that declare to have sent anything to the enterprises of these: whom their permits concern."""
    heirs, found = Heirs.read(session), set(codes)
    for batch in chunks(sorted(codes)):
        firms = heirs.line(session.scalars(select(Site.enterprise_id).where(Site.code.in_(batch))))
        for some in chunks(sorted(firms)):
            senders = select(Site.code).join(Transfer, Transfer.sender_site_id == Site.id)
            theirs = transfers.of_enterprises(session, some, ["receiver"])
            found |= set(session.scalars(senders.where(theirs).distinct()))
    return frozenset(found)


def _entrusted(books: Books) -> Iterator[tuple[str, Month, str]]:
    """Whom a site names as receiver, when, and the one site that is meant."""
    for month, book in books.items():
        for flow in book.flows_of("sent"):
            if flow.party is not None and flow.party_site is not None:
                yield flow.party, month, flow.party_site


def _ids(session: ReadSession, codes: Iterable[str]) -> dict[str, uuid.UUID]:
    found: dict[str, uuid.UUID] = {}
    for batch in chunks(sorted(codes)):
        rows = session.execute(select(Site.code, Site.id).where(Site.code.in_(batch)))
        found |= {row.code: row.id for row in rows}
    return found


def filed_month(book: Book) -> FiledMonth:
    """A month on file in the terms of the ledger. Of several lines of a waste the first one has all its flows."""
    flows: dict[str, list[Flow]] = defaultdict(list)
    for flow in book.flows:
        flows[flow.waste].append(flow)
    lines = tuple(_line(line, flows.pop(line.waste, [])) for line in book.lines)
    return FiledMonth(book.month, lines, book.ref.ledger, book.ref.version)


def _line(line: Line, flows: Iterable[Flow]) -> ledger.Line:
    by_kind: dict[str, list[Flow]] = defaultdict(list)
    for flow in flows:
        by_kind[flow.kind].append(flow)
    return ledger.Line(
        waste=line.waste,
        waste_code=line.waste_code,
        opening_grams=line.opening,
        generated_grams=line.generated,
        received=tuple(
            ledger.Received(flow.party or "", flow.grams, _purpose(flow)) for flow in by_kind["received"]
        ),
        used=tuple(
            ledger.Used(flow.grams, flow.process, flow.product, flow.prior_stock, flow.of_received)
            for flow in by_kind["used"]
        ),
        disposed=tuple(
            ledger.Disposed(
                flow.grams, flow.process, flow.facility, flow.prior_stock, flow.of_received, flow.compliant
            )
            for flow in by_kind["disposed"]
        ),
        sent=tuple(
            ledger.Sent(
                flow.party or "",
                flow.grams,
                _purpose(flow),
                flow.prior_stock,
                flow.of_received,
                flow.out_of_province,
            )
            for flow in by_kind["sent"]
        ),
        dumped_grams=line.dumped,
        compliant_stored_grams=line.compliant_stored,
        closing_grams=line.closing,
    )


def _purpose(flow: Flow) -> ledger.Purpose:
    purposes: tuple[ledger.Purpose, ...] = ("use", "dispose", "store")
    return next((purpose for purpose in purposes if purpose == flow.purpose), "use")
