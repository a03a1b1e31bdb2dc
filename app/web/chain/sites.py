"""Which sites stand behind a node that was pressed, with the tonnes of each."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.chain_runs.schemas import FlowGraphOut, FlowNodeOut, grams_of

MOST_SITES = 50


@dataclass(frozen=True, slots=True)
class SiteShare:
    """A site behind a node: the waste by which its trace begins, and its tonnes [g] that pass the node."""

    code: str
    name: str
    waste: str | None
    grams: int


@dataclass(frozen=True, slots=True)
class Behind:
    """The sites, the heaviest first, how many more there are, and what all of them together pass [g]."""

    sites: tuple[SiteShare, ...]
    more: int
    grams: int


def behind(graph: FlowGraphOut, node: str) -> Behind:
    """Find the sites of a node in the graph by site; a node that no graph has, has none."""
    known = {one.id: one for one in graph.nodes}
    names = _site_names(graph)
    found: dict[tuple[str, str | None], float] = {}
    for site, waste, tonnes in _parts(graph, known, node):
        found[site, waste] = found.get((site, waste), 0.0) + tonnes
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0][0], item[0][1] or ""))
    shares = tuple(
        SiteShare(site, names.get(site, site), waste, grams_of(tonnes)) for (site, waste), tonnes in ordered
    )
    return Behind(shares[:MOST_SITES], max(0, len(shares) - MOST_SITES), sum(one.grams for one in shares))


def _parts(
    graph: FlowGraphOut, known: dict[str, FlowNodeOut], node: str
) -> Iterator[tuple[str, str | None, float]]:
    """Tonnes by site and waste: of the node's own sites, or of those that deal with a source or an end."""
    kind, _, name = node.partition(":")
    own = {one.id for one in graph.nodes if _is_part(one, kind, name, node)}
    for link in graph.links:
        if kind in {"waste", "process", "state"} and link.target in own:
            target = known[link.target]
            waste = target.waste or known[link.source].waste
            if target.site is not None:
                yield target.site, waste, float(link.tonnes)
        elif kind not in {"waste", "process", "state"} and node in {link.source, link.target}:
            other = known[link.source if link.target == node else link.target]
            if other.site is not None:
                yield other.site, other.waste, float(link.tonnes)


def _is_part(one: FlowNodeOut, kind: str, name: str, node: str) -> bool:
    if kind == "waste":
        return one.kind == "state" and one.waste == name
    if kind == "process":
        return one.kind == "process" and (one.id == node or one.id.rpartition(":")[2] == name)
    return one.id == node


def _site_names(graph: FlowGraphOut) -> dict[str, str]:
    """Read the sites' names off their nodes: the name stands before the waste or process."""
    names: dict[str, str] = {}
    for node in graph.nodes:
        if node.site is not None:
            names.setdefault(node.site, node.name.removesuffix(node.id.rpartition(":")[2]).strip())
    return names
