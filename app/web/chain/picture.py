"""A flow graph as a drawing and as a table: folded where it is too large, every node named, every flow coloured."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from app.chain_runs.schemas import FlowGraphOut, FlowNodeOut, grams_of
from app.domain.quantities import grams_from_tonnes, tonnes_text
from app.web import numbers
from app.web.chain.labels import Labels
from app.web.charts.sankey import FlowLook, Kind, NodeLook, Words, sankey
from app.web.languages import Language
from app.web.texts import text
from app.web.view_models import Table
from chains.drawing.folding import Folded, folded
from chains.drawing.sankey import Flow, Picture, layout

_FOLDS = ("state", "process", "product", "from", "to")
_KIND_OF_NODE = {
    "state": Kind.WASTE,
    "process": Kind.USED,
    "product": Kind.USED,
    "source": Kind.WASTE,
    "from": Kind.OUTSIDE,
    "to": Kind.OUTSIDE,
}
_KIND_OF_FATE = {
    "disposed": Kind.DISPOSED,
    "stored": Kind.STORED,
    "dumped": Kind.DUMPED,
    "exported": Kind.OUTSIDE,
    "air": Kind.OUTSIDE,
    "untracked": Kind.MISSING,
    "unexplained": Kind.MISSING,
}


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the drawing; several of the graph when it is a fold."""

    id: str
    name: str
    kind: Kind
    grams: int
    inner_grams: int
    folds: int = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """The drawing's numbers, its nodes by id, and how many nodes of the graph were folded."""

    picture: Picture
    nodes: Mapping[str, Node]
    folded: int


def drawn(graph: FlowGraphOut, labels: Labels, language: Language) -> Drawn:
    """Fold and lay out a graph."""
    known = {node.id: node for node in graph.nodes}
    flows = [
        Flow(link.source, link.target, float(link.tonnes)) for link in graph.links if float(link.tonnes) > 0
    ]
    group = {node.id: f"other:{node.kind}" if node.kind in _FOLDS else None for node in graph.nodes}
    found = folded(flows, group)
    picture = layout(found.flows)
    nodes = {
        name: _node(name, bar.height / picture.scale, found, known, labels, language)
        for name, bar in picture.bars.items()
    }
    return Drawn(picture, nodes, len(found.into))


def _node(
    name: str,
    tonnes: float,
    found: Folded,
    known: Mapping[str, FlowNodeOut],
    labels: Labels,
    language: Language,
) -> Node:
    """Name a node by what passes its bar; the bar is as high as that, to scale."""
    node, grams = known.get(name), grams_of(tonnes)
    if node is not None:
        inner = grams_from_tonnes(node.internal_tonnes)
        return Node(name, labels.node(node, language), kind_of_node(node), grams, inner)
    members = [known[member] for member, into in found.into.items() if into == name]
    words = text(f"chain.other.{members[0].kind}", language, count=numbers.count(len(members)))
    inner = grams_of(found.inner.get(name, 0.0))
    return Node(name, words, kind_of_node(members[0]), grams, inner, len(members))


def kind_of_node(node: FlowNodeOut) -> Kind:
    """Choose the colour of a node."""
    if node.kind == "fate" or node.name == "unexplained":
        return _KIND_OF_FATE[node.name]
    return _KIND_OF_NODE[node.kind]


def kind_of_flow(flow: Flow, nodes: Mapping[str, Node]) -> Kind:
    """Choose the colour of a flow: what it becomes, or that nobody can say where it comes from."""
    source, target = nodes[flow.source], nodes[flow.target]
    return source.kind if source.kind is Kind.MISSING else target.kind


def chart(
    found: Drawn, words: Words, addresses: Mapping[str, str], chosen: str | None, language: Language
) -> Markup:
    """Draw it; `addresses` say where a node leads."""
    looks = {
        name: NodeLook(
            name=node.name,
            value=str(numbers.mass(node.grams, language)),
            hover=_node_hover(node, language),
            kind=node.kind,
            address=addresses.get(name, ""),
            chosen=name == chosen,
        )
        for name, node in found.nodes.items()
    }
    flows = {
        (flow.source, flow.target): FlowLook(
            _flow_hover(flow, found.nodes, language), kind_of_flow(flow, found.nodes)
        )
        for flow in _flows(found.picture)
    }
    return sankey("chart-chain", words, found.picture, looks, flows)


def _flows(picture: Picture) -> Iterator[Flow]:
    yield from (band.flow for band in picture.bands)
    yield from (back.flow for back in picture.returns)


def _node_hover(node: Node, language: Language) -> str:
    full = numbers.mass(node.grams, language).full
    if not node.inner_grams:
        return text("chain.hover.node", language, name=node.name, mass=full)
    inner = numbers.mass(node.inner_grams, language).full
    return text("chain.hover.inner", language, name=node.name, mass=full, inner=inner)


def _flow_hover(flow: Flow, nodes: Mapping[str, Node], language: Language) -> str:
    full = numbers.mass(grams_of(flow.tonnes), language).full
    return text(
        "chain.hover.flow",
        language,
        source=nodes[flow.source].name,
        target=nodes[flow.target].name,
        mass=full,
    )


def table(found: Drawn, caption: str, language: Language) -> Table:
    """List the flows, the largest first; those that go back say so."""
    back = {(one.flow.source, one.flow.target) for one in found.picture.returns}
    flows = sorted(_flows(found.picture), key=lambda flow: (-flow.tonnes, flow.source, flow.target))
    return Table(
        caption=caption,
        head=tuple(text(f"chain.table.{name}", language) for name in ("from", "to", "tonnes", "loop")),
        rows=tuple(
            (
                found.nodes[flow.source].name,
                found.nodes[flow.target].name,
                numbers.separated(tonnes_text(grams_of(flow.tonnes))),
                text("chain.loop", language) if (flow.source, flow.target) in back else "",
            )
            for flow in flows
        ),
    )
