"""Both reports of a movement month by month: what rules about pairs of sites share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.domain.periods import Month
from app.findings.columns import month_of, ordinal
from app.findings.facts import Figure, PairFacts, Transfer, total

SHARED_FIGURES = frozenset({"sent", "received", "decided"})
"""What both parties of a transfer may know of each other: the reports of the common transfer."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What one sender and one receiver say of one waste in one month, of whatever purpose [g].

    `before`, `after`: the transfers of the neighbouring months, where what was on the road at a month's end shows.
    """

    waste: str
    month: Month
    transfers: tuple[Transfer, ...]
    before: tuple[Transfer, ...] = ()
    after: tuple[Transfer, ...] = ()

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
    def surplus_beside(self) -> int:
        """By how much the receiver's figures exceed the sender's in the neighbouring months, each by itself."""
        return sum(max(0, -_difference(near)) for near in (self.before, self.after))

    @property
    def deficit_beside(self) -> int:
        """By how much they fall short there."""
        return sum(max(0, _difference(near)) for near in (self.before, self.after))

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
    """Every waste and month of a pair, in order."""
    for waste in facts.wastes:
        counted = _counted(facts, waste)
        for number in sorted(counted):
            yield _stream(waste, number, counted)


def stream_of(facts: PairFacts, waste: str, number: int) -> Stream:
    """What a pair says of a waste in a month, counted as `ordinal` does."""
    return _stream(waste, number, _counted(facts, waste))


def _counted(facts: PairFacts, waste: str) -> dict[int, tuple[Transfer, ...]]:
    return {ordinal(month): transfers for month, transfers in facts.of(waste).items()}


def _stream(waste: str, number: int, counted: Mapping[int, tuple[Transfer, ...]]) -> Stream:
    before, after = (counted.get(near, ()) for near in (number - 1, number + 1))
    return Stream(waste, month_of(number), counted[number], before, after)


def _difference(transfers: tuple[Transfer, ...]) -> int:
    """Sent − received of a month [g]; 0 when one of the sides has not filed it, which says nothing."""
    if not (any(t.sender_filed for t in transfers) and any(t.receiver_filed for t in transfers)):
        return 0
    return total(t.sent for t in transfers) - total(t.received for t in transfers)
