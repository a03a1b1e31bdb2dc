"""The cheapest plan against every plan, against another solver, and against its own promises."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from planning.problems import chains_of_use, every_plan, networks, small_problems
from scipy.optimize import linprog

from chains.planning import (
    Blend,
    Intake,
    Link,
    PlanError,
    Problem,
    Supply,
    bottlenecks,
    cheapest,
    curve,
    furthest,
)

targets = st.fractions(Fraction(1, 20), Fraction(19, 20), max_denominator=40)


@settings(max_examples=50, deadline=None)
@given(small_problems(), targets)
def test_no_plan_of_all_that_there_are_is_cheaper(problem: Problem, target: Fraction) -> None:
    found = cheapest(problem, target)
    costs = [problem.cost_of(plan) for plan in every_plan(problem) if problem.rate_after(plan) >= target]
    if not costs:
        assert found is None
        return
    assert found is not None
    assert found.cost == min(costs)
    assert not problem.broken(found.units)
    assert found.rate == problem.rate_after(found.units) >= target
    assert found.bound <= found.cost + 1e-6


@settings(max_examples=30, deadline=None)
@given(small_problems())
def test_no_plan_leads_further_than_the_furthest(problem: Problem) -> None:
    found = furthest(problem)
    assert found.rate == max(problem.rate_after(plan) for plan in every_plan(problem))
    assert not problem.broken(found.plan.units)
    assert problem.rate_after(found.plan.units) == found.rate


@settings(max_examples=12, deadline=None)
@given(networks(), st.integers(1, 400_000))
def test_a_transport_problem_costs_what_the_network_simplex_finds(problem: Problem, wanted: int) -> None:
    target = (problem.numerator + wanted) / problem.denominator
    found = cheapest(problem, target)
    expected = _network_simplex(problem, wanted)
    if expected is None:
        assert found is None
        assert furthest(problem).rate < target
        return
    assert found is not None
    assert (found.cost, found.rate) == (expected, target)


def _network_simplex(problem: Problem, wanted: int) -> int | None:
    """Least cost of exactly so many units by networkx, which knows nothing of linear programmes or of rates."""
    graph = nx.DiGraph()
    graph.add_node("from", demand=-wanted)
    graph.add_node("to", demand=wanted)
    for supply in problem.supplies:
        graph.add_edge("from", supply.id, capacity=supply.units, weight=0)
    for intake in problem.intakes:
        graph.add_edge(intake.id, "to", capacity=intake.units, weight=0)
    for link in problem.links:
        graph.add_edge(link.supply, link.intake, weight=link.cost)
    try:
        return int(nx.min_cost_flow_cost(graph))
    except nx.NetworkXUnfeasible:
        return None


@settings(max_examples=12, deadline=None)
@given(chains_of_use(), st.integers(6, 40))
def test_larger_chains_with_residues_cost_what_another_linear_programme_says(
    problem: Problem, percent: int
) -> None:
    target = Fraction(percent, 100)
    found = cheapest(problem, target)
    least = _linear_programme(problem, target)
    if least is None:
        assert found is None
        return
    assert found is not None
    assert not problem.broken(found.units)
    assert found.rate >= target
    # Whole tonnes cost more than parts of tonnes, at most one tonne more on each link.
    assert least * (1 - 1e-9) - 1 <= found.cost <= least + sum(link.cost for link in problem.links)


def _linear_programme(problem: Problem, target: Fraction) -> float | None:
    """Least cost by interior points, written down another way: what arises, stays and is led at each place is a variable."""
    links, supplies = problem.links, problem.supplies
    led, count = len(links), len(links) + len(supplies)
    balance = np.zeros((len(supplies), count))
    for row, supply in enumerate(supplies):
        balance[row, led + row] = 1.0  # what stays
        for column, link in enumerate(links):
            balance[row, column] += (link.supply == supply.id) - float(link.residues.get(supply.id, 0))
    limits = [(link_of.intake, problem.intake[link_of.intake]) for link_of in links]
    limits += [(link_of.blend, problem.blend[link_of.blend]) for link_of in links if link_of.blend]
    rows = [
        ([float(name in (link.intake, link.blend)) for link in links] + [0.0] * len(supplies), units)
        for name, units in dict(limits).items()
    ]
    short = float(target * problem.denominator - problem.numerator)
    gains = [float(target * link.counted) - 1.0 for link in links] + [0.0] * len(supplies)
    rows.append((gains, -short))
    found = linprog(
        [float(link.cost) for link in links] + [0.0] * len(supplies),
        A_ub=np.array([row for row, _ in rows]),
        b_ub=np.array([bound for _, bound in rows], dtype=float),
        A_eq=balance,
        b_eq=np.array([supply.units for supply in supplies], dtype=float),
        method="highs-ipm",
    )
    return float(found.fun) if found.status == 0 else None


@settings(max_examples=12, deadline=None)
@given(networks(), targets, st.randoms(use_true_random=False))
def test_the_order_of_the_parts_does_not_show(problem: Problem, target: Fraction, chance: object) -> None:
    parts = {name: list(getattr(problem, name)) for name in ("supplies", "intakes", "links", "blends")}
    for part in parts.values():
        chance.shuffle(part)  # type: ignore[attr-defined]
    again = replace(problem, **{name: tuple(part) for name, part in parts.items()})
    assert cheapest(again, target) == cheapest(problem, target)
    assert furthest(again) == furthest(problem)


@settings(max_examples=12, deadline=None)
@given(networks())
def test_each_point_costs_at_least_as_much_as_the_one_before(problem: Problem) -> None:
    steps = [Fraction(percent, 200) for percent in range(11, 30)]
    points = curve(problem, steps)
    assume(len(points) > 1)
    assert [point.rate for point in points] == steps[len(steps) - len(points) :] or len(points) < len(steps)
    marginal = [point.step_cost for point in points]
    # Equal steps of a convex function; a coin of rounding at each end.
    assert all(later >= earlier - 2 for earlier, later in pairwise(marginal[1:]))
    assert sum(marginal) == points[-1].cost


def test_equal_costs_are_decided_by_name() -> None:
    links = tuple(Link(f"{s}>{i}", s, i, 7) for s in "ab" for i in "xy")
    problem = Problem(
        (Supply("b", 5), Supply("a", 5)), (Intake("y", 5), Intake("x", 5)), links, Fraction(0), Fraction(10)
    )
    plans = {tuple(sorted(cheapest(problem, Fraction(1, 2)).units.items())) for _ in range(3)}  # type: ignore[union-attr]
    assert len(plans) == 1
    assert sum(units for _, units in plans.pop()) == 5


def test_residues_count_as_generated_and_can_be_led_on() -> None:
    """Ten units burnt leave six: used 10 of 16 generated; the six bring the rate up again where somebody takes them."""
    burn = Link("burn", "gangue", "plant", 1, None, {"ash": Fraction(3, 5)}, Fraction(3, 5))
    brick = Link("brick", "ash", "kiln", 100)
    supplies = (Supply("gangue", 10), Supply("ash", 0))
    problem = Problem(
        supplies, (Intake("plant", 10), Intake("kiln", 10)), (burn, brick), Fraction(0), Fraction(10)
    )
    assert furthest(problem).plan.units == {"brick": 6, "burn": 10}
    assert furthest(problem).rate == 1
    half = cheapest(problem, Fraction(1, 2))
    assert half is not None
    # 7 / (10 + 4.2) is 49.3 %: eight have to be burnt, and nobody pays for bricks.
    assert (half.units, half.rate) == ({"burn": 8}, Fraction(8, 1) / (10 + Fraction(24, 5)))
    without = replace(problem, links=(burn,))
    assert furthest(without).rate == Fraction(10, 16)


def test_what_binds_is_named_with_its_worth() -> None:
    supplies = (Supply("near", 100), Supply("far", 100))
    links = (Link("n", "near", "plant", 1, "recipe"), Link("f", "far", "yard", 5))
    problem = Problem(
        supplies,
        (Intake("plant", 60), Intake("yard", 500)),
        links,
        Fraction(0),
        Fraction(400),
        (Blend("recipe", 40),),
    )
    found = furthest(problem)
    assert found.rate == Fraction(140, 400)
    named = {(each.kind, each.id): each.worth for each in bottlenecks(problem, found)}
    assert named == {("blend", "recipe"): pytest.approx(1.0), ("supply", "far"): pytest.approx(1.0)}


def test_a_target_that_is_met_needs_nothing_and_an_empty_problem_reaches_nothing() -> None:
    empty = Problem((), (), (), Fraction(6), Fraction(10))
    met = cheapest(empty, Fraction(1, 2))
    assert met is not None
    assert (met.units, met.cost, met.rate) == ({}, 0, Fraction(3, 5))
    assert cheapest(empty, Fraction(7, 10)) is None
    assert furthest(empty).rate == Fraction(3, 5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"links": (Link("l", "s", "nowhere", 1),)}, "nowhere"),
        ({"links": (Link("l", "s", "i", -1),)}, "below nothing"),
        ({"links": (Link("l", "s", "i", 1, "none"),)}, "none"),
        ({"links": (Link("l", "s", "i", 1, None, {"s": Fraction(2)}),)}, "residues"),
        ({"supplies": (Supply("s", -1),)}, "less than none"),
        ({"supplies": (Supply("s", 1), Supply("s", 2))}, "twice"),
        ({"denominator": Fraction(0)}, "denominator"),
    ],
)
def test_a_problem_that_contradicts_itself_is_refused(change: dict[str, object], words: str) -> None:
    parts: dict[str, object] = {
        "supplies": (Supply("s", 1),),
        "intakes": (Intake("i", 1),),
        "links": (),
        "numerator": Fraction(0),
        "denominator": Fraction(1),
    }
    with pytest.raises(PlanError, match=words):
        Problem(**{**parts, **change})  # type: ignore[arg-type]
