"""Serial elimination: the largest error is allowed for, the others are tested beside it, and so on.

One error raises the statistics of its whole neighbourhood. Taking out the largest and testing the rest
jointly with it (Narasimhan & Mah 1987; Narasimhan & Jordache 2000, ch. 8) separates causes from echoes, until
nothing exceeds Šidák's critical value for the number of hypotheses.
"""

from dataclasses import dataclass

from chains.arrays import np
from chains.balance import Floats, Ints
from chains.reconciliation.criteria import (
    benjamini_hochberg,
    normal_critical,
    sidak_level,
    squared_normal_p,
)
from chains.reconciliation.hypotheses import Hypotheses
from chains.reconciliation.normal import NormalEquations

#: how many estimated statistics are computed again exactly, and how far below the cut an estimate may lie for
#: that
EXACT_TOP = 64
_ESTIMATE_MARGIN = 1.5
_SOLVE_WIDTH = 16
#: relative residual these solves are brought to
_SOLVE_TOLERANCE = 1e-9
#: steps of serial elimination
MAX_STEPS = 20
#: share of its information a hypothesis must keep beside those already eliminated
_TOLD_APART = 1e-8


@dataclass(frozen=True, slots=True)
class Elimination:
    """One step: the hypothesis taken out, its conditional statistic, and J left after.

    Mass and sd [t] are joint with all other steps.
    """

    hypothesis: int
    statistic: float
    p: float
    statistic_left: float
    mass: float
    sd: float


def sharpen(equations: NormalEquations, table: Hypotheses, alpha: float) -> Hypotheses:
    """Replace the estimated information of the top sets by exact values."""
    leads = np.flatnonzero(table.leads)
    if bool(table.exact[leads].all()):
        return table
    statistic = table.tested[leads]
    level = sidak_level(alpha, leads.size)
    listed = benjamini_hochberg(squared_normal_p(statistic), alpha)
    cut = float(statistic[listed].min()) if bool(listed.any()) else normal_critical(level) ** 2
    near = leads[(statistic * _ESTIMATE_MARGIN >= cut) & ~table.exact[leads]]
    near = near[np.argsort(-table.tested[near], kind="stable")][:EXACT_TOP]
    information = np.empty(near.size)
    for begin in range(0, near.size, _SOLVE_WIDTH):
        block = near[begin : begin + _SOLVE_WIDTH]
        signatures = table.signatures(block, equations.contraction.row_count)
        solved = equations.solve(signatures, _SOLVE_TOLERANCE).value
        information[begin : begin + block.size] = np.einsum("ij,ij->j", signatures, solved)
    information += table.weight[near] - table.merged_variance[near] * np.square(table.weight[near])
    return table.with_information(near, information)


def eliminate(
    equations: NormalEquations, table: Hypotheses, alpha: float, statistic: float
) -> list[Elimination]:
    """Eliminate serially from J = `statistic` (balances and disagreement of reports together)."""
    leads = np.flatnonzero(table.leads)
    critical = normal_critical(sidak_level(alpha, leads.size)) ** 2
    cross = np.empty((leads.size, 0))
    chosen: list[int] = []
    tests: list[tuple[float, float]] = []
    information = table.information[leads].copy()
    left = statistic
    while len(chosen) < MAX_STEPS:
        score, kept = _beside(table, leads, information, cross, chosen)
        apart = kept > _TOLD_APART * information
        worth = np.zeros(leads.size)
        np.divide(np.square(score), np.maximum(kept, table.floor[leads]), out=worth, where=apart)
        at = int(np.argmax(worth)) if worth.size else 0
        if not worth.size or worth[at] <= critical:
            break
        column = _cross(equations, table, leads, int(leads[at]))
        if abs(column[at] - information[at]) > 1e-6 * column[at]:
            information[at] = column[at]  # was an estimate: judge it again with its exact value
            continue
        gained = float(np.square(score[at]) / kept[at])
        left -= gained
        tests.append((gained, left))
        chosen.append(at)
        cross = np.column_stack((cross, column))
    if not chosen:
        return []
    gram = cross[chosen]
    covariance = np.linalg.inv((gram + gram.T) / 2.0)
    mass = covariance @ table.score[leads[chosen]]
    p = squared_normal_p(np.array([test for test, _ in tests]))
    return [
        Elimination(
            int(leads[at]), test, float(p[i]), after, float(mass[i]), float(np.sqrt(covariance[i, i]))
        )
        for i, (at, (test, after)) in enumerate(zip(chosen, tests, strict=True))
    ]


def _beside(
    table: Hypotheses, leads: Ints, information: Floats, cross: Floats, chosen: list[int]
) -> tuple[Floats, Floats]:
    """Scores and information of all sets once the chosen ones are allowed for."""
    score = table.score[leads]
    if not chosen:
        return score, information
    gram = cross[chosen]
    part = np.linalg.solve((gram + gram.T) / 2.0, cross.T).T
    return score - part @ score[chosen], information - np.einsum("ij,ij->i", part, cross)


def _cross(equations: NormalEquations, table: Hypotheses, leads: Ints, which: int) -> Floats:
    """(l,): fᵀ S⁻¹ f between every lead and hypothesis `which`."""
    signature = table.signatures(np.array([which]), equations.contraction.row_count)[:, 0]
    image = np.append(equations.solve(signature).value, 0.0)
    column = table.one * image[table.first] + table.other * image[table.second]
    return np.asarray((column + table.within_reports(which))[leads])
