"""Transfers: what the ledgers of the two sides say of one movement, and what the receiver states about it.

A transfer is keyed by month, waste, purpose, sender and receiver. Each side's figure is the sum of its ledger's entries,
so it can always be set again from that ledger alone; neither side ever writes the other's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from app.db.session import ReadSession, WriteSession
from app.domain.ledger import LedgerContent
from app.domain.periods import Month
from app.enterprises.service import Party, SiteRow, site_of
from app.transfers import linking, repository
from app.transfers.sides import Report

__all__ = ["Declared", "Reported", "key_of", "record", "relink", "reported"]

relink = linking.relink
_SAID = (*repository.KEY, *repository.FIGURES)


@dataclass(frozen=True)
class Declared:
    """A site's filed month, whose transfers are to be recorded."""

    site: SiteRow
    content: LedgerContent

    @cached_property
    def report(self) -> Report:
        """What the ledger says of transfers, as it was written."""
        report = Report(self.site, self.content.month)
        for line in self.content.lines:
            for flow in line.sent:
                report.add_sent(line.waste, flow.purpose, flow.party, flow.grams, flow.of_received_grams)
            for taken in line.received:
                report.add_received(line.waste, taken.purpose, taken.party, taken.grams)
        return report


@dataclass(slots=True)
class Reported:
    """The transfers on file around a set of ledgers, and what the ledgers of the set that came before add to them."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    _said: dict[tuple[str, Month], dict[tuple[str, str, str, str], int]] = field(default_factory=dict)
    """(who says it, month) → (direction as the other party sees it, other party, waste, purpose) → [g]."""

    def __post_init__(self) -> None:
        for row in self.rows:
            stream = (row["waste"], row["purpose"])
            sender, receiver, month = row["sender_party"], row["receiver_party"], row["month"]
            if row["received_grams"] is not None:
                said = self._said.setdefault((receiver, month), {})
                said["sent", sender, *stream] = row["received_grams"]
            if row["sent_grams"] is not None:
                said = self._said.setdefault((sender, month), {})
                said["received", receiver, *stream] = row["sent_grams"]

    def other_side(
        self, direction: str, site: str, party: str, month: Month, waste: str, purpose: str
    ) -> int | None:
        """What the other party says of a transfer [g], None when it says nothing."""
        return self._said.get((party, month), {}).get((direction, site, waste, purpose))

    def declare(self, declared: Declared, parties: Mapping[str, Party]) -> None:
        """Let the ledgers that follow in the set hear what this one says, in place of what its site said before."""
        report = declared.report.resolved(parties)
        self._said[report.site.code, report.month] = {
            **{
                ("received", party, waste, purpose): grams
                for (waste, purpose, party), (grams, _) in report.sent.items()
            },
            **{
                ("sent", party, waste, purpose): grams
                for (waste, purpose, party), grams in report.received.items()
            },
        }


def key_of(code: str, parties: Mapping[str, Party], month: Month) -> str:
    """The name a party goes by in transfers of a month: its site's code, or what was written when none could be meant."""
    return site_of(parties, code, month)


def reported(session: ReadSession, site_codes: Iterable[str], months: Iterable[Month]) -> Reported:
    """What is on file about the sites' transfers in the months."""
    return Reported(repository.of_sites(session, site_codes, months, _SAID))


def record(
    session: WriteSession, declared: Sequence[Declared], on_file: Reported, parties: Mapping[str, Party]
) -> None:
    """Set the filed sites' own side of every transfer to what their ledgers now say."""
    linking.record(session, [entry.report for entry in declared], on_file.rows, parties)
