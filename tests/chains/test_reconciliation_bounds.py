"""Masses that may not be negative nor above a capacity: the active sets against a quadratic programme."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.optimize import minimize
from support.reconciliation_networks import (
    UNHURRIED,
    answered,
    circulation,
    flow,
    matrix_of,
    random_network,
    random_reports,
)

from chains.balance import Flags, Floats, Network
from chains.reconciliation import Bounds, Reports, bounding, solve
from chains.reconciliation.active_set import hold_bounds
from chains.reconciliation.bounds import breaches, slack_of
from chains.reconciliation.least_squares import Estimate, estimate
from chains.reconciliation.pivoting import pivot_bounds
from chains.reconciliation.reports import merge

SEEDS = st.integers(0, 2**32 - 1)
Hold = Callable[[Estimate, Bounds, float], tuple[Floats, Flags, int]]


def cost(reports: Reports, masses: Floats) -> float:
    return float(np.sum(np.square((masses[reports.flow] - reports.value) / reports.sigma)))


def pivoted(found: Estimate, bounds: Bounds, _: float) -> tuple[Floats, Flags, int]:
    """Hold the bounds as if they were many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounding, "_MANY", 0)
        answer = bounding.bound(found, bounds)
    assert answer.breach == 0.0
    return answer.masses, answer.at_bound, answer.rounds


