"""Biased reports and leaks: what is found, what it is put at, and what the network cannot tell apart."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reconciliation_networks import (
    BYPASS,
    BYPASS_NODES,
    BYPASS_TRUTH,
    UNHURRIED,
    Document,
    answered,
    bypass,
    flow,
    random_network,
    random_reports,
    unbounded,
)

from chains.balance import OUTSIDE, Flags, Network
from chains.reconciliation import Reports
from chains.reconciliation.criteria import (
    benjamini_hochberg,
    chi2_critical,
    normal_critical,
    sidak_level,
    squared_normal_p,
)
from chains.reconciliation.hypotheses import Cause

SEEDS = st.integers(0, 2**32 - 1)


def draws(count: int, seed: int) -> Iterator[dict[str, float]]:
    """Draw reports of the bypass with errors of one standard deviation."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        yield {name: mass + float(random.normal()) for name, mass in BYPASS_TRUTH.items()}


def test_one_percent_against_ten_percent_is_no_finding() -> None:
    """1000 t ± 1 % and 850 t ± 10 % differ by z = 1.75; both at ± 1 % by 11.4."""

    def transfer(sigma: float) -> Document:
        return answered(
            {"nodes": [], "flows": [flow("transfer", None, None, (1000.0, 10.0), (850.0, sigma))]}
        )

    wide, narrow = transfer(85.0), transfer(8.5)
    assert wide["flows"]["transfer"]["pair_z"] == pytest.approx(1.752618714)
    assert wide["flows"]["transfer"]["value"] == pytest.approx(997.9522184)
    assert wide["flows"]["transfer"]["sd"] == pytest.approx(9.931506043)
    assert not wide["flows"]["transfer"]["flagged"]
    assert wide["suspects"] == []
    assert narrow["flows"]["transfer"]["pair_z"] == pytest.approx(11.43, abs=0.005)
    assert narrow["flows"]["transfer"]["flagged"]
    (suspect,) = narrow["suspects"]
    assert suspect["report"] is None, "two reports and nothing else: either may be wrong"
    assert suspect["tonnes"] == pytest.approx(150.0)
    assert suspect["sd"] == pytest.approx((10.0**2 + 8.5**2) ** 0.5)


def test_a_balance_tells_which_of_two_reports_is_wrong() -> None:
    reports = [
        {"by": "sender", "value": 1000.0, "sigma": 10.0},
        {"by": "receiver", "value": 850.0, "sigma": 8.5},
    ]
    flows = [flow("in", None, "A", (1005.0, 10.0)), flow("sent", "A", None, *reports)]
    first = answered({"nodes": ["A"], "flows": flows})["suspects"][0]
    assert (first["flow"], first["report"], first["step"]) == ("sent", "receiver", 1)
    # the sender's 1000 ± 10 and the balance's 1005 ± 10 together say 1002.5 ± 7.07
    assert first["tonnes"] == pytest.approx(850.0 - 1002.5)
    assert first["sd"] == pytest.approx((8.5**2 + 50.0) ** 0.5)


def test_the_farthest_two_of_three_reports_are_compared() -> None:
    flows = [flow("f", None, None, (100.0, 1.0), (90.0, 1.0), (101.0, 2.0))]
    found = answered({"nodes": [], "flows": flows})
    assert found["flows"]["f"]["pair_z"] == pytest.approx(10.0 / 2.0**0.5)
    assert found["suspects"][0]["report"] == "r1"


def statistic(network: Network, reports: Reports) -> float:
    """J with what the reports of one flow disagree among themselves."""
    found = unbounded(network, reports)
    return found.whole.statistic + found.found.merged.disagreement


def opened_at(network: Network, node: int) -> Network:
    """Add an unmeasured way out of `node`."""
    return Network(
        network.node_count,
        np.append(network.source, node),
        np.append(network.target, OUTSIDE),
        np.append(network.yields, 1.0),
    )


def without(reports: Reports, gone: Flags) -> Reports:
    return Reports(reports.flow[~gone], reports.value[~gone], reports.sigma[~gone])


