"""The units in which findings are replaced as a set, and which of them a change touches.

What a change touches follows from the ledger itself: its site, every party that any of its versions names, and whoever
names the site in the months around it. So an amendment that leaves a receiver out still reaches that receiver.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select

from app.db.base import table_of
from app.db.session import ReadSession
from app.domain.ledger import LedgerState
from app.domain.periods import Month, MonthError
from app.enterprises import service as enterprises
from app.enterprises.models import Enterprise, Site
from app.findings.rule import Partition
from app.ledgers.models import FlowKind, Ledger, LedgerFlow, LedgerVersion
from app.transfers import service as transfers
from app.transfers.models import Transfer

MAX_IN_LIST = 500
PairKey = tuple[str, str]
"""Sender and receiver: the id of the enterprise that answers for it now, or what was written."""
NetworkKey = tuple[str, Month]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parts:
    """Partitions of each kind: site codes, pairs, months of provinces.

    `beside`: months of provinces of which only what they see of the months beside them may differ.
    """

    sites: frozenset[str] = frozenset()
    pairs: frozenset[PairKey] = frozenset()
    networks: frozenset[NetworkKey] = frozenset()
    beside: frozenset[NetworkKey] = frozenset()

    def __or__(self, other: "Parts") -> "Parts":
        networks = self.networks | other.networks
        return Parts(
            self.sites | other.sites,
            self.pairs | other.pairs,
            networks,
            (self.beside | other.beside) - networks,
        )

    def names(self) -> Iterator[str]:
        yield from (site_name(code) for code in self.sites)
        yield from (pair_name(key) for key in self.pairs)
        yield from (network_name(key) for key in self.networks | self.beside)


def site_name(code: str) -> str:
    return f"{Partition.SITE}:{code}"


def pair_name(key: PairKey) -> str:
    return f"{Partition.PAIR}:{key[0]}>{key[1]}"


def network_name(key: NetworkKey) -> str:
    return f"{Partition.NETWORK}:{key[0]}:{key[1]}"


def chunks(items: Iterable[T], size: int = MAX_IN_LIST) -> Iterator[list[T]]:
    """Some at a time."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


