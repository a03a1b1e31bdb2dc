"""One month of a province as a measured network: streams (site, waste), what each reports, and how well it is known.

Only what no simpler rule objects to is laid together, so that one wrong figure is told once and does not stain its
neighbours: a line that does not balance by itself is left out (`line_balance`, `negative_stock`), and a transfer is a link
only when both sides speak of it and agree within their uncertainties (`pair_disagreement`, the one-sided rules); otherwise
each side's word of it crosses the boundary. The engine is chains.reconciliation.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot, inf

import numpy as np

from app.domain.quantities import GRAMS_PER_TONNE
from app.findings.facts import Line, NetworkFacts, SiteMonth, Transfer, total
from chains.balance import OUTSIDE, Network
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

    def sigma(self, grams: int, relative: float | None) -> float:
        """1σ of a figure [g]."""
        return max((self.unstated if relative is None else relative) * abs(grams), FLOOR_GRAMS)


@dataclass(frozen=True, slots=True)
class _Flow:
    """From one stream to another, None for the outside, with what each side reports: (grams, σ)."""

    source: Stream | None
    target: Stream | None
    reports: tuple[tuple[int, float], ...]
    least: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class MonthNetwork:
    """Streams in order, and the same as arrays for the engine (masses in tonnes); behind the streams stand the roads."""

    streams: tuple[Stream, ...]
    network: Network
    reports: Reports
    bounds: Bounds


def month_network(facts: NetworkFacts, precision: Precision) -> MonthNetwork:
    """Lay the month together."""
    streams = tuple(_streams(facts, precision))
    here = set(streams)
    flows = [flow for stream in streams for flow in _own(_line(facts, stream), stream, precision)]
    flows += _handed_over(facts, here, precision)
    return _arrays(streams, flows)


def _line(facts: NetworkFacts, stream: Stream) -> Line:
    return facts.by_code[stream[0]].of(stream[1])


def _streams(facts: NetworkFacts, precision: Precision) -> Iterator[Stream]:
    """The streams whose own figures balance, and that give or take anything: the others have nothing to be checked by."""
    for site in sorted(facts.sites, key=lambda each: each.code):
        if site.ref is not None:
            for waste in sorted({line.waste for line in site.lines}):
                if _balances(site, waste, precision):
                    yield site.code, waste


def _balances(site: SiteMonth, waste: str, precision: Precision) -> bool:
    line = site.of(waste)
    change = line.closing - line.opening
    masses = (line.generated, line.received, line.used, line.disposed, line.sent, line.dumped, change)
    sigma = hypot(*(precision.sigma(mass, line.sigma) for mass in masses if mass))
    return abs(line.in_hand - line.gone - line.closing) < precision.critical_z * max(sigma, FLOOR_GRAMS)


def _own(line: Line, stream: Stream, precision: Precision) -> Iterator[_Flow]:
    """What a stream's line says of itself alone. The error of a stock that lies still cancels in its change."""
    if line.generated:
        report = (line.generated, precision.sigma(line.generated, line.sigma))
        yield _Flow(None, stream, (report,))
    for mass in (line.used, line.disposed, line.dumped):
        if mass:
            yield _Flow(stream, None, ((mass, precision.sigma(mass, line.sigma)),))
    change = line.closing - line.opening
    if line.closing or line.opening:
        report = (change, precision.sigma(change, line.sigma))
        yield _Flow(stream, None, (report,), least=-line.opening / GRAMS_PER_TONNE)


def _handed_over(facts: NetworkFacts, here: set[Stream], precision: Precision) -> Iterator[_Flow]:
    """Transfers, by who hands what to whom."""
    groups: dict[tuple[str, str | None, str | None, int], list[Transfer]] = defaultdict(list)
    for number, each in enumerate(facts.transfers):
        named = each.sender_site is not None and each.receiver_site is not None
        # Where a side names no site each entry stands for itself.
        groups[each.waste, each.sender_site, each.receiver_site, 0 if named else number + 1].append(each)
    for (waste, sender, receiver, _), transfers in groups.items():
        source = None if sender is None or (sender, waste) not in here else (sender, waste)
        target = None if receiver is None or (receiver, waste) not in here else (receiver, waste)
        if source == target:
            continue
        yield from _link(source, target, transfers, precision)


def _link(
    source: Stream | None, target: Stream | None, transfers: list[Transfer], precision: Precision
) -> Iterator[_Flow]:
    sent = _side([(each.sent, each.sender_sigma) for each in transfers], precision)
    received = _side([(each.received, each.receiver_sigma) for each in transfers], precision)
    if source is not None and target is not None and sent is not None and received is not None:
        on_road = precision.transit * (sent[0] + received[0]) / 2
        apart = abs(sent[0] - received[0]) / hypot(sent[1], received[1], on_road)
        if apart < precision.critical_z:
            yield from _road(source, target, (sent, received), on_road)
            return
    if source is not None and sent is not None:
        yield _Flow(source, None, (sent,))
    if target is not None and received is not None:
        yield _Flow(None, target, (received,))


def _road(
    source: Stream, target: Stream, reports: tuple[tuple[int, float], tuple[int, float]], sigma: float
) -> Iterator[_Flow]:
    """A link; between what left and what arrived lies a road with its own balance, if anything may be on it."""
    if not sigma:
        yield _Flow(source, target, reports)
        return
    road = (f"{source[0]}>{target[0]}", source[1])
    yield _Flow(source, road, reports[:1])
    yield _Flow(road, target, reports[1:])
    yield _Flow(road, None, ((0, sigma),), least=-inf)


def _side(told: list[tuple[int | None, float | None]], precision: Precision) -> tuple[int, float] | None:
    """The sum of a side's entries with its σ, each entry measured on its own; None when it says nothing."""
    grams = total(mass for mass, _ in told)
    if not grams:
        return None
    return grams, hypot(*(precision.sigma(mass, relative) for mass, relative in told if mass))


def _arrays(streams: tuple[Stream, ...], flows: list[_Flow]) -> MonthNetwork:
    ends = {end for flow in flows for end in (flow.source, flow.target) if end is not None}
    roads = sorted(ends.difference(streams))
    place = {stream: number for number, stream in enumerate((*streams, *roads))}
    kept = sorted(flows, key=lambda flow: (flow.source or ("", ""), flow.target or ("", ""), flow.reports))
    source, target = (
        np.array([OUTSIDE if end is None else place[end] for end in ends], dtype=np.int64)
        for ends in ([flow.source for flow in kept], [flow.target for flow in kept])
    )
    told = [(number, *report) for number, flow in enumerate(kept) for report in flow.reports]
    reports = Reports(
        np.array([number for number, _, _ in told], dtype=np.int64),
        np.array([grams for _, grams, _ in told], dtype=np.float64) / GRAMS_PER_TONNE,
        np.array([sigma for _, _, sigma in told], dtype=np.float64) / GRAMS_PER_TONNE,
    )
    least = np.array([flow.least for flow in kept], dtype=np.float64)
    network = Network(len(place), source, target, np.ones(len(kept)))
    return MonthNetwork(streams, network, reports, Bounds(least, np.full(len(kept), np.inf)))
