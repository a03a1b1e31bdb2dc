"""`huanlian reconcile FILE`: the format, the tables, and the sentence for every wrong input."""

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from support.reconciliation_networks import (
    BYPASS_TRUTH,
    Document,
    answered,
    bypass,
    command,
    flow,
    run_command,
)

VALUES = {"1": 101.91, "2": 68.45, "3": 34.65, "4": 64.2, "5": 36.44, "6": 98.88}


def written(folder: Path, document: object) -> Path:
    file = folder / "network.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def test_the_answer_has_exactly_the_promised_fields(tmp_path: Path) -> None:
    found = command(tmp_path, bypass(VALUES))
    promised = {"flows", "nodes", "global_test", "suspects", "method", "iterations"}
    assert promised <= set(found)
    fields = {"value", "sd", "half_width_95", "z", "class", "flagged", "pair_z"}
    assert all(fields <= set(row) for row in found["flows"].values())
    assert all({"residual_before", "z", "residual_after"} <= set(row) for row in found["nodes"].values())
    assert {"J", "dof", "critical", "rejected", "components"} <= set(found["global_test"])
    suspect = {"kind", "flow", "node", "tonnes", "sd", "statistic", "p", "equivalent"}
    assert all(suspect <= set(row) for row in found["suspects"])
    statistics = [row["statistic"] for row in found["suspects"]]
    assert statistics == sorted(statistics, reverse=True)
    assert found["flows"]["1"]["half_width_95"] == pytest.approx(1.96 * found["flows"]["1"]["sd"])
    assert list(found["flows"]) == list(VALUES)


def test_tables_name_the_suspects(tmp_path: Path) -> None:
    result = run_command(written(tmp_path, bypass(VALUES)))
    assert result.exit_code == 0
    assert "rejected" in result.stdout
    assert "HX" in result.stdout
    assert "68.450" in result.stdout
    assert "⚑" in result.stdout


def test_tables_of_a_clean_network(tmp_path: Path) -> None:
    result = run_command(written(tmp_path, bypass(BYPASS_TRUTH)))
    assert "accepted" in result.stdout
    assert "no suspects" in result.stdout


def test_a_large_network_shows_what_differs_most(tmp_path: Path) -> None:
    """Sixty nodes in a row: the tables keep forty rows and say so; the biased flow is among them."""
    names = [f"N{i:02}" for i in range(60)]
    ends = zip([None, *names], [*names, None], strict=True)
    flows = [flow(f"f{i:02}", a, b, (100.0, 1.0)) for i, (a, b) in enumerate(ends)]
    flows[55]["reports"][0]["value"] = 130.0
    result = run_command(written(tmp_path, {"nodes": names, "flows": flows}))
    assert result.exit_code == 0
    assert "40 / 61" in result.stdout
    assert "f55 ⚑" in result.stdout


def test_warnings_go_to_the_error_stream(tmp_path: Path) -> None:
    document = {
        "nodes": ["A"],
        "flows": [flow("in", None, "A", (5.0, 1.0)), flow("x", "A", None), flow("y", "A", None)],
    }
    result = run_command(written(tmp_path, document), "--json")
    assert result.exit_code == 0
    assert "2 flows are not determined" in result.stderr
    assert json.loads(result.stdout)["flows"]["x"]["value"] is None


Change = Callable[[Document], object]


def report(document: Document) -> Document:
    first: Document = document["flows"][0]["reports"][0]
    return first


WRONG: dict[str, tuple[Change, str]] = {
    "unknown node": (lambda d: d["flows"][1].update({"to": "NOWHERE"}), 'flow "2", to'),
    "duplicate flow": (lambda d: d["flows"].append(d["flows"][2]), '"3" stands twice'),
    "duplicate node": (lambda d: d["nodes"].append("HX"), '"HX" stands twice'),
    "negative sigma": (lambda d: report(d).update(sigma=-1.0), 'flow "1", report by "r0", sigma: '),
    "zero sigma": (lambda d: report(d).update(sigma=0), "0 is not positive"),
    "NaN value": (lambda d: report(d).update(value=float("nan")), 'flow "1", report by "r0", value: '),
    "infinite sigma": (lambda d: report(d).update(sigma=float("inf")), 'flow "1", report by "r0", sigma: '),
    "huge integer": (lambda d: report(d).update(value=10**400), 'flow "1", report by "r0", value: '),
    "text value": (lambda d: report(d).update(value="12"), "must be a number"),
    "no value": (lambda d: report(d).pop("value"), 'report by "r0", value: '),
    "no spread": (lambda d: report(d).pop("sigma"), "neither sigma nor half_width_95 nor method"),
    "two spreads": (lambda d: report(d).update(half_width_95=1.0), "gives both"),
    "unknown method": (lambda d: (report(d).pop("sigma"), report(d).update(method="guess")), '"guess"'),
    "method of nothing": (
        lambda d: (report(d).pop("sigma"), report(d).update(method="estimate", value=0.0)),
        "give sigma",
    ),
    "yield above 1": (lambda d: d["flows"][3].update({"yield": 1.2}), 'flow "4", yield'),
    "yield 0": (lambda d: d["flows"][3].update({"yield": 0.0}), 'flow "4", yield'),
    "negative capacity": (lambda d: d["flows"][3].update(capacity=-1.0), 'flow "4", capacity'),
    "signed by word": (lambda d: d["flows"][3].update(signed="yes"), 'flow "4", signed'),
    "missing end": (lambda d: d["flows"][3].pop("from"), 'flow "4", from'),
    "missing id": (lambda d: d["flows"][3].pop("id"), "flows[3], id"),
    "reports no list": (lambda d: d["flows"][3].update(reports={}), 'flow "4", reports'),
    "report no object": (lambda d: d["flows"][3].update(reports=[5]), 'flow "4", report 1'),
    "flow no object": (lambda d: d["flows"].append("flow"), "flows[6]"),
    "empty network": (lambda d: d.update(nodes=[], flows=[]), "the network is empty"),
    "no nodes": (lambda d: d.pop("nodes"), "nodes: "),
    "alpha": (lambda d: d.update(alpha=1.0), "alpha: "),
    "floor": (lambda d: d.update(local_test_floor=-0.1), "local_test_floor: "),
    "methods": (lambda d: d.update(methods={"estimate": 0.0}), "methods, estimate"),
}


