"""How well each reconciled mass is known, and how much of each report the network can check.

W_jj = V_jj² aᵀ S⁻¹ a is the variance of the adjustment of report j, V_jj − W_jj that of the reconciled mass.
In dense components both are exact. In large ones P = V^½ Aᵀ S⁻¹ A V^½ is a projection, so P_jj = E (P s)_j²
for random signs s; with (s − P s) beside it the ratio is bounded and needs 64 solves for ±9 % of a standard
deviation (Hutchinson 1990).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chains.arrays import np
from chains.balance import Flags, Floats
from chains.reconciliation.contraction import FlowClass
from chains.reconciliation.least_squares import Estimate, weights_on_reports
from chains.reconciliation.normal import NormalEquations

if TYPE_CHECKING:
    from numpy.random import Generator

SIGN_SOLVES = 64
_SIGN_SEED = 20260102
_SIGN_TOLERANCE = 1e-3
#: floats a block of side-by-side solves may hold
_BLOCK_FLOATS = 1 << 23
#: observable flows × measured flows up to which their variances are computed one by one
_EXACT_FLOATS = 200_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Uncertainty:
    """`leverage` (k,) = aᵀ S⁻¹ a of the redundant columns, `inverse_diagonal` (r,) of S, `sd` (m,) in tonnes.

    `sd` is NaN where a flow is not determined. The flags say where the three are exact and not estimated.
    """

    leverage: Floats
    inverse_diagonal: Floats
    sd: Floats
    exact_columns: Flags
    exact_rows: Flags
    exact_sd: Flags


@dataclass(slots=True, eq=False)
class _SignSums:
    """Running sums over random-sign solves."""

    seen: Floats
    unseen: Floats
    rows: Floats
    flows: Floats


def uncertainty(found: Estimate) -> Uncertainty:
    """Variances of every flow of an estimate."""
    equations, contraction = found.equations, found.contraction
    columns, variance = contraction.columns, equations.variance
    leverage = _dense_leverages(equations)
    inverse_diagonal = np.zeros(contraction.row_count)
    for batch in equations.batches:
        batch.inverse_diagonal(inverse_diagonal)
    exact_rows = np.ones(contraction.row_count, np.bool_)
    if equations.iterated is not None:
        exact_rows[equations.iterated.rows] = False
    exact_columns = exact_rows[contraction.first]
    sums = None
    if equations.iterated is not None or _too_many_observable(found):
        sums = _sign_sums(found)
        share = sums.seen / (sums.seen + sums.unseen)
        leverage = np.where(exact_columns, leverage, share / variance)
        inverse_diagonal = np.where(exact_rows, inverse_diagonal, sums.rows / SIGN_SOLVES)

    sd = np.sqrt(found.merged.variance)
    sd[columns] = np.sqrt(np.maximum(variance * (1.0 - variance * leverage), 0.0))
    exact_sd = np.ones(sd.size, np.bool_)
    exact_sd[columns] = exact_columns
    observable = np.flatnonzero(contraction.flow_class == FlowClass.OBSERVABLE)
    if sums is None:
        sd[observable] = np.sqrt(_observable_variances(found))
    else:
        sd[observable] = np.sqrt(sums.flows[observable] / SIGN_SOLVES)
        exact_sd[observable] = False
    return Uncertainty(leverage, inverse_diagonal, sd, exact_columns, exact_rows, exact_sd)


def figure_variances(found: Estimate, weights: Floats) -> Floats:
    """Variances of figures Σ `weights`·x, (k,) for weights (m, k): cᵀ V c − (A V c)ᵀ S⁻¹ (A V c), exact."""
    direct = weights_on_reports(found.contraction, weights)
    variance = np.where(found.merged.measured, found.merged.variance, 0.0)
    spreads = (direct.T * variance).T
    image = found.equations.gather(spreads[found.contraction.columns])
    told = np.einsum("ik,ik->k", image, found.equations.solve(image).value)
    return np.asarray(np.maximum(np.einsum("ik,ik->k", direct, spreads) - told, 0.0))


def _dense_leverages(equations: NormalEquations) -> Floats:
    c = equations.contraction
    leverage = np.zeros(c.columns.size)
    place = np.full(c.row_count, -1)
    position = np.full(c.row_count + 1, -1)
    for batch in equations.batches:
        count, size = batch.rows.shape
        place[batch.rows] = np.arange(count)[:, None]
        position[batch.rows] = np.arange(size)
        mine = np.flatnonzero(place[c.first] >= 0)
        leverage[mine] = batch.leverages(
            place[c.first[mine]],
            position[c.first[mine]],
            position[c.second[mine]],
            c.first_coefficient[mine],
            c.second_coefficient[mine],
        )
        place[batch.rows] = -1
    return leverage


def _observable_variances(found: Estimate) -> Floats:
    observable = np.flatnonzero(found.contraction.flow_class == FlowClass.OBSERVABLE)
    answer = np.zeros(observable.size)
    width = max(1, _BLOCK_FLOATS // max(1, found.network.flow_count))
    for begin in range(0, observable.size, width):
        block = observable[begin : begin + width]
        weights = np.zeros((found.network.flow_count, block.size))
        weights[block, np.arange(block.size)] = 1.0
        answer[begin : begin + width] = figure_variances(found, weights)
    return answer


def _too_many_observable(found: Estimate) -> bool:
    observable = int(np.count_nonzero(found.contraction.flow_class == FlowClass.OBSERVABLE))
    return observable * found.network.flow_count > _EXACT_FLOATS


def _sign_sums(found: Estimate) -> _SignSums:
    equations, contraction = found.equations, found.contraction
    random = np.random.default_rng(_SIGN_SEED)
    count = contraction.columns.size
    sums = _SignSums(
        np.zeros(count), np.zeros(count), np.zeros(contraction.row_count), np.zeros(found.network.flow_count)
    )
    sigma = np.sqrt(equations.variance)
    width = int(np.clip(_BLOCK_FLOATS // max(1, count), 1, SIGN_SOLVES))
    for begin in range(0, SIGN_SOLVES, width):
        signs = _signs(random, (count, min(width, SIGN_SOLVES - begin)))
        dual = equations.solve(equations.gather(signs * sigma[:, None]), _SIGN_TOLERANCE).value
        seen = equations.spread(dual) * sigma[:, None]
        left = signs - seen
        sums.seen += np.einsum("ij,ij->i", seen, seen)
        sums.unseen += np.einsum("ij,ij->i", left, left)
        sums.rows += np.einsum("ij,ij->i", dual, dual)
        _add_observable(found, left * sigma[:, None], random, sums)
    return sums


def _add_observable(found: Estimate, spreads: Floats, random: "Generator", sums: _SignSums) -> None:
    """Carry samples of the reconciled errors (k, c) on to the unmeasured flows."""
    graph = found.contraction.unmeasured
    if graph is None:
        return
    alone = np.flatnonzero(found.contraction.flow_class == FlowClass.NONREDUNDANT)
    sigma = np.sqrt(found.merged.variance[alone])
    for sample in spreads.T:
        masses = np.zeros(found.network.flow_count)
        masses[found.contraction.columns] = sample
        masses[alone] = sigma * _signs(random, (alone.size,))
        sums.flows += np.square(graph.solve(-found.network.imbalance(masses)))


def _signs(random: "Generator", shape: tuple[int, ...]) -> Floats:
    return random.integers(0, 2, shape, np.int8).astype(np.float64) * 2.0 - 1.0
