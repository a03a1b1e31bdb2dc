"""What ±1 % means, and intervals of figures and rates."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reconciliation_networks import UNHURRIED, circulation, random_network, random_reports, unbounded

from chains.balance import Network
from chains.measures import (
    METHOD_SIGMA,
    Interval,
    NotDeterminedError,
    figure_interval,
    rate_interval,
    sigma_from_half_width_95,
    sigma_of_method,
)
from chains.reconciliation import Reports, reconcile

SEEDS = st.integers(0, 2**32 - 1)


def test_one_percent_says_what_it_is() -> None:
    assert sigma_from_half_width_95(10.0) == pytest.approx(5.102, abs=1e-3)
    assert sigma_of_method("weighbridge", 1000.0) == 10.0
    assert sigma_of_method("weighbridge", -1000.0, {"weighbridge": 0.005}) == 5.0
    assert dict(METHOD_SIGMA) == {
        "weighbridge": 0.01,
        "belt_scale": 0.02,
        "flow_meter": 0.03,
        "material_balance": 0.05,
        "emission_factor": 0.15,
        "estimate": 0.20,
    }
    with pytest.raises(KeyError):
        sigma_of_method("crystal ball", 1.0)


def test_an_interval_is_1_96_deviations_wide() -> None:
    interval = Interval(0.6, 0.01)
    assert (interval.low, interval.high) == (pytest.approx(0.5804), pytest.approx(0.6196))


def used_and_disposed() -> Network:
    """One site: generated → used, disposed."""
    return Network(1, np.array([-1, 0, 0]), np.array([0, -1, -1]), np.ones(3))


def test_a_rate_by_hand() -> None:
    """Generated 1000 ± 10, used 600 ± 6, disposed 400 ± 4: V(used, generated) by Σ, then the delta method."""
    reports = Reports(np.arange(3), np.array([1000.0, 600.0, 400.0]), np.array([10.0, 6.0, 4.0]))
    answer = reconcile(used_and_disposed(), reports)
    column, variance = np.array([1.0, -1.0, -1.0]), np.array([100.0, 36.0, 16.0])
    covariance = np.diag(variance) - np.outer(variance * column, variance * column) / variance.sum()
    slope = np.array([-0.6, 1.0, 0.0]) / 1000.0
    rate = rate_interval(answer, np.array([0.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0]))
    assert rate is not None
    assert rate.value == pytest.approx(0.6)
    assert rate.sd == pytest.approx(math.sqrt(slope @ covariance @ slope))
    total = figure_interval(answer, np.array([0.0, 1.0, 1.0]))
    assert total.value == pytest.approx(1000.0)
    assert total.sd == pytest.approx(answer.flows.sd[0]), "used + disposed is what was generated"


def test_a_rate_of_nothing_is_none() -> None:
    reports = Reports(np.arange(3), np.zeros(3), np.ones(3))
    answer = reconcile(used_and_disposed(), reports)
    assert rate_interval(answer, np.array([0.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0])) is None


def test_a_figure_on_unknown_flows_is_refused() -> None:
    network = Network(1, np.array([-1, 0, 0]), np.array([0, -1, -1]), np.ones(3))
    answer = reconcile(network, Reports(np.array([0]), np.array([10.0]), np.array([1.0])))
    assert figure_interval(answer, np.array([2.0, 0.0, 0.0])).sd == pytest.approx(2.0)
    with pytest.raises(NotDeterminedError) as refused:
        figure_interval(answer, np.array([0.0, 1.0, 0.0]))
    assert refused.value.flows == (1,)
    with pytest.raises(NotDeterminedError):
        rate_interval(answer, np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, -1.0]))


@UNHURRIED
@given(seed=SEEDS)
def test_a_single_flow_has_its_own_deviation(seed: int) -> None:
    random = np.random.default_rng(seed)
    network = random_network(random, yields=(1.0, 0.5))
    answer = unbounded(network, random_reports(random, random.random(network.flow_count) < 0.7))
    for flow in np.flatnonzero(~np.isnan(answer.flows.mass)):
        weights = np.zeros(network.flow_count)
        weights[flow] = 1.0
        interval = figure_interval(answer, weights)
        assert interval.value == answer.flows.mass[flow]
        assert interval.sd == pytest.approx(answer.flows.sd[flow], rel=1e-5, abs=1e-5)


def test_intervals_hold_in_simulation() -> None:
    """Of 300 draws about 95 % of the rate's intervals hold the true rate."""
    random = np.random.default_rng(21)
    network, truth = circulation(random, 8, 16)
    used, all_ = np.zeros(truth.size), np.zeros(truth.size)
    used[16:20], all_[16:24] = 1.0, 1.0
    rate = float(used @ truth / (all_ @ truth))
    held, sigma = 0, 0.03 * truth
    for _ in range(300):
        value = truth + sigma * random.normal(size=truth.size)
        interval = rate_interval(reconcile(network, Reports(np.arange(truth.size), value, sigma)), used, all_)
        assert interval is not None
        held += interval.low <= rate <= interval.high
    assert held / 300 == pytest.approx(0.95, abs=0.04)
