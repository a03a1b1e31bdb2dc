"""Folding a graph that is too large to look at: the smallest nodes of a kind become one, and nothing is lost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chains.drawing.sankey import Flow

MOST_NODES = 60
MOST_FLOWS = 150


@dataclass(frozen=True, slots=True)
class Folded:
    """The flows that are left, which node each folded one went into, and the tonnes [t] that stay within such a node."""

    flows: tuple[Flow, ...]
    into: Mapping[str, str]
    inner: Mapping[str, float]


def folded(
    flows: Iterable[Flow],
    group: Mapping[str, str | None],
    *,
    most_nodes: int = MOST_NODES,
    most_flows: int = MOST_FLOWS,
) -> Folded:
    """Fold as few nodes as it takes. `group`: for each node the id of what it may be folded into, None to keep it always.

    Between the same two nodes flows are added up. What passes from node to node within a fold is told in `inner`.
    """
    every = sorted(flows, key=lambda flow: (flow.source, flow.target, flow.tonnes))
    size: dict[str, float] = dict.fromkeys(sorted(group), 0.0)
    for flow in every:
        size[flow.source] += flow.tonnes
        size[flow.target] += flow.tonnes
    may_fold = sorted((node for node in size if group[node] is not None), key=lambda node: (size[node], node))
    least, most = 0, len(may_fold)
    # More folded never gives more nodes or flows, so the fewest that fit are found by halving.
    while least < most:
        count = (least + most) // 2
        if _fits(_fold(every, group, may_fold[:count]), len(size) - count, most_nodes, most_flows):
            most = count
        else:
            least = count + 1
    return _fold(every, group, may_fold[:least])


def _fits(found: Folded, kept: int, most_nodes: int, most_flows: int) -> bool:
    return kept + len(set(found.into.values())) <= most_nodes and len(found.flows) <= most_flows


def _fold(flows: Sequence[Flow], group: Mapping[str, str | None], chosen: Sequence[str]) -> Folded:
    into = {node: other for node in chosen if (other := group[node]) is not None}
    together: dict[tuple[str, str], float] = {}
    inner: dict[str, float] = {}
    for flow in flows:
        source, target = into.get(flow.source, flow.source), into.get(flow.target, flow.target)
        if source == target:
            inner[source] = inner.get(source, 0.0) + flow.tonnes
        else:
            together[source, target] = together.get((source, target), 0.0) + flow.tonnes
    return Folded(
        tuple(Flow(source, target, tonnes) for (source, target), tonnes in sorted(together.items())),
        into,
        inner,
    )
