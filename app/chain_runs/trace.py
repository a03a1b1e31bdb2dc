"""Upstream and downstream of one waste of one site: who its tonnes come from, or where they go and end.

A tonne that comes back to the site in a loop is counted where it is first seen: `entering` are the tonnes that
reach the stream for the first time, and the shares are of those.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.chain_runs.books import PURPOSES, Ends, Floats, summed, tonnes
from app.chain_runs.figures import Solved
from app.chain_runs.network import FATES
from chains.arrays import np


class Way(StrEnum):
    """Which way a trace looks."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Step:
    """A stream on the way: tonnes [t] of those traced that pass it (down) or that began in it (up).

    `by_source`: of tonnes that began here, what they were.
    """

    stream: int
    tonnes: float
    share: float
    by_source: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Outside:
    """A party over the edge of what is followed: tonnes [t] handed to it, or come from it."""

    party: str
    purpose: str | None
    tonnes: float
    share: float


@dataclass(frozen=True, slots=True)
class Trace:
    """`entering` [t], the steps and parties with most tonnes first; `fates` [t] of what goes down."""

    entering: float
    steps: tuple[Step, ...]
    outside: tuple[Outside, ...]
    fates: Mapping[str, float]


def down(solved: Solved, stream: int) -> Trace:
    """Follow the tonnes of a stream to every stream they pass and to their ends."""
    network, visits = solved.network, solved.model.downstream(int(solved.network.entry[stream]))
    entering = _entering(solved, stream, float(visits[network.entry[stream]]))
    passed = visits[network.entry] * entering
    steps = [_step(i, passed[i], entering, {}) for i in np.flatnonzero(passed > 0).tolist() if i != stream]
    through = solved.found.throughput[network.exit]
    leaving = np.zeros_like(through)
    np.divide(visits[network.exit] * entering, through, out=leaving, where=through > 0)
    fates = dict(zip(FATES, (solved.shares[stream] * entering).tolist(), strict=True))
    sent = network.books.exported
    return Trace(entering, _sorted(steps), _outside(solved, sent, leaving, entering, purposes=True), fates)


def up(solved: Solved, stream: int) -> Trace:
    """Find where the tonnes of a stream began."""
    network = solved.network
    state = int(network.entry[stream])
    visits = solved.model.upstream(state)
    own = float(visits[state])
    entering = _entering(solved, stream, own)
    # A tonne that begins in a stream is met in it `own` times if it comes back; it began once.
    arriving = visits[network.entry] / own
    by_source = {kind: values * arriving for kind, values in solved.network.inputs.items()}
    shortfall = solved.model.shares.unexplained
    by_source["unexplained"] = by_source["unexplained"] + _unexplained(solved, shortfall * visits / own)
    by_source["stock_drawn"] = network.inputs["stock_drawn"] * visits[network.exit] / own
    began = np.sum(list(by_source.values()), axis=0)
    steps = [
        _step(i, began[i], entering, {kind: float(v[i]) for kind, v in by_source.items() if v[i] > 0})
        for i in np.flatnonzero(began > 0).tolist()
    ]
    came = network.books.imported
    return Trace(entering, _sorted(steps), _outside(solved, came, arriving, entering, purposes=False), {})


def _unexplained(solved: Solved, by_state: Floats) -> Floats:
    entry, leaving = solved.network.entry, solved.network.exit
    return by_state[entry] if np.array_equal(entry, leaving) else by_state[entry] + by_state[leaving]


def _entering(solved: Solved, stream: int, own_visits: float) -> float:
    return float(solved.found.throughput[solved.network.entry[stream]]) / own_visits


def _step(stream: int, amount: float, entering: float, by_source: Mapping[str, float]) -> Step:
    return Step(stream, float(amount), float(amount) / entering if entering > 0 else 0.0, by_source)


def _outside(
    solved: Solved, ends: Ends, part: Floats, entering: float, *, purposes: bool
) -> tuple[Outside, ...]:
    """Parties with their tonnes; `part` (n,) is how much of each stream's exchange with them is traced."""
    books = solved.network.books
    key = ends.party.astype(np.int64) * len(PURPOSES) + ends.kind
    present, place = np.unique(key, return_inverse=True)
    amounts = summed(place.astype(np.int32), tonnes(ends.grams) * part[ends.stream], len(present))
    found = []
    for code, amount in zip(present.tolist(), amounts.tolist(), strict=True):
        if amount > 0:
            party, purpose = divmod(code, len(PURPOSES))
            share = amount / entering if entering > 0 else 0.0
            found.append(
                Outside(books.parties[party], PURPOSES[purpose] if purposes else None, amount, share)
            )
    return tuple(sorted(found, key=lambda one: (-one.tonnes, one.party, one.purpose or "")))


def _sorted(steps: list[Step]) -> tuple[Step, ...]:
    return tuple(sorted(steps, key=lambda step: (-step.tonnes, step.stream)))
