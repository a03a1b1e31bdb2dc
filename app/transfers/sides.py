"""One site's month as its ledger tells it: what went to whom and what came from whom, as it was written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.periods import Month
from app.enterprises.service import Party, SiteRow, site_of
from app.ids import new_id

Stream = tuple[str, str, str]
"""waste, purpose, the other party"""


@dataclass(slots=True)
class Report:
    """Sums of a ledger's entries [g] by waste, purpose and the other party as the ledger names it."""

    site: SiteRow
    month: Month
    sent: dict[Stream, tuple[int, int]] = field(default_factory=dict)
    received: dict[Stream, int] = field(default_factory=dict)

    def add_sent(self, waste: str, purpose: str, to: str, grams: int, of_received_grams: int) -> None:
        before, received_before = self.sent.get((waste, purpose, to), (0, 0))
        self.sent[waste, purpose, to] = (before + grams, received_before + of_received_grams)

    def add_received(self, waste: str, purpose: str, sender: str, grams: int) -> None:
        self.received[waste, purpose, sender] = self.received.get((waste, purpose, sender), 0) + grams

    @property
    def named(self) -> set[str]:
        """The codes of the other parties."""
        return {code for _, _, code in (*self.sent, *self.received)}

    def resolved(self, parties: Mapping[str, Party]) -> "Report":
        """The same sums by whom the codes mean: two codes of one site are one stream."""
        made = Report(self.site, self.month)
        for (waste, purpose, code), (grams, of_received) in self.sent.items():
            made.add_sent(waste, purpose, site_of(parties, code, self.month), grams, of_received)
        for (waste, purpose, code), grams in self.received.items():
            made.add_received(waste, purpose, site_of(parties, code, self.month), grams)
        return made

    def others(self, parties: Mapping[str, Party]) -> dict[str, dict[str, Any]]:
        """Resolved code → the columns of the other party."""
        found = {}
        for code in self.named:
            party = parties[code]
            meant = party.site_in(self.month)
            found[site_of(parties, code, self.month)] = {
                "party": code if meant is None else meant.site_code,
                "site_id": None if meant is None else meant.site_id,
                "enterprise_id": party.enterprise_id if meant is None else meant.enterprise_id,
            }
        return found


def rows_of(
    report: Report, parties: Mapping[str, Party]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The transfers of a resolved report, as (sent rows, received rows)."""
    own = {
        "party": report.site.code,
        "site_id": report.site.id,
        "enterprise_id": report.site.registered_id,
    }
    others = report.others(parties)
    resolved = report.resolved(parties)
    sent = [
        _row(
            report.month, stream, own, others[stream[2]], sent_grams=grams, sent_of_received_grams=of_received
        )
        for stream, (grams, of_received) in resolved.sent.items()
    ]
    received = [
        _row(report.month, stream, others[stream[2]], own, received_grams=grams)
        for stream, grams in resolved.received.items()
    ]
    return sent, received


def _row(
    month: Month, stream: Stream, sender: Mapping[str, Any], receiver: Mapping[str, Any], **grams: int
) -> dict[str, Any]:
    waste, purpose, _ = stream
    return {
        "id": new_id(),
        "month": month,
        "waste": waste,
        "purpose": purpose,
        **{f"sender_{name}": value for name, value in sender.items()},
        **{f"receiver_{name}": value for name, value in receiver.items()},
        **dict.fromkeys(("sent_grams", "sent_of_received_grams", "received_grams")),
        "decision": None,
        "decided_grams": None,
        **grams,
    }
