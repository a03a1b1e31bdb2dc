"""The whole reconciliation: merge, solve, bound, test, list."""

from collections.abc import Callable
from dataclasses import dataclass

from chains.arrays import np
from chains.balance import Floats, Network
from chains.reconciliation.bounding import bound
from chains.reconciliation.bounds import Bounded, Bounds, non_negative
from chains.reconciliation.criteria import chi2_critical, chi2_p, normal_critical, sidak_level
from chains.reconciliation.elimination import eliminate, sharpen
from chains.reconciliation.hypotheses import Cause, Hypotheses, hypotheses
from chains.reconciliation.least_squares import Estimate, estimate
from chains.reconciliation.reports import Reports, merge
from chains.reconciliation.result import (
    ComponentTest,
    FlowAnswers,
    GlobalTest,
    NodeAnswers,
    Reconciliation,
)
from chains.reconciliation.suspects import suspects
from chains.reconciliation.uncertainty import Uncertainty, uncertainty

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """`alpha` is the level of every family of tests.

    `local_test_floor` is the least W_jj/V_jj a flow test divides by (0: none; VDI 2048: 0.1).
    """

    alpha: float = 0.05
    local_test_floor: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 < self.alpha < 1.0:
            raise ValueError("alpha must lie between 0 and 1")
        if not 0.0 <= self.local_test_floor < 1.0:
            raise ValueError("local_test_floor must lie in [0, 1)")


def solve(network: Network, reports: Reports, bounds: Bounds | None = None) -> tuple[Estimate, Bounded]:
    """Reconciled masses without tests; masses are bounded by 0 below unless `bounds` says otherwise."""
    found = estimate(network, merge(reports, network.flow_count))
    return found, bound(found, bounds or non_negative(network.flow_count))


def reconcile(
    network: Network,
    reports: Reports,
    options: Options | None = None,
    bounds: Bounds | None = None,
    progress: Progress = lambda _: None,
) -> Reconciliation:
    """Reconcile `reports` on `network`; `progress` is told each stage as it begins."""
    options = options or Options()
    progress("solve")
    found, bounded = solve(network, reports, bounds)
    progress("uncertainty")
    spread = uncertainty(found)
    progress("tests")
    table = hypotheses(found, spread, reports, options.local_test_floor)
    table = sharpen(found.equations, table, options.alpha)
    whole, components = _global_tests(found, options.alpha)
    steps = eliminate(found.equations, table, options.alpha, whole.statistic + found.merged.disagreement)
    listed = suspects(table, steps, found.contraction, options.alpha)
    flows, critical = _flow_answers(found, bounded, spread, table, options)
    return Reconciliation(
        found,
        bounded,
        flows,
        _node_answers(found, bounded, spread),
        whole,
        components,
        critical,
        listed,
        tuple(steps),
        table,
    )


def _global_tests(found: Estimate, alpha: float) -> tuple[GlobalTest, tuple[ComponentTest, ...]]:
    """Test all balances at `alpha`, and each component at Šidák's level for their number."""
    parts, statistic = found.equations.components, found.statistic
    rank = parts.rank
    tested = np.flatnonzero(rank > 0)
    level = sidak_level(alpha, tested.size)
    dof = int(rank.sum())
    total = float(statistic.sum())
    whole = GlobalTest(total, dof, chi2_critical(alpha, dof), chi2_p(total, dof))
    label = np.append(parts.label, parts.count)[found.contraction.row]
    order = np.argsort(label, kind="stable")
    start = np.searchsorted(label[order], np.arange(parts.count + 1))
    components = []
    for number in tested.tolist():
        nodes = tuple(order[start[number] : start[number + 1]].tolist())
        j, own = float(statistic[number]), int(rank[number])
        components.append(ComponentTest(nodes, GlobalTest(j, own, chi2_critical(level, own), chi2_p(j, own))))
    return whole, tuple(components)


def _flow_answers(
    found: Estimate, bounded: Bounded, spread: Uncertainty, table: Hypotheses, options: Options
) -> tuple[FlowAnswers, float]:
    """Answers per flow, and the critical |z| of the flow and pair tests."""
    of_flow = table.cause == Cause.FLOW
    z = np.full(found.network.flow_count, np.nan)
    signed = np.copysign(np.sqrt(table.statistic[of_flow]), table.score[of_flow])
    z[table.subject[of_flow]] = signed
    pair_z = found.merged.pair_z
    tests = int(np.count_nonzero(of_flow) + np.count_nonzero(~np.isnan(pair_z)))
    critical = normal_critical(sidak_level(options.alpha, tests))
    flagged = np.zeros(z.size, np.bool_)
    flagged[table.subject[of_flow]] = table.tested[of_flow] > critical**2
    flagged |= np.nan_to_num(np.abs(pair_z)) > critical
    sd = _sharper_sd(spread, table)
    mass = np.where(found.determined, bounded.masses, np.nan)
    exact = spread.exact_sd.copy()
    exact[table.subject[of_flow]] = table.exact[of_flow]
    answers = FlowAnswers(mass, sd, exact, z, pair_z, found.contraction.flow_class, flagged, bounded.at_bound)
    return answers, critical


def _sharper_sd(spread: Uncertainty, table: Hypotheses) -> Floats:
    """Put in what the exact solves of the top suspects taught about standard deviations."""
    again = (table.cause == Cause.FLOW) & table.exact
    sd = spread.sd.copy()
    variance = table.merged_variance[again]
    sd[table.subject[again]] = np.sqrt(
        np.maximum(variance * (1.0 - variance * table.information[again]), 0.0)
    )
    return sd


def _node_answers(found: Estimate, bounded: Bounded, spread: Uncertainty) -> NodeAnswers:
    c, equations = found.contraction, found.equations
    parts = equations.components
    with np.errstate(divide="ignore", invalid="ignore"):
        z = found.row_residual / np.sqrt(equations.diagonal)
        missing = found.dual / spread.inverse_diagonal
        missing_sd = 1.0 / np.sqrt(spread.inverse_diagonal)
    z[equations.diagonal == 0.0] = np.nan
    closed = parts.deficient[parts.label]
    missing[closed], missing_sd[closed] = np.nan, np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        untracked = np.append(missing, np.nan)[c.row] / c.weight
        untracked_sd = np.append(missing_sd, np.nan)[c.row] / c.weight
    return NodeAnswers(
        np.append(found.row_residual, np.nan)[c.row],
        np.append(z, np.nan)[c.row],
        found.network.imbalance(bounded.masses),
        untracked,
        untracked_sd,
        np.where(c.row < c.row_count, c.row, -1),
    )
