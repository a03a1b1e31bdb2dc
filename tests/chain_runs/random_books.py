"""Books of small cities made up at random, with every untidiness that ledgers can have."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from app.chain_runs.books import Books, Ends, Ints, Moves, Place, Streams, Uses

WASTES = ("SW01", "SW02", "SW03", "SW04")
# Uses with and without residues, with a residue of the same waste, without a definition, without a name.
PROCESSES = ("", "aac_block", "gangue_power", "iron_recovery", "kaolin_calcination", "roadbase")
PRODUCTS = ("", "bricks", "cement")
PARTIES = ("east", "west")
SITES = 4

grams = st.one_of(st.just(0), st.integers(1, 10**7), st.integers(1, 10**15))


@st.composite
def books(draw: st.DrawFn) -> Books:
    """Up to four sites with any of four wastes; no figure agrees with another but by chance."""
    kinds = st.tuples(st.integers(0, SITES - 1), st.integers(0, len(WASTES) - 1))
    keys = sorted(draw(st.sets(kinds, min_size=1, max_size=12)))
    stream = st.integers(0, len(keys) - 1)
    return Books(
        places=tuple(Place(f"S{i}", f"场所{i}", f"14021{i}", "44", "示例") for i in range(SITES)),
        wastes=WASTES,
        processes=PROCESSES,
        products=PRODUCTS,
        parties=PARTIES,
        streams=_streams(draw, keys),
        moves=_moves(draw, keys),
        uses=_uses(draw, stream),
        disposed=_ends(draw, stream),
        exported=_ends(draw, stream),
        unknown=_ends(draw, stream),
        imported=_ends(draw, stream),
    )


def _streams(draw: st.DrawFn, keys: list[tuple[int, int]]) -> Streams:
    generated, dumped, opening, closing = (_column(draw, len(keys)) for _ in range(4))
    return Streams(
        site=_ints([site for site, _ in keys]),
        waste=_ints([waste for _, waste in keys]),
        generated=generated,
        dumped=dumped,
        opening=opening,
        closing=closing,
        sigma=np.full(len(keys), 0.05),
    )


def _moves(draw: st.DrawFn, keys: list[tuple[int, int]]) -> Moves:
    stream = st.integers(0, len(keys) - 1)
    # A transfer keeps its waste.
    kept = st.tuples(stream, stream).filter(lambda pair: keys[pair[0]][1] == keys[pair[1]][1])
    pairs = sorted(draw(st.sets(kept, max_size=20)))
    sender, receiver = _ints([pair[0] for pair in pairs]), _ints([pair[1] for pair in pairs])
    return Moves(sender, receiver, _column(draw, len(pairs)), _column(draw, len(pairs)))


def _uses(draw: st.DrawFn, stream: st.SearchStrategy[int]) -> Uses:
    names = st.tuples(stream, st.integers(0, len(PROCESSES) - 1), st.integers(0, len(PRODUCTS) - 1))
    rows = sorted(draw(st.sets(names, max_size=12)))
    columns = (_ints([row[place] for row in rows]) for place in range(3))
    return Uses(*columns, _column(draw, len(rows)))


def one_stream(*, opening: int, generated: int, dumped: int) -> Books:
    """One waste of one site whose book closes [g]."""
    none, nothing = _ints([]), np.zeros(0, dtype=np.int64)
    ends = Ends(none, none, none, nothing)
    return Books(
        places=(Place("S0", "场所", "140210", "44", "示例"),),
        wastes=WASTES[:1],
        processes=(),
        products=(),
        parties=(),
        streams=Streams(
            site=_ints([0]),
            waste=_ints([0]),
            generated=np.array([generated]),
            dumped=np.array([dumped]),
            opening=np.array([opening]),
            closing=np.array([opening + generated - dumped]),
            sigma=np.ones(1),
        ),
        moves=Moves(none, none, nothing, nothing),
        uses=Uses(none, none, none, nothing),
        disposed=ends,
        exported=ends,
        unknown=ends,
        imported=ends,
    )


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int32)


def _column(draw: st.DrawFn, count: int) -> Any:
    return np.array(draw(st.lists(grams, min_size=count, max_size=count)), dtype=np.int64)


def _ends(draw: st.DrawFn, stream: st.SearchStrategy[int]) -> Ends:
    rows = sorted(draw(st.sets(st.tuples(stream, st.integers(0, 1), st.integers(0, 2)), max_size=6)))
    return Ends(
        _ints([row[0] for row in rows]),
        _ints([row[1] for row in rows]),
        _ints([row[2] for row in rows]),
        _column(draw, len(rows)),
    )
