"""Published networks with known answers, through the command."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from support.reconciliation_networks import (
    BYPASS_TRUTH,
    SHARED,
    Document,
    answered,
    bypass,
    command,
    exact_solution,
    flow,
    run_command,
)

CASES = sorted([*SHARED.glob("reconcile_*.json"), *SHARED.glob("classify_*.json")])
TABLE_1_1 = {"1": 101.91, "2": 64.45, "3": 34.65, "4": 64.2, "5": 36.44, "6": 98.88}


def close(found: Any, expected: Any, tolerance: Document) -> bool:
    if isinstance(expected, bool | str):
        return bool(found == expected)
    return math.isclose(
        found, expected, rel_tol=tolerance.get("rel", 0.0), abs_tol=tolerance.get("abs", 0.0) + 1e-12
    )


def misses(found: Document, expected: Document, tolerance: Document) -> list[str]:
    """List what of a case's expectations an answer does not meet."""
    columns = {
        "flows": ("flows", "value"),
        "flows_published": ("flows", "value"),
        "sd": ("flows", "sd"),
        "half_width_95_published": ("flows", "half_width_95"),
        "z": ("flows", "z"),
        "pair_z": ("flows", "pair_z"),
        "class": ("flows", "class"),
        "node_z": ("nodes", "z"),
    }
    wrong = []
    for key, wanted in expected.items():
        if key in columns:
            part, field = columns[key]
            wrong += [
                f"{key} of {name}"
                for name, value in wanted.items()
                if not close(found[part][name][field], value, tolerance)
            ]
        elif key in found["global_test"]:
            wrong += [] if close(found["global_test"][key], wanted, tolerance) else [key]
        elif key == "flagged":
            flagged = {name for name, row in found["flows"].items() if row["flagged"]}
            wrong += [] if flagged == set(wanted) else [key]
        elif key == "equivalent_set":
            sets = [set(suspect["equivalent"]) for suspect in found["suspects"]]
            wrong += [] if set(wanted) in sets else [key]
        elif key == "suspects_contain":
            wrong += [str(w) for w in wanted if not any(_fits(s, w, tolerance) for s in found["suspects"])]
        elif key != "J_after_removing_2":
            wrong.append(f"{key}: nobody looks at it")
    return wrong


def _fits(suspect: Document, wanted: Document, tolerance: Document) -> bool:
    return all(close(suspect[name], value, tolerance) for name, value in wanted.items())


