"""Faults that are planted in a made province, of known tonnes. Each changes the reports as the cheat or the slip would."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np

from bench.province import PRODUCT_SIGMA, RECIPES, Place, Province, Shipment

FIRST_MONTH = 8
"""Before it every site is honest, so that it has a history."""
_SPREAD_OF_RATIO = 0.05


@dataclass(frozen=True, slots=True)
class Fault:
    """What was planted: tonnes by month, how many σ of the reports that could show it, and who may be named for it.

    `after`: the month after it, when its trace shows there too (a stock that does not continue).
    """

    kind: str
    size: float
    site: int
    tonnes: dict[int, float]
    sigmas: float
    named: frozenset[int]
    after: bool = False

    @property
    def months(self) -> frozenset[int]:
        late = {max(self.tonnes) + 1} if self.after else set()
        return frozenset({*self.tonnes, *late})


@dataclass(frozen=True, slots=True)
class _Where:
    """A site and its first month at fault."""

    province: Province
    place: Place
    month: int

    @property
    def sent(self) -> list[Shipment]:
        return [
            each
            for each in self.province.shipments[self.month]
            if each.sender == self.place.number and each.waste == self.waste
        ]

    @property
    def received(self) -> list[Shipment]:
        return [each for each in self.province.shipments[self.month] if each.receiver == self.place.number]

    def named(self, shipments: list[Shipment]) -> frozenset[int]:
        ends = {end for each in shipments for end in (each.sender, each.receiver) if end is not None}
        return frozenset({self.place.number, *ends})

    @property
    def waste(self) -> str:
        return "SW04" if self.place.role == "mine" else "SW02"


def hidden_dumping(where: _Where, size: float) -> Fault:
    """A share of what came up lies somewhere: the stock did not grow by it."""
    account = where.province.accounts[where.place.number, where.month, where.waste]
    tonnes = size * account.generated
    flows = (account.generated, sum(each.sent for each in where.sent), account.change - tonnes)
    account.change = round(account.change - tonnes, 2)
    sigma = where.place.sigma * hypot(*flows)
    named = where.named(where.sent)
    return Fault("hidden_dumping", size, where.place.number, {where.month: tonnes}, tonnes / sigma, named)


def inflated_use(where: _Where, size: float) -> Fault:
    """A works claims to have taken and used more than it got."""
    came = where.received
    tonnes = size * sum(each.received or 0.0 for each in came)
    sigma = _sigma(where.province, came)
    for each in came:
        more = round(size * (each.received or 0.0), 2)
        each.received = round((each.received or 0.0) + more, 2)
        where.province.accounts[where.place.number, where.month, each.waste].used += more
    named = where.named(came)
    return Fault("inflated_use", size, where.place.number, {where.month: tonnes}, tonnes / sigma, named)


def claimed_use(where: _Where, size: float) -> Fault:
    """A works tips some of its yard and books it as used; received, used and stock agree, the cement is told as it is."""
    account = where.province.accounts[where.place.number, where.month, "SW02"]
    tonnes = size * account.used
    account.used = round(account.used + tonnes, 2)
    account.change = round(account.change - tonnes, 2)
    low, high = RECIPES
    spread = (high - low) / (low + high) * 2 / sqrt(12)
    sigma = account.used * hypot(where.place.sigma, PRODUCT_SIGMA, spread)
    named = frozenset({where.place.number})
    return Fault("claimed_use", size, where.place.number, {where.month: tonnes}, tonnes / sigma, named)


def under_reported(where: _Where, size: float) -> Fault:
    """From a month on a share neither comes up nor is handed over in the books; the activity is told as it is."""
    tonnes = {}
    named = {where.place.number}  # and whoever takes it off the books
    for month in range(where.month, min(where.month + 4, where.province.months)):
        now = _Where(where.province, where.place, month)
        account = where.province.accounts[where.place.number, month, where.waste]
        tonnes[month] = size * account.generated
        account.generated = round(account.generated * (1 - size), 2)
        account.change = round(account.change * (1 - size), 2)
        for each in now.sent:
            taken = size * (each.received or 0.0)
            each.sent = round(each.sent * (1 - size), 2)
            _take_back(where.province, each, taken)
        named |= now.named(now.sent)
    sigmas = size / hypot(_SPREAD_OF_RATIO, where.place.sigma)
    return Fault("under_reported", size, where.place.number, tonnes, sigmas, frozenset(named))


def one_sided(where: _Where, size: float) -> Fault:
    """A load that never arrived is declared: the receiver has less of it than was sent, at size 1 nothing."""
    each = where.sent[0]
    tonnes = size * (each.received or 0.0)
    sigma = _sigma(where.province, [each])
    _take_back(where.province, each, tonnes)
    if size >= 1:
        each.received = None
    return Fault(
        "one_sided", size, where.place.number, {where.month: tonnes}, tonnes / sigma, where.named([each])
    )


def swapped_units(where: _Where, size: float) -> Fault:
    """A month in thousands of tonnes: every figure is a thousandth."""
    account = where.province.accounts[where.place.number, where.month, where.waste]
    tonnes = account.generated * 0.999
    account.generated = round(account.generated / 1000, 2)
    account.change = round(account.change / 1000, 2)
    sent = where.sent
    for each in sent:
        each.sent = round(each.sent / 1000, 2)
    sigmas = 0.999 / where.place.sigma
    named = where.named(sent)
    return Fault("swapped_units", size, where.place.number, {where.month: tonnes}, sigmas, named, after=True)


def missing_months(where: _Where, size: float) -> Fault:
    """One month or more not filed; what came up and came in is not on file."""
    tonnes: dict[int, float] = {}
    for month in range(where.month, min(where.month + int(size), where.province.months)):
        now = _Where(where.province, where.place, month)
        generated = sum(each.generated for each in where.province.of(where.place.number, month))
        tonnes[month] = generated + sum(each.received or 0.0 for each in now.received)
        where.province.unfiled.add((where.place.number, month))
    sigmas = 1 / where.place.sigma
    named = frozenset({where.place.number})
    return Fault("missing_months", size, where.place.number, tonnes, sigmas, named)


def ghost_receiver(where: _Where, size: float) -> Fault:
    """A share of a load goes to somebody whom nobody registered."""
    each = where.sent[0]
    tonnes = round(size * each.sent, 2)
    _take_back(where.province, each, size * (each.received or 0.0))
    each.sent = round(each.sent - tonnes, 2)
    ghost = Shipment(each.sender, None, each.waste, each.month, tonnes, tonnes, None)
    where.province.shipments[where.month].append(ghost)
    sigmas = 1 / where.place.sigma
    return Fault(
        "ghost_receiver", size, where.place.number, {where.month: tonnes}, sigmas, where.named([each])
    )


def _sigma(province: Province, shipments: list[Shipment]) -> float:
    """σ of sent − received over these shipments [t]."""
    sent = (province.places[each.sender].sigma * each.sent for each in shipments)
    received = (
        province.places[each.receiver].sigma * (each.received or 0.0)
        for each in shipments
        if each.receiver is not None
    )
    return hypot(*sent, *received)


def _take_back(province: Province, shipment: Shipment, tonnes: float) -> None:
    """Less arrived, so less was used there and less made of it, and of the rest less stored."""
    if shipment.receiver is not None and shipment.received is not None:
        shipment.received = round(shipment.received - tonnes, 2)
        account = province.accounts[shipment.receiver, shipment.month, shipment.waste]
        less = min(account.used, tonnes)
        if account.product is not None and account.used:
            account.product = round(account.product * (1 - less / account.used), 2)
        account.used = round(account.used - less, 2)
        account.change = round(account.change - (tonnes - less), 2)


KINDS: tuple[tuple[Callable[[_Where, float], Fault], tuple[float, ...]], ...] = (
    (hidden_dumping, (0.03, 0.10, 0.30)),
    (inflated_use, (0.03, 0.10, 0.30)),
    (claimed_use, (0.10, 0.30, 0.60)),
    (under_reported, (0.15, 0.40, 0.90)),
    (one_sided, (0.10, 0.30, 1.0)),
    (swapped_units, (1000.0,)),
    (missing_months, (1.0, 2.0)),
    (ghost_receiver, (0.10, 0.50)),
)


def plant(province: Province, share: float, seed: int) -> list[Fault]:
    """Give a share of the sites one fault each, of every kind and size in turn, at months of their own."""
    random = np.random.default_rng(seed + 1)
    order = random.permutation(len(province.places))[: round(share * len(province.places))]
    most = max(len(sizes) for _, sizes in KINDS)
    ways = [(kind, sizes[rank]) for rank in range(most) for kind, sizes in KINDS if rank < len(sizes)]
    return [
        fault
        for turn, number in enumerate(order.tolist())
        for fault in _planted(province, province.places[number], *ways[turn % len(ways)], random)
    ]


def _loads(where: _Where, kind: Callable[[_Where, float], Fault]) -> list[Shipment]:
    """What a fault of a kind is about; one_sided and ghost_receiver are about the first load."""
    loads = where.received if kind is inflated_use else where.sent
    return loads[:1] if kind in {one_sided, ghost_receiver} else loads


def _planted(
    province: Province,
    place: Place,
    kind: Callable[[_Where, float], Fault],
    size: float,
    random: np.random.Generator,
) -> Iterator[Fault]:
    """A site that cannot commit a fault of this kind is given another one: a works inflates, by 0.30 at most."""
    where = _Where(province, place, int(random.integers(FIRST_MONTH, province.months - 2)))
    account = province.accounts.get((place.number, where.month, "SW02"))
    if kind is claimed_use and account is not None and account.product:
        yield kind(where, size)
        return
    if place.role == "works" and kind is not missing_months:
        kind, size = inflated_use, min(size, 0.30)
    elif place.role != "works" and kind in {inflated_use, claimed_use}:
        kind, size = hidden_dumping, min(size, 0.30)
    loads = [each.received if kind is inflated_use else each.sent for each in _loads(where, kind)]
    if any(loads) or kind is missing_months:
        yield kind(where, size)
