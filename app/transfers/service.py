"""Transfers: what the ledgers of the two sides say of one movement, and what the receiver states about it.

A transfer is keyed by month, waste, purpose, sender and receiver. Each side's figure is the sum of its ledger's entries,
so it can always be set again from that ledger alone; neither side ever writes the other's.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from app.db.session import ReadSession
from app.domain.ledger import LedgerContent
from app.domain.periods import Month
from app.enterprises.service import Party, SiteRow
from app.transfers import linking, repository
from app.transfers.repository import OnFile
from app.transfers.sides import Report, Resolved

__all__ = [
    "Reported",
    "Resolved",
    "declared",
    "naming",
    "of_enterprises",
    "record",
    "relink",
    "reported",
]

naming = repository.naming
of_enterprises = repository.of_enterprises
record = linking.record
relink = linking.relink


def declared(site: SiteRow, content: LedgerContent, parties: Mapping[str, Party]) -> Resolved:
    """What a ledger says of transfers, with whom its codes mean."""
    report = Report(site, content.month)
    for line in content.lines:
        for flow in line.sent:
            report.add_sent(line.waste, flow.purpose, flow.party, flow.grams, flow.of_received_grams)
        for taken in line.received:
            report.add_received(line.waste, taken.purpose, taken.party, taken.grams)
    return Resolved(report, parties)


@dataclass(slots=True)
class Reported:
    """The transfers on file around a set of ledgers, and what the ledgers of the set that came before add to them."""

    rows: Sequence[OnFile] = ()
    _said: dict[tuple[str, Month], dict[tuple[str, str, str, str], int]] = field(default_factory=dict)
    """(who says it, month) → (direction as the other party sees it, other party, waste, purpose) → [g]."""

    def __post_init__(self) -> None:
        for month, waste, purpose, sender, receiver, sent, received in self.rows:
            if received is not None:
                self._said.setdefault((receiver, month), {})["sent", sender, waste, purpose] = received
            if sent is not None:
                self._said.setdefault((sender, month), {})["received", receiver, waste, purpose] = sent

    def other_side(
        self, direction: str, site: str, party: str, month: Month, waste: str, purpose: str
    ) -> int | None:
        """What the other party says of a transfer [g], None when it says nothing."""
        said = self._said.get((party, month))
        return None if said is None else said.get((direction, site, waste, purpose))

    def declare(self, said: Resolved) -> None:
        """Let the ledgers that follow in the set hear what this one says, in place of what its site said before."""
        self._said[said.own] = {
            **{
                ("received", party, waste, purpose): grams
                for (waste, purpose, party), (grams, _) in said.sent.items()
            },
            **{
                ("sent", party, waste, purpose): grams
                for (waste, purpose, party), grams in said.received.items()
            },
        }


def reported(session: ReadSession, site_ids: Collection[uuid.UUID], months: Collection[Month]) -> Reported:
    """What is on file about the sites' transfers in the months."""
    return Reported(repository.figures_of_sites(session, site_ids, months))
