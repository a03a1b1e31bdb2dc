"""The cheapest plan that reaches a target: a linear programme, then whole units near its vertex, then a proof.

1. HiGHS (dual simplex) minimizes Σ cost · x over the rows of matrix.py and the target's. No plan of whole units is
   cheaper than that optimum: it is kept as `bound`.
2. Without residues all rows but the target's are those of a network, so nearly all of the vertex is whole already. The
   rest, if any, is found by branch and bound in a box of ±REACH units around the vertex, written as what is above the box's
   lowest corner: figures below 10, whatever the size of the problem, so that no tolerance of the solver can hide a unit.
3. The whole units are put into the problem in exact arithmetic (`Problem.broken`, `rate_after`). What does not hold
   there is not answered.

Equal costs are decided by the order of the links' ids: HiGHS is given the same arrays for the same problem.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from chains.arrays import np
from chains.late import LateModule
from chains.planning.matrix import Floats, Row, costs, matrix, rows_of, target_row
from chains.planning.problem import Problem

if TYPE_CHECKING:
    import scipy.optimize as opt
else:
    opt = LateModule("scipy.optimize")

REACH = 4
_NODES = 2_000
"""Branches that may be looked at: a number, not a time, so that every machine stops at the same plan."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Whole units by link id (those above 0), what they cost, and the rate they bring.

    `bound`: no plan is cheaper than that; the difference to `cost` is what whole units add at most. `price`: what one
    unit of numerator more would cost at this point (0 where nothing had to be done).
    """

    units: Mapping[str, int]
    cost: int
    rate: Fraction
    bound: float
    price: float


@dataclass(frozen=True, slots=True)
class Vertex:
    """A solution of the linear programme: x of each link, its value, and what each row's bound is worth."""

    x: Floats
    value: float
    worth: Mapping[str, float]


def cheapest(problem: Problem, target: Fraction) -> Plan | None:
    """The cheapest plan whose rate is at least the target; None when there is none in whole units."""
    if problem.rate >= target:
        return Plan({}, 0, problem.rate, 0.0, 0.0)
    rows = [*rows_of(problem), target_row(problem, target)]
    found = vertex(rows, costs(problem))
    if found is None:
        return None
    units = whole(problem, rows, found.x, costs(problem))
    if units is None:
        return None
    rate = problem.rate_after(units)
    if rate < target:
        return None
    return Plan(units, problem.cost_of(units), rate, found.value, max(0.0, -found.worth["target"]))


def vertex(rows: Sequence[Row], objective: Floats) -> Vertex | None:
    """Minimize the objective under the rows; None when they contradict each other."""
    if not len(objective):
        return Vertex(objective, 0.0, {}) if all(row.bound >= 0 for row in rows) else None
    left, right = matrix(rows, len(objective))
    found = opt.linprog(objective, A_ub=left, b_ub=right, bounds=(0, None), method="highs-ds")
    if found.status == _INFEASIBLE:
        return None
    if found.status != 0:
        raise ArithmeticError(f"the linear programme ended with: {found.message}")
    worth = dict(zip((row.name for row in rows), found.ineqlin.marginals.tolist(), strict=True))
    return Vertex(np.asarray(found.x), float(found.fun or 0.0), worth)


_INFEASIBLE = 2


def whole(problem: Problem, rows: Sequence[Row], x: Floats, objective: Floats) -> dict[str, int] | None:
    """Whole units within REACH of x that minimize the objective and keep the rows exactly; None when there are none."""
    if not problem.links:
        return {} if all(row.bound >= 0 for row in rows) else None
    nearest = [round(value) for value in x.tolist()]
    if all(abs(value - near) < _NEAR for value, near in zip(x.tolist(), nearest, strict=True)):
        units = {link.id: led for link, led in zip(problem.links, nearest, strict=True) if led}
        if all(_keeps(row, nearest) for row in rows):
            return units
    low = [max(0, math.floor(value + _NEAR) - REACH) for value in x.tolist()]
    high = [max(0, math.floor(value + _NEAR) + REACH) for value in x.tolist()]
    shifted = [_above(row, low) for row in rows]
    left, right = matrix(shifted, len(low))
    found = opt.milp(
        objective,
        integrality=np.ones(len(low), dtype=np.int64),
        bounds=opt.Bounds(np.zeros(len(low)), np.array(high, dtype=np.float64) - np.array(low)),
        constraints=opt.LinearConstraint(left, ub=right),
        options={"mip_rel_gap": 0.0, "node_limit": _NODES},
    )
    if found.x is None:
        return None
    added = [round(value) for value in found.x.tolist()]
    units = {
        link.id: base + more
        for link, base, more in zip(problem.links, low, added, strict=True)
        if base + more
    }
    return None if problem.broken(units) else units


_NEAR = 1e-6


def _keeps(row: Row, units: Sequence[int]) -> bool:
    """Whether whole units keep a row, in exact arithmetic."""
    return (
        sum(c * units[link] for c, link in zip(row.coefficients, row.links, strict=True) if units[link])
        <= row.bound
    )


def _above(row: Row, low: Sequence[int]) -> Row:
    """The row for what is above the corner `low`: its bound, exact, times what makes all of its figures whole."""
    bound = row.bound - sum(c * low[link] for c, link in zip(row.coefficients, row.links, strict=True))
    return Row(row.name, row.links, row.coefficients, bound)
