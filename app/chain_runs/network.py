"""From books to a network: states, what enters them, where they send it, and where it ends.

A state is a stream (site, waste). What one side reports and the other does not, what a plant does not report of
its own residues, what is sent to somebody unknown: each is led to a source or a fate of its own and stays
visible (docs/decisions/0015).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.chain_runs.books import Books, Floats, Ints, summed, tonnes
from app.chain_runs.definitions import Splits
from app.chain_runs.residues import UseSplit, split_uses
from chains.arrays import np
from chains.attribution.network import AIR, UNTRACKED, FlowNetwork
from chains.stock import StockRule

PRODUCT, DISPOSED, STORED, DUMPED, EXPORTED = "product", "disposed", "stored", "dumped", "exported"
FATES = (PRODUCT, DISPOSED, STORED, DUMPED, EXPORTED, AIR, UNTRACKED)
NUMBER = {fate: number for number, fate in enumerate(FATES)}

GENERATED, STOCK_DRAWN, IMPORTED, UNEXPLAINED = "generated", "stock_drawn", "imported", "unexplained"

RULES = (StockRule.MIXED, StockRule.FIFO)
"""Rules that monthly books can answer. A cohort rule needs ages at leaving, which no ledger reports."""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A network and what it was made of. n streams; under FIFO a stream has two states.

    `entry`, `exit` (n,): the state in which tonnes come to a stream and the one that they leave it from.
    `inputs` [t] by kind, (n,). `missing_on_the_way` (n,) [t]: sent and not received, by sender.
    """

    books: Books
    rule: StockRule
    split: UseSplit
    entry: Ints
    exit: Ints
    inputs: Mapping[str, Floats]
    missing_on_the_way: Floats
    stored: Floats
    flows: FlowNetwork

    def labels(self) -> tuple[str, ...]:
        """`site:waste` of every state."""
        books = self.books
        names = tuple(
            f"{books.places[site].code}:{books.wastes[waste]}"
            for site, waste in zip(books.streams.site.tolist(), books.streams.waste.tolist(), strict=True)
        )
        return names if self.flows.size == len(names) else names + names

    def secondary(self, wastes: Ints | None = None) -> Floats:
        """Tonnes (n,) of each stream's generation that arose from uses; of the used `wastes` only, if given."""
        residues, streams = self.split.residues, self.books.streams
        kept = np.ones(len(residues.use), dtype=np.bool_)
        if wastes is not None:
            kept = np.isin(streams.waste[self.books.uses.stream[residues.use]], wastes)
        return summed(residues.into[kept], residues.tonnes[kept], streams.count)


def build(books: Books, splits: Splits, rule: StockRule) -> Network:
    """Make the network of the books under a stock rule of RULES."""
    streams, moves, count = books.streams, books.moves, books.streams.count
    split = split_uses(books, splits)
    sent, received = tonnes(moves.sent), tonnes(moves.received)
    arrived = np.minimum(sent, received)
    residues = split.residues
    secondary = summed(residues.into, residues.tonnes, count)
    inputs = {
        # Residues are capped by what is reported, so this is 0 at least but for rounding.
        GENERATED: np.maximum(tonnes(streams.generated) - secondary, 0.0),
        IMPORTED: summed(books.imported.stream, tonnes(books.imported.grams), count),
        UNEXPLAINED: summed(moves.receiver, received - arrived, count),
    }
    inflow = sum(inputs.values()) + secondary + summed(moves.receiver, arrived, count)
    yard = _yard(rule, tonnes(streams.opening), tonnes(streams.closing), inflow)
    leaving = np.arange(count, dtype=np.int32) + (count if rule is StockRule.FIFO else 0)
    flows = _flows(books, split, yard, leaving, inputs, arrived)
    return Network(
        books=books,
        rule=rule,
        split=split,
        entry=np.arange(count, dtype=np.int32),
        exit=leaving,
        inputs={**inputs, STOCK_DRAWN: yard.drawn},
        missing_on_the_way=summed(moves.sender, sent - arrived, count),
        stored=yard.stored,
        flows=flows,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Yard:
    """What the stock of each stream gives and takes [t]; `through`: comes in and leaves again (FIFO only)."""

    drawn: Floats
    stored: Floats
    through: Floats | None


def _yard(rule: StockRule, opening: Floats, closing: Floats, inflow: Floats) -> _Yard:
    """Mixed: the change of the stock. FIFO: the old stock leaves first, what is left in the end came in last."""
    if rule is StockRule.MIXED:
        return _Yard(np.maximum(opening - closing, 0.0), np.maximum(closing - opening, 0.0), None)
    kept = np.minimum(inflow, closing)
    still_old = np.minimum(closing - kept, opening)
    appeared = closing - kept - still_old
    return _Yard(opening - still_old, kept + appeared, inflow - kept)


def _flows(
    books: Books,
    split: UseSplit,
    yard: _Yard,
    leaving: Ints,
    inputs: Mapping[str, Floats],
    arrived: Floats,
) -> FlowNetwork:
    uses, moves, residues, count = books.uses, books.moves, split.residues, books.streams.count
    sent = tonnes(moves.sent)
    told = sent > 0
    size = count if yard.through is None else 2 * count
    entering = np.zeros(size)
    entering[:count] = sum(inputs.values())
    np.add.at(entering, leaving, yard.drawn)
    sender = [leaving[moves.sender[told]], leaving[uses.stream[residues.use]]]
    receiver = [moves.receiver[told], residues.into]
    moved = [sent[told], residues.tonnes]
    arriving = [arrived[told] / sent[told], np.ones(len(residues.tonnes))]
    if yard.through is not None:
        sender.append(np.arange(count, dtype=np.int32))
        receiver.append(leaving)
        moved.append(yard.through)
        arriving.append(np.ones(count))
    ends = _ends(books, split, yard, leaving)
    flows = sum(map(len, moved))
    return FlowNetwork(
        inputs=entering,
        sender=np.concatenate(sender),
        receiver=np.concatenate(receiver),
        tonnes=np.concatenate(moved),
        arriving=np.concatenate(arriving),
        rest=np.full(flows, NUMBER[UNTRACKED], dtype=np.int32),
        fate_state=np.concatenate([state for state, _, _ in ends]),
        fate=np.concatenate([np.full(len(state), NUMBER[fate], dtype=np.int32) for state, fate, _ in ends]),
        fate_tonnes=np.concatenate([amount for _, _, amount in ends]),
        fates=FATES,
    )


def _ends(books: Books, split: UseSplit, yard: _Yard, leaving: Ints) -> list[tuple[Ints, str, Floats]]:
    """(state, fate, tonnes) of all that ends."""
    used = leaving[books.uses.stream]
    return [
        (used, PRODUCT, split.product),
        (used, AIR, split.air),
        (used, UNTRACKED, split.missing),
        (leaving[books.disposed.stream], DISPOSED, tonnes(books.disposed.grams)),
        (np.arange(len(leaving), dtype=np.int32), STORED, yard.stored),
        (leaving, DUMPED, tonnes(books.streams.dumped)),
        (leaving[books.exported.stream], EXPORTED, tonnes(books.exported.grams)),
        (leaving[books.unknown.stream], UNTRACKED, tonnes(books.unknown.grams)),
    ]
