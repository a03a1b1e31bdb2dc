"""How high each node of a picture stands: near its neighbours, in the order of its column, never touching."""

import itertools
from collections.abc import Mapping, Sequence

_SWEEPS = 40


def heights(
    columns: Sequence[Sequence[str]], steps: Sequence[tuple[str, str]], size: Mapping[str, float], gap: float
) -> dict[str, float]:
    """Middle of each node [px]; `size` is its height, `gap` the least distance between two."""
    near: dict[str, list[str]] = {}
    for start, end in steps:
        near.setdefault(start, []).append(end)
        near.setdefault(end, []).append(start)
    middle: dict[str, float] = {}
    for column in columns:
        total = sum(size[node] for node in column) + gap * (len(column) - 1)
        edge = -total / 2.0
        for node in column:
            middle[node] = edge + size[node] / 2.0
            edge += size[node] + gap
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 else reversed(columns):
            wanted = [
                sum(middle[one] for one in near[node]) / len(near[node]) if node in near else middle[node]
                for node in column
            ]
            apart = [0.0]
            for above, below in itertools.pairwise(column):
                apart.append(apart[-1] + (size[above] + size[below]) / 2.0 + gap)
            settled = nearest_rising([want - off for want, off in zip(wanted, apart, strict=True)])
            middle.update(
                zip(column, (at + off for at, off in zip(settled, apart, strict=True)), strict=True)
            )
    top = min((middle[node] - size[node] / 2.0 for node in middle), default=0.0)
    return {node: at - top for node, at in middle.items()}


def nearest_rising(wanted: Sequence[float]) -> list[float]:
    """Find the non-decreasing numbers with the least squares from `wanted` (Ayer et al. 1955: pool adjacent)."""
    pools: list[tuple[float, int]] = []
    for value in wanted:
        mean, count = value, 1
        while pools and pools[-1][0] > mean:
            before, number = pools.pop()
            mean, count = (mean * count + before * number) / (count + number), count + number
        pools.append((mean, count))
    return [mean for mean, count in pools for _ in range(count)]
