"""One site's month as its ledger tells it: what went to whom and what came from whom."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from app.domain.periods import Month
from app.enterprises.service import Party, SiteRow
from app.ids import new_id

Stream: TypeAlias = tuple[str, str, str]
"""waste, purpose, the other party"""
KEY = ("month", "waste", "purpose", "sender_party", "receiver_party")
PARTIES = ("sender_site_id", "sender_enterprise_id", "receiver_site_id", "receiver_enterprise_id")
SENT = ("sent_grams", "sent_of_received_grams")
RECEIVED = ("received_grams",)
COLUMNS = (*KEY, "id", *PARTIES, *SENT, *RECEIVED)
TransferRow: TypeAlias = tuple[Any, ...]
"""The values of `COLUMNS`; a side says nothing of the other side's figures."""
Key: TypeAlias = tuple[Month, str, str, str, str]
"""The values of `KEY`."""


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


class Meant(NamedTuple):
    """Whom a code means in a month: a site, or what was written when no single site could be."""

    party: str
    site_id: uuid.UUID | None
    enterprise_id: uuid.UUID | None


def meant_by(code: str, parties: Mapping[str, Party], month: Month) -> Meant:
    """Whom a code means in transfers of a month."""
    party = parties[code]
    site = party.site_in(month)
    return (
        Meant(code, None, party.enterprise_id)
        if site is None
        else Meant(site.site_code, site.site_id, site.enterprise_id)
    )


class Resolved:
    """A report with whom its codes mean: two codes of one site are one stream."""

    def __init__(self, report: Report, parties: Mapping[str, Party]) -> None:
        self.report = report
        self.meant = {code: meant_by(code, parties, report.month) for code in report.named}
        resolved = Report(report.site, report.month)
        for (waste, purpose, code), (grams, of_received) in report.sent.items():
            resolved.add_sent(waste, purpose, self.meant[code].party, grams, of_received)
        for (waste, purpose, code), grams in report.received.items():
            resolved.add_received(waste, purpose, self.meant[code].party, grams)
        self.sent, self.received = resolved.sent, resolved.received

    @property
    def own(self) -> tuple[str, Month]:
        """Whose month it is: the site's code, the month."""
        return self.report.site.code, self.report.month

    def sent_keys(self) -> set[Key]:
        """The transfers of which the site speaks as sender."""
        own, month = self.own
        return {(month, waste, purpose, own, party) for waste, purpose, party in self.sent}

    def received_keys(self) -> set[Key]:
        """The transfers of which the site speaks as receiver."""
        own, month = self.own
        return {(month, waste, purpose, party, own) for waste, purpose, party in self.received}

    def sent_rows(self) -> Iterator[TransferRow]:
        """What the site says as sender."""
        site, month = self.report.site, self.report.month
        own = (site.id, site.registered_id)
        for (waste, purpose, party), (grams, of_received) in self.sent.items():
            key = (month, waste, purpose, site.code, party)
            yield (*key, new_id(), *own, *self._others[party], grams, of_received, None)

    def received_rows(self) -> Iterator[TransferRow]:
        """What the site says as receiver."""
        site, month = self.report.site, self.report.month
        own = (site.id, site.registered_id)
        for (waste, purpose, party), grams in self.received.items():
            key = (month, waste, purpose, party, site.code)
            yield (*key, new_id(), *self._others[party], *own, None, None, grams)

    @cached_property
    def _others(self) -> dict[str, tuple[uuid.UUID | None, uuid.UUID | None]]:
        return {meant.party: (meant.site_id, meant.enterprise_id) for meant in self.meant.values()}
