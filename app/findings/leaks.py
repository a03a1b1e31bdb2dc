"""Leaks of a network: which streams lose or gain tonnes that the reports together cannot account for.

The estimate of a leak at stream i is b̂ = λ_i / S⁻¹_ii with σ(b̂) = (S⁻¹_ii)^-½ (docs/engine.md, the untracked-flow detector).
One leak raises the statistics of its whole neighbourhood, so the list is made by serial elimination: the largest is allowed
for and the others are tested beside it, down to the critical value. That is the larger of `critical_z` and the last one that
Benjamini–Hochberg admits among all streams of the network at the given false discovery rate.
"""

from dataclasses import dataclass

from app.findings.month_network import MonthNetwork, Stream
from chains.arrays import np
from chains.balance import Floats, Ints
from chains.reconciliation import reconcile
from chains.reconciliation.criteria import benjamini_hochberg, squared_normal_p
from chains.reconciliation.normal import NormalEquations

MOST = 200
"""Leaks that are told apart in a month of a province; each costs a solve."""

_TOLD_APART = 1e-8
"""Share of its information that a candidate must keep beside those taken out."""


@dataclass(frozen=True, slots=True)
class Leak:
    """`tonnes` entered a stream and are not accounted for; below 0: left it without an origin. `sd` is 1σ."""

    stream: Stream
    tonnes: float
    sd: float
    z: float


def leaks(month: MonthNetwork, critical_z: float, rate: float) -> list[Leak]:
    """Find the leaks, in the order in which they were taken out."""
    if not month.streams:
        return []
    answer = reconcile(month.network, month.reports, bounds=month.bounds)
    rows = answer.nodes.group.copy()
    rows[len(month.streams) :] = -1  # what is lost on a road is a matter of its two ends
    with np.errstate(invalid="ignore"):
        statistic = np.square(answer.nodes.untracked / answer.nodes.untracked_sd)
    tested = np.flatnonzero(np.isfinite(statistic) & (rows >= 0))
    listed = tested[benjamini_hochberg(squared_normal_p(statistic[tested]), rate)]
    if not listed.size:
        return []
    least = max(float(statistic[listed].min()), critical_z**2)
    candidates = _Candidates(
        answer.found.equations,
        rows[listed],
        answer.found.dual[rows[listed]],
        1.0 / np.square(answer.nodes.untracked_sd[listed]),
    )
    return [
        Leak(month.streams[int(listed[at])], tonnes, sd, z) for at, tonnes, sd, z in candidates.down_to(least)
    ]


class _Candidates:
    """Streams that may leak: their rows in the balances, λ and S⁻¹_ii there, the latter estimated in large networks."""

    def __init__(self, equations: NormalEquations, rows: Ints, score: Floats, information: Floats) -> None:
        self._equations, self._rows = equations, rows
        self._score, self._information = score, information
        self._inverse: Floats = np.empty((rows.size, 0))
        self._chosen: list[int] = []

    def down_to(self, least: float) -> list[tuple[int, float, float, float]]:
        """Take out candidate after candidate while z² is `least` at least: number, tonnes, σ and conditional z."""
        z: list[float] = []
        while len(self._chosen) < min(MOST, self._rows.size):
            score, kept = self._beside()
            worth = np.zeros(score.size)
            np.divide(np.square(score), kept, out=worth, where=kept > _TOLD_APART * self._information)
            worth[self._chosen] = 0.0
            at = int(np.argmax(worth))
            if worth[at] < least:
                break
            column = self._column(at)
            if abs(column[at] - self._information[at]) > 1e-6 * column[at]:
                self._information[at] = column[at]  # was an estimate: judge it again
                continue
            z.append(float(np.copysign(np.sqrt(worth[at]), score[at])))
            self._chosen.append(at)
            self._inverse = np.column_stack((self._inverse, column))
        if not self._chosen:
            return []
        covariance = np.linalg.inv(self._gram())
        tonnes, sd = covariance @ self._score[self._chosen], np.sqrt(np.diag(covariance))
        return list(zip(self._chosen, tonnes.tolist(), sd.tolist(), z, strict=True))

    def _column(self, at: int) -> Floats:
        """S⁻¹ between every candidate and candidate `at`."""
        unit = np.zeros(self._equations.components.label.size)
        unit[self._rows[at]] = 1.0
        return np.asarray(self._equations.solve(unit).value[self._rows])

    def _gram(self) -> Floats:
        part = self._inverse[self._chosen]
        return np.asarray((part + part.T) / 2.0)

    def _beside(self) -> tuple[Floats, Floats]:
        """Scores and information of all candidates once the chosen ones are allowed for."""
        if not self._chosen:
            return self._score, self._information
        part = np.linalg.solve(self._gram(), self._inverse.T).T
        return (
            self._score - part @ self._score[self._chosen],
            self._information - np.einsum("ij,ij->i", part, self._inverse),
        )