@dataclass(frozen=True, slots=True)
class Heirs:
    """Who answers for an enterprise now."""

    last: Mapping[uuid.UUID, uuid.UUID]

    @classmethod
    def read(cls, session: ReadSession) -> "Heirs":
        query = select(Enterprise.id, Enterprise.last_successor_id)
        rows = session.execute(query.where(Enterprise.last_successor_id.is_not(None)))
        return cls({first: last for first, last in rows if last is not None})

    def side(self, enterprise_id: uuid.UUID | None, party: str) -> str:
        """One side of a pair's key."""
        return party if enterprise_id is None else str(self.last.get(enterprise_id, enterprise_id))

    def key(self, row: Any) -> PairKey:
        """The pair a transfer belongs to."""
        return (
            self.side(row.sender_enterprise_id, row.sender_party),
            self.side(row.receiver_enterprise_id, row.receiver_party),
        )

    def line(self, enterprise_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
        """Every enterprise that has the same last successor as one of these."""
        ends = {self.last.get(each, each) for each in enterprise_ids}
        return ends | {first for first, last in self.last.items() if last in ends}


@dataclass(slots=True)
class _Reach:
    """What a set of changed site-months reaches."""

    sites: set[str] = field(default_factory=set)
    pairs: set[PairKey] = field(default_factory=set)
    networks: set[NetworkKey] = field(default_factory=set)


def touched(session: ReadSession, site_months: Iterable[tuple[str, Month]]) -> Parts:
    """The partitions whose facts may differ after these site-months changed."""
    changed = sorted(set(site_months))
    reach, heirs = _Reach(), Heirs.read(session)
    sites = enterprises.sites_by_code(session, {code for code, _ in changed})
    changed = [(code, month) for code, month in changed if code in sites]
    for code, month in changed:
        reach.sites.add(code)
        reach.networks.add((sites[code].region[:2], month))
    _named_by(session, [(sites[code], month) for code, month in changed], heirs, reach)
    _naming(session, [(sites[code], month) for code, month in changed], heirs, reach)
    # A network's pairs are those of its month and of the months beside it.
    near = {(province, each) for province, month in reach.networks for each in around(month)}
    networks = frozenset(reach.networks)
    return Parts(frozenset(reach.sites), frozenset(reach.pairs), networks, frozenset(near - networks))


def _named_by(
    session: ReadSession, changed: list[tuple[enterprises.SiteRow, Month]], heirs: Heirs, reach: _Reach
) -> None:
    """Whom any version of the ledgers names, as receiver or as sender."""
    wanted = {(site.id, month): site for site, month in changed}
    months = {month for _, month in changed}
    named: list[tuple[enterprises.SiteRow, Month, FlowKind, str]] = []
    for ids in chunks(sorted({site.id for site, _ in changed})):
        query = (
            select(Ledger.site_id, Ledger.month, LedgerFlow.kind, LedgerFlow.party)
            .join(LedgerVersion, LedgerVersion.ledger_id == Ledger.id)
            .join(LedgerFlow, LedgerFlow.version_id == LedgerVersion.id)
            .where(
                Ledger.site_id.in_(ids),
                Ledger.month.in_(months),
                LedgerFlow.kind.in_((FlowKind.SENT, FlowKind.RECEIVED)),
                LedgerFlow.party.is_not(None),
            )
            .distinct()
        )
        for site_id, month, kind, written in session.execute(query):
            if (site_id, month) in wanted and written is not None:
                named.append((wanted[site_id, month], month, kind, written))
    parties = enterprises.parties(session, {code for *_, code in named})
    codes = {site.site_code for party in parties.values() for site in party.sites}
    places = enterprises.sites_by_code(session, codes)
    for site, month, kind, code in named:
        party = parties[code]
        own = heirs.side(site.registered_id, site.code)
        # The party by its enterprise, and by that of the only site it may mean: the register decides which one stands.
        others = {heirs.side(party.enterprise_id, code)}
        others |= {heirs.side(each.enterprise_id, code) for each in party.sites}
        for other in others:
            reach.pairs.add((own, other) if kind is FlowKind.SENT else (other, own))
        for each in party.sites:
            reach.sites.add(each.site_code)
            reach.networks.add((places[each.site_code].region[:2], month))


def _naming(
    session: ReadSession, changed: list[tuple[enterprises.SiteRow, Month]], heirs: Heirs, reach: _Reach
) -> None:
    """The pairs that have anything on file with the site's enterprise in the month or beside it, and their provinces."""
    table = table_of(Transfer)
    months = {near for _, month in changed for near in around(month)}
    line = heirs.line({site.registered_id for site, _ in changed})
    columns = (
        table.c.sender_enterprise_id,
        table.c.sender_party,
        table.c.receiver_enterprise_id,
        table.c.receiver_party,
    )
    for ids in chunks(sorted(line)):
        sides = transfers.of_enterprises(session, ids)
        query = select(*columns).where(sides, table.c.month.in_(months)).distinct()
        reach.pairs |= {heirs.key(row) for row in session.execute(query)}
        reach.networks |= _provinces(session, sides, table.c.month.in_({month for _, month in changed}))


def _provinces(session: ReadSession, *conditions: ColumnElement[bool]) -> set[NetworkKey]:
    """The province and month of either side of these transfers."""
    table = table_of(Transfer)
    found: set[NetworkKey] = set()
    for side in (table.c.sender_site_id, table.c.receiver_site_id):
        query = select(Site.region, table.c.month).join(table, side == Site.id).where(*conditions).distinct()
        found |= {(region[:2], month) for region, month in session.execute(query)}
    return found


def around(month: Month) -> Iterator[Month]:
    """A month and those beside it, as far as there are any."""
    for offset in (-1, 0, 1):
        try:
            yield month.plus(offset)
        except MonthError:
            continue


def every(session: ReadSession, region: str = "") -> Parts:
    """All partitions there are, or those that a region has a part in."""
    heirs = Heirs.read(session)
    here = {code for code, of in session.execute(select(Site.code, Site.region)) if of.startswith(region)}
    table = table_of(Transfer)
    rows = session.execute(
        select(
            table.c.sender_enterprise_id,
            table.c.sender_party,
            table.c.receiver_enterprise_id,
            table.c.receiver_party,
        ).distinct()
    )
    pairs = {
        heirs.key(row) for row in rows if not region or row.sender_party in here or row.receiver_party in here
    }
    filed = (
        select(Site.region, Ledger.month)
        .join(Ledger, Ledger.site_id == Site.id)
        .where(Ledger.state != LedgerState.DRAFT)
        .distinct()
    )
    networks = {(of[:2], month) for of, month in session.execute(filed) if of.startswith(region)}
    networks |= {key for key in _provinces(session) if key[0] == region[:2] or not region}
    return Parts(frozenset(here), frozenset(pairs), frozenset(networks))
