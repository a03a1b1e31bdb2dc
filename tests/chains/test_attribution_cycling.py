"""Finn's cycling index: exact where it can be, with an honest standard deviation where it is estimated."""

import numpy as np
import pytest
from support.attribution_networks import one_large_loop, shares_from, with_groups

from chains.attribution import cycling
from chains.attribution.fates import FateModel


@pytest.mark.parametrize(
    ("pairs", "staying"), [(0, 0.6), (0, 0.95), (40, 0.6)], ids=["even", "slow", "with pairs"]
)
def test_walks_agree_with_the_dense_inverse(
    pairs: int, staying: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow, fate = one_large_loop(700, staying=staying)
    if pairs:
        flow, fate = with_groups(flow, fate, groups=pairs, members=2, inside=0.99)
    model = FateModel(shares_from(flow, fate))
    through = model.throughput(np.ones((700, 1))).x[:, 0]
    exact = model.cycling(through)
    assert exact.sd is None
    monkeypatch.setattr(cycling, "DENSE_LOOP", 100)
    walked = model.cycling(through)
    assert walked.sd is not None
    assert 0.0 < walked.sd < 2e-3
    assert abs(walked.index - exact.index) < 4 * walked.sd
    assert model.cycling(through) == walked


def test_walks_cut_short_widen_the_standard_deviation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cycling, "DENSE_LOOP", 100)
    monkeypatch.setattr(cycling, "_STEP_BUDGET", 200_000)
    model = FateModel(shares_from(*one_large_loop(5000, staying=1 - 1e-6)))
    through = model.throughput(np.ones((5000, 1))).x[:, 0]
    found = model.cycling(through)
    assert found.sd is not None
    assert found.sd > 0.1
    assert abs(found.index - 1.0) < 4 * found.sd


def test_recycled_share_of_one_state() -> None:
    flow, fate = one_large_loop(400, staying=0.8)
    visits = np.linalg.inv(np.eye(400) - flow.toarray()).diagonal()
    model = FateModel(shares_from(flow, fate))
    assert model.recycled_share(17) == pytest.approx(1 - 1 / visits[17], rel=1e-8)


def test_nothing_passes_nothing_cycles() -> None:
    model = FateModel(shares_from(*one_large_loop(300, staying=0.8)))
    assert model.cycling(np.zeros(300)) == cycling.Cycling(0.0, None)
