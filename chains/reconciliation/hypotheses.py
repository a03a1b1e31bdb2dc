"""Everything that could be wrong, as signatures in the balances.

Biased reports, biased flows, leaks at nodes.

A bias b of hypothesis h moves the residuals by b·f_h; its score s_h = f_hᵀ S⁻¹ r and information i_h = f_hᵀ
S⁻¹ f_h give the generalized likelihood ratio T = s²/i (χ² with 1 degree of freedom), the estimate b̂ = s/i
and σ(b̂) = i^-½ (Narasimhan & Mah 1987). A flow: f = its column (T = z²). A leak at a node: f = the unit
vector, b̂ = tonnes that entered and are not accounted for: the untracked-flow detector. One of several
reports k of a flow, with weight w = V/V_k in the merger: f = w · column, and the disagreement of the reports
adds e_k/V_k to the score and 1/V_k − V/V_k² to the information. Hypotheses whose signatures are parallel
cannot be told apart by any data of this network.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

from chains.arrays import Codes, Longs, np
from chains.balance import Flags, Floats, Ints
from chains.reconciliation.least_squares import Estimate
from chains.reconciliation.reports import Reports
from chains.reconciliation.uncertainty import Uncertainty

#: signatures whose ratios differ by less than this (in log) are parallel
_PARALLEL = 1e-9
#: weight that the other reports of a flow must have for them to check one
_CHECKED = 1e-9


class Cause(IntEnum):
    """What a hypothesis blames."""

    FLOW = 0
    REPORT = 1
    LEAK = 2


@dataclass(frozen=True, slots=True, eq=False)
class Hypotheses:
    """(h,) each. `subject` is a flow (FLOW), a report (REPORT) or a row (LEAK); `flow` is −1 for leaks.

    The signature has coefficient `one` in row `first` and `other` in row `second`. `weight` is 1/V_k for
    reports and 0 else, `merged_variance` the V of the flow. `floor` is VDI 2048's bound of the information
    from below: it decides what is flagged, and is no part of the figures. `members` (h,) numbers the set of
    hypotheses that cannot be told apart; `leads` marks one of each set.
    """

    cause: Codes
    subject: Ints
    flow: Ints
    first: Ints
    second: Ints
    one: Floats
    other: Floats
    weight: Floats
    merged_variance: Floats
    score: Floats
    information: Floats
    floor: Floats
    exact: Flags
    members: Ints
    leads: Flags

    @property
    def statistic(self) -> Floats:
        """T, (h,)."""
        return np.square(self.score) / self.information

    @property
    def tested(self) -> Floats:
        """T with the floor under the information, (h,).

        What decides whether something is flagged or listed.
        """
        return np.square(self.score) / np.maximum(self.information, self.floor)

    def signatures(self, which: Ints, row_count: int) -> Floats:
        """(r, k): the signatures of `which` as columns."""
        table = np.zeros((row_count + 1, which.size))
        at = np.arange(which.size)
        np.add.at(table, (self.first[which], at), self.one[which])
        np.add.at(table, (self.second[which], at), self.other[which])
        return table[:-1]

    def within_reports(self, which: int) -> Floats:
        """(h,).

        The part of fᵀ S⁻¹ f between every hypothesis and `which` that their shared flow's reports add.
        """
        same = (self.flow == self.flow[which]) & (self.weight > 0.0) & (self.weight[which] > 0.0)
        part = np.where(same, -self.merged_variance * self.weight * self.weight[which], 0.0)
        part[which] += self.weight[which]
        return part

    def with_information(self, which: Ints, information: Floats) -> "Hypotheses":
        """Replace information by values (k,) for `which` (k,), leads of sets, and for their sets.

        Parallel signatures scale score and root of information alike.
        """
        lead = np.full(int(self.members.max(initial=-1)) + 1, -1)
        lead[self.members[which]] = which
        updated, exact = self.information.copy(), self.exact.copy()
        updated[which] = information
        mine = lead[self.members]
        told = (mine >= 0) & (self.score[mine] != 0.0)
        updated[told] = updated[mine[told]] * np.square(self.score[told] / self.score[mine[told]])
        exact[told] = True
        exact[which] = True
        return replace(self, information=updated, exact=exact)


def hypotheses(found: Estimate, spread: Uncertainty, reports: Reports, floor: float) -> Hypotheses:
    """All hypotheses that the network can test.

    `floor` is VDI 2048's share of V_jj that W_jj may not fall below.
    """
    parts = [_flows(found, spread, floor), _reports(found, spread, reports, floor), _leaks(found, spread)]
    joined = {name: np.concatenate([part[name] for part in parts]) for name in _FIELDS}
    members, leads = _sets(joined, found.contraction.row_count)
    return Hypotheses(**joined, members=members, leads=leads)


_FIELDS = (
    "cause", "subject", "flow", "first", "second", "one", "other", "weight", "merged_variance",
    "score", "information", "floor", "exact",
)  # fmt: skip

_Part = dict[str, Floats | Longs | Codes | Flags]


def _flows(found: Estimate, spread: Uncertainty, floor: float) -> _Part:
    c = found.contraction
    count = c.columns.size
    return {
        "cause": np.full(count, Cause.FLOW, np.int8),
        "subject": c.columns,
        "flow": c.columns,
        "first": c.first,
        "second": c.second,
        "one": c.first_coefficient,
        "other": c.second_coefficient,
        "weight": np.zeros(count),
        "merged_variance": found.equations.variance,
        "score": found.equations.spread(found.dual),
        "information": spread.leverage,
        "floor": floor / found.equations.variance,
        "exact": spread.exact_columns,
    }


def _reports(found: Estimate, spread: Uncertainty, reports: Reports, floor: float) -> _Part:
    """One hypothesis per report of a flow that has several, unless it alone makes up the merged value."""
    c, merged = found.contraction, found.merged
    which = np.flatnonzero(merged.count[reports.flow] > 1)
    own = merged.variance[reports.flow[which]] / np.square(reports.sigma[which])
    which = which[1.0 - own > _CHECKED]
    flow, variance = reports.flow[which], np.square(reports.sigma[which])
    column = np.full(found.network.flow_count, c.columns.size)
    column[c.columns] = np.arange(c.columns.size)
    at = column[flow]
    share = merged.variance[flow] / variance
    pad_rows = (np.append(c.first, c.row_count), np.append(c.second, c.row_count))
    score = np.append(found.equations.spread(found.dual), 0.0)[at]
    leverage = np.append(spread.leverage, 0.0)[at]
    return {
        "cause": np.full(which.size, Cause.REPORT, np.int8),
        "subject": which,
        "flow": flow,
        "first": pad_rows[0][at],
        "second": pad_rows[1][at],
        "one": share * np.append(c.first_coefficient, 0.0)[at],
        "other": share * np.append(c.second_coefficient, 0.0)[at],
        "weight": 1.0 / variance,
        "merged_variance": merged.variance[flow],
        "score": (reports.value[which] - merged.value[flow]) / variance + share * score,
        "information": (1.0 - share) / variance + np.square(share) * leverage,
        "floor": floor / variance,
        "exact": np.append(spread.exact_columns, True)[at],
    }


def _leaks(found: Estimate, spread: Uncertainty) -> _Part:
    """One hypothesis per row of an open component: in a closed one nothing can leave."""
    parts = found.equations.components
    rows = np.flatnonzero(~parts.deficient[parts.label])
    count = rows.size
    return {
        "cause": np.full(count, Cause.LEAK, np.int8),
        "subject": rows,
        "flow": np.full(count, -1),
        "first": rows,
        "second": np.full(count, found.contraction.row_count),
        "one": np.ones(count),
        "other": np.zeros(count),
        "weight": np.zeros(count),
        "merged_variance": np.zeros(count),
        "score": found.dual[rows],
        "information": spread.inverse_diagonal[rows],
        "floor": np.zeros(count),
        "exact": spread.exact_rows[rows],
    }


def _sets(table: _Part, row_count: int) -> tuple[Ints, Flags]:
    """Group into sets the parallel signatures, causes of one kind only.

    A biased meter and a leak remain two findings.
    """
    cause, first, second = table["cause"], table["first"], table["second"]
    low, high = np.minimum(first, second), np.maximum(first, second)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(np.abs(table["other"] / table["one"]))
    ratio = np.where(first <= second, ratio, -ratio)
    single = (second == row_count) | (first == row_count)
    turn = np.where(single, 0.0, np.round(ratio / _PARALLEL))
    # a report's signature has a part of its own, so it stands alone unless its flow has two reports and no
    # balance
    own = np.where(cause == Cause.REPORT, table["subject"] + 1, 0)
    nowhere = (cause == Cause.REPORT) & (first == row_count)
    heard = np.bincount(table["flow"][nowhere] + 1, minlength=int(table["flow"].max(initial=0)) + 2)
    twice = nowhere & (heard[table["flow"] + 1] == 2)
    own = np.where(twice, -1 - table["flow"].astype(np.int64), own)
    order = np.lexsort((turn, low * (row_count + 1) + high, own, cause))
    keys = (cause[order], own[order], low[order], high[order], turn[order])
    new = np.ones(order.size, np.bool_)
    new[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    members = np.empty(order.size, np.int64)
    members[order] = np.cumsum(new) - 1
    leads = np.zeros(order.size, np.bool_)
    leads[order[new]] = True
    return members, leads
