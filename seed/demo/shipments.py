"""Every transfer of the demo with both sides: what left, what arrived, what the receiver wrote down."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.domain.ledger import Purpose
from app.domain.periods import Month
from seed.demo.chains import FORWARDS, OUTSIDE
from seed.demo.flows import QUANTUM, Flows
from seed.demo.months import spread
from seed.demo.plants import PLANT
from seed.demo.untidiness import (
    DISAGREEMENTS,
    NOISE_PER_TEN_THOUSAND,
    OWN_SCALES,
    RECEIVER_SILENT,
    ROUND_TRIP,
    SENDER_SILENT,
    UNIT_SLIP,
    UNKNOWN_CODE,
    UNKNOWN_RECEIVER,
    Pair,
)


@dataclass(frozen=True, slots=True)
class Shipment:
    """One movement of a month [g]. Parties are plant keys; a receiver outside the city is a credit code.

    `sent` is the sender's figure, `received` the receiver's; None: that side has nothing on it. `arrived` is
    what the receiver had in hand; it differs from `received` only by a slip of the pen.
    """

    sender: str
    receiver: str
    waste: str
    month: Month
    purpose: Purpose
    sent: int | None
    arrived: int = 0
    received: int | None = None
    prior: int = 0
    forwarded: int = 0

    @property
    def key(self) -> tuple[str, str, str, Month]:
        return self.sender, self.receiver, self.waste, self.month

    def is_of(self, pair: Pair) -> bool:
        return pair.covers(*self.key)


def build_shipments(seed: int, flows: Flows) -> tuple[Shipment, ...]:
    """All shipments, the senders' own waste first, then what hubs hand on, then the planned oddities."""
    first = tuple(_own(seed, flows))
    return (*first, *_forwarded(seed, first), *_sender_silent(), *_round_trips())


def is_inside(receiver: str) -> bool:
    """Whether a receiver is one of the city's sites."""
    return receiver in PLANT


def leaves_province(receiver: str) -> bool:
    return receiver in OUTSIDE


def _own(seed: int, flows: Flows) -> Iterator[Shipment]:
    for (outlet, month), grams in flows.out.items():
        if outlet.receiver is None:
            continue
        receiver = outlet.receiver
        if UNKNOWN_RECEIVER.covers(outlet.sender, receiver, outlet.waste, month):
            receiver = UNKNOWN_CODE
        prior = flows.prior.get((outlet, month), 0)
        sent = Shipment(outlet.sender, receiver, outlet.waste, month, outlet.purpose, grams, prior=prior)
        yield _weighed_in(seed, sent)


def _weighed_in(seed: int, shipment: Shipment) -> Shipment:
    """Add the receiver's side, if there is one."""
    if not is_inside(shipment.receiver) or any(shipment.is_of(pair) for pair in RECEIVER_SILENT):
        return shipment
    arrived = _arrived(seed, shipment, shipment.sent or 0)
    received = arrived // 1000 if shipment.is_of(UNIT_SLIP) else arrived
    return replace(shipment, arrived=arrived, received=received)


def _arrived(seed: int, shipment: Shipment, sent: int) -> int:
    """Weigh at the receiver's gate; most receivers copy the sender's weighing slips."""
    for pair, share in DISAGREEMENTS:
        if shipment.is_of(pair):
            return sent * share // 1000 // QUANTUM * QUANTUM
    if shipment.receiver not in OWN_SCALES:
        return sent
    noise = spread(seed, NOISE_PER_TEN_THOUSAND, "scales", *shipment.key)
    return sent * (10_000 + noise) // 10_000 // QUANTUM * QUANTUM


def _forwarded(seed: int, shipments: tuple[Shipment, ...]) -> Iterator[Shipment]:
    """Hand on from each hub, in the same month, what it took in."""
    taken: dict[tuple[str, str, Month], int] = {}
    for shipment in shipments:
        if shipment.receiver in FORWARDS:
            key = (shipment.receiver, shipment.waste, shipment.month)
            taken[key] = taken.get(key, 0) + shipment.arrived
    for (hub, waste, month), grams in taken.items():
        yield _weighed_in(seed, Shipment(hub, FORWARDS[hub], waste, month, "use", grams, forwarded=grams))


def _sender_silent() -> Iterator[Shipment]:
    for pair, grams in SENDER_SILENT:
        for month in sorted(pair.months):
            yield Shipment(pair.sender, pair.receiver, pair.waste, month, "use", None, grams, grams)


def _round_trips() -> Iterator[Shipment]:
    there, back, waste, months, grams = ROUND_TRIP
    for month in sorted(months):
        for sender, receiver in ((there, back), (back, there)):
            yield Shipment(sender, receiver, waste, month, "use", grams, grams, grams, forwarded=grams)
