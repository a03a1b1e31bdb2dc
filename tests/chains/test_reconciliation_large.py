"""What is iterated instead of factored gives the same answers; what is estimated stays near the exact."""

import numpy as np
import pytest
from support.reconciliation_networks import circulation

from chains.balance import Floats, Network
from chains.reconciliation import Reconciliation, Reports, gradients, iterated, normal, reconcile, solve
from chains.reconciliation.least_squares import CLOSED_TONNES, estimate
from chains.reconciliation.reports import merge

FEW = 40


def ring(nodes: int) -> Network:
    """Build a closed ring: nothing enters or leaves."""
    at = np.arange(nodes)
    return Network(nodes, at, (at + 1) % nodes, np.ones(nodes))


def chain(nodes: int) -> Network:
    """Build a line of nodes, the worst case of plain conjugate gradients."""
    at = np.arange(nodes)
    return Network(nodes, np.append(-1, at), np.append(at, -1), np.ones(nodes + 1))


def ping_pong(pairs: int) -> tuple[Network, Floats]:
    """Build pairs that ship 99.9 % back and forth, one pair after the other."""
    a, b = 2 * np.arange(pairs), 2 * np.arange(pairs) + 1
    source = np.concatenate((a, b, [-1], b))
    target = np.concatenate((b, a, [0], a[1:], [-1]))
    masses = np.concatenate((np.full(pairs, 1000.0), np.full(pairs, 999.0), np.ones(pairs + 1)))
    return Network(2 * pairs, source, target, np.ones(source.size)), masses


def reports_of(masses: Floats, seed: int, relative: float = 0.02) -> Reports:
    random = np.random.default_rng(seed)
    sigma = relative * masses
    return Reports(np.arange(masses.size), masses + sigma * random.normal(size=masses.size), sigma)


