"""Loops that are hard to solve: nearly closed, closed, large, deep."""

from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from support.attribution_networks import (
    answered,
    dense_fates,
    file_of,
    one_large_loop,
    shares_from,
    solved,
    with_groups,
)

from chains.attribution import loops
from chains.attribution.condensation import sets_of
from chains.attribution.elimination import visits
from chains.attribution.fates import FateModel, attribute
from chains.attribution.network import Floats, Matrix

TOLERANCE = 1e-9


def check_against_equations(flow: Matrix, fate: Floats, method: str) -> None:
    """B and T fulfil their equations, the mass closes, and the method is the one the loop was made for."""
    shares = shares_from(flow, fate)
    model = FateModel(shares)
    ends, passed = model.fates(), model.throughput(np.ones((shares.size, 1)))
    assert ends.method == passed.method
    assert method in ends.method
    assert ends.mass_error < TOLERANCE
    assert passed.mass_error < TOLERANCE
    assert model.residual(ends.x) < TOLERANCE
    balance = passed.x[:, 0] - flow.T @ passed.x[:, 0] - 1.0
    assert np.abs(balance / passed.x[:, 0]).max() < 1e-8
    assert fate.sum(axis=1) @ passed.x[:, 0] == pytest.approx(shares.size, rel=TOLERANCE)


def test_an_even_loop_takes_gauss_seidel() -> None:
    flow, fate = one_large_loop(1500, staying=0.6)
    check_against_equations(flow, fate, "gauss-seidel")
    shares = shares_from(flow, fate)
    assert FateModel(shares).fates().x == pytest.approx(dense_fates(shares), abs=TOLERANCE)


def test_gauss_seidel_needs_fewer_sweeps_than_the_power_series() -> None:
    flow, fate = one_large_loop(4000, staying=0.7)
    x, sweeps = np.zeros_like(fate), 0
    while np.abs(1.0 - x.sum(axis=1)).max() > TOLERANCE:
        x, sweeps = flow @ x + fate, sweeps + 1
    assert FateModel(shares_from(flow, fate)).fates().iterations < 0.75 * sweeps


@pytest.mark.parametrize(("groups", "members"), [(500, 2), (300, 3)], ids=["pairs", "threes"])
def test_firms_that_ship_almost_all_to_each_other_take_the_split(groups: int, members: int) -> None:
    """Within one large loop: 500 pairs at 99.9 %. Plain sweeps would need some 18,000."""
    flow, fate = with_groups(*one_large_loop(6000, staying=0.6), groups=groups, members=members, inside=0.999)
    check_against_equations(flow, fate, "split")
    done = FateModel(shares_from(flow, fate)).fates()
    assert done.iterations < 120


def test_large_circles_of_firms_take_krylov() -> None:
    flow, fate = with_groups(*one_large_loop(9000, staying=0.6), groups=30, members=80, inside=0.9999)
    check_against_equations(flow, fate, "krylov")


def test_a_province_that_keeps_almost_all_takes_krylov() -> None:
    check_against_equations(*one_large_loop(9000, staying=1 - 1e-6), "krylov")


def test_a_deep_ring_is_solved_directly() -> None:
    """Each state ships to the next five: some 10⁵ passes along a ring of 20,000 states, in any numbering."""
    size, staying = 20_000, 1 - 1e-5
    start = np.tile(np.arange(size), 5)
    end = (start + np.repeat(np.arange(1, 6), size)) % size
    place = np.random.default_rng(3).permutation(size)
    flow = sp.csr_array((np.full(5 * size, staying / 5), (place[start], place[end])), shape=(size, size))
    fate = np.random.default_rng(4).uniform(0.1, 1.0, (size, 2))
    check_against_equations(flow, fate / fate.sum(axis=1)[:, None] * (1 - staying), "direct")


def test_a_loop_closed_to_the_last_digit_is_reported_as_not_closed() -> None:
    flow, fate = one_large_loop(600, staying=0.9)
    flow.data[flow.indptr[0] : flow.indptr[2]] *= 1e-20
    fate[:2] *= 1e-20
    pair = sp.csr_array(([1.0, 1.0], ([0, 1], [1, 0])), shape=flow.shape)
    found = attribute(FateModel(shares_from(flow + pair, fate)))
    assert np.isfinite(found.by_state).all()
    assert found.mass_error > TOLERANCE


def test_several_large_loops_below_one_another() -> None:
    """Tolerances are shared out, so a chain of large loops still closes as a whole."""
    size, count = 400, 4
    parts = [one_large_loop(size, staying=0.8, seed=seed) for seed in range(count)]
    flow = sp.lil_array(sp.block_diag([part for part, _ in parts]))
    fate = np.concatenate([part for _, part in parts])
    for number in range(1, count):
        flow[number * size, (number - 1) * size] = 0.9 * fate[number * size].sum()
        fate[number * size] *= 0.1
    check_against_equations(sp.csr_array(flow), fate, "gauss-seidel")
    shares = shares_from(sp.csr_array(flow), fate)
    assert FateModel(shares).fates().x == pytest.approx(dense_fates(shares), abs=TOLERANCE)