def programme(network: Network, reports: Reports, bounds: Bounds, determined: Flags) -> Floats | None:
    """Solve the same problem by scipy's sequential quadratic programming; None when that gives up.

    It also calls success what it has let run to 10¹⁶ along a loop, where rounding hides that nothing balances.
    """
    _, singular, rows = np.linalg.svd(matrix_of(network))
    balance = rows[: int(np.count_nonzero(singular > 1e-9))]
    weight, goal = np.zeros(network.flow_count), np.zeros(network.flow_count)
    weight[reports.flow], goal[reports.flow] = reports.sigma**-2.0, reports.value
    result = minimize(
        lambda x: float(weight @ np.square(x - goal)),
        np.ones(network.flow_count),
        jac=lambda x: 2.0 * weight * (x - goal),
        bounds=[
            (low, None if np.isinf(high) else high) if known else (None, None)
            for low, high, known in zip(bounds.lower, bounds.upper, determined, strict=True)
        ],
        constraints=[{"type": "eq", "fun": lambda x: balance @ x, "jac": lambda _: balance}],
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    masses = np.asarray(result.x)
    balanced = float(np.abs(network.imbalance(masses)).max(initial=0.0)) < 1e-6
    return masses if result.success and balanced else None


@UNHURRIED
@given(seed=SEEDS, share=st.sampled_from([0.7, 1.0]))
@example(seed=70796658, share=0.7)
@pytest.mark.parametrize("hold", [hold_bounds, pivoted], ids=["active set", "pivoting"])
def test_against_a_quadratic_programme(hold: Hold, seed: int, share: float) -> None:
    random = np.random.default_rng(seed)
    network = random_network(random, yields=(1.0, 1.0, 0.5))
    reports = random_reports(random, random.random(network.flow_count) < share)
    capacity = np.where(
        random.random(network.flow_count) < 0.4, random.uniform(3, 20, network.flow_count), np.inf
    )
    bounds = Bounds(np.zeros(network.flow_count), capacity)
    found = estimate(network, merge(reports, network.flow_count))
    slack = slack_of(found)
    masses, at_bound, _ = hold(found, bounds, slack)
    assert float(breaches(found, bounds, masses).max(initial=0.0)) <= max(slack, 1e-9)
    assert float(np.abs(network.imbalance(masses)).max(initial=0.0)) < 1e-8
    assert bool(np.all((masses[at_bound] < 1e-6) | (np.abs(masses - capacity)[at_bound] < 1e-6)))
    wanted = programme(network, reports, bounds, found.determined)
    if wanted is not None and reports.flow.size:
        assert cost(reports, masses) <= cost(reports, wanted) * (1.0 + 1e-6) + 1e-6


def test_a_negative_flow_is_held_at_zero_and_tested_unbounded() -> None:
    """By hand: 10 in, 12 and 1 out, each ± 1: −0.33 for the last; bounded 11, 11, 0."""
    flows = [
        flow("in", None, "A", (10.0, 1.0)),
        flow("big", "A", None, (12.0, 1.0)),
        flow("small", "A", None, (0.1, 1.0)),
    ]
    found = answered({"nodes": ["A"], "flows": flows})
    assert [row["value"] for row in found["flows"].values()] == pytest.approx([11.0, 11.0, 0.0])
    assert [row["at_bound"] for row in found["flows"].values()] == [False, False, True]
    assert found["global_test"]["J"] == pytest.approx(2.1**2 / 3.0)
    signed = answered({"nodes": ["A"], "flows": [*flows[:2], {**flows[2], "signed": True}]})
    assert signed["flows"]["small"]["value"] == pytest.approx(0.1 - 0.7)


def test_a_capacity_is_kept() -> None:
    flows = [
        flow("in", None, "A", (10.0, 1.0)),
        flow("kiln", "A", None, (7.0, 1.0), capacity=5.0),
        flow("yard", "A", None, (3.0, 1.0)),
    ]
    found = answered({"nodes": ["A"], "flows": flows})
    assert found["flows"]["kiln"]["value"] == 5.0
    assert found["flows"]["in"]["value"] == pytest.approx(9.0)
    assert found["flows"]["yard"]["value"] == pytest.approx(4.0)


def test_an_observable_flow_is_bounded_too() -> None:
    """9 in, 10 out and an unmeasured rest: the rest cannot be −1."""
    flows = [
        flow("in", None, "A", (9.0, 1.0)),
        flow("out", "A", None, (10.0, 1.0)),
        flow("rest", "A", None),
    ]
    found = answered({"nodes": ["A"], "flows": flows})
    assert found["flows"]["rest"]["class"] == "observable"
    assert [row["value"] for row in found["flows"].values()] == pytest.approx([9.5, 9.5, 0.0])


def grossly_wrong(seed: int) -> tuple[Network, Reports]:
    """Draw a few hundred sites, one report in thirty wrong by a factor of ten."""
    random = np.random.default_rng(seed)
    network, truth = circulation(random, 300, 1200)
    sigma = random.choice([0.02, 0.05, 0.2], truth.size) * truth
    value = truth + sigma * random.normal(size=truth.size)
    value[random.random(truth.size) < 0.03] *= 10.0
    return network, Reports(np.arange(truth.size), np.maximum(value, 0.0), sigma)


def test_both_ways_to_hold_many_bounds_agree() -> None:
    network, reports = grossly_wrong(1)
    found = estimate(network, merge(reports, network.flow_count))
    bounds, slack = Bounds(np.zeros(network.flow_count), np.full(network.flow_count, np.inf)), slack_of(found)
    one, at_one, _ = hold_bounds(found, bounds, slack)
    other, at_other, rounds = pivot_bounds(found, bounds, slack)
    assert np.count_nonzero(at_one) > 10
    assert rounds < 20
    np.testing.assert_array_equal(at_one, at_other)
    np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-6 * float(reports.value.max()))


def test_many_broken_bounds_are_pivoted(monkeypatch: pytest.MonkeyPatch) -> None:
    network, reports = grossly_wrong(2)
    few = solve(network, reports)[1]
    monkeypatch.setattr(bounding, "_MANY", 0)
    monkeypatch.delattr(bounding, "hold_bounds")
    many = solve(network, reports)[1]
    assert few.breach == many.breach == 0.0
    np.testing.assert_array_equal(few.at_bound, many.at_bound)


def test_bounds_that_exclude_nothing_flowing_are_refused() -> None:
    with pytest.raises(ValueError, match="excludes 0"):
        Bounds(np.array([1.0]), np.array([2.0]))
