"""A network solved, and the figures drawn from it: where generated tonnes end, by site, waste or in all.

The generation that counts in a scope of wastes is what is reported less the residues of using wastes of that
scope: one waste alone counts all that is reported of it, all wastes together count no tonne twice
(docs/decisions/0015). Tonnes [t]; n streams, F fates in the order of FATES.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from app.chain_runs.books import Floats, Ints, summed, tonnes
from app.chain_runs.network import (
    FATES,
    GENERATED,
    UNEXPLAINED,
    Network,
)
from chains.arrays import np
from chains.attribution import Attribution, FateModel, attribute, shares_of

ON_THE_WAY, NO_RESIDUE, UNKNOWN_RECEIVER, NOT_ACCOUNTED = (
    "missing_on_the_way",
    "residue_missing",
    "unknown_receiver",
    "not_accounted_for",
)
RECEIVED_MORE, ACCOUNTED_MORE = "received_more_than_sent", "accounted_for_more_than_had"


@dataclass(frozen=True)
class Solved:
    """A network with its fates."""

    network: Network
    model: FateModel
    found: Attribution

    @classmethod
    def of(cls, network: Network) -> "Solved":
        model = FateModel(shares_of(network.flows))
        return cls(network, model, attribute(model))

    @cached_property
    def shares(self) -> Floats:
        """B (n, F): fates of a tonne that comes to a stream."""
        return np.asarray(self.found.by_state[self.network.entry])

    def counted(self, wastes: Ints | None = None) -> Floats:
        """Generation (n,) that counts: less what arose from uses of `wastes` (all when not given)."""
        generated = tonnes(self.network.books.streams.generated)
        return np.maximum(generated - self.network.secondary(wastes), 0.0)

    def ends(self, weights: Floats, group: Ints, groups: int) -> Floats:
        """Tonnes (G, F) that `weights` (n,) end as, by the group (n,) that each stream belongs to."""
        return np.column_stack(
            [summed(group, weights * self.shares[:, fate], groups) for fate in range(len(FATES))]
        )

    @cached_property
    def ended_here(self) -> Floats:
        """Tonnes (n, F) that end in each stream, wherever they came from."""
        shares = self.model.shares
        tonnes_by_state = shares.fate * np.maximum(shares.received, shares.sent)[:, None]
        return self._by_stream(tonnes_by_state)

    @cached_property
    def inputs(self) -> Mapping[str, Floats]:
        """Tonnes (n,) that enter each stream, by kind; their sum is that of `ended_here`."""
        sources = dict(self.network.inputs)
        sources[UNEXPLAINED] = sources[UNEXPLAINED] + self.unexplained[ACCOUNTED_MORE]
        return dict(sorted(sources.items()))

    @cached_property
    def untracked(self) -> Mapping[str, Floats]:
        """Tonnes (n,) nobody accounts for, by reason; their sum is the fate `untracked` of `ended_here`."""
        network, count = self.network, self.network.books.streams.count
        unknown, uses = network.books.unknown, network.books.uses
        return {
            ON_THE_WAY: network.missing_on_the_way,
            NO_RESIDUE: summed(uses.stream, network.split.missing, count),
            UNKNOWN_RECEIVER: summed(unknown.stream, tonnes(unknown.grams), count),
            NOT_ACCOUNTED: self._by_stream(self.model.shares.untracked),
        }

    @cached_property
    def unexplained(self) -> Mapping[str, Floats]:
        """Tonnes (n,) that came from nowhere, by reason."""
        return {
            RECEIVED_MORE: self.network.inputs[UNEXPLAINED],
            ACCOUNTED_MORE: self._by_stream(self.model.shares.unexplained),
        }

    @cached_property
    def generated_part(self) -> Floats:
        """Share (n,) of what leaves each stream that was generated within the scope and period."""
        source = np.zeros((self.network.flows.size, 1))
        source[self.network.entry, 0] = self.network.inputs[GENERATED]
        passed = self.model.throughput(source).x[self.network.exit, 0]
        through = self.found.throughput[self.network.exit]
        part: Floats = np.zeros_like(passed)
        np.divide(passed, through, out=part, where=through > 0)
        return part

    def _by_stream(self, by_state: Floats) -> Floats:
        entry, leaving = self.network.entry, self.network.exit
        if np.array_equal(entry, leaving):
            return np.asarray(by_state[entry])
        return np.asarray(by_state[entry] + by_state[leaving])


@dataclass(frozen=True, slots=True)
class Loop:
    """A set of streams whose tonnes can come back: states by label, tonnes [t] handed on within it.

    `recycled`: share of what passes its busiest stream that has been there before.
    """

    states: tuple[str, ...]
    moved: float
    recycled: float


def loops(solved: Solved, most: int) -> tuple[Loop, ...]:
    """List the loops that move most tonnes."""
    model, found, names = solved.model, solved.found, solved.network.labels()
    flow, sets = model.shares.flow, model.sets
    sender = np.repeat(np.arange(model.shares.size), np.diff(flow.indptr))
    inner = sets.label[sender] == sets.label[flow.indices]
    moved = np.bincount(
        sets.label[sender[inner]], flow.data[inner] * found.throughput[sender[inner]], len(sets.size)
    )
    largest = [int(i) for i in np.argsort(-moved, kind="stable")[:most] if moved[i] > 0]
    made = []
    for number in largest:
        members = np.flatnonzero(sets.label == number)
        busiest = int(members[np.argmax(found.throughput[members])])
        states = tuple(sorted({names[i] for i in members}))
        made.append(Loop(states, float(moved[number]), model.recycled_share(busiest)))
    return tuple(made)
