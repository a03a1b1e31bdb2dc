"""How uses split their tonnes: residues as the site reports them within the bands of the yields, product, air.

A yield is a band low … high. What a site reports of a residue as generated is what its uses left behind, as far
as it lies within the band of all uses that feed it, the product or the air giving or taking the difference. Less
than low cannot be: what fails to reach it is missing. More than high has another origin: it is generation of its
own (docs/decisions/0015).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.chain_runs.books import Books, Flags, Floats, Ints, summed, tonnes
from app.chain_runs.definitions import Splits
from chains.arrays import np
from chains.definition import MaterialKind, Split


@dataclass(frozen=True, slots=True, eq=False)
class Residues:
    """What uses leave behind: `use` (index of Books.uses) → stream `into` [t], together at most what it reports."""

    use: Ints
    into: Ints
    tonnes: Floats


@dataclass(frozen=True, slots=True, eq=False)
class UseSplit:
    """Where each use's tonnes go [t], one entry a use; with its residues they add up to the use.

    `missing`: what the least of the yields demands and the site does not report as generated.
    """

    product: Floats
    air: Floats
    missing: Floats
    residues: Residues
    undefined: tuple[tuple[str, str, float], ...]
    """(process, waste, tonnes) that no chain defines: all of it counts as product."""


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """One entry a use and residue: its stream (−1: the site has none), the band of its tonnes (r, 3) [t]."""

    use: Ints
    into: Ints
    band: Floats


def split_uses(books: Books, splits: Splits) -> UseSplit:
    """Lead every use through its process; neither the order of uses nor of residues matters."""
    used = tonnes(books.uses.grams)
    product, air, to_air = used.copy(), np.zeros(len(used)), np.zeros(len(used), dtype=np.bool_)
    undefined = []
    rows: list[_Rows] = []
    for process, waste, members in _kinds(books):
        split = splits.get((process, waste))
        if split is None:
            undefined.append((process, waste, float(used[members].sum())))
            continue
        product[members], air[members] = (
            used[members] * float(split.product),
            used[members] * float(split.air),
        )
        to_air[members] = split.rest is MaterialKind.AIR
        rows += _rows(books, split, members, used[members])
    residues, expected, left = _reported(books, rows)
    actual = summed(residues.use, residues.tonnes, len(used))
    missing = summed(residues.use, left, len(used))
    more = summed(residues.use, expected, len(used)) - actual - missing
    return UseSplit(*_rest(product, air, more, to_air), missing, _known(residues), tuple(undefined))


def _kinds(books: Books) -> Iterator[tuple[str, str, Ints]]:
    """(process, waste, uses of this kind), in the order of processes and wastes."""
    uses, width = books.uses, max(len(books.wastes), 1)
    key = uses.process.astype(np.int64) * width + books.streams.waste[uses.stream]
    kinds, kind = np.unique(key, return_inverse=True)
    order = np.argsort(kind, kind="stable").astype(np.int32)
    ends = np.cumsum(np.bincount(kind, minlength=len(kinds)))
    for number, members in zip(kinds.tolist(), np.split(order, ends[:-1]), strict=False):
        yield books.processes[number // width], books.wastes[number % width], members


def _rows(books: Books, split: Split, members: Ints, used: Floats) -> Iterator[_Rows]:
    for waste, band in sorted(split.residues.items()):
        number = books.wastes.index(waste) if waste in books.wastes else None
        into = _stream_at(books, books.streams.site[books.uses.stream[members]], number)
        shares = np.array([float(band.low), float(band.value), float(band.high)])
        yield _Rows(members, into, used[:, None] * shares)


def _stream_at(books: Books, site: Ints, waste: int | None) -> Ints:
    """Stream of each site and this waste, −1 where there is none."""
    if waste is None:
        return np.full(len(site), -1, dtype=np.int32)
    streams, width = books.streams, len(books.wastes)
    keys = streams.site.astype(np.int64) * width + streams.waste
    wanted = site.astype(np.int64) * width + waste
    place = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    return np.where(keys[place] == wanted, place, -1).astype(np.int32)


def _reported(books: Books, rows: list[_Rows]) -> tuple[Residues, Floats, Floats]:
    """What each use leaves of each residue [t], what the value of its yield says, and what is missing of it.

    With B(s) the bands of all uses that feed stream s, added up, and g what s reports, every one of these uses stands
    at the same place of its band: at g/low below it, between low and value, or value and high, as g is between those
    of B, and at high beyond.
    """
    none = np.zeros(0, dtype=np.int32)
    use = np.concatenate([none, *(row.use for row in rows)])
    into = np.concatenate([none, *(row.into for row in rows)])
    band = np.concatenate([np.zeros((0, 3)), *(row.band for row in rows)])
    # The last entry is for residues of which the site has no stream: it reports nothing.
    place = np.where(into < 0, books.streams.count, into)
    reported = np.append(tonnes(books.streams.generated), 0.0)
    low, value, high = (summed(place, column, len(reported)) for column in band.T)
    of_low = _part(reported, np.zeros_like(low), low)[place]
    of_value = _part(reported, low, value)[place]
    of_high = _part(reported, value, high)[place]
    actual = band[:, 0] * of_low + (band[:, 1] - band[:, 0]) * of_value + (band[:, 2] - band[:, 1]) * of_high
    return Residues(use, into, actual), band[:, 1], band[:, 0] * (1.0 - of_low)


def _part(value: Floats, start: Floats, end: Floats) -> Floats:
    """How far each value has come from start to end, 0 … 1; over no distance 0."""
    part = np.zeros_like(value)
    np.divide(value - start, end - start, out=part, where=end > start)
    return np.clip(part, 0.0, 1.0)


def _known(residues: Residues) -> Residues:
    """Residues that have a stream to go to."""
    known = residues.into >= 0
    return Residues(residues.use[known], residues.into[known], residues.tonnes[known])


def _rest(product: Floats, air: Floats, more: Floats, to_air: Flags) -> tuple[Floats, Floats]:
    """Give `more` (below 0: take it) to what the process names as its rest; beyond nothing the other one gives."""
    rest, other = np.where(to_air, air, product) + more, np.where(to_air, product, air)
    # Residues are together at most the use (chains.checks), so what is below 0 after this is rounding.
    other = np.maximum(other + np.minimum(rest, 0.0), 0.0)
    rest = np.maximum(rest, 0.0)
    return np.where(to_air, other, rest), np.where(to_air, rest, other)
