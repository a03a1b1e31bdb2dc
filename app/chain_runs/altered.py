"""Books in which some waste went another way: taken in by a plant and used there instead of being disposed of or kept.

The tonnes are the sender's own generation; they are missing where they would have stayed unused, in this order: dumped,
added to the stock, disposed of on the site, sent to others who dispose of or keep it, sent away. What a process leaves
arises at the plant as its generation and adds to its stock, unless another of the flows leads it on. Nothing else of
the books changes, so what `build` makes of them is comparable with the network as it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from app.chain_runs.books import PURPOSES, Books, Ends, Grams, Ints, Moves, Streams, Uses
from chains.arrays import np


@dataclass(frozen=True, slots=True)
class Flow:
    """Waste of a site used by another one, or by itself [g]; `residues`: waste → share that arises there."""

    sender: str
    receiver: str
    waste: str
    process: str
    grams: int
    residues: Mapping[str, Fraction]


def altered(books: Books, flows: Sequence[Flow]) -> Books:
    """The books with these flows in them; neither their order nor that of the books matters.

    Raises KeyError for a site that the books do not have.
    """
    if not flows:
        return books
    made = _Change(_room_for(books, flows))
    ordered = sorted(flows, key=lambda flow: (flow.receiver, flow.waste, flow.sender, flow.process))
    for flow in ordered:
        made.arrive(flow)
    for flow in ordered:
        made.leave(flow)
    return made.books()


class _Change:
    """Books on their way from one state to another, as plain numbers."""

    def __init__(self, books: Books) -> None:
        self._old = books
        streams = books.streams
        self._stream = {
            (books.places[site].code, books.wastes[waste]): number
            for number, (site, waste) in enumerate(
                zip(streams.site.tolist(), streams.waste.tolist(), strict=True)
            )
        }
        self._generated, self._dumped = streams.generated.copy(), streams.dumped.copy()
        self._closing = streams.closing.copy()
        self._disposed = books.disposed.grams.copy()
        self._exported, self._unknown = books.exported.grams.copy(), books.unknown.grams.copy()
        self._sent, self._received = books.moves.sent.copy(), books.moves.received.copy()
        self._moves: list[tuple[int, int, int]] = []
        self._uses: list[tuple[int, int, int]] = []

    def arrive(self, flow: Flow) -> None:
        """The receiver uses it; what is left adds to what it generates and keeps."""
        here = self._stream[flow.receiver, flow.waste]
        self._uses.append((here, self._old.processes.index(flow.process), flow.grams))
        if flow.sender != flow.receiver:
            self._moves.append((self._stream[flow.sender, flow.waste], here, flow.grams))
        for into, share in flow.residues.items():
            left = round(share * flow.grams)
            self._generated[self._stream[flow.receiver, into]] += left
            self._closing[self._stream[flow.receiver, into]] += left

    def leave(self, flow: Flow) -> None:
        """The sender lacks it where it would have stayed unused."""
        sender, left = self._stream[flow.sender, flow.waste], flow.grams
        left -= _taken(self._dumped, sender, left)
        kept = max(0, int(self._closing[sender] - self._old.streams.opening[sender]))
        less = min(kept, left)
        self._closing[sender] -= less
        left -= less
        left -= self._taken_from(self._old.disposed, self._disposed, sender, left)
        left -= self._taken_back(sender, left)
        for ends, grams in ((self._old.exported, self._exported), (self._old.unknown, self._unknown)):
            left -= self._taken_from(ends, grams, sender, left, unused=True)

    def _taken_from(self, ends: Ends, grams: Grams, stream: int, wanted: int, *, unused: bool = False) -> int:
        """Take from what ends in a stream, in its order; `unused` leaves what was sent for use."""
        taken = 0
        for number in np.flatnonzero(ends.stream == stream).tolist():
            if not (unused and PURPOSES[ends.kind[number]] == "use"):
                taken += _taken(grams, number, wanted - taken)
        return taken

    def _taken_back(self, sender: int, wanted: int) -> int:
        """Take from what was sent to others who dispose of it or keep it, as far as they still do."""
        taken, moves = 0, self._old.moves
        for number in np.flatnonzero(moves.sender == sender).tolist():
            there, both = int(moves.receiver[number]), int(min(self._sent[number], self._received[number]))
            kept = max(0, int(self._closing[there] - self._old.streams.opening[there]))
            ended = kept + int(self._disposed[self._old.disposed.stream == there].sum())
            less = min(both, ended, wanted - taken)
            rest = less - self._taken_from(self._old.disposed, self._disposed, there, less)
            self._closing[there] -= rest
            self._sent[number] -= less
            self._received[number] -= less
            taken += less
        return taken

    def books(self) -> Books:
        """The books as they are now."""
        old = self._old
        moves = np.array(self._moves, dtype=np.int64).reshape(-1, 3)
        uses = np.array(self._uses, dtype=np.int64).reshape(-1, 3)
        nameless = np.zeros(len(uses), dtype=np.int32)
        return replace(
            old,
            streams=replace(
                old.streams, generated=self._generated, dumped=self._dumped, closing=self._closing
            ),
            moves=_merged(
                Moves(
                    np.concatenate([old.moves.sender, moves[:, 0].astype(np.int32)]),
                    np.concatenate([old.moves.receiver, moves[:, 1].astype(np.int32)]),
                    np.concatenate([self._sent, moves[:, 2]]),
                    np.concatenate([self._received, moves[:, 2]]),
                )
            ),
            uses=Uses(
                np.concatenate([old.uses.stream, uses[:, 0].astype(np.int32)]),
                np.concatenate([old.uses.process, uses[:, 1].astype(np.int32)]),
                np.concatenate([old.uses.product, nameless]),
                np.concatenate([old.uses.grams, uses[:, 2]]),
            ),
            disposed=replace(old.disposed, grams=self._disposed),
            exported=replace(old.exported, grams=self._exported),
            unknown=replace(old.unknown, grams=self._unknown),
        )


def _taken(amounts: Grams, number: int, wanted: int) -> int:
    """Take up to `wanted` from one of the amounts, in place."""
    less = min(max(0, int(amounts[number])), wanted)
    amounts[number] -= less
    return less


def _merged(moves: Moves) -> Moves:
    """One entry a pair, as books have it."""
    pairs = np.stack([moves.sender, moves.receiver])
    kinds, where = np.unique(pairs, axis=1, return_inverse=True)
    sides = np.zeros((2, kinds.shape[1]), dtype=np.int64)
    np.add.at(sides[0], where, moves.sent)
    np.add.at(sides[1], where, moves.received)
    return Moves(kinds[0].astype(np.int32), kinds[1].astype(np.int32), sides[0], sides[1])


def _room_for(books: Books, flows: Sequence[Flow]) -> Books:
    """The same books with a stream, a waste and a process for all that the flows name, in the order of books."""
    sites = {place.code: number for number, place in enumerate(books.places)}
    wastes = sorted(
        {*books.wastes, *(flow.waste for flow in flows), *(w for flow in flows for w in flow.residues)}
    )
    processes = sorted({*books.processes, *(flow.process for flow in flows)})
    width, renamed = len(wastes), _numbers(books.wastes, wastes)
    old = books.streams.site.astype(np.int64) * width + renamed[books.streams.waste]
    named = {(flow.sender, flow.waste) for flow in flows} | {(flow.receiver, flow.waste) for flow in flows}
    named |= {(flow.receiver, waste) for flow in flows for waste in flow.residues}
    asked = np.array(
        [sites[site] * width + wastes.index(waste) for site, waste in sorted(named)], dtype=np.int64
    )
    keys = np.union1d(old, asked)
    moved = np.searchsorted(keys, old).astype(np.int32)
    renumbered = _numbers(books.processes, processes)
    return replace(
        books,
        wastes=tuple(wastes),
        processes=tuple(processes),
        # A use without a product's name stands under the empty one.
        products=books.products if "" in books.products[:1] else ("", *books.products),
        streams=_streams(books.streams, keys, moved, width),
        moves=replace(books.moves, sender=moved[books.moves.sender], receiver=moved[books.moves.receiver]),
        uses=replace(
            books.uses,
            stream=moved[books.uses.stream],
            process=renumbered[books.uses.process],
            product=books.uses.product + (0 if "" in books.products[:1] else 1),
        ),
        disposed=replace(
            books.disposed, stream=moved[books.disposed.stream], kind=renumbered[books.disposed.kind]
        ),
        exported=replace(books.exported, stream=moved[books.exported.stream]),
        unknown=replace(books.unknown, stream=moved[books.unknown.stream]),
        imported=replace(books.imported, stream=moved[books.imported.stream]),
    )


def _numbers(names: Sequence[str], among: Sequence[str]) -> Ints:
    return np.array([among.index(name) for name in names], dtype=np.int32)


def _streams(old: Streams, keys: Grams, moved: Ints, width: int) -> Streams:
    site, waste = np.divmod(keys, width)
    amounts = {}
    for name in ("generated", "dumped", "opening", "closing"):
        amounts[name] = np.zeros(len(keys), dtype=np.int64)
        amounts[name][moved] = getattr(old, name)
    # A stream that nobody reports has no uncertainty of its own; plans do not use it.
    sigma = np.zeros(len(keys))
    sigma[moved] = old.sigma
    return Streams(site=site.astype(np.int32), waste=waste.astype(np.int32), sigma=sigma, **amounts)