@pytest.mark.parametrize("name", list(WRONG))
def test_wrong_input_is_refused_by_item(name: str, tmp_path: Path) -> None:
    change, sentence = WRONG[name]
    document = copy.deepcopy(bypass(VALUES))
    change(document)
    result = run_command(written(tmp_path, document), "--json")
    assert result.exit_code == 1, result.output
    assert result.stderr.startswith("network.json: ")
    assert sentence in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "not JSON"),
        (b'{"nodes": [', "line 1, column 12"),
        (b"[1, 2]", "must be an object"),
        (b'{"nodes": ["\xff"]}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_document_is_refused(raw: bytes, sentence: str, tmp_path: Path) -> None:
    file = tmp_path / "network.json"
    file.write_bytes(raw)
    result = run_command(file)
    assert result.exit_code == 1
    assert sentence in result.stderr


def test_wrong_usage() -> None:
    assert run_command(Path(__file__).parent).exit_code == 2
    assert run_command(Path(__file__), "--nonsense").exit_code == 2


def test_names_may_be_numbers_and_chinese(tmp_path: Path) -> None:
    document = {
        "nodes": [1, "大同"],
        "flows": [
            {"id": 1, "from": None, "to": 1, "reports": [{"value": 5, "sigma": 1}]},
            {"id": "煤矸石", "from": 1, "to": "大同", "yield": None, "reports": None},
            {"id": 3, "from": "大同", "to": None, "reports": [{"value": 6, "half_width_95": 1.96}]},
        ],
    }
    found = command(tmp_path, document)
    assert found["flows"]["煤矸石"]["value"] == pytest.approx(5.5)
    assert found["nodes"]["大同"]["balanced_with"] == ["1"]


def test_a_method_stands_for_its_spread(tmp_path: Path) -> None:
    told = [{"value": 1000.0, "method": "weighbridge"}, {"value": 850.0, "method": "estimate"}]
    document = {"nodes": [], "flows": [flow("t", None, None, *told)]}
    one = command(tmp_path, document)["flows"]["t"]
    assert one["pair_z"] == pytest.approx(150.0 / (10.0**2 + 170.0**2) ** 0.5)
    sharper = command(tmp_path, {**document, "methods": {"estimate": 0.01}})["flows"]["t"]
    assert sharper["pair_z"] == pytest.approx(11.43, abs=0.005)


def test_the_same_network_as_csv_and_xlsx(tmp_path: Path) -> None:
    """One row per report; a flow's second report repeats only its id."""
    rows: list[list[str | float]] = [
        ["id", "from", "to", "yield", "by", "value", "sigma"],
        ["in", "", "A", 1.0, "sender", 100.0, 1.0],
        ["in", "", "", "", "receiver", 103.0, 2.0],
        ["ab", "A", "B", 0.5, "", 99.0, 1.0],
        ["out", "B", "", "", "meter", 51.0, 0.5],
    ]
    flows = [
        flow("in", None, "A", (100.0, 1.0), (103.0, 2.0)),
        flow("ab", "A", "B", (99.0, 1.0), **{"yield": 0.5}),
        flow("out", "B", None, (51.0, 0.5)),
    ]
    wanted = answered({"nodes": ["A", "B"], "flows": flows})
    table = tmp_path / "network.csv"
    table.write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8")
    book = tmp_path / "network.xlsx"
    with xlsxwriter.Workbook(str(book)) as workbook:
        sheet = workbook.add_worksheet("flows")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    for file in (table, book):
        result = run_command(file, "--json")
        assert result.exit_code == 0, result.stderr
        found = json.loads(result.stdout)
        assert found["flows"] == wanted["flows"]
        assert found["global_test"] == wanted["global_test"]


def test_a_wrong_cell_is_named_by_row_and_field(tmp_path: Path) -> None:
    table = tmp_path / "network.csv"
    table.write_text("id,from,to,value,sigma\na,,A,ten,1\n", encoding="utf-8")
    result = run_command(table)
    assert result.exit_code == 1
    assert 'network.csv: row 2, field "value"' in result.stderr
