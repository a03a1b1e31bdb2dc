"""Facts of pairs from the database: a few statements for a batch."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, select

from app.db.base import table_of
from app.db.session import ReadSession
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.enterprises.models import Site
from app.findings.facts import LedgerRef, PairFacts, Transfer
from app.findings.partitions import Heirs, PairKey, chunks
from app.findings.reading_sites import sigmas
from app.ledgers.models import Ledger, LedgerLine
from app.transfers import service as transfers
from app.transfers.models import Transfer as TransferRow

SiteMonthKey = tuple[uuid.UUID, Month]


@dataclass(frozen=True, slots=True)
class Filed:
    """What the ledgers around some transfers say: which version, and how each waste was measured."""

    refs: Mapping[SiteMonthKey, LedgerRef]
    sigma: Mapping[tuple[uuid.UUID, Month, str], float]
    whole: frozenset[tuple[uuid.UUID, Month]]
    """Months that any site of an enterprise has filed, for those that a ledger names as a whole."""

    def has(self, site_id: uuid.UUID | None, enterprise_id: uuid.UUID | None, month: Month) -> bool:
        if site_id is None:
            return enterprise_id is not None and (enterprise_id, month) in self.whole
        return (site_id, month) in self.refs


def pair_facts(session: ReadSession, keys: Collection[PairKey]) -> list[tuple[PairKey, PairFacts]]:
    """Everything that went between these pairs; nothing for a pair without transfers any more."""
    heirs, wanted = Heirs.read(session), set(keys)
    groups: dict[PairKey, list[Row[Any]]] = defaultdict(list)
    for row in _transfers_of_senders(session, heirs, {sender for sender, _ in wanted}):
        if (key := heirs.key(row)) in wanted:
            groups[key].append(row)
    filed = what_is_filed(session, heirs, [row for rows in groups.values() for row in rows])
    return [(key, facts) for key in sorted(groups) for facts in pairs_of(groups[key], filed)]


def _transfers_of_senders(session: ReadSession, heirs: Heirs, senders: Collection[str]) -> Iterator[Row[Any]]:
    table = table_of(TransferRow)
    ids = heirs.line(known for known in map(_uuid, senders) if known is not None)
    codes = sorted(sender for sender in senders if _uuid(sender) is None)
    for batch in chunks(sorted(ids)):
        yield from session.execute(select(table).where(transfers.of_enterprises(session, batch, ["sender"])))
    for written in chunks(codes):
        nobody = and_(table.c.sender_enterprise_id.is_(None), transfers.naming(written, ["sender"]))
        yield from session.execute(select(table).where(nobody))


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def what_is_filed(session: ReadSession, heirs: Heirs, rows: Sequence[Row[Any]]) -> Filed:
    sites = {site for row in rows for site in (row.sender_site_id, row.receiver_site_id) if site is not None}
    months = {row.month for row in rows}
    methods = sigmas(session)
    refs: dict[SiteMonthKey, LedgerRef] = {}
    sigma: dict[tuple[uuid.UUID, Month, str], float] = {}
    for ids in chunks(sorted(sites)):
        query = (
            select(
                Ledger.site_id, Ledger.month, Ledger.id, Ledger.version, LedgerLine.waste, LedgerLine.method
            )
            .outerjoin(LedgerLine, LedgerLine.version_id == Ledger.version_id)
            .where(
                Ledger.site_id.in_(ids),
                Ledger.month.between(min(months), max(months)),
                Ledger.state != LedgerState.DRAFT,
            )
            .order_by(LedgerLine.version_id, LedgerLine.position.desc())
        )
        # The first line of a waste wins: it is the last one read.
        for site_id, month, ledger_id, version, waste, method in session.execute(query):
            refs[site_id, month] = LedgerRef(str(ledger_id), version)
            if method in methods:
                sigma[site_id, month, waste] = methods[method]
    named = {row.sender_enterprise_id for row in rows if row.sender_site_id is None}
    named |= {row.receiver_enterprise_id for row in rows if row.receiver_site_id is None}
    return Filed(refs, sigma, filed_as_a_whole(session, heirs, named - {None}))


def filed_as_a_whole(
    session: ReadSession, heirs: Heirs, named: Collection[uuid.UUID]
) -> frozenset[tuple[uuid.UUID, Month]]:
    """The months that any site of each of these enterprises, or of who answers for it now, has filed."""
    by_heir: dict[str, set[Month]] = defaultdict(set)
    for ids in chunks(sorted(heirs.line(named))):
        query = (
            select(Site.enterprise_id, Ledger.month)
            .join(Ledger, Ledger.site_id == Site.id)
            .where(Site.enterprise_id.in_(ids), Ledger.state != LedgerState.DRAFT)
            .distinct()
        )
        for enterprise_id, month in session.execute(query):
            by_heir[heirs.side(enterprise_id, "")].add(month)
    return frozenset((each, month) for each in named for month in by_heir[heirs.side(each, "")])


def pairs_of(rows: Sequence[Row[Any]], filed: Filed) -> Iterator[PairFacts]:
    """The pairs of sites between two enterprises; all in one where a ledger names only the enterprise."""
    sender_whole = _whole(rows, "sender")
    receiver_whole = _whole(rows, "receiver")
    pairs: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for row in rows:
        pairs[sender_whole or row.sender_party, receiver_whole or row.receiver_party].append(row)
    for (sender, receiver), mine in sorted(pairs.items()):
        known = any(row.receiver_enterprise_id is not None for row in mine)
        yield PairFacts(sender, receiver, known, tuple(_transfer(row, filed) for row in _in_order(mine)))


def _whole(rows: Iterable[Row[Any]], side: str) -> str | None:
    """What the enterprise of a side is called by a ledger that names none of its sites."""
    mapped = [row._mapping for row in rows]  # noqa: SLF001 - the public name of a row's columns
    named = {
        row[f"{side}_party"]
        for row in mapped
        if row[f"{side}_site_id"] is None and row[f"{side}_enterprise_id"] is not None
    }
    return min(named, default=None)


def _in_order(rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    return sorted(
        rows, key=lambda row: (row.month, row.waste, row.purpose, row.sender_party, row.receiver_party)
    )


def _transfer(row: Row[Any], filed: Filed) -> Transfer:
    sender, receiver = (row.sender_site_id, row.month), (row.receiver_site_id, row.month)
    return Transfer(
        month=row.month,
        waste=row.waste,
        purpose=row.purpose,
        sender_site=None if row.sender_site_id is None else row.sender_party,
        receiver_site=None if row.receiver_site_id is None else row.receiver_party,
        sent=row.sent_grams,
        received=row.received_grams,
        sender_filed=filed.has(row.sender_site_id, row.sender_enterprise_id, row.month),
        receiver_filed=filed.has(row.receiver_site_id, row.receiver_enterprise_id, row.month),
        sender_ref=filed.refs.get(sender),
        receiver_ref=filed.refs.get(receiver),
        sender_sigma=filed.sigma.get((*sender, row.waste)),
        receiver_sigma=filed.sigma.get((*receiver, row.waste)),
        decision=row.decision,
        decided=row.decided_grams,
    )
