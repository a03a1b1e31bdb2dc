"""A chain as a networkx graph, for people: structure questions, export, a tree to read.

Nodes are `material:ID` and `process:ID`, sorted; edges follow the way of the tonnes, sorted; so every
export of a chain is the same text each time. The engine itself never walks these graphs (see
chains.attribution).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from chains.definition import Chain, Direction, Figure, Library, Link
from chains.late import LateModule

if TYPE_CHECKING:
    import networkx as nx
else:
    nx = LateModule("networkx")

NODE_LINK = {"source": "from", "target": "to", "edges": "edges"}

Graph: TypeAlias = "nx.MultiDiGraph[str]"


def graph_of(chain: Chain) -> Graph:
    """One node per material and process, one edge per link; names, kinds and figures are attributes."""
    graph: Graph = nx.MultiDiGraph()
    graph.graph.update(id=chain.id, version=chain.version, zh=chain.name.zh, en=chain.name.en)
    for material in chain.materials.values():
        attributes = {"type": "material", "kind": material.kind.value, "unit": material.unit}
        if material.waste_class is not None:
            attributes["waste"] = material.waste_class
        graph.add_node(_material(material.id), zh=material.name.zh, en=material.name.en, **attributes)
    for process in chain.processes.values():
        attributes = {"type": "process", "kind": process.role.value, "rest": process.rest.value}
        graph.add_node(_process(process.id), zh=process.name.zh, en=process.name.en, **attributes)
    edges = [(*ends_of(link), _figure(link.figure)) for link in chain.links]
    for start, end, figure in sorted(edges, key=lambda edge: (edge[0], edge[1], edge[2].get("basis", ""))):
        graph.add_edge(start, end, **figure)
    return graph


def library_graph(library: Library) -> Graph:
    """All chains in one graph: what several chains name is one node, each link keeps its `chain`."""
    whole: Graph = nx.MultiDiGraph()
    parts = [graph_of(chain) for _, chain in sorted(library.chains.items())]
    for node in sorted({node for part in parts for node in part}):
        first = next(part for part in parts if node in part)
        whole.add_node(node, **first.nodes[node])
    for part in parts:
        for start, end, attributes in part.edges(data=True):
            whole.add_edge(start, end, chain=part.graph["id"], **attributes)
    return whole


def graphml(graph: Graph) -> str:
    """GraphML text, as Gephi, yEd and Cytoscape read it."""
    return "\n".join(nx.generate_graphml(graph)) + "\n"


def node_link(graph: Graph) -> dict[str, Any]:
    """Plain document {directed, multigraph, graph, nodes, edges}, an edge with `from` and `to`.

    networkx.node_link_graph(…, **NODE_LINK) reads it back. Its own words for the ends would be `source` and
    `target`, and `source` is where a figure comes from.
    """
    return dict(nx.node_link_data(graph, **NODE_LINK))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a tree: depth, node, the figure on the way to it; `again`: it is spelt out elsewhere."""

    depth: int
    node: str
    figure: Figure | None
    again: bool


def outline(chain: Chain) -> Iterator[Line]:
    """Tree from what nothing in the chain gives; a node met again is named but not gone through twice."""
    following: dict[str, list[tuple[str, Figure | None]]] = {}
    given = set()
    for link in chain.links:
        start, end = ends_of(link)
        following.setdefault(start, []).append((end, link.figure))
        given.add(end)
    nodes = [_material(key) for key in chain.materials] + [_process(key) for key in chain.processes]
    seen: set[str] = set()
    roots = [node for node in nodes if node not in given]
    # A chain that is one great loop has no beginning: what no root leads to begins where it comes first.
    for root in [*roots, *nodes]:
        if root not in seen:
            yield from _branch(Line(0, root, None, again=False), following, seen)


def _branch(
    line: Line, following: dict[str, list[tuple[str, Figure | None]]], seen: set[str]
) -> Iterator[Line]:
    stack = [line]
    while stack:
        here = stack.pop()
        yield Line(here.depth, here.node, here.figure, again=here.node in seen)
        if here.node not in seen:
            seen.add(here.node)
            further = sorted(following.get(here.node, ()), key=lambda step: step[0], reverse=True)
            stack.extend(Line(here.depth + 1, node, figure, again=False) for node, figure in further)


def _material(key: str) -> str:
    return f"material:{key}"


def _process(key: str) -> str:
    return f"process:{key}"


def ends_of(link: Link) -> tuple[str, str]:
    """Nodes that a link leads from and to."""
    material, process = _material(link.material), _process(link.process)
    return (material, process) if link.direction is Direction.TAKES else (process, material)


def _figure(figure: Figure | None) -> dict[str, Any]:
    """Attributes of a figure; numbers as text: GraphML knows no decimals, and floats are not as printed."""
    if figure is None:
        return {}
    attributes: dict[str, Any] = {
        "figure": figure.kind.value,
        "value": str(figure.value),
        "low": str(figure.low),
        "high": str(figure.high),
        "unit": figure.unit,
        "basis": figure.basis,
        "source": figure.source,
        "verified": figure.verified,
    }
    if figure.url is not None:
        attributes["url"] = figure.url
    if figure.retrieved_on is not None:
        attributes["retrieved_on"] = figure.retrieved_on.isoformat()
    return attributes