def iterate(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(normal, "DENSE_ROWS", FEW)


NETWORKS = {
    "random": circulation(np.random.default_rng(1), 200, 800),
    "closed ring": (ring(300), np.full(300, 50.0)),
    "chain": (chain(300), np.full(301, 50.0)),
    "ping-pong": ping_pong(100),
}


@pytest.mark.parametrize("name", list(NETWORKS))
@pytest.mark.parametrize("how", ["plain", "whole factor", "tree"])
def test_iterated_is_factored(name: str, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    network, truth = NETWORKS[name]
    reports = reports_of(truth, seed=2)
    exact = estimate(network, merge(reports, network.flow_count))
    assert exact.equations.method == "dense Cholesky"
    iterate(monkeypatch)
    if how == "plain":
        monkeypatch.setattr(iterated, "PLAIN_LIMIT", 100_000)
    else:
        monkeypatch.setattr(iterated, "PLAIN_LIMIT", 3)
    if how == "tree":
        monkeypatch.setattr(gradients, "_LARGEST_ENVELOPE", 0)
    found = estimate(network, merge(reports, network.flow_count))
    assert found.equations.method == "scaled conjugate gradients"
    assert found.iterations > 0
    np.testing.assert_allclose(found.completed, exact.completed, rtol=1e-6)
    np.testing.assert_allclose(found.statistic, exact.statistic, rtol=1e-6)
    assert float(np.abs(found.residual).max()) < CLOSED_TONNES


@pytest.mark.parametrize("yields", [1.0, 0.5])
def test_many_small_components_are_factored_in_batches(yields: float) -> None:
    """Three hundred copies of one network of four nodes: each copy has the J of the one."""
    base = [(-1, 0), (0, 1), (0, 2), (1, 3), (2, 3), (3, -1)]
    share = np.array([1.0, yields, yields, 1.0, 1.0, 1.0])
    copies = 300
    at = 4 * np.repeat(np.arange(copies), 6)
    ends = np.tile(np.array(base), (copies, 1))
    network = Network(
        4 * copies,
        np.where(ends[:, 0] < 0, -1, ends[:, 0] + at),
        np.where(ends[:, 1] < 0, -1, ends[:, 1] + at),
        np.tile(share, copies),
    )
    reports = Reports(
        np.arange(6 * copies),
        np.tile([101.91, 64.45, 34.65, 64.2, 36.44, 98.88], copies),
        np.ones(6 * copies),
    )
    found = estimate(network, merge(reports, network.flow_count))
    assert found.statistic.shape == (copies,)
    np.testing.assert_allclose(found.statistic, found.statistic[0], rtol=1e-12)
    if yields == 1.0:
        assert found.statistic[0] == pytest.approx(6.4075)


def biased() -> tuple[Network, Reports]:
    """Draw 200 sites with one report 12 σ too high and one site losing as much."""
    network, truth = NETWORKS["random"]
    reports = reports_of(truth, seed=4)
    value = reports.value.copy()
    value[17] += 12.0 * reports.sigma[17]
    losing = network.target == 100
    value[losing] *= 1.3
    return network, Reports(reports.flow, value, reports.sigma)


@pytest.fixture(scope="module")
def exact_answer() -> Reconciliation:
    return reconcile(*biased())


def test_estimated_deviations_stay_near_the_exact(
    exact_answer: Reconciliation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """64 random-sign solves: 9 % of a standard deviation, and never a bias."""
    iterate(monkeypatch)
    found = reconcile(*biased())
    estimated = ~found.flows.exact_sd
    assert np.count_nonzero(estimated) > 1000
    assert exact_answer.flows.exact_sd.all()
    ratio = found.flows.sd[estimated] / exact_answer.flows.sd[estimated]
    assert float(np.abs(ratio - 1.0).max()) < 0.35
    assert float(np.std(ratio)) < 0.09
    assert float(np.mean(ratio)) == pytest.approx(1.0, abs=0.02)
    z = found.flows.z / exact_answer.flows.z
    assert float(np.nanmedian(z)) == pytest.approx(1.0, abs=0.02)


def test_top_suspects_are_exact_again(exact_answer: Reconciliation, monkeypatch: pytest.MonkeyPatch) -> None:
    iterate(monkeypatch)
    found = reconcile(*biased())
    best = [s for s in exact_answer.suspects if s.statistic > 40.0]
    same = found.suspects[: len(best)]
    assert len(best) >= 4
    assert [(s.kind, s.flow, s.node, s.equivalent) for s in same] == [
        (s.kind, s.flow, s.node, s.equivalent) for s in best
    ]
    for one, other in zip(same, best, strict=True):
        assert one.exact
        assert one.mass == pytest.approx(other.mass, rel=1e-5)
        assert one.sd == pytest.approx(other.sd, rel=1e-5)
        assert one.statistic == pytest.approx(other.statistic, rel=1e-5)
    first, exact_first = found.elimination[0], exact_answer.elimination[0]
    assert first.statistic == pytest.approx(exact_first.statistic, rel=1e-5)


def test_estimated_leaks_and_observable_flows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with a tenth of the flows unmeasured."""
    network, truth = NETWORKS["random"]
    whole = reports_of(truth, seed=8)
    seen = np.random.default_rng(8).random(truth.size) > 0.08
    reports = Reports(whole.flow[seen], whole.value[seen], whole.sigma[seen])
    exact = reconcile(network, reports)
    iterate(monkeypatch)
    found = reconcile(network, reports)
    np.testing.assert_array_equal(found.flows.flow_class, exact.flows.flow_class)
    known = ~np.isnan(exact.flows.mass)
    assert np.count_nonzero(exact.flows.flow_class == 2) > 10
    np.testing.assert_allclose(found.flows.mass[known], exact.flows.mass[known], rtol=1e-5, atol=1e-5)
    free = exact.flows.flow_class == 2
    ratio = found.flows.sd[free] / exact.flows.sd[free]
    assert float(np.abs(ratio - 1.0).max()) < 0.4
    leak = found.nodes.untracked_sd / exact.nodes.untracked_sd
    assert float(np.nanmax(np.abs(leak - 1.0))) < 0.4


def test_tonnages_over_six_orders_of_magnitude_close(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the scaling is for: sigmas from a kilogram to ten thousand tonnes in one network."""
    iterate(monkeypatch)
    random = np.random.default_rng(6)
    network, truth = circulation(random, 300, 1500)
    sigma = 10.0 ** random.uniform(-3, 4, truth.size)
    value = truth + sigma * random.normal(size=truth.size)
    found, bounded = solve(network, Reports(np.arange(truth.size), value, sigma))
    assert float(np.abs(found.residual).max()) < CLOSED_TONNES
    assert float(np.abs(network.imbalance(bounded.masses)).max()) < CLOSED_TONNES
    assert bounded.breach == 0.0
    assert found.statistic.sum() / 300 == pytest.approx(1.0, abs=0.35)
