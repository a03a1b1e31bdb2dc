"""The fates of every tonne: B = (I − Q)⁻¹ R and what follows from it.

Sources: Kemeny & Snell 1960, Finite Markov Chains, ch. III (absorbing chains); Yamada, Daigo & Matsuno 2006
(the same for materials: average number of times used); Finn 1976 (throughput, path length, cycling index).
"""

from dataclasses import dataclass

from chains.arrays import np
from chains.attribution.condensation import Condensed, Sets, condense, sets_of, without_closed
from chains.attribution.cycling import Cycling, cycling_of
from chains.attribution.network import Floats, Index, Shares
from chains.attribution.solver import Solution, Solver


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """Where the tonnes of a network end.

    `by_state` B (n, F): shares of the final fates of a tonne in each state, rows sum to 1. `totals` (F,)
    [t] = sourceᵀ B. `throughput` T (n,) [t]: every pass through a state counted. `mean_path_length` = ΣT /
    Σ source: states a tonne passes, None when nothing comes in. `cycling_index`: Finn's; `cycling_index_sd`
    its standard deviation where a loop was too large to be exact, else None. `mass_error`: largest |1 − ΣB|
    and share of the sources that T misses. `residual`: largest |Q B + R − B|. `iterations`: sweeps.
    `method`: what solved it.
    """

    fates: tuple[str, ...]
    by_state: Floats
    totals: Floats
    throughput: Floats
    mean_path_length: float | None
    cycling_index: float
    cycling_index_sd: float | None
    mass_error: float
    residual: float
    iterations: int
    method: str


class FateModel:
    """A network prepared once; each question after that is a solve or less."""

    def __init__(self, shares: Shares) -> None:
        self.shares = shares
        self.sets: Sets = sets_of(shares)
        self._flow, self._fate = without_closed(shares, self.sets)
        self._condensed: Condensed = condense(self._flow, self._fate, self.sets)
        self._solver = Solver(self._condensed, self._fate.sum(axis=1))

    def fates(self) -> Solution:
        """B (n, F) and how it was found."""
        return self._solver.fates(self._fate)

    def throughput(self, source: Floats) -> Solution:
        """T (n, k) [t] for sources (n, k) [t]."""
        return self._solver.throughput(source)

    def origins(self, group: Index, groups: int) -> Solution:
        """Tonnes (n, G) through each state by the group its source belongs to (a region, a base, a waste).

        `group` (n,): number of each state's group, 0…G−1. Divide a row by its sum for the mix of origins of
        what is there.
        """
        source = np.zeros((self.shares.size, groups))
        source[np.arange(self.shares.size), group] = self.shares.source
        return self._solver.throughput(source)

    def fates_by_group(self, found: Floats, group: Index, groups: int) -> Floats:
        """Tonnes (G, F) that the sources of each group end as; `found` is B of `fates()`."""
        totals = np.zeros((groups, found.shape[1]))
        np.add.at(totals, group, self.shares.source[:, None] * found)
        return totals

    def downstream(self, state: int) -> Floats:
        """How often (n,) a tonne that starts in `state` passes through each state."""
        start = np.zeros((self.shares.size, 1))
        start[state] = 1.0
        return self._solver.throughput(start).x[:, 0]

    def upstream(self, state: int) -> Floats:
        """How often (n,) a tonne that starts in each state passes through `state`.

        Times `source` it is where the tonnes of a site come from.
        """
        end = np.zeros((self.shares.size, 1))
        end[state] = 1.0
        return self._solver.met(end).x[:, 0]

    def recycled_share(self, state: int) -> float:
        """(N_ii − 1)/N_ii: share of what passes through a state that has been there before."""
        visits = float(self.downstream(state)[state])
        return (visits - 1.0) / visits

    def cycling(self, throughput: Floats) -> Cycling:
        """Finn's cycling index for a throughput (n,) [t]."""
        return cycling_of(self._condensed, throughput)

    def residual(self, found: Floats) -> float:
        """Largest |Q B + R − B|: how well `found` fulfils the equations."""
        left = self._flow @ found
        left += self._fate
        left -= found
        return float(np.abs(left).max(initial=0.0))


def attribute(model: FateModel) -> Attribution:
    """Answer all for one network: fates by state and in total, throughput, loops, and how good they are."""
    shares = model.shares
    ends = model.fates()
    passed = model.throughput(shares.source[:, None])
    through = passed.x[:, 0]
    cycling = model.cycling(through)
    source = float(shares.source.sum())
    return Attribution(
        fates=shares.fates,
        by_state=ends.x,
        totals=shares.source @ ends.x,
        throughput=through,
        mean_path_length=float(through.sum()) / source if source > 0 else None,
        cycling_index=cycling.index,
        cycling_index_sd=cycling.sd,
        mass_error=max(ends.mass_error, passed.mass_error),
        residual=model.residual(ends.x),
        iterations=max(ends.iterations, passed.iterations),
        method=ends.method,
    )
