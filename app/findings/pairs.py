"""Both reports of a movement month by month: what rules about pairs of sites share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import hypot

from app.domain.periods import Month
from app.findings.facts import Figure, PairFacts, Transfer, total

SHARED_FIGURES = frozenset({"sent", "received", "decided"})
"""What both parties of a transfer may know of each other: the reports of the common transfer."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What one sender and one receiver say of one waste in one month, of whatever purpose [g].

    `surplus_beside`: by how much the receiver's figures exceed the sender's in the two neighbouring months together,
    `deficit_beside` by how much they fall short: what was on the road at a month's end shows there.
    """

    waste: str
    month: Month
    transfers: tuple[Transfer, ...]
    surplus_beside: int
    deficit_beside: int

    @property
    def sent(self) -> int:
        return total(transfer.sent for transfer in self.transfers)

    @property
    def received(self) -> int:
        return total(transfer.received for transfer in self.transfers)

    @property
    def sender_filed(self) -> bool:
        return any(transfer.sender_filed for transfer in self.transfers)

    @property
    def receiver_filed(self) -> bool:
        return any(transfer.receiver_filed for transfer in self.transfers)

    @property
    def about_sender(self) -> str:
        """The site that answers for the sending: the sender's, or the receiver's when only that one is registered."""
        return self._site(("sender_site", "receiver_site"))

    @property
    def about_receiver(self) -> str:
        """The site that answers for the receiving, in the same way."""
        return self._site(("receiver_site", "sender_site"))

    def _site(self, sides: tuple[str, str]) -> str:
        named = [getattr(transfer, side) for side in sides for transfer in self.transfers]
        site: str = next(code for code in named if code is not None)
        return site

    def sigma(self, unstated: float) -> float:
        """Standard uncertainty of sent − received [g]: each entry on its own, by its method."""
        sent = [
            (transfer.sent or 0) * (unstated if transfer.sender_sigma is None else transfer.sender_sigma)
            for transfer in self.transfers
        ]
        received = [
            (transfer.received or 0)
            * (unstated if transfer.receiver_sigma is None else transfer.receiver_sigma)
            for transfer in self.transfers
        ]
        return hypot(*sent, *received)

    def figures(self, facts: PairFacts) -> tuple[Figure, ...]:
        """Both sides' reports with the ledgers that make them."""
        made = []
        for transfer in self.transfers:
            sender = transfer.sender_site or facts.sender
            receiver = transfer.receiver_site or facts.receiver
            made += [
                Figure("sent", transfer.sent, sender, self.month, transfer.sender_ref),
                Figure("received", transfer.received, receiver, self.month, transfer.receiver_ref),
            ]
        return tuple(made)


def streams(facts: PairFacts) -> Iterator[Stream]:
    """Every waste and month of a pair that at least one registered site speaks of, in order."""
    for waste in facts.wastes:
        by_month = facts.of(waste)
        for month in sorted(by_month):
            beside = [_difference(by_month, near) for near in (month.previous, month.next)]
            yield Stream(
                waste,
                month,
                by_month[month],
                surplus_beside=max(0, -sum(beside)),
                deficit_beside=max(0, sum(beside)),
            )


def _difference(by_month: Mapping[Month, tuple[Transfer, ...]], month: Month) -> int:
    """Sent − received of a month [g]; 0 when one of the sides has not filed it, which says nothing."""
    transfers = by_month.get(month, ())
    if not (any(t.sender_filed for t in transfers) and any(t.receiver_filed for t in transfers)):
        return 0
    return total(t.sent for t in transfers) - total(t.received for t in transfers)
