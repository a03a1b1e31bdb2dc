"""Published networks with known answers, through the command."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import typer
from support.attribution_networks import answered, file_of
from typer.testing import CliRunner

from app.cli.attribute import attribute

CASES = Path(__file__).parents[3] / "shared" / "cases"
SHARED = sorted(CASES.glob("attribute_*.json")) if CASES.is_dir() else []


def run(path: Path, *options: str) -> Any:
    app = typer.Typer()
    app.command()(attribute)
    return CliRunner().invoke(app, [str(path), *options])


def close(expected: Any, found: Any, tolerance: dict[str, float]) -> bool:
    if isinstance(expected, dict):
        return all(key in found and close(value, found[key], tolerance) for key, value in expected.items())
    return math.isclose(expected, found, rel_tol=tolerance.get("rel", 0.0), abs_tol=tolerance.get("abs", 0.0))


@pytest.mark.skipif(
    not SHARED, reason="no ../shared/cases here: the published cases that lie there are not run"
)
@pytest.mark.parametrize("path", SHARED, ids=lambda path: path.stem)
@pytest.mark.parametrize("wrapped", [False, True], ids=["input alone", "whole case"])
def test_shared_case(path: Path, *, wrapped: bool, tmp_path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    file = tmp_path / "network.json"
    file.write_text(json.dumps(case if wrapped else case["input"]), encoding="utf-8")
    result = run(file, "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert close(case["expected"], found, case["tolerance"]), found
    assert found["mass_error"] < 1e-9
    assert "warnings" not in found


def cone_spring() -> dict[str, Any]:
    """Cone Spring [kcal m⁻² a⁻¹]: Tilly 1968, Ecol. Monogr. 38:169; Ulanowicz 1986, Growth & Development."""
    flows = [
        ("PLANTS", "DETRITUS", 8881.0),
        ("BACTERIA", "DETRITUS FEEDERS", 75.0),
        ("BACTERIA", "DETRITUS", 1600.0),
        ("DETRITUS FEEDERS", "CARNIVORES", 370.0),
        ("DETRITUS FEEDERS", "DETRITUS", 200.0),
        ("CARNIVORES", "DETRITUS", 167.0),
        ("DETRITUS", "BACTERIA", 5205.0),
        ("DETRITUS", "DETRITUS FEEDERS", 2309.0),
    ]
    left = {"PLANTS": (300, 2003), "BACTERIA": (255, 3275), "DETRITUS FEEDERS": (0, 1814)}
    left |= {"CARNIVORES": (0, 203), "DETRITUS": (860, 3109)}
    fates = [
        (s, f, float(t))
        for s, two in left.items()
        for f, t in zip(("export", "respiration"), two, strict=True)
    ]
    return file_of({"PLANTS": 11184.0, "DETRITUS": 635.0}, flows, fates)


def test_cone_spring() -> None:
    found = answered(cone_spring())
    # Finn's cycling index as printed for Cone Spring (0.0919), throughput as in the data.
    assert found["cycling_index"] == pytest.approx(0.0919, abs=5e-5)
    assert found["throughput"]["DETRITUS"] == pytest.approx(11483.0, rel=1e-12)
    assert found["totals"] == pytest.approx({"export": 1415.0, "respiration": 10404.0}, rel=1e-12)
    assert found["mean_path_length"] == pytest.approx((11184 + 5205 + 2384 + 370 + 11483) / 11819, rel=1e-12)


def test_oyster_reef_whose_printed_figures_are_rounded() -> None:
    """Dame & Patten 1981, Mar. Ecol. Prog. Ser. 5:115: cycling index 0.11, throughput 83.58 kcal m⁻² d⁻¹."""
    flows = [("filter", "detritus", 15.7910), ("filter", "predators", 0.5135)]
    flows += [("microbiota", "meiofauna", 1.2060), ("microbiota", "deposit", 1.2060)]
    flows += [("meiofauna", "deposit", 0.6609), ("meiofauna", "detritus", 4.2403)]
    flows += [("deposit", "detritus", 1.9076), ("deposit", "predators", 0.1721)]
    flows += [("predators", "detritus", 0.3262), ("detritus", "microbiota", 8.1721)]
    flows += [("detritus", "meiofauna", 7.2745), ("detritus", "deposit", 0.6431)]
    breath = {
        "filter": 25.1650,
        "microbiota": 5.76,
        "meiofauna": 3.5794,
        "deposit": 0.4303,
        "predators": 0.3594,
    }
    fates = [(state, "respiration", value) for state, value in breath.items()]
    found = answered(file_of({"filter": 41.47}, flows, [*fates, ("detritus", "export", 6.1759)]))
    assert found["cycling_index"] == pytest.approx(0.1101, abs=1e-4)
    assert sum(found["throughput"].values()) == pytest.approx(83.5833, abs=1e-3)
    # What the rounding hides is shown, not spread: 0.0005 + 0.0001 t on each side.
    assert found["unexplained"] == pytest.approx({"detritus": 0.0005, "meiofauna": 0.0001})
    assert found["totals"]["untracked"] == pytest.approx(0.0006)
    assert len(found["warnings"]) == 4


def test_drunkards_walk() -> None:
    """Kemeny & Snell 1960: five corners, the ends absorb; N = [[3/2,1,1/2],[1,2,1],[1/2,1,3/2]]."""
    flows = [("1", "2", 0.5), ("2", "1", 0.5), ("2", "3", 0.5), ("3", "2", 0.5)]
    found = answered(file_of({"1": 0.5, "3": 0.5}, flows, [("1", "left", 0.5), ("3", "right", 0.5)]))
    assert found["fates_by_state"]["1"] == pytest.approx({"left": 0.75, "right": 0.25}, rel=1e-14)
    assert found["fates_by_state"]["2"] == pytest.approx({"left": 0.5, "right": 0.5}, rel=1e-14)
    assert found["mean_path_length"] == pytest.approx(3.0, rel=1e-14)
    assert found["cycling_index"] == pytest.approx((1 / 3 + 1 / 2 + 1 / 3) / 3, rel=1e-14)


def gangue_power() -> dict[str, Any]:
    flows = [("mine:gangue", "plant:gangue", 80.0), ("plant:gangue", "plant:ash", 80.0, 0.65, "air")]
    fates = [("mine:gangue", "disposed", 20.0), ("plant:ash", "product", 13.0), ("plant:ash", "stored", 39.0)]
    return file_of({"mine:gangue": 100.0}, flows, fates)


def test_gangue_power_by_hand() -> None:
    """80 of 100 t are used, 13 end in a product: 80 · 0.65 = 52 t of ash, a quarter of it in bricks."""
    found = answered(gangue_power())
    assert found["totals"] == pytest.approx({"air": 28.0, "disposed": 20.0, "product": 13.0, "stored": 39.0})
    assert found["fates_by_state"]["plant:ash"] == {"product": 0.25, "stored": 0.75}
    assert found["method"] == "topological"


def test_rest_goes_to_air_unless_named() -> None:
    raw = gangue_power()
    del raw["flows"][1]["rest"]
    assert answered(raw) == answered(gangue_power())
    raw["flows"][1]["rest"] = "heat"
    assert answered(raw)["totals"]["heat"] == pytest.approx(28.0)


def test_tables_name_states_and_fates(tmp_path: Path) -> None:
    file = tmp_path / "network.json"
    file.write_text(json.dumps(gangue_power()), encoding="utf-8")
    result = run(file)
    assert result.exit_code == 0
    for text in ("mine:gangue", "plant:ash", "product", "16.2500%", "13.0000%"):
        assert text in result.stdout


def test_edge_lists_give_the_same_answer(tmp_path: Path) -> None:
    rows = ["from,to,fate,tonnes,yield,rest", ",mine:gangue,,100,,", "mine:gangue,plant:gangue,,80,,"]
    rows += ["plant:gangue,plant:ash,,80,0.65,air", "mine:gangue,,disposed,20,,", "plant:ash,,product,13,,"]
    file = tmp_path / "network.csv"
    file.write_text("\n".join([*rows, "plant:ash,,stored,39,,"]), encoding="utf-8")
    assert json.loads(run(file, "--json").stdout) == answered(gangue_power())


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda raw: raw["flows"][0].update(tonnes=120.0), "mine:gangue"),
        (lambda raw: raw["flows"][0].update(to="nowhere"), "nowhere"),
        (lambda raw: raw["fates"][1].update(tonnes=float("nan")), "fates[1].tonnes (plant:ash → product)"),
        (lambda raw: raw["flows"][1].update({"yield": 1.2}), "flows[1].yield (plant:gangue → plant:ash)"),
        (lambda raw: raw["states"].append("plant:ash"), "plant:ash"),
    ],
    ids=["sends more than it has", "unknown state", "NaN", "yield above 1", "state twice"],
)
def test_refused_file_is_named_with_its_item(change: Any, named: str, tmp_path: Path) -> None:
    raw = gangue_power()
    change(raw)
    file = tmp_path / "bad network.json"
    file.write_text(json.dumps(raw), encoding="utf-8")
    result = run(file, "--json")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "bad network.json" in result.stderr
    assert named in result.stderr


def test_warning_goes_to_stderr_and_into_the_answer(tmp_path: Path) -> None:
    file = tmp_path / "loop.json"
    raw = file_of({"a": 10.0}, [("a", "b", 10.0), ("b", "a", 10.0)], [])
    file.write_text(json.dumps(raw), encoding="utf-8")
    result = run(file, "--json")
    assert result.exit_code == 0
    assert "closed loop" in result.stderr
    found = json.loads(result.stdout)
    assert found["totals"] == pytest.approx({"untracked": 10.0})
    assert any("closed loop" in one["en"] for one in found["warnings"])


def test_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    assert run(tmp_path / "none.json").exit_code == 2
