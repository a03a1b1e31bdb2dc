"""A Sankey picture of a graph that may have loops, as numbers: where each bar and band stands, and how wide.

Flows run from left to right through columns; a flow that would close a loop goes back below all others, in a lane of
its own, and never moves a column. Heights are pixels, `scale` of them a tonne: a bar is as high as the larger of what
comes in and what goes out, and the bands at each of its sides are stacked without a gap, from the top.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from chains.drawing.heights import heights
from chains.drawing.layers import Edge, Layers, layers, returning_edges


@dataclass(frozen=True, slots=True)
class Flow:
    """Tonnes [t] from node to node; positive, and once for each pair."""

    source: str
    target: str
    tonnes: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A node: its column, the top [px] and height [px] of its bar, and the slot that it and its label have to themselves."""

    node: str
    column: int
    top: float
    height: float
    slot_top: float
    slot_height: float


@dataclass(frozen=True, slots=True)
class Band:
    """A flow: its width [px] and the middle [px] of the band in each column from source to target."""

    flow: Flow
    width: float
    middles: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Return:
    """A flow that goes back: its width [px], where it leaves, the middle of its lane, where it arrives [px]."""

    flow: Flow
    width: float
    leaves: float
    lane: float
    arrives: float


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything placed. `scale`: pixels a tonne. `height` [px] holds the lanes of what goes back as well."""

    columns: int
    scale: float
    height: float
    bars: Mapping[str, Bar]
    bands: tuple[Band, ...]
    returns: tuple[Return, ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Pixels: the room for the flows of the fullest column, the least slot of a node, the gap between slots."""

    room: float = 460.0
    slot: float = 17.0
    gap: float = 4.0
    lane_gap: float = 14.0


def layout(flows: Iterable[Flow], sizes: Sizes = Sizes()) -> Picture:
    """Place everything; the same flows in any order give the same picture. Raises ValueError for a flow twice or not positive."""
    ordered = sorted(flows, key=lambda flow: (flow.source, flow.target))
    for flow, following in pairwise(ordered):
        if (flow.source, flow.target) == (following.source, following.target):
            raise ValueError(f"{flow.source} → {flow.target} stands twice")
    if any(not flow.tonnes > 0 for flow in ordered):
        raise ValueError("a flow must be positive")
    by_edge: dict[Edge, Flow] = {(flow.source, flow.target): flow for flow in ordered}
    # A node that feeds itself has no band: it is in the way of none.
    by_edge = {edge: flow for edge, flow in by_edge.items() if edge[0] != edge[1]}
    if not by_edge:
        return Picture(0, 0.0, 0.0, {}, (), ())
    weight = _weights(by_edge.values())
    laid = layers(_by_weight(weight), by_edge, ends_last=True)
    scale = _scale(laid, by_edge, weight, sizes.room)
    return _Placing(laid, by_edge, weight, scale, sizes).picture()


def returning(flows: Iterable[Flow]) -> frozenset[Edge]:
    """Those flows that a picture of all of them draws as loops, and those that lead from a node to itself.

    Whoever marks loops without drawing them asks here, so that both mark the same ones.
    """
    tonnes: dict[Edge, float] = {}
    for flow in flows:
        tonnes[flow.source, flow.target] = tonnes.get((flow.source, flow.target), 0.0) + flow.tonnes
    away = {edge: tonnes[edge] for edge in sorted(tonnes) if edge[0] != edge[1]}
    weight = _weights(Flow(*edge, amount) for edge, amount in away.items())
    return frozenset(returning_edges(_by_weight(weight), list(away))) | (tonnes.keys() - away.keys())


def _by_weight(weight: Mapping[str, float]) -> list[str]:
    """The order in which a reader would expect the nodes: the heaviest first, by name where they weigh alike."""
    return sorted(weight, key=lambda node: (-weight[node], node))


def _weights(flows: Iterable[Flow]) -> dict[str, float]:
    """The larger of what comes in and what goes out of each node [t]."""
    into: dict[str, float] = {}
    out: dict[str, float] = {}
    for flow in flows:
        out[flow.source] = out.get(flow.source, 0.0) + flow.tonnes
        into[flow.target] = into.get(flow.target, 0.0) + flow.tonnes
    return {node: max(into.get(node, 0.0), out.get(node, 0.0)) for node in into | out}


