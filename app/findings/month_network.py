"""One month of a province as a measured network: streams (site, waste), what each reports, and how well it is known.

Only what no simpler rule objects to is laid together, so that one wrong figure is told once and does not stain its
neighbours: a line that does not balance by itself is left out (`line_balance`, `negative_stock`), and a transfer is a link
only when both sides speak of it and agree within their uncertainties (`pair_disagreement`, the one-sided rules); otherwise
each side's word of it crosses the boundary. The engine is chains.reconciliation.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.quantities import GRAMS_PER_TONNE
from app.findings.columns import Lines, Transfers
from app.findings.networks import NetworkFacts
from chains.arrays import np
from chains.balance import OUTSIDE, Flags, Floats, Ints, Network, total_by
from chains.reconciliation import Bounds, Reports

FLOOR_GRAMS = 50_000.0
"""Least standard uncertainty of a figure: 50 kg, a verification interval of truck scales (OIML R 76)."""

Stream = tuple[str, str]
"""Site code and waste."""


@dataclass(frozen=True, slots=True)
class Precision:
    """`unstated`: relative σ where no method is stated. `critical_z`: from there on a line or a pair contradicts itself.

    `transit`: the relative σ of what a month's load gains and loses on the road at its two ends (`road.py`).
    """

    unstated: float
    critical_z: float
    transit: float = 0.0

    def sigma(self, grams: Floats, relative: Floats) -> Floats:
        """1σ of figures [g]; NaN as relative σ: none is stated."""
        known = np.where(np.isnan(relative), self.unstated, relative)
        return np.asarray(np.maximum(known * np.abs(grams), FLOOR_GRAMS))


_Report = tuple[Floats, Floats]
"""Figures and their σ [g]."""


@dataclass(frozen=True, slots=True, eq=False)
class _Flows:
    """Flows from node to node, each with one report or more. `least` is their lower bound [t]."""

    source: Ints
    target: Ints
    reports: tuple[_Report, ...]
    least: Floats

    @classmethod
    def of(
        cls, ends: tuple[Ints | int, Ints | int], *reports: _Report, least: Floats | float = 0.0
    ) -> "_Flows":
        shape = reports[0][0].shape
        source, target = (np.broadcast_to(np.asarray(end, dtype=np.int64), shape) for end in ends)
        return cls(source, target, reports, np.broadcast_to(np.asarray(least, dtype=np.float64), shape))


@dataclass(frozen=True, slots=True, eq=False)
class MonthNetwork:
    """Streams in order, and the same as arrays for the engine (masses in tonnes); behind the streams stand the roads."""

    streams: tuple[Stream, ...]
    network: Network
    reports: Reports
    bounds: Bounds


def month_network(facts: NetworkFacts, precision: Precision) -> MonthNetwork:
    """Lay the month together. The streams are those whose own figures balance; the others would stain them."""
    lines = facts.lines
    kept = np.flatnonzero(lines.is_filed & _balances(lines, precision))
    streams = tuple((lines.site[row], lines.waste[row]) for row in kept.tolist())
    links = _links(facts.columns.transfers, streams, precision)
    return _network(streams, [*_own(lines, kept, precision), *_handed_over(links, len(streams), precision)])


def _balances(lines: Lines, precision: Precision) -> Flags:
    variance = np.zeros(lines.sigma.size)
    for masses in lines.weighed:
        variance += np.where(masses == 0, 0.0, precision.sigma(masses, lines.sigma) ** 2)
    return np.abs(lines.gap) < precision.critical_z * np.maximum(np.sqrt(variance), FLOOR_GRAMS)


def _own(lines: Lines, kept: Ints, precision: Precision) -> Iterator[_Flows]:
    """What lines say of themselves alone. The error of a stock that lies still cancels in its change."""
    node, relative = np.arange(kept.size), lines.sigma[kept]

    def report(masses: Floats, some: Ints) -> _Report:
        return masses[some], precision.sigma(masses[some], relative[some])

    generated = lines.generated[kept]
    some = np.flatnonzero(generated)
    yield _Flows.of((OUTSIDE, node[some]), report(generated, some))
    for masses in (lines.used[kept], lines.disposed[kept], lines.dumped[kept]):
        some = np.flatnonzero(masses)
        yield _Flows.of((node[some], OUTSIDE), report(masses, some))
    opening, change = lines.opening[kept], lines.change[kept]
    some = np.flatnonzero((opening != 0) | (lines.closing[kept] != 0))
    least = -opening[some] / GRAMS_PER_TONNE
    yield _Flows.of((node[some], OUTSIDE), report(change, some), least=least)


@dataclass(frozen=True, slots=True, eq=False)
class _Links:
    """Who hands what to whom: nodes or OUTSIDE, and each side's sum with its σ [g], 0 where a side says nothing."""

    source: Ints
    target: Ints
    sent: Floats
    sent_sigma: Floats
    received: Floats
    received_sigma: Floats


