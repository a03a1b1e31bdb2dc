"""One month of a province as rows of the database: who filed what, and who handed what to whom.

Rows stay as the database gives them; ids are compared and never shown, so they are not made into UUIDs.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Integer, Select, String, or_, select, type_coerce

from app.auth.visibility import within
from app.db.base import table_of
from app.db.session import ReadSession
from app.domain.ledger import LedgerState
from app.domain.periods import Month
from app.enterprises.models import Enterprise, Site
from app.findings.columns import Lines, ToldLine, ordinal
from app.findings.facts import SUMMED, Flow, LedgerRef, Line, Transfer
from app.findings.networks import SiteMonth
from app.findings.partitions import Heirs, chunks
from app.findings.reading_pairs import filed_as_a_whole
from app.findings.reading_sites import sigmas
from app.ledgers.models import FlowKind, Ledger, LedgerFlow, LedgerLine
from app.transfers.models import Transfer as TransferRow

_MASSES = tuple(getattr(LedgerLine, f"{name}_grams") for name in SUMMED)
_OWN = {
    "grams": LedgerFlow.grams,
    "prior_stock": LedgerFlow.prior_stock_grams,
    "of_received": LedgerFlow.of_received_grams,
    "process": LedgerFlow.process,
    "product": LedgerFlow.product,
    "product_grams": LedgerFlow.product_grams,
    "facility": LedgerFlow.facility,
    "compliant": LedgerFlow.compliant,
}
"""What a site's own use or disposal says."""
Group = tuple[str, str]
"""Who answers for the sending and for the receiving now: the id of an enterprise, or whoever is named."""
Raw: TypeAlias = Any
"""A row of the database."""


class _Columns(NamedTuple):
    """Transfers as columns. `sends`, `receives`: whether that side is a site."""

    waste: Sequence[str]
    purpose: Sequence[str]
    sender: Sequence[str]
    receiver: Sequence[str]
    sends: Sequence[int]
    receives: Sequence[int]
    sender_firm: Sequence[Any]
    receiver_firm: Sequence[Any]
    sent: Sequence[int | None]
    received: Sequence[int | None]


@dataclass(frozen=True)
class ProvinceRows:
    """What months of a province have in common. `sites`: code, region, industry, in the order of their codes."""

    session: ReadSession
    province: str

    @property
    def inside(self) -> ColumnElement[bool]:
        return within(Site.region, self.province)

    @cached_property
    def sites(self) -> Sequence[Raw]:
        query = select(Site.code, Site.region, Site.industry).where(self.inside).order_by(Site.code)
        return self.session.execute(query).all()

    @cached_property
    def places(self) -> Mapping[str, int]:
        return {row[0]: place for place, row in enumerate(self.sites)}

    @cached_property
    def sigmas(self) -> Mapping[str, float]:
        return sigmas(self.session)

    @cached_property
    def heirs(self) -> Heirs:
        return Heirs.read(self.session)

    @cached_property
    def heir_ids(self) -> Mapping[Any, Any]:
        """The same among ids as the database gives them."""
        columns = (_plain(Enterprise.id), _plain(Enterprise.last_successor_id))
        return dict(
            self.session.execute(select(*columns).where(Enterprise.last_successor_id.is_not(None))).all()
        )


def _plain(column: Any) -> ColumnElement[Any]:
    """An id as the database gives it."""
    return type_coerce(column, String)


def _uuid(told: Any) -> uuid.UUID:
    return told if isinstance(told, uuid.UUID) else uuid.UUID(hex=told)


@dataclass
class _Filed:
    """Whose month is on file, as which version, and the relative σ of each waste's method."""

    refs: dict[str, tuple[Any, int]] = field(default_factory=dict)
    sigma: dict[tuple[str | None, str | None], float] = field(default_factory=dict)

    def add(self, rows: Iterable[Raw], sigmas: Mapping[str, float]) -> None:
        """Add lines in their order: the first of a waste whose method says a σ counts."""
        for code, ledger, version, waste, method, *_ in rows:
            self.refs[code] = (ledger, version)
            if method in sigmas:
                self.sigma.setdefault((code, waste), sigmas[method])


