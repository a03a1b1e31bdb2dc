"""The measured network of a scope: who reports which flow between which streams, and how well.

A node is a stream (site, waste) in the months that its site filed; what it exchanges with a month or a site
without a ledger crosses the boundary. Masses are whole grams here and tonnes for the engine.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.quantities import GRAMS_PER_TONNE
from app.reconciliations.models import MeasuredKind, Months
from chains.arrays import np
from chains.balance import OUTSIDE, Flags, Floats, Ints, Network
from chains.reconciliation import Bounds, Reports

FLOOR_GRAMS = 50_000.0
"""Least standard uncertainty of a sum of readings: 50 kg, a verification interval of truck scales (OIML R 76)."""

Stream = tuple[str, str]
"""Site code and waste."""

Terms = tuple[tuple[str, float], ...]
"""(field of Totals, share of the flow that counts in it)."""


@dataclass(slots=True)
class Readings:
    """A sum of readings [g]: with fully correlated errors σ is `spread`, with independent ones √`squares`."""

    grams: int = 0
    spread: float = 0.0
    squares: float = 0.0

    def add(self, grams: int, relative_sigma: float) -> None:
        error = relative_sigma * abs(grams)
        self.grams += grams
        self.spread += error
        self.squares += error * error

    def sigma(self, months: Months) -> float:
        """1σ [g]."""
        whole = self.spread if months is Months.CORRELATED else math.sqrt(self.squares)
        return max(whole, FLOOR_GRAMS)


@dataclass(frozen=True, slots=True)
class Report:
    """What one side says of a flow [g], with its standard uncertainty (1σ)."""

    grams: int
    sigma: float


@dataclass(frozen=True, slots=True)
class MeasuredFlow:
    """A flow between two streams, or a stream and the outside (None).

    `giving` and `taking`: what the flow counts for in the statistics of the stream it leaves and of the one it
    comes to. `least` [t]: the least that it can be, −∞ below nought only for a stock that shrinks.
    """

    kind: MeasuredKind
    source: Stream | None
    target: Stream | None
    detail: str | None
    sent: Report | None
    received: Report | None
    giving: Terms = ()
    taking: Terms = ()
    least: float = 0.0

    @property
    def waste(self) -> str:
        ends = [end for end in (self.source, self.target) if end is not None]
        return ends[0][1]

    @property
    def is_handed_over(self) -> bool:
        """Tell whether `detail` names the other party."""
        return self.kind in (MeasuredKind.TRANSFER, MeasuredKind.EXPORTED, MeasuredKind.IMPORTED)

    @property
    def order(self) -> tuple[str, ...]:
        """Its place in the network: by waste, kind, ends and detail."""
        ends = ["" if end is None else end[0] for end in (self.source, self.target)]
        return (self.waste, self.kind.value, *ends, self.detail or "")


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredNetwork:
    """Streams and flows in the order of their keys, and the same as arrays for the engine.

    `report_of`: which side each report of `reports` is from, "sent" or "received".
    """

    streams: tuple[Stream, ...]
    flows: tuple[MeasuredFlow, ...]
    network: Network
    reports: Reports
    report_of: tuple[str, ...]
    bounds: Bounds

    def terms(self, fields: Sequence[str]) -> tuple[Floats, Floats]:
        """Give two tables (m, k): how much a flow counts in k fields with whom it leaves, and with whom it comes to."""
        column = {name: number for number, name in enumerate(fields)}
        tables = np.zeros((2, len(self.flows), len(fields)))
        for row, flow in enumerate(self.flows):
            for table, terms in zip(tables, (flow.giving, flow.taking), strict=True):
                for name, share in terms:
                    table[row, column[name]] = share
        return tables[0], tables[1]

    def of_flows(self, chosen: Flags) -> tuple[Flags, Flags]:
        """Tell of each flow (m,) whether the stream it leaves, and the one it comes to, is among the `chosen` (n,)."""
        outside = np.append(chosen, np.False_)
        return outside[self.network.source], outside[self.network.target]


def assemble(streams: Iterable[Stream], flows: Iterable[MeasuredFlow]) -> MeasuredNetwork:
    """Put streams and flows in order and number them."""
    ordered = tuple(sorted(set(streams)))
    place = {stream: number for number, stream in enumerate(ordered)}
    kept = tuple(sorted(flows, key=lambda flow: flow.order))
    sides = [
        (number, side, report)
        for number, flow in enumerate(kept)
        for side, report in (("sent", flow.sent), ("received", flow.received))
        if report is not None
    ]
    network = Network(
        len(ordered),
        _ends(place, [flow.source for flow in kept]),
        _ends(place, [flow.target for flow in kept]),
        np.ones(len(kept)),
    )
    reports = Reports(
        np.array([number for number, _, _ in sides], dtype=np.int64),
        np.array([report.grams for _, _, report in sides], dtype=np.float64) / GRAMS_PER_TONNE,
        np.array([report.sigma for _, _, report in sides], dtype=np.float64) / GRAMS_PER_TONNE,
    )
    least = np.array([flow.least for flow in kept], dtype=np.float64)
    bounds = Bounds(least, np.full(len(kept), np.inf))
    return MeasuredNetwork(ordered, kept, network, reports, tuple(side for _, side, _ in sides), bounds)


def _ends(place: Mapping[Stream, int], ends: Sequence[Stream | None]) -> Ints:
    return np.array([OUTSIDE if end is None else place[end] for end in ends], dtype=np.int64)
