"""What each further step towards the target costs: the linear programme along the rate."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from chains.planning.matrix import costs, rows_of, target_row
from chains.planning.problem import Problem
from chains.planning.solve import vertex


@dataclass(frozen=True, slots=True)
class Point:
    """A rate, the least cost to reach it, and what this step cost beyond the one before (smallest coin)."""

    rate: Fraction
    cost: int
    step_cost: int


def curve(problem: Problem, rates: Sequence[Fraction]) -> tuple[Point, ...]:
    """Least cost of each rate above the present one, as far as it can be reached; rates rise.

    Costs are those of the linear programme: whole units add less than a tonne's haul to any of them.
    """
    rows, objective = rows_of(problem), costs(problem)
    made: list[Point] = []
    for rate in sorted(set(rates)):
        if rate <= problem.rate:
            continue
        found = vertex([*rows, target_row(problem, rate)], objective)
        if found is None:
            break
        cost = round(found.value)
        made.append(Point(rate, cost, cost - (made[-1].cost if made else 0)))
    return tuple(made)