def _scale(laid: Layers, flows: Mapping[Edge, Flow], weight: Mapping[str, float], room: float) -> float:
    """Pixels a tonne, so that the fullest column has `room`."""
    load = [0.0] * len(laid.columns)
    number = {node: at for at, column in enumerate(laid.columns) for node in column}
    for node, tonnes in weight.items():
        load[number[node]] += tonnes
    for edge, way in laid.ways.items():
        for bend in way[1:-1]:
            load[number[bend]] += flows[edge].tonnes
    return room / max(load)


class _Placing:
    """One picture in the making."""

    def __init__(
        self,
        laid: Layers,
        flows: Mapping[Edge, Flow],
        weight: Mapping[str, float],
        scale: float,
        sizes: Sizes,
    ) -> None:
        self._laid, self._flows, self._weight = laid, flows, weight
        self._scale, self._sizes = scale, sizes
        self._number = {node: at for at, column in enumerate(laid.columns) for node in column}
        steps = [step for way in laid.ways.values() for step in pairwise(way)]
        slot = {node: max(tonnes * scale, sizes.slot) for node, tonnes in weight.items()}
        for edge, way in laid.ways.items():
            slot |= dict.fromkeys(way[1:-1], flows[edge].tonnes * scale)
        self._slot = slot
        self._middle = heights(laid.columns, steps, slot, sizes.gap)

    def picture(self) -> Picture:
        bars = {node: self._bar(node) for node in sorted(self._weight)}
        leaving, arriving = self._ports(bars)
        bands = tuple(
            Band(
                self._flows[edge],
                self._flows[edge].tonnes * self._scale,
                (leaving[edge], *(self._middle[bend] for bend in way[1:-1]), arriving[edge]),
            )
            for edge, way in sorted(self._laid.ways.items())
        )
        floor = max((self._middle[node] + self._slot[node] / 2.0 for node in self._slot), default=0.0)
        returns = []
        for edge in self._laid.returning:
            width = self._flows[edge].tonnes * self._scale
            lane = floor + self._sizes.lane_gap + width / 2.0
            returns.append(Return(self._flows[edge], width, leaving[edge], lane, arriving[edge]))
            floor = lane + width / 2.0
        return Picture(len(self._laid.columns), self._scale, floor, bars, bands, tuple(returns))

    def _bar(self, node: str) -> Bar:
        height, slot, middle = self._weight[node] * self._scale, self._slot[node], self._middle[node]
        return Bar(node, self._number[node], middle - height / 2.0, height, middle - slot / 2.0, slot)

    def _ports(self, bars: Mapping[str, Bar]) -> tuple[dict[Edge, float], dict[Edge, float]]:
        """Middle of each band where it leaves its source and where it reaches its target; what goes back lies lowest."""
        beside_out = {edge: self._middle[way[1]] for edge, way in self._laid.ways.items()}
        beside_in = {edge: self._middle[way[-2]] for edge, way in self._laid.ways.items()}
        leaving: dict[Edge, float] = {}
        arriving: dict[Edge, float] = {}
        for node, bar in bars.items():
            out = sorted((edge for edge in self._flows if edge[0] == node), key=_from_the_top(beside_out))
            into = sorted((edge for edge in self._flows if edge[1] == node), key=_from_the_top(beside_in))
            leaving |= self._stacked(bar, out)
            arriving |= self._stacked(bar, into)
        return leaving, arriving

    def _stacked(self, bar: Bar, edges: Sequence[Edge]) -> dict[Edge, float]:
        edge_top, placed = bar.top, {}
        for edge in edges:
            width = self._flows[edge].tonnes * self._scale
            placed[edge] = edge_top + width / 2.0
            edge_top += width
        return placed


def _from_the_top(beside: Mapping[Edge, float]) -> Callable[[Edge], tuple[bool, float, Edge]]:
    """Order the bands of a bar's side by where they lead; those that go back last."""
    return lambda edge: (edge not in beside, beside.get(edge, 0.0), edge)
