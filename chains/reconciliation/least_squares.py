"""Weighted least squares: the masses nearest to the reports that satisfy every balance.

min (x − y)ᵀ V⁻¹ (x − y) with A x = 0: S = A V Aᵀ, S λ = r = A y, x̂ = y − V Aᵀ λ, J = rᵀ λ (Narasimhan &
Jordache 2000, ch. 3; VDI 2048 part 1; Cencic 2016 for the same in STAN). Unmeasured flows are contracted away
first and the observable ones solved from the reconciled ones after.
"""

import math
from dataclasses import dataclass

from chains.arrays import np
from chains.balance import Flags, Floats, Network, total_by
from chains.reconciliation.contraction import Contraction, FlowClass, contract
from chains.reconciliation.normal import NormalEquations, normal_equations
from chains.reconciliation.reports import MergedReports

#: a balance closes when less than this many tonnes are left at every node …
CLOSED_TONNES = 1e-3
#: … or when double precision can do no better at the masses that flow there
_ROUNDING = 1e-12
_ROUNDS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """The unbounded solution: (m,) `completed` masses in tonnes, (r,) `dual` λ and `row_residual` A y.

    In `completed` the flows that are not determined stand with one of the values that close the balances.
    """

    network: Network
    merged: MergedReports
    contraction: Contraction
    equations: NormalEquations
    dual: Floats
    row_residual: Floats
    completed: Floats
    iterations: int

    @property
    def determined(self) -> Flags:
        """(m,): flows that have one value."""
        return np.asarray(self.contraction.flow_class != FlowClass.UNOBSERVABLE)

    @property
    def residual(self) -> Floats:
        """(n,): tonnes the balances still lack."""
        return self.network.imbalance(self.completed)

    @property
    def statistic(self) -> Floats:
        """(c,): J of each component."""
        parts = self.equations.components
        return total_by(parts.label, self.row_residual * self.dual, parts.count)


def estimate(network: Network, merged: MergedReports) -> Estimate:
    """Solve the whole network without bounds."""
    measured = merged.measured
    contraction = contract(network, measured)
    columns = contraction.columns
    equations = normal_equations(contraction, merged.variance[columns])
    reported = np.where(measured, merged.value, 0.0)
    row_residual = equations.gather(reported[columns])
    dual, left, iterations = np.zeros(contraction.row_count), row_residual, 0
    limit, worst = _closed_limit(network, reported), math.inf
    for _ in range(_ROUNDS):
        solution = equations.solve(left)
        dual = dual + solution.value
        iterations += solution.iterations
        reconciled = reported.copy()
        reconciled[columns] -= equations.variance * equations.spread(dual)
        left = equations.gather(reconciled[columns])
        before, worst = worst, float(np.max(np.abs(left), initial=0.0))
        if worst <= limit or worst > before / 2.0:
            break
    graph = contraction.unmeasured
    if graph is not None:
        reconciled = reconciled + graph.solve(-network.imbalance(reconciled))
    return Estimate(network, merged, contraction, equations, dual, row_residual, reconciled, iterations)


def _closed_limit(network: Network, reported: Floats) -> float:
    """Tonnes a balance may lack: a kilogram, less where all masses are small, never below rounding."""
    largest = float(np.max(np.abs(reported), initial=0.0))
    rounding = _ROUNDING * largest * math.sqrt(max(network.node_count, 1))
    return max(min(CLOSED_TONNES, 1e-9 * largest), rounding)


def weights_on_reports(contraction: Contraction, weights: Floats) -> Floats:
    """Express a figure Σ `weights`·x over all flows, (m,) or (m, k), by the measured flows alone."""
    graph = contraction.unmeasured
    if graph is None:
        return weights
    direct = weights - contraction.network.seen_from_flows(graph.weights_on_demand(weights))
    direct[contraction.flow_class > FlowClass.NONREDUNDANT] = 0.0
    return direct


def covariances(found: Estimate, weights: Floats) -> Floats:
    """Covariance of every reconciled mass with the figures Σ `weights`·x, (m,) or (m, k) like the weights.

    One solve per figure. Where a flow is not determined the entry is that of its completion.
    """
    direct = weights_on_reports(found.contraction, weights)
    spread = (direct.T * np.where(found.merged.measured, found.merged.variance, 0.0)).T
    columns, equations = found.contraction.columns, found.equations
    dual = equations.solve(equations.gather(spread[columns])).value
    spread[columns] -= (equations.spread(dual).T * equations.variance).T
    graph = found.contraction.unmeasured
    if graph is None:
        return spread
    table = spread.reshape(spread.shape[0], -1)
    solved = [graph.solve(-found.network.imbalance(column)) for column in table.T]
    return spread + np.stack(solved, axis=1).reshape(spread.shape)
