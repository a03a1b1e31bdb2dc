"""Which column each node of a picture stands in, and in which order: the method of Sugiyama, Tagawa & Toda 1981.

Tonnes run from left to right. Edges that close a loop are taken out first and drawn as loops; the others
lead to a column further right, through a bend in each column between. Ties are broken by name, so a chain
has one picture.
"""

import bisect
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Edge = tuple[str, str]

_SWEEPS = 24


@dataclass(frozen=True, slots=True)
class Layers:
    """`columns`: nodes and bends from top to bottom; `ways`: per forward edge the nodes and bends it passes.

    `returning`: the edges that close a loop.
    """

    columns: tuple[tuple[str, ...], ...]
    ways: Mapping[Edge, tuple[str, ...]]
    returning: tuple[Edge, ...]


def layers(nodes: Sequence[str], edges: Iterable[Edge], *, ends_last: bool = False) -> Layers:
    """Columns of a graph with few crossings; `nodes` in the order that a reader would expect.

    `ends_last`: what leads nowhere stands in the last column, whatever leads to it.
    """
    pairs = sorted(set(edges))
    returning = returning_edges(nodes, pairs)
    forward = [edge for edge in pairs if edge not in returning]
    rank = _ranks(nodes, forward)
    if ends_last:
        last, going = max(rank.values(), default=0), {start for start, _ in forward}
        rank = {node: column if node in going else last for node, column in rank.items()}
    columns: list[list[str]] = [[] for _ in range(max(rank.values(), default=0) + 1)]
    for node in nodes:
        columns[rank[node]].append(node)
    ways: dict[Edge, tuple[str, ...]] = {}
    for start, end in forward:
        bends = [f"{start}|{end}|{column}" for column in range(rank[start] + 1, rank[end])]
        for column, bend in enumerate(bends, rank[start] + 1):
            columns[column].append(bend)
        ways[start, end] = (start, *bends, end)
    steps = [step for way in ways.values() for step in itertools.pairwise(way)]
    return Layers(_untangled(columns, steps), ways, tuple(sorted(returning)))


def returning_edges(nodes: Sequence[str], edges: Sequence[Edge]) -> set[Edge]:
    """Edges that lead back to a node on the way to them, walking in depth from what nothing leads to.

    `nodes` in the order that a reader would expect, `edges` sorted. Without these edges the graph has no cycle.
    """
    following: dict[str, list[str]] = {node: [] for node in nodes}
    for start, end in edges:
        following[start].append(end)
    led_to = {end for _, end in edges}
    done: set[str] = set()
    back: set[Edge] = set()
    for root in [*(node for node in nodes if node not in led_to), *nodes]:
        if root in done:
            continue
        # In the order of the way, and asked for membership at each step: a dict is both.
        way: dict[str, None] = {root: None}
        ahead = [iter(following[root])]
        while way:
            node = next(ahead[-1], None)
            if node is None:
                done.add(way.popitem()[0])
                ahead.pop()
            elif node in way:
                back.add((next(reversed(way)), node))
            elif node not in done:
                way[node] = None
                ahead.append(iter(following[node]))
    return back


def _ranks(nodes: Sequence[str], forward: Sequence[Edge]) -> dict[str, int]:
    """Column by the longest way to a node; what nothing leads to stands right before what it leads to."""
    before: dict[str, list[str]] = {node: [] for node in nodes}
    after: dict[str, list[str]] = {node: [] for node in nodes}
    for start, end in forward:
        before[end].append(start)
        after[start].append(end)
    rank: dict[str, int] = {}
    waiting = {node: len(before[node]) for node in nodes}
    ready = [node for node in nodes if not before[node]]
    for node in ready:
        rank[node] = max((rank[one] + 1 for one in before[node]), default=0)
        for end in after[node]:
            waiting[end] -= 1
            if not waiting[end]:
                ready.append(end)
    for node in nodes:
        if after[node] and not before[node]:
            rank[node] = min(rank[end] for end in after[node]) - 1
    least = min(rank.values(), default=0)
    return {node: column - least for node, column in rank.items()}


def _untangled(columns: list[list[str]], steps: Sequence[Edge]) -> tuple[tuple[str, ...], ...]:
    """Order each column by the mean place of its neighbours, back and forth; the best order found."""
    left: dict[str, list[str]] = {}
    right: dict[str, list[str]] = {}
    for start, end in steps:
        right.setdefault(start, []).append(end)
        left.setdefault(end, []).append(start)
    best, fewest = [list(column) for column in columns], crossings(columns, steps)
    for sweep in range(_SWEEPS):
        forth = sweep % 2 == 0
        numbers = range(1, len(columns)) if forth else range(len(columns) - 2, -1, -1)
        for number in numbers:
            beside = columns[number - 1] if forth else columns[number + 1]
            place = {node: float(at) for at, node in enumerate(beside)}
            neighbours = left if forth else right
            order = {
                node: _mean([place[one] for one in neighbours.get(node, ())], at)
                for at, node in enumerate(columns[number])
            }
            columns[number] = sorted(columns[number], key=order.__getitem__)
        found = crossings(columns, steps)
        if found < fewest:
            best, fewest = [list(column) for column in columns], found
    return tuple(map(tuple, best))


def crossings(columns: Sequence[Sequence[str]], steps: Sequence[Edge]) -> int:
    """How many pairs of edges between neighbouring columns cross."""
    place = {node: at for column in columns for at, node in enumerate(column)}
    number = {node: at for at, column in enumerate(columns) for node in column}
    total = 0
    for column in range(len(columns)):
        ends = sorted((place[a], place[b]) for a, b in steps if number[a] == column)
        passed: list[int] = []
        for _, group in itertools.groupby(ends, key=lambda step: step[0]):
            arriving = [end for _, end in group]
            # Whoever started above and arrives below crosses.
            total += sum(len(passed) - bisect.bisect_right(passed, end) for end in arriving)
            for end in arriving:
                bisect.insort(passed, end)
    return total


def _mean(places: Sequence[float], otherwise: float) -> float:
    return sum(places) / len(places) if places else otherwise
