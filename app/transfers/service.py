"""Transfers: what the ledgers of the two sides say of one movement, and what the receiver states about it.

A transfer is keyed by month, waste, purpose, sender and receiver. Each side's figure is the sum of its ledger's entries,
so it can always be set again from that ledger alone; neither side ever writes the other's.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update

from app.db.session import ReadSession, WriteSession
from app.domain.ledger import LedgerContent
from app.domain.periods import Month
from app.enterprises.service import Party, SiteRow
from app.ids import new_id
from app.transfers import repository
from app.transfers.models import Transfer

Stream = tuple[str, str, str]
"""waste, purpose, the other party"""


@dataclass(frozen=True, slots=True)
class Declared:
    """A site's filed month, whose transfers are to be recorded."""

    site: SiteRow
    content: LedgerContent


@dataclass(slots=True)
class Reported:
    """The transfers on file around a set of ledgers."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    _index: dict[tuple[str, str, str, Month, str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.rows:
            place = (row["month"], row["waste"], row["purpose"])
            if row["received_grams"] is not None:
                self._index[("sent", row["sender_party"], row["receiver_party"], *place)] = row[
                    "received_grams"
                ]
            if row["sent_grams"] is not None:
                self._index[("received", row["receiver_party"], row["sender_party"], *place)] = row[
                    "sent_grams"
                ]

    def other_side(
        self, direction: str, site: str, party: str, month: Month, waste: str, purpose: str
    ) -> int | None:
        """What the other party says of a transfer [g], None when it says nothing."""
        return self._index.get((direction, site, party, month, waste, purpose))


def key_of(code: str, parties: Mapping[str, Party]) -> str:
    """The name a party goes by in transfers: its site's code, or what was written when no single site could be meant."""
    return parties[code].site_code or code


def reported(session: ReadSession, site_codes: Iterable[str], months: Iterable[Month]) -> Reported:
    """What is on file about the sites' transfers in the months."""
    return Reported(repository.of_sites(session, site_codes, months))


def record(
    session: WriteSession, declared: Sequence[Declared], on_file: Reported, parties: Mapping[str, Party]
) -> None:
    """Set the filed sites' own side of every transfer to what their ledgers now say."""
    sent_rows: list[dict[str, Any]] = []
    received_rows: list[dict[str, Any]] = []
    gone_sent: list[uuid.UUID] = []
    gone_received: list[uuid.UUID] = []
    by_sender = _rows_by(on_file.rows, "sender_party")
    by_receiver = _rows_by(on_file.rows, "receiver_party")
    for entry in declared:
        sent, received = _sums(entry.content, parties)
        own = (entry.site.code, entry.content.month)
        sent_rows += [_row(entry, stream, parties, sent=sums) for stream, sums in sent.items()]
        received_rows += [_row(entry, stream, parties, received=grams) for stream, grams in received.items()]
        gone_sent += [
            row["id"]
            for row in by_sender.get(own, ())
            if row["sent_grams"] is not None
            and (row["waste"], row["purpose"], row["receiver_party"]) not in sent
        ]
        gone_received += [
            row["id"]
            for row in by_receiver.get(own, ())
            if row["received_grams"] is not None
            and (row["waste"], row["purpose"], row["sender_party"]) not in received
        ]
    repository.upsert_side(session, sent_rows, ("sent_grams", "sent_of_received_grams"))
    repository.upsert_side(session, received_rows, ("received_grams",))
    repository.withdraw(session, gone_sent, ("sent_grams", "sent_of_received_grams"))
    repository.withdraw(session, gone_received, ("received_grams",))


def adopt(session: WriteSession, site: SiteRow) -> None:
    """A site was registered: transfers that named it before now know whose they are."""
    for party, column, owner in (
        (Transfer.sender_party, "sender_site_id", "sender_enterprise_id"),
        (Transfer.receiver_party, "receiver_site_id", "receiver_enterprise_id"),
    ):
        statement = update(Transfer).where(party == site.code)
        session.execute(statement.values({column: site.id, owner: site.enterprise_id}))


def _rows_by(
    rows: Iterable[Mapping[str, Any]], party: str
) -> dict[tuple[str, Month], list[Mapping[str, Any]]]:
    index: dict[tuple[str, Month], list[Mapping[str, Any]]] = {}
    for row in rows:
        index.setdefault((row[party], row["month"]), []).append(row)
    return index


def _sums(
    content: LedgerContent, parties: Mapping[str, Party]
) -> tuple[dict[Stream, tuple[int, int]], dict[Stream, int]]:
    """(sent: grams and of-received, received: grams) of a ledger by waste, purpose and other party."""
    sent: dict[Stream, tuple[int, int]] = {}
    received: dict[Stream, int] = {}
    for line in content.lines:
        for flow in line.sent:
            stream = (line.waste, flow.purpose, key_of(flow.party, parties))
            grams, of_received = sent.get(stream, (0, 0))
            sent[stream] = (grams + flow.grams, of_received + flow.of_received_grams)
        for taken in line.received:
            stream = (line.waste, taken.purpose, key_of(taken.party, parties))
            received[stream] = received.get(stream, 0) + taken.grams
    return sent, received


def _row(
    entry: Declared,
    stream: Stream,
    parties: Mapping[str, Party],
    *,
    sent: tuple[int, int] | None = None,
    received: int | None = None,
) -> dict[str, Any]:
    waste, purpose, other_key = stream
    other = next((party for code, party in parties.items() if key_of(code, parties) == other_key), None)
    site = entry.site
    own = {"party": site.code, "site_id": site.id, "enterprise_id": site.enterprise_id}
    them = {
        "party": other_key,
        "site_id": other.site_id if other else None,
        "enterprise_id": other.enterprise_id if other else None,
    }
    sender, receiver = (own, them) if sent is not None else (them, own)
    return {
        "id": new_id(),
        "month": entry.content.month,
        "waste": waste,
        "purpose": purpose,
        **{f"sender_{name}": value for name, value in sender.items()},
        **{f"receiver_{name}": value for name, value in receiver.items()},
        "sent_grams": sent[0] if sent else None,
        "sent_of_received_grams": sent[1] if sent else None,
        "received_grams": received,
        "decision": None,
        "decided_grams": None,
    }
