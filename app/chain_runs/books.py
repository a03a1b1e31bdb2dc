"""What the ledgers of a scope say of a period, as arrays: both sides of every movement, nothing corrected.

A stream is one waste of one site. Masses are whole grams (int64). Streams are in the order of site code and
waste, everything else in the order of its keys, so neither the order of rows nor the hash seed shows.
"""

from dataclasses import dataclass
from typing import TypeAlias

from app.domain.quantities import GRAMS_PER_TONNE
from chains import arrays
from chains.arrays import np

Flags: TypeAlias = arrays.Flags
Floats: TypeAlias = arrays.Floats
Grams: TypeAlias = arrays.Longs
Ints: TypeAlias = arrays.Ints

PURPOSES = ("dispose", "store", "use")


@dataclass(frozen=True, slots=True)
class Place:
    """A site of the scope."""

    code: str
    name: str
    region: str
    industry: str
    enterprise: str


@dataclass(frozen=True, slots=True, eq=False)
class Streams:
    """One entry a stream: its site and waste (indices), what its lines say, its relative sigma (1σ).

    `opening` is that of its first month with a line, `closing` that of its last.
    """

    site: Ints
    waste: Ints
    generated: Grams
    dumped: Grams
    opening: Grams
    closing: Grams
    sigma: Floats

    @property
    def count(self) -> int:
        return len(self.site)


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """Waste handed from one site of the scope to another: the sender's figure and the receiver's, 0 if silent."""

    sender: Ints
    receiver: Ints
    sent: Grams
    received: Grams


@dataclass(frozen=True, slots=True, eq=False)
class Uses:
    """Own utilization on a site; `process` and `product` index `Books.processes` and `Books.products`."""

    stream: Ints
    process: Ints
    product: Ints
    grams: Grams


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """What leaves a stream for good, or comes to it from outside; `party` indexes `Books.parties`, −1 is none.

    `kind` is the purpose it was sent for (PURPOSES), the method of a disposal (`Books.processes`), 0 for what
    comes in.
    """

    stream: Ints
    party: Ints
    kind: Ints
    grams: Grams


@dataclass(frozen=True, slots=True, eq=False)
class Books:
    """All of it. An empty name of a process, product or party says that the ledger names none."""

    places: tuple[Place, ...]
    wastes: tuple[str, ...]
    processes: tuple[str, ...]
    products: tuple[str, ...]
    parties: tuple[str, ...]
    streams: Streams
    moves: Moves
    uses: Uses
    disposed: Ends
    exported: Ends
    unknown: Ends
    """Sent to a receiver whom no register knows."""
    imported: Ends


def tonnes(grams: Grams) -> Floats:
    """Tonnes [t] of whole grams."""
    return grams / GRAMS_PER_TONNE


def summed(index: Ints, values: Floats, size: int) -> Floats:
    """Sum of the values of each index."""
    return np.asarray(np.bincount(index, values, size), dtype=np.float64)
