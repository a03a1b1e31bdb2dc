"""Errors planted in networks of a hundred flows: found where the network can see them, with their tonnes."""

import numpy as np
import pytest
from support.reconciliation_networks import circulation, unbounded

from chains.balance import Floats, Network
from chains.reconciliation import Reconciliation, Reports
from chains.reconciliation.suspects import Suspect

NODES, LINKS = 30, 60
#: share W/V of a report's variance that the network checks, from which on five sigma can be seen
VISIBLE = 0.75


def drawn(random: np.random.Generator) -> tuple[Network, Floats, Floats]:
    """Draw a network, its true masses and a sigma for each report: 1 to 3 %."""
    network, truth = circulation(random, NODES, LINKS)
    return network, truth, random.uniform(0.01, 0.03, truth.size) * truth


def answered(network: Network, value: Floats, sigma: Floats) -> Reconciliation:
    return unbounded(network, Reports(np.arange(value.size), value, sigma))


def checked(answer: Reconciliation) -> Floats:
    """W/V by flow."""
    share = np.zeros(answer.found.network.flow_count)
    columns = answer.found.contraction.columns
    share[columns] = 1.0 - np.square(answer.flows.sd[columns]) / answer.found.equations.variance
    return share


def test_power_against_a_bias_of_five_sigma() -> None:
    """At least 80 % of the biases of 5σ are flagged, and what is flagged first is mostly the culprit."""
    random = np.random.default_rng(21)
    tried = found = first = 0
    while tried < 250:
        network, truth, sigma = drawn(random)
        value = truth + sigma * random.normal(size=truth.size)
        visible = np.flatnonzero(checked(answered(network, value, sigma)) > VISIBLE)
        for flow in visible[:5]:
            biased = value.copy()
            biased[flow] += 5.0 * sigma[flow]
            answer = answered(network, biased, sigma)
            tried += 1
            found += bool(answer.flows.flagged[flow])
            first += bool(answer.suspects) and flow in answer.suspects[0].equivalent
    assert found / tried >= 0.8
    assert first / tried >= 0.7


def test_false_alarms_of_a_network_stay_near_alpha() -> None:
    random = np.random.default_rng(22)
    draws, alarms, rejected = 400, 0, 0
    for _ in range(draws):
        network, truth, sigma = drawn(random)
        answer = answered(network, truth + sigma * random.normal(size=truth.size), sigma)
        alarms += bool(answer.flows.flagged.any())
        rejected += answer.whole.statistic > answer.whole.critical
    assert 0.01 <= alarms / draws <= 0.075
    assert rejected / draws == pytest.approx(0.05, abs=0.033)


def flows_meant(suspect: Suspect) -> tuple[int, ...]:
    """Flows that a suspect stands for: a leak looks like the flows across the boundary at its node."""
    return suspect.equivalent if suspect.kind == "report_bias" else suspect.other_kind


def test_three_biases_at_once_are_told_apart() -> None:
    """Serial elimination names all three with their tonnes; in few draws two of them add up to a third flow."""
    random = np.random.default_rng(23)
    draws, complete, errors = 40, 0, []
    for _ in range(draws):
        network, truth, sigma = drawn(random)
        value = truth + sigma * random.normal(size=truth.size)
        visible = np.flatnonzero(checked(answered(network, value, sigma)) > VISIBLE)
        chosen = random.choice(visible, 3, replace=False)
        value[chosen] += 15.0 * sigma[chosen]
        answer = answered(network, value, sigma)
        meant = {suspect.step: flows_meant(suspect) for suspect in answer.suspects if suspect.step}
        culprits = {step: set(flows) & set(chosen.tolist()) for step, flows in meant.items()}
        if sum(map(len, culprits.values())) < 3:
            continue
        complete += 1
        for number, step in enumerate(answer.elimination, 1):
            errors += [(abs(step.mass) - 15.0 * sigma[flow]) / step.sd for flow in culprits[number]]
    assert complete / draws >= 0.8
    assert np.mean(errors) == pytest.approx(0.0, abs=0.35)
    assert np.std(errors) == pytest.approx(1.0, abs=0.3)


def test_a_planted_leak_is_the_first_suspect_with_its_tonnes() -> None:
    random = np.random.default_rng(24)
    first, errors = 0, []
    for _ in range(40):
        network, truth, sigma = drawn(random)
        # what leaves node k to the outside is less than the balances demand, by what leaks there
        node = int(random.integers(NODES))
        value = truth + sigma * random.normal(size=truth.size)
        lost = 12.0 * float(sigma[(network.source == node) | (network.target == node)].max())
        value[(network.source == -1) & (network.target == node)] += lost
        answer = answered(network, value, sigma)
        errors.append((answer.nodes.untracked[node] - lost) / answer.nodes.untracked_sd[node])
        top = answer.suspects[0]
        first += top.node == node or top.flow == LINKS + node
    assert np.mean(errors) == pytest.approx(0.0, abs=0.5)
    assert np.std(errors) == pytest.approx(1.0, abs=0.35)
    assert first >= 36
