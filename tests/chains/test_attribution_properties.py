"""What must hold for the fates of any network."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.attribution_networks import answered, dense_fates, file_of, random_document, solved

from chains.attribution.fates import FateModel

networks = st.builds(
    random_document, st.integers(0, 2**32 - 1), st.integers(2, 200), units=st.sampled_from([1.0, 1e-3, 1e6])
)
small_networks = st.builds(random_document, st.integers(0, 2**32 - 1), st.integers(2, 40))


@pytest.mark.slow
@given(raw=networks)
@settings(max_examples=60, deadline=None)
def test_every_tonne_has_a_fate(raw: dict[str, Any]) -> None:
    found = answered(raw)
    assert sum(found["totals"].values()) == pytest.approx(sum(raw["inputs"].values()), rel=1e-12)
    for shares in found["fates_by_state"].values():
        assert sum(shares.values()) == pytest.approx(1.0, abs=1e-12)
        assert min(shares.values()) >= 0.0


@pytest.mark.slow
@given(raw=networks)
@settings(max_examples=60, deadline=None)
def test_sparse_is_the_dense_inverse(raw: dict[str, Any]) -> None:
    done = solved(raw)
    inverse = np.linalg.inv(np.eye(len(done.states)) - done.shares.flow.toarray())
    assert done.found.by_state == pytest.approx(dense_fates(done.shares), rel=1e-10, abs=1e-13)
    assert done.found.throughput == pytest.approx(inverse.T @ done.shares.source, rel=1e-10)
    visits = inverse.diagonal()
    index = ((visits - 1) / visits) @ done.found.throughput / done.found.throughput.sum()
    assert done.found.cycling_index == pytest.approx(index, abs=1e-12)
    assert done.found.cycling_index_sd is None
    assert done.found.residual < 1e-13


@given(raw=networks)
@settings(max_examples=40, deadline=None)
def test_throughput_is_what_the_tonnes_say(raw: dict[str, Any]) -> None:
    """The solve has to find again what was given: received = sent = throughput."""
    done = solved(raw)
    assert done.found.throughput == pytest.approx(done.shares.received, rel=1e-9)
    assert done.shares.sent == pytest.approx(done.shares.received, rel=1e-9)


@given(raw=small_networks, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_order_changes_no_bit(raw: dict[str, Any], seed: int) -> None:
    shuffle = random.Random(seed).shuffle
    mixed = json.loads(json.dumps(raw))
    for part in ("states", "flows", "fates"):
        shuffle(mixed[part])
    inputs = list(mixed["inputs"].items())
    shuffle(inputs)
    mixed["inputs"] = dict(inputs)
    assert json.dumps(answered(mixed)) == json.dumps(answered(raw))


@pytest.mark.slow
def test_hash_seed_changes_no_bit() -> None:
    code = (
        "import json; from support.attribution_networks import answered, random_document;"
        "print(json.dumps([answered(random_document(seed, 60)) for seed in range(3)]))"
    )
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": paths},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(answers) == 1


@given(raw=small_networks)
@settings(max_examples=40, deadline=None)
def test_kilograms_for_tonnes_change_only_masses(raw: dict[str, Any]) -> None:
    other = json.loads(json.dumps(raw))
    other["inputs"] = {name: value * 1000 for name, value in raw["inputs"].items()}
    for row in (*other["flows"], *other["fates"]):
        row["tonnes"] *= 1000
    found, before = answered(other), answered(raw)
    for state, shares in before["fates_by_state"].items():
        assert found["fates_by_state"][state] == pytest.approx(shares, rel=1e-9, abs=1e-12)
    for part in ("totals", "throughput"):
        assert found[part] == pytest.approx({k: v * 1000 for k, v in before[part].items()}, rel=1e-9)
    assert found["cycling_index"] == pytest.approx(before["cycling_index"], abs=1e-12)


@given(raw=small_networks, part=st.floats(0.01, 0.99))
@settings(max_examples=40, deadline=None)
def test_a_flow_split_in_two_is_the_same_flow(raw: dict[str, Any], part: float) -> None:
    split = json.loads(json.dumps(raw))
    for rows in (split["flows"], split["fates"]):
        whole = rows[0]["tonnes"]
        rows[0]["tonnes"] = whole * part
        rows.append({**rows[0], "tonnes": whole * (1 - part)})
    found, before = answered(split), answered(raw)
    for state, shares in before["fates_by_state"].items():
        assert found["fates_by_state"][state] == pytest.approx(shares, rel=1e-9, abs=1e-12)


@given(back=st.floats(1e-6, 1 - 1e-6))
def test_a_loop_with_return_share_p_multiplies_the_visits_by_one_over_one_minus_p(back: float) -> None:
    through = 1.0 / (1.0 - back)
    flows = [("a", "b", through), ("b", "a", through - 1.0)]
    done = solved(file_of({"a": 1.0}, flows, [("b", "product", 1.0)]))
    model = FateModel(done.shares)
    returned = (through - 1.0) / through
    assert model.downstream(0)[0] == pytest.approx(1.0 / (1.0 - returned), rel=1e-9)
    assert model.recycled_share(0) == pytest.approx(returned, rel=1e-9)
    assert done.found.cycling_index == pytest.approx(returned, rel=1e-9)
    assert done.found.totals == pytest.approx([1.0, 0.0], rel=1e-9)


@given(raw=small_networks)
@settings(max_examples=30, deadline=None)
def test_origins_of_all_groups_add_up(raw: dict[str, Any]) -> None:
    done = solved(raw)
    model, size = FateModel(done.shares), len(done.states)
    group = np.arange(size) % 3
    origins = model.origins(group, 3).x
    assert origins.sum(axis=1) == pytest.approx(done.found.throughput, rel=1e-10, abs=1e-12)
    by_group = model.fates_by_group(done.found.by_state, group, 3)
    assert by_group.sum(axis=0) == pytest.approx(done.found.totals, rel=1e-10, abs=1e-12)
    for number in range(3):
        entered = done.shares.source[group == number].sum()
        assert by_group[number].sum() == pytest.approx(entered, rel=1e-10, abs=1e-12)


@given(raw=small_networks, where=st.integers(0, 39))
@settings(max_examples=30, deadline=None)
def test_up_and_down_the_chain_are_one_matrix(raw: dict[str, Any], where: int) -> None:
    done = solved(raw)
    size = len(done.states)
    state = where % size
    visits = np.linalg.inv(np.eye(size) - done.shares.flow.toarray())
    model = FateModel(done.shares)
    assert model.downstream(state) == pytest.approx(visits[state], rel=1e-9, abs=1e-12)
    assert model.upstream(state) == pytest.approx(visits[:, state], rel=1e-9, abs=1e-12)


@given(raw=small_networks, lost=st.floats(0.01, 0.9))
@settings(max_examples=30, deadline=None)
def test_what_is_left_out_comes_back_as_untracked(raw: dict[str, Any], lost: float) -> None:
    row = raw["fates"][0]
    missing = row["tonnes"] * lost
    row["tonnes"] -= missing
    found = answered(raw)
    assert found["totals"]["untracked"] == pytest.approx(missing, rel=1e-6)
    assert any(row["state"] in one["en"] for one in found["warnings"])
