"""Where everything in the picture of a chain stands."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from chains.definition import Chain, Figure
from chains.drawing.boxes import Box, box_of
from chains.drawing.heights import heights
from chains.drawing.layers import Edge, Layers, layers
from chains.graph import ends_of, outline

#: px between columns, between boxes of one column, taken by a bend, between loops, between lines at a box
GAP = 150.0
_BETWEEN = 24.0
_BEND = -6.0
LANE = 26.0
_PORT = 11.0


@dataclass(frozen=True, slots=True)
class Column:
    """Left edge and width of a column [px]."""

    left: float
    width: float

    @property
    def right(self) -> float:
        return self.left + self.width


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Positions [px] from the upper left corner of the chain itself, loops included.

    `middle`: height of each box and bend; `ports`: height at which an edge meets a node; `lanes`: height of the
    lane on which each returning edge goes back; `figures` stand on edges.
    """

    boxes: dict[str, Box]
    laid: Layers
    columns: tuple[Column, ...]
    number: dict[str, int]
    middle: dict[str, float]
    ports: dict[tuple[str, Edge], float]
    lanes: dict[Edge, float]
    figures: dict[Edge, list[Figure]]
    width: float
    height: float

    def left(self, node: str) -> float:
        """Left edge of a box: boxes stand in the middle of their column."""
        column = self.columns[self.number[node]]
        return column.left + (column.width - self.boxes[node].width) / 2.0

    def right(self, node: str) -> float:
        return self.left(node) + self.boxes[node].width


def arrange(chain: Chain, lang: str) -> Arrangement:
    """Lay a chain out; `lang` decides how wide its names are."""
    nodes = list(dict.fromkeys(line.node for line in outline(chain)))
    figures: dict[Edge, list[Figure]] = {}
    for link in chain.links:
        found = figures.setdefault(ends_of(link), [])
        if link.figure is not None:
            found.append(link.figure)
    laid = layers(nodes, figures)
    boxes = {node: box_of(chain, node, lang) for node in nodes}
    size = {node: boxes[node].height if node in boxes else _BEND for col in laid.columns for node in col}
    steps = [step for way in laid.ways.values() for step in itertools.pairwise(way)]
    middle = heights(laid.columns, steps, size, _BETWEEN)
    bottom = max((middle[node] + size[node] / 2.0 for node in middle), default=0.0)
    above, below = _sides(laid.returning, middle, bottom)
    shift = LANE * len(above) + (_BETWEEN if above else 0.0)
    middle = {node: at + shift for node, at in middle.items()}
    lanes = {edge: LANE * (at + 0.5) for at, edge in enumerate(above)}
    under = shift + bottom + (_BETWEEN if below else 0.0)
    lanes |= {edge: under + LANE * (at + 0.5) for at, edge in enumerate(below)}
    columns = _columns(laid, boxes)
    number = {node: at for at, column in enumerate(laid.columns) for node in column}
    ports = _ports(laid, boxes, middle, lanes)
    edge = GAP / 2.0 if laid.returning else 0.0
    width = max((column.right for column in columns), default=0.0) + edge
    height = under + LANE * len(below)
    return Arrangement(boxes, laid, columns, number, middle, ports, lanes, figures, width, height)


def _sides(
    returning: Iterable[Edge], middle: dict[str, float], bottom: float
) -> tuple[list[Edge], list[Edge]]:
    """Loops that go back above the chain and below it, each on the nearer side, short ones inside."""
    above: list[Edge] = []
    below: list[Edge] = []
    for start, end in returning:
        high = (middle[start] + middle[end]) / 2.0 < bottom / 2.0
        (above if high else below).append((start, end))
    return above, below


def _columns(laid: Layers, boxes: dict[str, Box]) -> tuple[Column, ...]:
    columns, left = [], GAP / 2.0 if laid.returning else 0.0
    for nodes in laid.columns:
        width = max((boxes[node].width for node in nodes if node in boxes), default=0.0)
        columns.append(Column(left, width))
        left += width + GAP
    return tuple(columns)


def _ports(
    laid: Layers, boxes: dict[str, Box], middle: dict[str, float], lanes: dict[Edge, float]
) -> dict[tuple[str, Edge], float]:
    """Spread the edges over the side of each box in the order of where they come from or go to."""
    leaving: dict[str, list[tuple[float, Edge]]] = {node: [] for node in boxes}
    arriving: dict[str, list[tuple[float, Edge]]] = {node: [] for node in boxes}
    for edge, way in laid.ways.items():
        leaving[edge[0]].append((middle[way[1]], edge))
        arriving[edge[1]].append((middle[way[-2]], edge))
    for edge in laid.returning:
        leaving[edge[0]].append((lanes[edge], edge))
        arriving[edge[1]].append((lanes[edge], edge))
    ports = {}
    for side in (leaving, arriving):
        for node, edges in side.items():
            apart = min(_PORT, (boxes[node].height - 12.0) / max(len(edges) - 1, 1))
            first = middle[node] - apart * (len(edges) - 1) / 2.0
            for at, (_, edge) in enumerate(sorted(edges)):
                ports[node, edge] = first + at * apart
    return ports
