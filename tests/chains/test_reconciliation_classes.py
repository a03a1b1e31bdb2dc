"""Which flows the network knows: classes, values and deviations against dense linear algebra."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reconciliation_networks import (
    UNHURRIED,
    Document,
    answered,
    dense_reference,
    flow,
    matrix_of,
    random_network,
    random_reports,
    unbounded,
)

from chains.balance import Floats, Network, NetworkError
from chains.reconciliation import Options, Reports
from chains.reconciliation.contraction import FlowClass, contract

SEEDS = st.integers(0, 2**32 - 1)
YIELDS = st.sampled_from([(1.0,), (1.0, 0.5), (1.0, 1.0, 1.0, 0.5, 0.25), None])


def rank(matrix: Floats) -> int:
    return int(np.linalg.matrix_rank(matrix, tol=1e-8)) if matrix.size else 0


def class_by_rank(matrix: Floats, measured: np.ndarray, at: int) -> FlowClass:
    """By definition: a flow is redundant or observable when the rank of the unmeasured columns says so."""
    unseen = matrix[:, ~measured]
    if measured[at]:
        grows = rank(np.column_stack((unseen, matrix[:, at]))) > rank(unseen)
        return FlowClass.REDUNDANT if grows else FlowClass.NONREDUNDANT
    others = ~measured
    others[at] = False
    return FlowClass.OBSERVABLE if rank(matrix[:, others]) < rank(unseen) else FlowClass.UNOBSERVABLE


@UNHURRIED
@given(seed=SEEDS, share=st.sampled_from([0.2, 0.5, 0.8]), yields=YIELDS)
def test_classes_are_those_of_the_ranks(seed: int, share: float, yields: tuple[float, ...] | None) -> None:
    random = np.random.default_rng(seed)
    network = random_network(random, yields=yields)
    measured = random.random(network.flow_count) < share
    matrix = matrix_of(network)
    expected = [class_by_rank(matrix, measured.copy(), j) for j in range(network.flow_count)]
    assert contract(network, measured).flow_class.tolist() == expected


@UNHURRIED
@given(seed=SEEDS, share=st.sampled_from([0.4, 0.7, 1.0]), yields=YIELDS)
def test_masses_deviations_and_tests_are_the_dense_ones(
    seed: int, share: float, yields: tuple[float, ...] | None
) -> None:
    random = np.random.default_rng(seed)
    network = random_network(random, yields=yields)
    reports = random_reports(random, random.random(network.flow_count) < share)
    found, wanted = unbounded(network, reports), dense_reference(network, reports)
    np.testing.assert_allclose(found.flows.mass, wanted["mass"], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(found.flows.sd, wanted["sd"], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(found.flows.z, wanted["z"], rtol=1e-4, atol=1e-5)
    assert found.whole.statistic == pytest.approx(wanted["J"], rel=1e-6, abs=1e-8)
    assert found.whole.dof == wanted["dof"]
    assert found.residual < 1e-8


@UNHURRIED
@given(seed=SEEDS, yields=YIELDS)
def test_unmeasured_flows_close_the_balances(seed: int, yields: tuple[float, ...] | None) -> None:
    """`solve` inverts the unmeasured balances, its adjoint is its adjoint."""
    random = np.random.default_rng(seed)
    network = random_network(random, yields=yields)
    measured = random.random(network.flow_count) < 0.4
    contraction = contract(network, measured)
    graph = contraction.unmeasured
    if graph is None:
        assert measured.all()
        return
    masses = np.where(measured, 0.0, random.normal(size=network.flow_count))
    demand = network.imbalance(masses)
    solved = graph.solve(demand)
    np.testing.assert_allclose(network.imbalance(solved), demand, atol=1e-7)
    observable = contraction.flow_class == FlowClass.OBSERVABLE
    np.testing.assert_allclose(solved[observable], masses[observable], atol=1e-7)
    weights = random.normal(size=network.flow_count) * observable
    other = random.normal(size=network.node_count)
    left, right = graph.weights_on_demand(weights) @ other, weights @ graph.solve(other)
    assert left == pytest.approx(right, rel=1e-6, abs=1e-6)


def test_a_flow_that_touches_no_balance_is_only_itself() -> None:
    found = answered(
        {
            "nodes": ["A"],
            "flows": [
                flow("seen", None, None, (5.0, 1.0)),
                flow("unseen", None, None),
                flow("loop", "A", "A", (7.0, 1.0)),
                flow("in", None, "A", (3.0, 1.0)),
                flow("out", "A", None, (3.5, 1.0)),
            ],
        }
    )
    classes = {name: row["class"] for name, row in found["flows"].items()}
    assert classes == {
        "seen": "nonredundant",
        "unseen": "unobservable",
        "loop": "nonredundant",
        "in": "redundant",
        "out": "redundant",
    }
    assert found["flows"]["seen"]["value"] == 5.0
    assert found["flows"]["loop"]["sd"] == 1.0
    assert found["flows"]["unseen"]["value"] is None
    assert found["flows"]["unseen"]["half_width_95"] is None
    assert [warning["en"] for warning in found["warnings"]] == ["1 flows are not determined by the reports"]


def test_a_loop_that_loses_mass_pins_its_own_flow() -> None:
    """Unmeasured flows in a circle are free, unless their yields do not multiply to 1."""
    circle = [flow("in", None, "A", (10.0, 1.0)), flow("ab", "A", "B"), flow("ba", "B", "A")]
    free = answered({"nodes": ["A", "B"], "flows": circle})
    assert free["flows"]["ab"]["class"] == "unobservable"
    losing = [circle[0], circle[1], {**circle[2], "yield": 0.5}]
    pinned = answered({"nodes": ["A", "B"], "flows": losing})
    assert pinned["flows"]["ab"]["class"] == "observable"
    # what circulates is 10 + 5 + 2.5 + …
    assert pinned["flows"]["ab"]["value"] == pytest.approx(20.0)
    assert pinned["flows"]["ab"]["sd"] == pytest.approx(2.0)


def test_a_closed_network_has_one_balance_less() -> None:
    """Three nodes in a ring: the third balance follows from the other two, and nothing can leak out of it."""
    ring = [
        flow("ab", "A", "B", (10.0, 1.0)),
        flow("bc", "B", "C", (11.0, 1.0)),
        flow("ca", "C", "A", (12.0, 1.0)),
    ]
    found = answered({"nodes": ["A", "B", "C"], "flows": ring})
    assert found["global_test"]["dof"] == 2
    assert found["global_test"]["J"] == pytest.approx(2.0)
    assert [row["value"] for row in found["flows"].values()] == pytest.approx([11.0] * 3)
    assert all(node["untracked_tonnes"] is None for node in found["nodes"].values())


def test_no_report_at_all_is_answered() -> None:
    found = answered({"nodes": ["A"], "flows": [flow("in", None, "A"), flow("out", "A", None)]})
    assert found["global_test"] == {
        "J": 0.0,
        "dof": 0,
        "critical": 0.0,
        "p": 1.0,
        "rejected": False,
        "components": [],
    }
    assert found["flows"]["in"]["class"] == "unobservable"
    assert found["warnings"][0]["en"] == "no flow has a report"


@pytest.mark.parametrize(
    ("source", "target", "yields"),
    [([2], [0], [1.0]), ([0], [-2], [1.0]), ([0], [1], [0.0]), ([0], [1], [1.1]), ([0, 1], [1], [1.0])],
)
def test_arrays_that_are_no_network_are_refused(
    source: list[int], target: list[int], yields: list[float]
) -> None:
    with pytest.raises(NetworkError):
        Network(2, np.array(source), np.array(target), np.array(yields))


def line(length: int, share: float, *, first: float, last: float) -> Document:
    """Describe an unmeasured line of processes of one yield between two meters."""
    nodes = [f"N{i:04}" for i in range(length)]
    between = [flow(f"f{i:04}", nodes[i], nodes[i + 1], **{"yield": share}) for i in range(length - 1)]
    ends = [
        flow("in", None, nodes[0], (first, 0.01 * first)),
        flow("out", nodes[-1], None, (last, 0.01 * last)),
    ]
    return {"nodes": nodes, "flows": [*ends, *between]}


def test_a_long_line_of_yields_ties_its_ends_together() -> None:
    """Thirty steps at 0.65: the two meters say the same thing, and each flow between follows."""
    passed = 0.65**29
    found = answered(line(30, 0.65, first=1000.0, last=1010.0 * passed))
    weights = np.array([10.0**-2, 10.1**-2])
    assert found["flows"]["in"]["value"] == pytest.approx(np.average([1000.0, 1010.0], weights=weights))
    assert found["flows"]["out"]["value"] == pytest.approx(found["flows"]["in"]["value"] * passed)
    for i in range(29):
        assert found["flows"][f"f{i:04}"]["value"] == pytest.approx(
            found["flows"]["in"]["value"] * 0.65**i, rel=1e-9
        )
    assert found["global_test"]["dof"] == 1


def test_options_and_reports_are_checked() -> None:
    with pytest.raises(ValueError, match="alpha"):
        Options(alpha=0.0)
    with pytest.raises(ValueError, match="floor"):
        Options(local_test_floor=1.0)
    with pytest.raises(ValueError, match="finite"):
        Reports(np.array([0]), np.array([np.nan]), np.array([1.0]))
    with pytest.raises(ValueError, match="sigma"):
        Reports(np.array([0]), np.array([1.0]), np.array([0.0]))
    with pytest.raises(ValueError, match="length"):
        Reports(np.array([0, 1]), np.array([1.0]), np.array([1.0]))
