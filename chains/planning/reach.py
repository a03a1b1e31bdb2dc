"""How far the rate can be lifted at all, whatever it costs.

The rate is a quotient of two linear forms; Dinkelbach's method maximizes Σ x − τ · Σ counted · x for the rate τ found
last until that rate does not rise any more, which takes a few linear programmes.
Source: Dinkelbach, On nonlinear fractional programming, Management Science 13 (1967) 492.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from chains.planning.matrix import gains, rows_of
from chains.planning.problem import Problem
from chains.planning.solve import Plan, cheapest, vertex, whole

_MOST_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Furthest:
    """The highest rate that whole units reach, the cheapest plan found for it, and what each limit is worth there.

    `worth`: row name → units of numerator that one unit more of that limit would bring; only what is above 0.
    """

    rate: Fraction
    plan: Plan
    worth: Mapping[str, float]


def furthest(problem: Problem) -> Furthest:
    """Find the highest rate there is, and what stands in the way of a higher one."""
    rows = rows_of(problem)
    best, units, worth = problem.rate, dict[str, int](), dict[str, float]()
    for _ in range(_MOST_ROUNDS):
        objective = -gains(problem, best)
        found = vertex(rows, objective)
        # The origin keeps all rows, so there is a vertex.
        made = None if found is None else whole(problem, rows, found.x, objective)
        if found is None or made is None:
            break
        worth = {name: -value for name, value in found.worth.items() if value < -_NOTHING}
        rate = problem.rate_after(made)
        if rate <= best:
            break
        best, units = rate, made
    plan = cheapest(problem, best) or Plan(units, problem.cost_of(units), best, 0.0, 0.0)
    return Furthest(best, plan, worth)


_NOTHING = 1e-9
