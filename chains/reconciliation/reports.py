"""Several reports of one flow: how far they differ, and their merger by inverse variance. No solve, first.

Two reports: z = (y₁ − y₂)/√(σ₁² + σ₂²); merged value Σ wₖyₖ/Σ wₖ with wₖ = 1/σₖ², variance 1/Σ wₖ.
"""

from dataclasses import dataclass

from chains.arrays import np
from chains.balance import Flags, Floats, Ints, total_by


@dataclass(frozen=True, slots=True, eq=False)
class Reports:
    """Reported masses, (k,) each.

    The flow a report is about, its value and its standard uncertainty (1σ > 0).
    """

    flow: Ints
    value: Floats
    sigma: Floats

    def __post_init__(self) -> None:
        if not self.flow.shape == self.value.shape == self.sigma.shape:
            raise ValueError("flow, value and sigma must be of one length")
        if not bool(np.all(np.isfinite(self.value)) and np.all(np.isfinite(self.sigma))):
            raise ValueError("a report is not finite")
        if not bool(np.all(self.sigma > 0.0)):
            raise ValueError("a report has no positive sigma")


@dataclass(frozen=True, slots=True, eq=False)
class MergedReports:
    """One measurement per flow, (m,) each: NaN where nobody reported.

    `pair_z` is NaN with fewer than two reports.
    """

    value: Floats
    variance: Floats
    count: Ints
    pair_z: Floats
    #: Σₖ (yₖ − y)²/σₖ² over all flows: how much the reports of one flow disagree among themselves
    disagreement: float

    @property
    def measured(self) -> Flags:
        return self.count > 0


def merge(reports: Reports, flow_count: int) -> MergedReports:
    """Merge the reports of each of `flow_count` flows."""
    weight = 1.0 / np.square(reports.sigma)
    count = np.bincount(reports.flow, minlength=flow_count)
    total = total_by(reports.flow, weight, flow_count)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = total_by(reports.flow, weight * reports.value, flow_count) / total
        variance = np.where(count > 0, 1.0 / total, np.nan)
    alone = count[reports.flow] == 1
    # a single report is kept to the last bit: weighing and unweighing it would cost a rounding
    value[reports.flow[alone]] = reports.value[alone]
    variance[reports.flow[alone]] = np.square(reports.sigma[alone])
    apart = (reports.value - value[reports.flow]) / reports.sigma
    return MergedReports(value, variance, count, _pair_z(reports, count), float(apart @ apart))


def _pair_z(reports: Reports, count: Ints) -> Floats:
    """Per flow the z of its two reports, of the two farthest apart where there are more."""
    answer = np.full(count.size, np.nan)
    order = np.argsort(reports.flow, kind="stable")
    order = order[count[reports.flow[order]] > 1]
    flow, value, variance = reports.flow[order], reports.value[order], np.square(reports.sigma[order])
    start = np.flatnonzero(np.r_[True, flow[1:] != flow[:-1]]) if flow.size else np.empty(0, np.int64)
    first, second = start, start + 1
    answer[flow[first]] = (value[first] - value[second]) / np.sqrt(variance[first] + variance[second])
    for at in start[count[flow[start]] > 2]:
        here = slice(int(at), int(at + count[flow[at]]))
        v, s = value[here], variance[here]
        table = (v[:, None] - v[None, :]) / np.sqrt(s[:, None] + s[None, :])
        upper = np.triu(table, 1)
        answer[flow[at]] = upper.flat[int(np.argmax(np.abs(upper)))]
    return answer