@dataclass(frozen=True)
class MonthRows:
    """A month of a province. `whole`: with the masses of its lines, which only its own network asks for."""

    common: ProvinceRows
    month: Month
    whole: bool

    @cached_property
    def _transfers(self) -> "_Columns":
        """By waste, purpose and parties, so that everything made of them is in one order."""
        table = table_of(TransferRow)
        here = select(Site.id).where(self.common.inside)
        order = (table.c.waste, table.c.purpose, table.c.sender_party, table.c.receiver_party)
        query = select(
            *order,
            type_coerce(table.c.sender_site_id.is_not(None), Integer),
            type_coerce(table.c.receiver_site_id.is_not(None), Integer),
            _plain(table.c.sender_enterprise_id),
            _plain(table.c.receiver_enterprise_id),
            table.c.sent_grams,
            table.c.received_grams,
        ).where(
            table.c.month == self.month,
            or_(table.c.sender_site_id.in_(here), table.c.receiver_site_id.in_(here)),
        )
        rows = self.common.session.execute(query.order_by(*order)).all()
        return _Columns(*zip(*rows, strict=True)) if rows else _Columns(*[()] * len(_Columns._fields))

    def __len__(self) -> int:
        return len(self._transfers.waste)

    @cached_property
    def pairs(self) -> list[str]:
        """Of each transfer the names of both sides and who answers for them: what tells pairs apart."""
        last, told = self.common.heir_ids, self._transfers
        return [
            f"{sender}>{receiver}>{last.get(one, one)}>{last.get(other, other)}"
            for sender, receiver, one, other in zip(
                told.sender, told.receiver, told.sender_firm, told.receiver_firm, strict=True
            )
        ]

    @cached_property
    def groups(self) -> list[Group]:
        """Of each transfer who answers for either side."""
        last, told = self.common.heir_ids, self._transfers
        return [
            (
                sender if one is None else str(last.get(one, one)),
                receiver if other is None else str(last.get(other, other)),
            )
            for sender, receiver, one, other in zip(
                told.sender, told.receiver, told.sender_firm, told.receiver_firm, strict=True
            )
        ]

    @cached_property
    def named_as_a_whole(self) -> Mapping[tuple[int, Group], str]:
        """Side (0 sends, 1 receives) and group → what the enterprise is called by a ledger that names none of its sites."""
        found: dict[tuple[int, Group], str] = {}
        told = self._transfers
        if all(told.sends) and all(told.receives):
            return found
        for side, parties, are_sites, firms in (
            (0, told.sender, told.sends, told.sender_firm),
            (1, told.receiver, told.receives, told.receiver_firm),
        ):
            for row, (is_site, firm) in enumerate(zip(are_sites, firms, strict=True)):
                if not is_site and firm is not None:
                    key = (side, self.groups[row])
                    found[key] = min(parties[row], found.get(key, parties[row]))
        return found

    def names(self, row: int) -> tuple[str, str]:
        """The parties of a transfer as they are named."""
        return self._transfers.sender[row], self._transfers.receiver[row]

    def receiver_is_known(self, row: int) -> bool:
        """Tell whether the receiver of a transfer is registered."""
        return self._transfers.receiver_firm[row] is not None

    @cached_property
    def lines(self) -> Sequence[Raw]:
        """Code, ledger and its version, waste, method, of the province's sites; with `whole` also the masses and the code."""
        more = (LedgerLine.waste_code, *_MASSES) if self.whole else ()
        query = self._on_file(*more).where(self.common.inside).order_by(Site.code, LedgerLine.position)
        return self.common.session.execute(query).all()

    def _on_file(self, *more: Any) -> Select[Any]:
        columns = (Site.code, _plain(Ledger.id), Ledger.version, LedgerLine.waste, LedgerLine.method)
        return (
            select(*columns, *more)
            .join(Ledger, Ledger.site_id == Site.id)
            .outerjoin(LedgerLine, LedgerLine.version_id == Ledger.version_id)
            .where(Ledger.month == self.month, Ledger.state != LedgerState.DRAFT)
        )

    @cached_property
    def _filed(self) -> _Filed:
        """Of the province's sites, and of those elsewhere that its transfers name."""
        found = _Filed()
        found.add(self.lines, self.common.sigmas)
        told = self._transfers
        named = set(compress(told.sender, told.sends)) | set(compress(told.receiver, told.receives))
        for codes in chunks(sorted(named - self.common.places.keys())):
            query = self._on_file().where(Site.code.in_(codes)).order_by(Site.code, LedgerLine.position)
            found.add(self.common.session.execute(query).all(), self.common.sigmas)
        return found

    @cached_property
    def _filed_as_a_whole(self) -> frozenset[Any]:
        """Enterprises, as the database gives their ids, of which any site has filed the month."""
        told = self._transfers
        named = {firm for firm, is_site in zip(told.sender_firm, told.sends, strict=True) if not is_site}
        named |= {
            firm for firm, is_site in zip(told.receiver_firm, told.receives, strict=True) if not is_site
        }
        named.discard(None)
        if not named:
            return frozenset()
        ids = {_uuid(each): each for each in named}
        filed = filed_as_a_whole(self.common.session, self.common.heirs, ids)
        return frozenset(ids[each] for each, month in filed if month == self.month)

    @cached_property
    def columns(self) -> list[Sequence[Any]]:
        """The columns of `Told`, but for the pair."""
        told, refs, sigma = self._transfers, self._filed.refs, self._filed.sigma
        sides = []
        for parties, are_sites, firms in (
            (told.sender, told.sends, told.sender_firm),
            (told.receiver, told.receives, told.receiver_firm),
        ):
            sites = [party if is_site else None for party, is_site in zip(parties, are_sites, strict=True)]
            filed = [
                site in refs if site is not None else firm in self._filed_as_a_whole
                for site, firm in zip(sites, firms, strict=True)
            ]
            sides.append((sites, filed, [sigma.get(key) for key in zip(sites, told.waste, strict=True)]))
        (senders, sent_by, sigma_out), (receivers, got_by, sigma_in) = sides
        months = [ordinal(self.month)] * len(self)
        figures = (told.sent, told.received, sent_by, got_by, sigma_out, sigma_in)
        return [months, told.waste, senders, receivers, *figures]

    def transfer(self, row: int) -> Transfer:
        """One of them as a fact. What a receiver stated of it is a matter of the pair and not read here."""
        _, waste, sender, receiver, sent, received, sent_by, got_by, sigma_out, sigma_in = (
            column[row] for column in self.columns
        )
        return Transfer(
            month=self.month,
            waste=waste,
            purpose=self._transfers.purpose[row],
            sender_site=sender,
            receiver_site=receiver,
            sent=sent,
            received=received,
            sender_filed=sent_by,
            receiver_filed=got_by,
            sender_ref=self._ref(sender),
            receiver_ref=self._ref(receiver),
            sender_sigma=sigma_out,
            receiver_sigma=sigma_in,
        )

    def _ref(self, code: str | None) -> LedgerRef | None:
        ledger, version = self._filed.refs.get(code or "", (None, 0))
        return None if ledger is None else LedgerRef(str(_uuid(ledger)), version)

    @cached_property
    def _lines_by_site(self) -> Mapping[str, Sequence[Raw]]:
        found: dict[str, list[Raw]] = defaultdict(list)
        for row in self.lines:
            if row[3] is not None:
                found[row[0]].append(row)
        return found

    @cached_property
    def _flows_by_site(self) -> Mapping[str, Sequence[Raw]]:
        """What sites used and disposed of."""
        query = (
            select(Site.code, type_coerce(LedgerFlow.kind, String), LedgerLine.waste, *_OWN.values())
            .join(Ledger, Ledger.site_id == Site.id)
            .join(LedgerFlow, LedgerFlow.version_id == Ledger.version_id)
            .join(
                LedgerLine,
                (LedgerLine.version_id == LedgerFlow.version_id) & (LedgerLine.position == LedgerFlow.line),
            )
            .where(Ledger.month == self.month, Ledger.state != LedgerState.DRAFT, self.common.inside)
            .where(LedgerFlow.kind.in_((FlowKind.USED, FlowKind.DISPOSED)))
            .order_by(Site.code, LedgerFlow.line, LedgerFlow.kind, LedgerFlow.position)
        )
        found: dict[str, list[Raw]] = defaultdict(list)
        for row in self.common.session.execute(query):
            found[row[0]].append(row)
        return found

    def site(self, place: int) -> SiteMonth:
        """One of the province's sites as a fact."""
        code, region, industry = self.common.sites[place]
        lines = tuple(
            Line(waste, waste_code, method, self.common.sigmas.get(method or ""), *masses)
            for _, _, _, waste, method, waste_code, *masses in self._lines_by_site.get(code, ())
        )
        flows = tuple(
            Flow(kind, waste, **dict(zip(_OWN, told, strict=True)))
            for _, kind, waste, *told in self._flows_by_site.get(code, ())
        )
        return SiteMonth(code, region, industry, self._ref(code), lines, flows)

    @cached_property
    def line_columns(self) -> Lines:
        sigmas = self.common.sigmas
        return Lines.of(
            ToldLine(row[0], row[1] is not None, row[3], sigmas.get(row[4] or ""), row[6:])
            for row in self.lines
            if row[3] is not None
        )