@pytest.mark.skipif(not CASES, reason="no ../shared/cases here: the cases that lie there are not run")
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
@pytest.mark.parametrize("wrapped", [False, True], ids=["input alone", "whole case"])
def test_shared_case(path: Path, *, wrapped: bool, tmp_path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    found = command(tmp_path, case if wrapped else case["input"])
    assert misses(found, case["expected"], case["tolerance"]) == []
    assert max((abs(node["residual_after"]) for node in found["nodes"].values()), default=0.0) < 1e-9
    assert found["residual"] < 1e-9


def test_bypass_of_narasimhan_and_jordache() -> None:
    """Table 1-1 of the book: measured and reconciled flows of the heat exchanger with bypass."""
    found = answered(bypass(TABLE_1_1))
    published = {"1": 100.22, "2": 64.50, "3": 35.72, "4": 64.50, "5": 35.72, "6": 100.22}
    assert {name: round(row["value"], 2) for name, row in found["flows"].items()} == published
    assert found["global_test"]["J"] == pytest.approx(6.4075)
    assert not found["global_test"]["rejected"]
    assert found["suspects"] == []
    assert found["method"] == "dense Cholesky"


def test_bypass_with_one_flow_unmeasured() -> None:
    """Without the meter behind the exchanger, stream 4 follows from stream 2."""
    found = answered(bypass({name: value for name, value in TABLE_1_1.items() if name != "4"}))
    exact = exact_solution(
        ["SPLIT", "VALVE", "MIX"],
        [
            ("1", None, "SPLIT"),
            ("2", "SPLIT", "MIX"),
            ("3", "SPLIT", "VALVE"),
            ("5", "VALVE", "MIX"),
            ("6", "MIX", None),
        ],
        ["101.91", "64.45", "34.65", "36.44", "98.88"],
        ["1"] * 5,
    )
    for at, name in enumerate(("1", "2", "3", "5", "6")):
        assert found["flows"][name]["value"] == pytest.approx(float(exact["value"][at]), rel=1e-12)
    four = found["flows"]["4"]
    assert (four["class"], four["z"]) == ("observable", None)
    assert four["value"] == pytest.approx(found["flows"]["2"]["value"])
    assert four["sd"] == pytest.approx(found["flows"]["2"]["sd"])
    assert found["nodes"]["HX"]["balanced_with"] == ["MIX"]
    assert found["global_test"]["dof"] == 3


def test_bias_of_four_in_flow_two() -> None:
    """Narasimhan & Jordache 2000, ch. 7: +4 on flow 2; by hand z, critical value, GLR and J without it."""
    biased = TABLE_1_1 | {"2": 68.45}
    found = answered(bypass(biased))
    assert found["global_test"]["J"] == pytest.approx(16.67416667)
    assert found["global_test"]["critical"] == pytest.approx(9.4877, abs=1e-4)
    assert found["critical_z"] == pytest.approx(2.6310, abs=1e-4)
    assert [name for name, row in found["flows"].items() if row["flagged"]] == ["2"]
    assert found["flows"]["2"]["z"] == pytest.approx(3.20474908)
    two = next(s for s in found["suspects"] if s["flow"] == "2")
    assert two["tonnes"] == pytest.approx(3.925)
    assert two["statistic"] == pytest.approx(10.27041667)
    without = answered(bypass({name: value for name, value in biased.items() if name != "2"}))
    assert without["global_test"]["J"] == pytest.approx(6.40375)
    assert found["global_test"]["J"] - two["statistic"] == pytest.approx(6.40375)


VDI_2048: list[Any] = [
    ("mFDKEL", None, "feedwater", 46.241, 0.8),
    ("mFDKELL", None, "feedwater", 45.668, 0.79),
    ("mSPL", "feedwater", "steam", 44.575, 0.535),
    ("mSPLL", "feedwater", "steam", 44.319, 0.532),
    ("mV", "steam", "feedwater", 0.525, 0.105),
    ("mHK", "steam", None, 69.978, 0.854),
    ("mA7", "steam", "condensate", 10.364, 0.168),
    ("mA6", "steam", "condensate", 3.744, 0.058),
    ("mA5", "steam", "condensate", 4.391, 0.058),
    ("mHDNK", "condensate", None, 18.498, 0.205),
]


def vdi_2048(half_width_of_feed: float | None = None) -> Document:
    """VDI 2048 part 1, annex: a power plant's steam balance [kg/s], 40 % of the leakage mV returned."""
    flows = []
    for name, start, end, value, half_width in VDI_2048:
        if half_width_of_feed is not None and end == "feedwater" and start is None:
            half_width = half_width_of_feed  # noqa: PLW2901 — the second pass of the guideline
        more = {"yield": 0.4} if name == "mV" else {}
        flows.append(flow(name, start, end, {"value": value, "half_width_95": half_width}, **more))
    return {"nodes": ["feedwater", "steam", "condensate"], "flows": flows, "local_test_floor": 0.1}


def test_vdi_2048_finds_the_feedwater_meters() -> None:
    found = answered(vdi_2048())
    assert found["global_test"]["J"] == pytest.approx(24.48351, rel=1e-6)
    assert found["global_test"]["rejected"]
    assert [name for name, row in found["flows"].items() if row["flagged"]] == ["mFDKEL", "mFDKELL"]
    first = found["suspects"][0]
    assert first["equivalent"] == ["mFDKEL", "mFDKELL"]
    assert first["equivalent_other_kind"] == ["feedwater"]


def test_vdi_2048_after_the_meters_were_mended() -> None:
    """The published values and 95 % half-widths of the second pass."""
    found = answered(vdi_2048(2.5))
    published = {
        "mHDNK": (18.499, 0.137122),
        "mA5": (4.391, 0.0566957),
        "mA6": (3.744, 0.0566957),
        "mA7": (10.364, 0.133016),
        "mHK": (69.997, 0.566796),
        "mV": (0.524194, 0.104563),
        "mSPLL": (44.3818, 0.469808),
        "mSPL": (44.6385, 0.471702),
        "mFDKELL": (44.1188, 1.78991),
        "mFDKEL": (44.6918, 1.78991),
    }
    for name, (value, half_width) in published.items():
        assert found["flows"][name]["value"] == pytest.approx(value, rel=2e-5)
        assert found["flows"][name]["half_width_95"] == pytest.approx(half_width, rel=2e-5)
    assert found["global_test"]["J"] == pytest.approx(3.060222, rel=1e-6)
    assert not found["global_test"]["rejected"]


def test_the_floor_of_vdi_2048_shields_a_meter_the_network_hardly_checks() -> None:
    """W_jj/V_jj of the leakage mV is far below a tenth: one deviation is flagged without the floor only."""
    document = vdi_2048(2.5)
    document["flows"][4]["reports"][0]["value"] = 5.0
    shielded = answered(document)
    bare = answered({**document, "local_test_floor": 0.0})
    assert bare["flows"]["mV"]["flagged"]
    assert not shielded["flows"]["mV"]["flagged"]
    assert shielded["flows"]["mV"]["z"] == pytest.approx(bare["flows"]["mV"]["z"])


# Flow networks of the literature with their measurements and standard deviations; the reference is computed
# here in exact fractions.
MANDEL: Any = (
    # Mandel, Abdollahzadeh, Maquin & Ragot 1998, Int. J. Miner. Process. 53:157
    ["1", "2", "3", "4", "5", "6"],
    [
        (None, "1"), ("1", None), ("1", "2"), ("2", None), ("2", "3"), ("3", None),
        ("3", "4"), ("5", "4"), ("4", "6"), ("6", "5"), ("6", None), ("5", None),
    ],
    ["250.5", "21.6", "207", "36.5", "172.5", "17.6", "144.9", "47", "212", "96", "90.5", "47.7"],
    ["37.575", "1.08", "5", "1.825", "2", "0.88", "7.245", "1", "5", "2", "18.1", "2.385"],
)  # fmt: skip
MITSAS: Any = (
    # Mitsas 2010, Measurement 43:702
    ["1", "2", "3", "4", "5", "6"],
    [
        (None, "1"), ("1", "2"), ("1", "3"), ("1", "4"), ("2", "3"), ("2", "3"),
        ("2", "3"), ("3", "5"), ("4", "5"), ("4", "6"), ("5", "6"), ("6", None),
    ],
    [
        "100.49", "29.46", "40.41", "30.05", "15.17", "4.98", "9.92", "70.68", "10.03", "19.82", "81.06",
        "101.57",
    ],
    ["1", "0.3", "0.4", "0.3", "0.3", "0.1", "0.2", "0.7", "0.3", "0.4", "0.8", "1"],
)  # fmt: skip
MARTINS: Any = (
    # Martins, Amaro, Souza, Kalid & Kiperstok 2010, J. Clean. Prod. 18:1151, variances as standard deviations
    ["1", "2", "3", "4", "5", "6", "7", "8"],
    [
        (None, "1"), ("1", "2"), ("1", "3"), ("1", "4"), ("1", "5"), ("4", "6"), ("4", "7"),
        ("2", "8"), ("3", "8"), ("6", "8"), ("7", "5"), ("5", None), ("8", None),
    ],
    [
        "28.06", "3.06", "5.28", "8.89", "11.39", "3.89", "4.17", "2.78", "5.83", "4.44", "3.89", "15.0",
        "13.33",
    ],
    [
        "0.275", "0.05", "0.1725", "0.1452", "0.3721", "0.1271", "0.1362", "0.0454", "0.0952", "0.0725",
        "0.0635", "0.147", "0.1306",
    ],
)  # fmt: skip
ROSENBERG: Any = (
    # Rosenberg, Mah & Iordache 1987, Ind. Eng. Chem. Res. 26:555
    ["1", "2", "3", "4"],
    [(None, "1"), ("1", "2"), ("2", "3"), ("3", "1"), ("3", "4"), ("4", "1"), ("4", None)],
    ["5.026", "14.722", "14.721", "4.968", "10.088", "5.131", "4.835"],
    ["1"] * 7,
)
NEARLY_CLOSED: Any = (
    # two firms that ship 99.9 % back and forth: made up, the hardest conditioning
    ["A", "B"],
    [(None, "A"), ("A", "B"), ("B", "A"), ("B", None)],
    ["1.02", "1000", "990", "1"],
    ["0.01", "10", "10", "0.01"],
)


@pytest.mark.parametrize(
    "case",
    [MANDEL, MITSAS, MARTINS, ROSENBERG, NEARLY_CLOSED],
    ids=["mandel", "mitsas", "martins", "rosenberg", "loop"],
)
def test_against_exact_fractions(case: Any) -> None:
    nodes, ends, values, sigmas = case
    named = [(str(i), start, end) for i, (start, end) in enumerate(ends, 1)]
    found = answered(
        {
            "nodes": nodes,
            "flows": [
                flow(name, start, end, (float(value), float(sigma)))
                for (name, start, end), value, sigma in zip(named, values, sigmas, strict=True)
            ],
        }
    )
    exact = exact_solution(nodes, named, values, sigmas)
    assert found["global_test"]["J"] == pytest.approx(float(exact["J"]), rel=1e-9)
    assert found["global_test"]["dof"] == len(nodes)
    for at, (name, _, _) in enumerate(named):
        row = found["flows"][name]
        assert row["value"] == pytest.approx(float(exact["value"][at]), rel=1e-8)
        assert row["sd"] == pytest.approx(math.sqrt(exact["variance"][at]), rel=1e-6)
        assert row["z"] ** 2 == pytest.approx(float(exact["z_squared"][at]), rel=1e-6)
        assert row["class"] == "redundant"


def test_truth_comes_back() -> None:
    found = answered(bypass(BYPASS_TRUTH))
    assert {name: row["value"] for name, row in found["flows"].items()} == pytest.approx(BYPASS_TRUTH)
    assert found["global_test"]["J"] == pytest.approx(0.0, abs=1e-12)


def test_a_file_that_is_missing_is_a_wrong_usage(tmp_path: Path) -> None:
    assert run_command(tmp_path / "none.json").exit_code == 2
