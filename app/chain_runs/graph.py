"""The network as a graph that people look at: site by site, or waste by waste where that would be too many nodes.

Nodes are states, processes, sources, fates, products and parties outside; what goes into a state or process
equals what leaves it. A link that closes a cycle is marked: without those, the graph has no cycle.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.chain_runs.books import PURPOSES, Ends, Floats, Ints, tonnes
from app.chain_runs.figures import ACCOUNTED_MORE, NOT_ACCOUNTED, RECEIVED_MORE, Solved
from app.chain_runs.network import (
    DISPOSED,
    DUMPED,
    EXPORTED,
    GENERATED,
    IMPORTED,
    STOCK_DRAWN,
    STORED,
    UNEXPLAINED,
)
from app.domain.quantities import GRAMS_PER_TONNE
from chains.arrays import Longs, np
from chains.attribution.network import AIR, UNTRACKED
from chains.drawing.sankey import Flow, returning

MOST_NODES = 10_000


class Level(StrEnum):
    """What a node stands for."""

    SITE = "site"
    WASTE = "waste"


@dataclass(frozen=True, slots=True)
class Node:
    """`kind`: state, process, source, fate, product, from, to (a party outside). Tonnes in and out [t].

    `internal` [t]: handed on between the sites that a node of a whole waste stands for.
    """

    id: str
    kind: str
    name: str
    site: str | None = None
    waste: str | None = None
    tonnes_in: float = 0.0
    tonnes_out: float = 0.0
    internal: float = 0.0


@dataclass(frozen=True, slots=True)
class Link:
    """Tonnes [t] from node to node (ids). `kind`: the input, transfer, use, residue or the fate it is."""

    source: str
    target: str
    kind: str
    tonnes: float
    loop: bool


@dataclass(frozen=True, slots=True)
class FlowGraph:
    """Nodes and links in the order of their ids."""

    level: Level
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]


def graph_of(solved: Solved, level: Level | None) -> FlowGraph:
    """Draw the network at a level; by site as long as that is not more than MOST_NODES nodes."""
    if level is not Level.WASTE and solved.network.books.streams.count <= MOST_NODES:
        by_site = _Drawing(solved, Level.SITE).graph()
        if len(by_site.nodes) <= MOST_NODES:
            return by_site
    return _Drawing(solved, Level.WASTE).graph()


@dataclass(slots=True)
class _Rows:
    """Links as columns, before equal ones are added up."""

    source: list[Longs] = field(default_factory=list)
    target: list[Longs] = field(default_factory=list)
    kind: list[Longs] = field(default_factory=list)
    tonnes: list[Floats] = field(default_factory=list)

    def add(self, source: Ints, target: Ints, kind: int | Ints, amount: Floats) -> None:
        self.source.append(np.asarray(source, dtype=np.int64))
        self.target.append(np.asarray(target, dtype=np.int64))
        self.kind.append(np.broadcast_to(np.asarray(kind, dtype=np.int64), amount.shape))
        self.tonnes.append(amount)


_USE, _RESIDUE, _TRANSFER, _PRODUCT = "use", "residue", "transfer", "product"


class _Drawing:
    """Numbers the nodes of a level, then adds up the links between them."""

    def __init__(self, solved: Solved, level: Level) -> None:
        self._solved, self._level = solved, level
        self._books = books = solved.network.books
        self._nodes: list[Node] = []
        streams, uses = books.streams, books.uses
        of_use = uses.process.astype(np.int64)
        if level is Level.SITE:
            self._state = self._numbered([self._state_node(i) for i in range(streams.count)])
            of_use = streams.site[uses.stream].astype(np.int64) * len(books.processes) + of_use
        else:
            nodes = [Node(f"waste:{waste}", "state", waste, waste=waste) for waste in books.wastes]
            self._state = self._numbered(nodes)[streams.waste]
        keys, place = np.unique(of_use, return_inverse=True)
        self._process = self._numbered([self._process_node(key) for key in keys.tolist()])[place]
        products = [Node(f"product:{name}", _PRODUCT, name) for name in books.products]
        self._product = self._numbered(products)[uses.product]
        self._fixed: dict[str, int] = {}
        for kind, names in (
            ("source", (GENERATED, STOCK_DRAWN, IMPORTED, UNEXPLAINED)),
            ("fate", (DISPOSED, STORED, DUMPED, EXPORTED, AIR, UNTRACKED)),
        ):
            for name in names:
                [self._fixed[name]] = self._numbered([Node(f"{kind}:{name}", kind, name)]).tolist()
        self._kinds: dict[str, int] = {}

    def graph(self) -> FlowGraph:
        rows = _Rows()
        self._enter(rows)
        self._move(rows)
        self._use(rows)
        self._leave(rows)
        return self._summed(rows)

    def _numbered(self, nodes: Sequence[Node]) -> Ints:
        first = len(self._nodes)
        self._nodes.extend(nodes)
        return np.arange(first, len(self._nodes), dtype=np.int32)

    def _state_node(self, stream: int) -> Node:
        books = self._books
        place, waste = books.places[books.streams.site[stream]], books.wastes[books.streams.waste[stream]]
        return Node(f"state:{place.code}:{waste}", "state", f"{place.name} {waste}", place.code, waste)

    def _process_node(self, key: int) -> Node:
        site, process = divmod(key, len(self._books.processes))
        name = self._books.processes[process]
        if self._level is Level.WASTE:
            return Node(f"process:{name}", "process", name)
        place = self._books.places[site]
        return Node(f"process:{place.code}:{name}", "process", f"{place.name} {name}", place.code)

    def _kind(self, name: str) -> int:
        return self._kinds.setdefault(name, len(self._kinds))

    def _at(self, name: str, like: Ints) -> Ints:
        return np.full(len(like), self._fixed[name], dtype=np.int32)

    def _enter(self, rows: _Rows) -> None:
        solved, state = self._solved, self._state
        inputs = solved.network.inputs
        for name in (GENERATED, STOCK_DRAWN):
            rows.add(self._at(name, state), state, self._kind(name), inputs[name])
        for reason in (RECEIVED_MORE, ACCOUNTED_MORE):
            unexplained = solved.unexplained[reason]
            rows.add(self._at(UNEXPLAINED, state), state, self._kind(UNEXPLAINED), unexplained)
        came = self._books.imported
        givers = self._parties(came, "from", IMPORTED)
        rows.add(givers, state[came.stream], self._kind(IMPORTED), tonnes(came.grams))

    def _move(self, rows: _Rows) -> None:
        moves, state = self._books.moves, self._state
        arrived = tonnes(np.minimum(moves.sent, moves.received))
        rows.add(state[moves.sender], state[moves.receiver], self._kind(_TRANSFER), arrived)
        lost = self._solved.network.missing_on_the_way
        rows.add(state, self._at(UNTRACKED, state), self._kind(UNTRACKED), lost)

    def _use(self, rows: _Rows) -> None:
        uses, split, state = self._books.uses, self._solved.network.split, self._state
        residues = split.residues
        rows.add(state[uses.stream], self._process, self._kind(_USE), tonnes(uses.grams))
        rows.add(self._process, self._product, self._kind(_PRODUCT), split.product)
        rows.add(self._process, self._at(AIR, self._process), self._kind(AIR), split.air)
        rows.add(self._process, self._at(UNTRACKED, self._process), self._kind(UNTRACKED), split.missing)
        into = state[residues.into]
        rows.add(self._process[residues.use], into, self._kind(_RESIDUE), residues.tonnes)

    def _leave(self, rows: _Rows) -> None:
        books, state, solved = self._books, self._state, self._solved
        ends = (
            (state[books.disposed.stream], DISPOSED, tonnes(books.disposed.grams)),
            (state, STORED, solved.network.stored),
            (state, DUMPED, tonnes(books.streams.dumped)),
            (state[books.unknown.stream], UNTRACKED, tonnes(books.unknown.grams)),
            (state, UNTRACKED, solved.untracked[NOT_ACCOUNTED]),
        )
        for senders, fate, amount in ends:
            rows.add(senders, self._at(fate, senders), self._kind(fate), amount)
        away = books.exported
        takers = self._parties(away, "to", EXPORTED)
        kinds = np.array([self._kind(f"{EXPORTED}.{purpose}") for purpose in PURPOSES])
        rows.add(state[away.stream], takers, kinds[away.kind].astype(np.int32), tonnes(away.grams))

    def _parties(self, ends: Ends, kind: str, fixed: str) -> Ints:
        """Node of each party outside: by name at the level of sites, all in one at the level of wastes."""
        if self._level is Level.WASTE:
            return self._at(fixed, ends.stream)
        present, place = np.unique(ends.party, return_inverse=True)
        names = [self._books.parties[party] for party in present.tolist()]
        return self._numbered([Node(f"{kind}:{name}", kind, name) for name in names])[place]

    def _summed(self, rows: _Rows) -> FlowGraph:
        count, kinds = max(len(self._nodes), 1), max(len(self._kinds), 1)
        key = np.concatenate(rows.source) * count + np.concatenate(rows.target)
        unique, place = np.unique(key * kinds + np.concatenate(rows.kind), return_inverse=True)
        amount = np.bincount(place, np.concatenate(rows.tonnes), len(unique))
        pair, kind = np.divmod(unique[amount > 0], kinds)
        source, target = np.divmod(pair, count)
        amount = amount[amount > 0]
        # Between sites of one waste: no link of a graph of wastes, and no cycle in it either.
        inner = (source == target) & (kind == self._kinds[_TRANSFER]) & (self._level is Level.WASTE)
        internal = np.bincount(source[inner], amount[inner], count)
        source, target, kind, amount = source[~inner], target[~inner], kind[~inner], amount[~inner]
        into, out = np.bincount(target, amount, count), np.bincount(source, amount, count)
        nodes = [
            replace(node, tonnes_in=float(into[i]), tonnes_out=float(out[i]), internal=float(internal[i]))
            for i, node in enumerate(self._nodes)
            if into[i] or out[i] or internal[i]
        ]
        nodes.sort(key=lambda node: node.id)
        links = self._links(source.tolist(), target.tolist(), kind.tolist(), amount)
        return FlowGraph(self._level, tuple(nodes), links)

    def _links(
        self, source: Sequence[int], target: Sequence[int], kind: Sequence[int], amount: Floats
    ) -> tuple[Link, ...]:
        pairs = [(self._nodes[s].id, self._nodes[t].id) for s, t in zip(source, target, strict=True)]
        # As the picture has them, which is drawn of tonnes to the gram.
        flows = (
            Flow(*pair, round(float(a) * GRAMS_PER_TONNE) / GRAMS_PER_TONNE)
            for pair, a in zip(pairs, amount, strict=True)
        )
        closing, names = returning(flows), list(self._kinds)
        links = [
            Link(*pair, names[k], float(a), pair in closing)
            for pair, k, a in zip(pairs, kind, amount, strict=True)
        ]
        return tuple(sorted(links, key=lambda link: (link.source, link.target, link.kind)))