def test_the_elimination_budget_leaves_the_rest_to_iteration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a loop is eliminated or iterated on, the answer is the same."""
    flow, fate = one_large_loop(120, staying=0.8)
    flow = sp.csr_array(sp.block_diag([flow, flow, flow]))
    fate = np.concatenate([fate, fate, fate])
    shares = shares_from(flow, fate)
    exact = FateModel(shares).fates()
    assert exact.method == "topological + elimination"
    monkeypatch.setattr("chains.attribution.condensation.ELIMINATION_BUDGET", 120 * 120)
    partly = FateModel(shares).fates()
    assert partly.method == "topological + elimination + gauss-seidel"
    assert partly.x == pytest.approx(exact.x, abs=TOLERANCE)


@given(
    closed=st.floats(0.1, 15.0).map(lambda digits: 10.0**-digits),
    other=st.floats(0.05, 0.95),
    start=st.booleans(),
)
def test_a_pair_keeps_all_its_digits_however_closed(closed: float, other: float, *, start: bool) -> None:
    """GTH elimination against exact fractions: N = 1 / (1 − p₁₂ p₂₁) with 1 − p₁₂ = `closed` as data."""
    leaving = np.array([[closed, 1.0 - other]])
    inside = np.array([[[0.0, 1.0 - closed], [other, 0.0]]])
    result = visits(inside, leaving)[0]
    gone = (Fraction(closed), 1 - Fraction(other))
    stays = (1 - gone[0], 1 - gone[1])
    whole = 1 - stays[0] * stays[1]
    assert result[0, 0] == pytest.approx(float(1 / whole), rel=1e-14)
    assert result[1, 0] == pytest.approx(float(stays[1] / whole), rel=1e-14)
    assert result[0] @ leaving[0] == pytest.approx(1.0, rel=1e-14)
    assert result[int(start)].min() > 0.0


@pytest.mark.parametrize("digits", [3, 6, 9, 12])
def test_nearly_closed_pair_in_a_file(digits: int) -> None:
    """Two firms pass a tonne on to each other 10^digits times before it leaves."""
    passes = 10.0**digits
    raw = file_of({"a": 1.0}, [("a", "b", passes), ("b", "a", passes - 1.0)], [("b", "product", 1.0)])
    found = answered(raw)
    assert found["totals"] == pytest.approx({"product": 1.0}, rel=1e-12)
    assert found["throughput"]["a"] == pytest.approx(passes, rel=1e-12)
    assert found["mass_error"] < 1e-12


def test_a_closed_loop_is_untracked_where_it_is_entered() -> None:
    flow = sp.csr_array(([0.5, 1.0, 1.0, 1.0], ([0, 1, 2, 3], [1, 2, 3, 1])), shape=(4, 4))
    shares = shares_from(flow, np.array([[0.5], [0.0], [0.0], [0.0]]))
    model = FateModel(shares)
    assert model.sets.closed.sum() == 1
    found = attribute(model)
    assert found.by_state.tolist() == [[0.5, 0.5], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]]
    assert found.throughput.tolist() == [1.0, 1.5, 1.0, 1.0]
    assert found.cycling_index == 0.0


def test_tonnes_that_go_round_without_a_source_are_named_and_harm_nothing() -> None:
    raw = file_of({"x": 5.0}, [("a", "b", 100.0), ("b", "a", 100.0)], [("x", "product", 5.0)])
    found = answered(raw)
    assert found["totals"] == {"product": 5.0}
    assert found["fates_by_state"]["a"] == {"untracked": 1.0}
    assert [one["en"] for one in found["warnings"]] == [
        "closed loop: nothing leaves a, b; what enters is untracked"
    ]


def test_a_flow_to_itself_is_a_loop() -> None:
    found = answered(file_of({"a": 3.0}, [("a", "a", 1.0)], [("a", "product", 3.0)]))
    assert found["throughput"]["a"] == pytest.approx(4.0)
    assert found["cycling_index"] == pytest.approx(0.25)
    assert found["totals"] == pytest.approx({"product": 3.0})


def test_a_chain_of_states_is_one_pass() -> None:
    size = 2000
    flows = [(f"s{i:04d}", f"s{i + 1:04d}", 1.0) for i in range(size - 1)]
    done = solved(file_of({"s0000": 1.0}, flows, [(f"s{size - 1:04d}", "product", 1.0)]))
    assert done.found.method == "topological"
    assert done.found.iterations == 0
    assert done.found.mean_path_length == size
    assert done.found.totals.tolist() == [1.0, 0.0]


def test_scipy_numbers_sets_sinks_first() -> None:
    """The solver stands on this order, which scipy does not document; sets_of checks it at every call."""
    for seed in range(20):
        flow, fate = one_large_loop(50, staying=0.5, seed=seed)
        thin = sp.csr_array(flow * (np.random.default_rng(seed).random(flow.shape) < 0.15))
        shares = shares_from(thin, fate)
        label = sets_of(shares).label
        start = np.repeat(label, np.diff(shares.flow.indptr))
        assert (start >= label[shares.flow.indices]).all()


def test_pace_gives_up_early_only_on_what_cannot_close() -> None:
    slow, fast = loops.Pace(1e-9, 100), loops.Pace(1e-9, 100)
    gap = 1.0
    for pace, rate in ((slow, 0.999), (fast, 0.7)):
        gap = 1.0
        while not pace.finished:
            gap *= rate
            if pace.step():
                pace.measured(gap)
    assert slow.done < 30
    assert slow.deficit > 1e-9
    assert fast.deficit < 1e-9
    assert fast.done <= 66
