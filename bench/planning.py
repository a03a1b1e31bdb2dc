"""How long the way to the target takes as cities grow, and how much whole units add to the linear programme.

    python bench/planning.py [--rounds 3]

Made-up cities: n supplies, n/4 plants, each supply linked to a dozen plants. Printed beside each: the network simplex of
networkx on the same problem in the same round, as ratio; medians over rounds.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from fractions import Fraction

import networkx as nx

from chains.planning import Intake, Link, Problem, Supply, cheapest, furthest

SIZES = (60, 240, 960)
LINKS = 12
TARGET = Fraction(1, 2)


def city(size: int, seed: int) -> Problem:
    """A transport problem in tonnes; half of what is there has to be used."""
    chance = random.Random(seed)  # noqa: S311 - figures of a bench
    supplies = tuple(Supply(f"s{i}", chance.randrange(1_000, 400_000)) for i in range(size))
    intakes = tuple(
        Intake(f"i{i}", chance.randrange(100_000, 1_500_000)) for i in range(max(LINKS, size // 4))
    )
    links = tuple(
        Link(f"{supply.id}-{intake.id}", supply.id, intake.id, chance.randrange(100, 9_000))
        for supply in supplies
        for intake in chance.sample(intakes, LINKS)
    )
    whole = sum(supply.units for supply in supplies)
    return Problem(supplies, intakes, links, Fraction(0), Fraction(whole))


def network_simplex(problem: Problem) -> int:
    """The same by networkx."""
    wanted = -(-problem.denominator * TARGET.numerator // TARGET.denominator)
    graph = nx.DiGraph()
    graph.add_node("from", demand=-int(wanted))
    graph.add_node("to", demand=int(wanted))
    for supply in problem.supplies:
        graph.add_edge("from", supply.id, capacity=supply.units, weight=0)
    for intake in problem.intakes:
        graph.add_edge(intake.id, "to", capacity=intake.units, weight=0)
    for link in problem.links:
        graph.add_edge(link.supply, link.intake, weight=link.cost)
    return int(nx.min_cost_flow_cost(graph))


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Seconds, and what came out."""
    begun = time.perf_counter()
    made = work()
    return time.perf_counter() - begun, made


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    cheapest(city(12, 0), TARGET)  # loads HiGHS
    print("supplies  links   cheapest s  furthest s  against network simplex  above the bound")
    for size in SIZES:
        taken, reached, ratios, above = [], [], [], []
        for number in range(rounds):
            problem = city(size, number)
            seconds, plan = timed(lambda problem=problem: cheapest(problem, TARGET))  # type: ignore[misc]
            reached.append(timed(lambda problem=problem: furthest(problem))[0])  # type: ignore[misc]
            other, cost = timed(lambda problem=problem: network_simplex(problem))  # type: ignore[misc]
            if plan is None or plan.cost != cost:  # type: ignore[attr-defined]
                raise SystemExit(f"{size}/{number}: the two disagree")
            taken.append(seconds)
            ratios.append(seconds / other)
            above.append(plan.cost / plan.bound - 1)  # type: ignore[attr-defined]
        figures = (statistics.median(each) for each in (taken, reached, ratios, above))
        told = "{:>10.3f}  {:>10.3f}  {:>23.3f}  {:>15.1e}".format(*figures)
        print(f"{size:>8}  {size * LINKS:>5}  {told}")


if __name__ == "__main__":
    main()