def _links(told: Transfers, streams: tuple[Stream, ...], precision: Precision) -> _Links:
    """The transfers by who hands what to whom, in an order that is not that of the rows."""
    node = {stream: place for place, stream in enumerate(streams)}
    groups: dict[tuple[str, str | None, str | None, int], int] = {}
    named = zip(told.waste, told.sender_site, told.receiver_site, strict=True)
    # Where a side names no site each entry stands for itself.
    of = [
        groups.setdefault((waste, one, other, 0 if one and other else row + 1), len(groups))
        for row, (waste, one, other) in enumerate(named)
    ]
    source = np.array([node.get((one or "", waste), OUTSIDE) for waste, one, _, _ in groups], dtype=np.int64)
    target = np.array(
        [node.get((other or "", waste), OUTSIDE) for waste, _, other, _ in groups], dtype=np.int64
    )
    group, sums = np.array(of, dtype=np.int64), []
    for grams, relative in ((told.sent, told.sender_sigma), (told.received, told.receiver_sigma)):
        said = np.nan_to_num(grams)
        variance = np.where(said > 0, precision.sigma(said, relative) ** 2, 0.0)
        sums += [total_by(group, said, len(groups)), np.sqrt(total_by(group, variance, len(groups)))]
    order = np.lexsort((*reversed(sums), target, source))
    order = order[source[order] != target[order]]
    sent, sent_sigma, received, received_sigma = (column[order] for column in sums)
    return _Links(source[order], target[order], sent, sent_sigma, received, received_sigma)


def _handed_over(links: _Links, nodes: int, precision: Precision) -> Iterator[_Flows]:
    """Links as flows; between what left and what arrived lies a road with its own balance, if anything may be on it.

    A side that contradicts the other, or that speaks alone, crosses the boundary.
    """
    speak = (links.source != OUTSIDE) & (links.target != OUTSIDE) & (links.sent > 0) & (links.received > 0)
    on_road = precision.transit * (links.sent + links.received) / 2
    apart = np.sqrt(links.sent_sigma**2 + links.received_sigma**2 + on_road**2)
    agree = speak & (np.abs(links.sent - links.received) < precision.critical_z * apart)
    both = np.flatnonzero(agree)
    sent = (links.sent[both], links.sent_sigma[both])
    received = (links.received[both], links.received_sigma[both])
    if precision.transit:
        road = nodes + np.arange(both.size)
        yield _Flows.of((links.source[both], road), sent)
        yield _Flows.of((road, links.target[both]), received)
        yield _Flows.of((road, OUTSIDE), (np.zeros(both.size), on_road[both]), least=-np.inf)
    else:
        yield _Flows.of((links.source[both], links.target[both]), sent, received)
    left = np.flatnonzero(~agree & (links.source != OUTSIDE) & (links.sent > 0))
    yield _Flows.of((links.source[left], OUTSIDE), (links.sent[left], links.sent_sigma[left]))
    came = np.flatnonzero(~agree & (links.target != OUTSIDE) & (links.received > 0))
    yield _Flows.of((OUTSIDE, links.target[came]), (links.received[came], links.received_sigma[came]))


def _network(streams: tuple[Stream, ...], flows: Sequence[_Flows]) -> MonthNetwork:
    source = np.concatenate([each.source for each in flows])
    target = np.concatenate([each.target for each in flows])
    first = np.cumsum([0, *(each.source.size for each in flows)])
    told = [
        (begin + np.arange(each.source.size), *report)
        for begin, each in zip(first.tolist(), flows, strict=False)
        for report in each.reports
    ]
    flow, grams, sigma = (np.concatenate([each[column] for each in told]) for column in range(3))
    nodes = max(len(streams), int(max(source.max(initial=-1), target.max(initial=-1))) + 1)
    least = np.concatenate([each.least for each in flows])
    return MonthNetwork(
        streams,
        Network(nodes, source, target, np.ones(source.size)),
        Reports(flow.astype(np.int64), grams / GRAMS_PER_TONNE, sigma / GRAMS_PER_TONNE),
        Bounds(least, np.full(source.size, np.inf)),
    )