@UNHURRIED
@given(seed=SEEDS, share=st.sampled_from([0.6, 1.0]))
def test_the_likelihood_ratio_is_what_j_falls_by(seed: int, share: float) -> None:
    """T of a report = J − J without that report; T of a leak = J − J with a way out that nobody measures."""
    random = np.random.default_rng(seed)
    network = random_network(random, yields=(1.0, 1.0, 0.5))
    measured = random.random(network.flow_count) < share
    one, two = random_reports(random, measured), random_reports(random, measured)
    more = random.random(one.flow.size) < 0.3
    reports = Reports(
        np.concatenate((one.flow, two.flow[more])),
        np.concatenate((one.value, two.value[more])),
        np.concatenate((one.sigma, two.sigma[more])),
    )
    found = unbounded(network, reports)
    whole, table, row = statistic(network, reports), found.table, found.found.contraction.row
    apart = np.square((reports.value - found.found.merged.value[reports.flow]) / reports.sigma)
    for cause, subject, ratio in zip(table.cause, table.subject, table.statistic, strict=True):
        if cause == Cause.LEAK:
            fall = whole - statistic(opened_at(network, int(np.flatnonzero(row == subject)[0])), reports)
        elif cause == Cause.REPORT:
            fall = whole - statistic(network, without(reports, np.arange(reports.flow.size) == subject))
        else:
            gone = reports.flow == subject
            # with a flow goes also what its own reports disagree about
            fall = whole - statistic(network, without(reports, gone)) - float(apart[gone].sum())
        assert ratio == pytest.approx(fall, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("name", list(BYPASS_TRUTH))
def test_a_bias_of_five_sigma_is_found(name: str) -> None:
    """Power of the flow test ≥ 80 %, and the estimate is unbiased with the deviation it claims."""
    found, estimates, count = 0, [], 200
    for values in draws(count, seed=11):
        answer = answered(bypass({**values, name: values[name] + 5.0}))
        found += answer["flows"][name]["flagged"]
        estimates += [s["tonnes"] for s in answer["suspects"] if name in s["equivalent"]]
    assert found / count >= 0.8
    assert np.mean(estimates) == pytest.approx(5.0, abs=0.4)


def test_false_alarms_stay_near_alpha() -> None:
    """All flow tests together raise about α false alarms, each alone exactly its share."""
    count, alarms, listed, single = 1500, 0, 0, []
    for values in draws(count, seed=5):
        answer = answered(bypass(values))
        alarms += any(row["flagged"] for row in answer["flows"].values())
        listed += bool(answer["suspects"])
        single += [abs(row["z"]) > 1.959964 for row in answer["flows"].values()]
    assert 0.025 <= alarms / count <= 0.06
    assert 0.025 <= listed / count <= 0.06
    assert np.mean(single) == pytest.approx(0.05, abs=0.01)


def test_a_leak_is_found_with_its_tonnes() -> None:
    """8 t vanish in the exchanger: mean, claimed deviation and name."""
    estimates, named, deviations = [], 0, []
    for values in draws(200, seed=3):
        lost = {**values, "4": values["4"] - 8.0, "6": values["6"] - 8.0}
        answer = answered(bypass(lost))
        node = answer["nodes"]["HX"]
        estimates.append(node["untracked_tonnes"])
        deviations.append(node["untracked_sd"])
        named += answer["suspects"][0]["node"] == "HX"
    assert np.mean(estimates) == pytest.approx(8.0, abs=0.3)
    assert np.std(estimates) == pytest.approx(deviations[0], rel=0.15)
    assert named / 200 >= 0.95


def test_a_leak_and_a_meter_at_the_boundary_are_told_as_what_they_are() -> None:
    """Flow 1 enters at SPLIT: its bias and a leak there look the same; each names the other."""
    answer = answered(bypass({**BYPASS_TRUTH, "1": 112.0}))
    bias, leak = answer["suspects"][:2]
    assert (bias["kind"], bias["flow"], bias["equivalent_other_kind"]) == ("report_bias", "1", ["SPLIT"])
    assert (leak["kind"], leak["node"], leak["equivalent_other_kind"]) == ("untracked_flow", "SPLIT", ["1"])
    assert bias["statistic"] == pytest.approx(leak["statistic"])


def test_parallel_flows_are_one_suspect() -> None:
    flows = [flow(name, a, b, (BYPASS_TRUTH[name], 1.0)) for name, a, b in BYPASS]
    flows[1:2] = [
        flow("2b", "SPLIT", "HX", (30.0, 1.0)),
        flow("2a", "SPLIT", "HX", (44.0, 1.0)),
        flow("2c", "HX", "SPLIT", (0.1, 0.01)),
    ]
    answer = answered({"nodes": BYPASS_NODES, "flows": flows})
    sets = [s["equivalent"] for s in answer["suspects"] if s["kind"] == "report_bias"]
    assert ["2a", "2b", "2c"] in sets
    assert sum("2a" in members for members in sets) == 1


def test_nodes_joined_by_an_unmeasured_flow_share_a_leak() -> None:
    """Half of what A sends arrives at B; 10 t missing at A are 5 t missing at B, and nothing tells which."""
    flows = [
        flow("in", None, "A", (110.0, 1.0)),
        flow("ab", "A", "B", **{"yield": 0.5}),
        flow("out", "B", None, (50.0, 0.5)),
    ]
    answer = answered({"nodes": ["A", "B"], "flows": flows})
    leak = next(s for s in answer["suspects"] if s["kind"] == "untracked_flow")
    assert leak["equivalent"] == ["A", "B"]
    assert answer["nodes"]["A"]["untracked_tonnes"] == pytest.approx(10.0)
    assert answer["nodes"]["B"]["untracked_tonnes"] == pytest.approx(5.0)
    assert answer["nodes"]["A"]["balanced_with"] == ["B"]
    assert answer["flows"]["ab"]["class"] == "observable"


def two_biases() -> Document:
    values = {**BYPASS_TRUTH, "2": 64.0 + 9.0, "5": 36.0 - 8.0}
    return bypass(values)


def test_serial_elimination_separates_two_biases() -> None:
    answer = answered(two_biases())
    steps = answer["elimination"]
    assert [step["flow"] for step in steps] == ["2", "5"]
    assert steps[0]["tonnes"] == pytest.approx(9.0)
    assert steps[1]["tonnes"] == pytest.approx(-8.0)
    assert steps[1]["J_after"] == pytest.approx(0.0, abs=1e-9)
    named = {s["flow"]: s["step"] for s in answer["suspects"] if s["step"] is not None}
    assert named == {"2": 1, "5": 2}
    assert answer["suspects"] == sorted(answer["suspects"], key=lambda s: -round(s["statistic"], 6))


def test_eliminating_is_taking_the_reports_out() -> None:
    """Joint estimates and J after two steps are those of the network without the two reports."""
    answer = answered(two_biases())
    bare = two_biases()
    for row in bare["flows"]:
        if row["id"] in {"2", "5"}:
            row["reports"] = []
    left = answered(bare)
    step = answer["elimination"][1]
    assert step["J_after"] == pytest.approx(left["global_test"]["J"], abs=1e-9)
    variance = left["flows"]["5"]["sd"] ** 2 + 1.0
    assert step["sd"] == pytest.approx(variance**0.5)


def test_a_nonredundant_meter_is_never_accused() -> None:
    """Nothing checks a meter whose flow continues unmeasured, however wrong it is."""
    flows = [flow("in", None, "A", (1e6, 1.0)), flow("out", "A", None)]
    answer = answered({"nodes": ["A"], "flows": flows})
    assert answer["flows"]["in"]["class"] == "nonredundant"
    assert answer["flows"]["in"]["z"] is None
    assert not answer["flows"]["in"]["flagged"]
    assert answer["suspects"] == []


def test_components_are_tested_each_on_its_own() -> None:
    flows = [
        flow("a1", None, "A", (10.0, 1.0)),
        flow("a2", "A", None, (10.5, 1.0)),
        flow("b1", None, "B", (10.0, 1.0)),
        flow("b2", "B", None, (20.0, 1.0)),
    ]
    test = answered({"nodes": ["A", "B"], "flows": flows})["global_test"]
    assert [part["nodes"] for part in test["components"]] == [["A"], ["B"]]
    assert [part["rejected"] for part in test["components"]] == [False, True]
    assert test["J"] == pytest.approx(sum(part["J"] for part in test["components"]))
    assert test["components"][1]["J"] == pytest.approx(50.0)
    assert test["components"][0]["critical"] > chi2_critical(0.05, 1)


def test_critical_values() -> None:
    """Šidák's level for six tests and the quantiles of the books."""
    assert sidak_level(0.05, 6) == pytest.approx(0.008512, abs=1e-6)
    assert normal_critical(sidak_level(0.05, 1)) == pytest.approx(1.959964, abs=1e-6)
    assert chi2_critical(0.05, 4) == pytest.approx(9.487729, abs=1e-6)
    assert chi2_critical(0.05, 0) == 0.0
    assert squared_normal_p(np.array([1.959964**2]))[0] == pytest.approx(0.05, abs=1e-6)


def test_benjamini_hochberg_on_the_papers_own_list() -> None:
    """Benjamini & Hochberg 1995, section 4: 15 p values, four rejected at 0.05."""
    p = np.array(
        [
            *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
            *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
        ]
    )
    assert np.count_nonzero(benjamini_hochberg(p, 0.05)) == 4
    assert benjamini_hochberg(np.empty(0), 0.05).size == 0
