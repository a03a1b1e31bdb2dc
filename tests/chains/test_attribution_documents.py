"""Networks that cannot be right are refused by item; what the engine can go on with is a warning."""

import copy
import json
from typing import Any

import numpy as np
import pytest
from support.attribution_networks import answered, file_of

from chains.attribution.checks import LISTED, tonnes
from chains.attribution.documents import parse
from chains.attribution.network import FlowNetwork, shares_of
from chains.file_faults import FileFault

GOOD = file_of(
    {"mine": 100.0},
    [("mine", "plant", 80.0, 0.65, "air"), ("mine", "kiln", 20.0)],
    [("plant", "stored", 52.0), ("kiln", "product", 20.0)],
)


def changed(**parts: Any) -> dict[str, Any]:
    return {**copy.deepcopy(GOOD), **parts}


def with_flow(**fields: Any) -> dict[str, Any]:
    raw = changed()
    raw["flows"][0] |= fields
    return raw


REFUSED = {
    "no states": (changed(states=[]), "states", "the network is empty"),
    "states missing": ({"flows": []}, "states", "the network is empty"),
    "state twice": (changed(states=["mine", "plant", "kiln", "mine"]), "states[3]", '"mine" stands twice'),
    "state not a name": (changed(states=["mine", 7]), "states[1]", "7 is not a name"),
    "state without a name": (changed(states=[""]), "states[0]", '"" is not a name'),
    "state that cannot be printed": (changed(states=["a\ud800"]), "states[0]", "cannot be printed"),
    "state with a control character": (changed(states=["a\x00"]), "states[0]", "cannot be printed"),
    "unknown key": (changed(flow=[]), '"flow"', "no such key"),
    "inputs a list": (changed(inputs=[]), "inputs", "must be an object"),
    "input of unknown state": (changed(inputs={"nowhere": 1.0}), 'inputs, "nowhere"', "no such state"),
    "input negative": (changed(inputs={"mine": -1.0}), 'inputs, "mine"', "-1.0 is negative"),
    "input infinite": (changed(inputs={"mine": float("inf")}), 'inputs, "mine"', "not a finite number"),
    "flows an object": (changed(flows={}), "flows", "must be a list"),
    "flow a text": (changed(flows=["mine"]), "flows[0]", "must be an object"),
    "unknown field": (with_flow(tons=1.0), 'flows[0], "tons"', "no such key"),
    "id twice": (
        changed(flows=[{"id": "7", "from": "mine", "to": "plant", "tonnes": 1}] * 2),
        "flows[1].id",
        '"7" stands twice',
    ),
    "id a number": (with_flow(id=7), "flows[0].id", "7 is not a name"),
    "sender missing": (changed(flows=[{"to": "mine", "tonnes": 1}]), "flows[0].from", "is missing"),
    "sender a list": (with_flow(**{"from": ["mine"]}), "flows[0].from", "is not a name"),
    "receiver unknown": (with_flow(to="nowhere"), "flows[0].to", 'no state "nowhere"'),
    "tonnes missing": (with_flow(tonnes=None), "flows[0].tonnes (mine → plant)", "is missing"),
    "tonnes a text": (with_flow(tonnes="80"), "flows[0].tonnes (mine → plant)", '"80" is not a number'),
    "tonnes a truth": (with_flow(tonnes=True), "flows[0].tonnes (mine → plant)", "true is not a number"),
    "tonnes NaN": (with_flow(tonnes=float("nan")), "flows[0].tonnes (mine → plant)", "not a finite number"),
    "tonnes negative": (with_flow(tonnes=-80), "flows[0].tonnes (mine → plant)", "-80 is negative"),
    "tonnes beyond sense": (with_flow(tonnes=10**400), "flows[0].tonnes (mine → plant)", "is above 1e+15"),
    "yield above 1": (with_flow(**{"yield": 1.01}), "flows[0].yield (mine → plant)", "1.01 is above 1"),
    "yield negative": (with_flow(**{"yield": -0.1}), "flows[0].yield (mine → plant)", "is negative"),
    "rest a number": (with_flow(rest=3), "flows[0].rest", "3 is not a name"),
    "fate missing": (changed(fates=[{"state": "mine", "tonnes": 1}]), "fates[0].fate", "is missing"),
    "fate of unknown state": (
        changed(fates=[{"state": "x", "fate": "stored", "tonnes": 1}]),
        "fates[0].state",
        'no state "x"',
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_item(case: str) -> None:
    raw, place, reason = REFUSED[case]
    with pytest.raises(FileFault) as refused:
        parse(raw)
    assert refused.value.place == place
    assert reason in refused.value.en
    assert refused.value.zh


def test_states_that_send_more_than_they_have_are_all_named() -> None:
    raw = file_of({"a": 10.0, "b": 5.0}, [("a", "c", 12.0), ("b", "c", 7.0)], [("c", "product", 19.0)])
    with pytest.raises(FileFault) as refused:
        answered(raw)
    assert refused.value.en == '"a" sends 12 t but has 10 t; "b" sends 7 t but has 5 t'
    assert "“a”送出 12 t，但只有 10 t" in refused.value.zh


def test_a_rounding_in_the_third_place_is_shown_and_no_more_is_let_through() -> None:
    raw = file_of({"a": 1000.0}, [("a", "b", 1000.9)], [("b", "product", 1000.9)])
    found = answered(raw)
    assert found["unexplained"] == {"a": pytest.approx(0.9)}
    assert found["totals"]["product"] == pytest.approx(1000.9)
    raw["flows"][0]["tonnes"] = raw["fates"][0]["tonnes"] = 1001.1
    with pytest.raises(FileFault, match='"a" sends'):
        answered(raw)


def test_sums_of_decimals_are_not_taken_for_gaps() -> None:
    """Ten times 0.1 is not 1.0 in binary; that is no finding."""
    raw = file_of({"a": 1.0}, [("a", "b", 0.1)] * 10, [("b", "product", 0.7), ("b", "stored", 0.3)])
    assert "warnings" not in answered(raw)


def test_untracked_states_are_named_the_largest_first_and_counted() -> None:
    states = [f"s{i:02d}" for i in range(LISTED + 3)]
    found = answered(file_of({name: float(i + 1) for i, name in enumerate(states)}, [], [], states))
    assert found["totals"] == pytest.approx({"untracked": sum(range(1, LISTED + 4))})
    assert '"s12" has 13 t and accounts for 0 t: 13 t are untracked' in found["warnings"][0]["en"]
    assert found["warnings"][-1]["en"] == "3 more states do not account for all they have"


def test_a_network_that_nothing_enters_has_shares_only() -> None:
    found = answered({"states": ["a"]})
    assert found["fates_by_state"] == {"a": {"untracked": 1.0}}
    assert found["totals"] == {}
    assert found["mean_path_length"] is None
    assert [one["en"] for one in found["warnings"]] == ["no inputs: there are shares but no totals"]


def test_the_answer_is_plain_json() -> None:
    found = answered(changed())
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert list(found) == [
        "fates_by_state", "totals", "throughput", "cycling_index", "mean_path_length", "mass_error", "method",
        "iterations",
    ]  # fmt: skip


def test_whole_numbers_and_a_published_case_are_read() -> None:
    raw = changed(inputs={"mine": 100})
    wrapped = {"case": "x", "kind": "attribute", "source": "y", "input": raw, "expected": {}, "tolerance": {}}
    assert answered(wrapped) == answered(raw) == answered(changed())


def test_array_rows_may_repeat_and_come_in_any_order() -> None:
    """The arrays of a database need no order: same bits from shuffled rows, repeated pairs summed."""
    random = np.random.default_rng(7)
    size, rows = 30, 400
    columns: dict[str, Any] = {
        "sender": random.integers(0, size, rows, dtype=np.int32),
        "receiver": random.integers(0, size, rows, dtype=np.int32),
        "tonnes": np.round(random.uniform(0.0, 9.0, rows), 1),
        "arriving": random.choice([0.0, 0.65, 1.0], rows),
        "rest": random.integers(0, 2, rows, dtype=np.int32),
    }
    ends: dict[str, Any] = {
        "fate_state": random.integers(0, size, rows, dtype=np.int32),
        "fate": random.integers(0, 2, rows, dtype=np.int32),
        "fate_tonnes": np.round(random.uniform(0.0, 9.0, rows), 1),
    }
    inputs = random.uniform(0.0, 50.0, size)
    first = shares_of(FlowNetwork(inputs=inputs, **columns, **ends, fates=("air", "product")))
    flows, fates = random.permutation(rows), random.permutation(rows)
    columns = {name: column[flows] for name, column in columns.items()}
    ends = {name: column[fates] for name, column in ends.items()}
    again = shares_of(FlowNetwork(inputs=inputs, **columns, **ends, fates=("air", "product")))
    assert (first.flow != again.flow).nnz == 0
    assert first.flow.has_canonical_format
    for field in ("fate", "source", "received", "sent", "unexplained", "untracked"):
        assert (getattr(first, field) == getattr(again, field)).all()
    assert first.flow.sum(axis=1) + first.fate.sum(axis=1) == pytest.approx(np.ones(size), abs=1e-14)


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (13.0, "13"), (1234567.25, "1,234,567.25"), (0.0000421, "4.21e-05")]
)
def test_masses_in_sentences(value: float, text: str) -> None:
    assert tonnes(value) == text
