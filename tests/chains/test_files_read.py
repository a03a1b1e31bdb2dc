"""Files as people have them: what is read in spite of its form, and what is refused with a sentence."""

import datetime as dt
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from support.reconciliation_networks import BYPASS_TRUTH, bypass, run_command
from typer.testing import CliRunner

from app.cli import cli
from chains.attribution.documents import parse
from chains.edge_lists import read_document
from chains.file_faults import FileFault

LIST = "from,to,fate,tonnes,yield\n,矿,,100,\n矿,厂,,80,0.65\n厂,,产品,52,\n"


def refused(path: Path, command: str = "attribute") -> str:
    result = CliRunner().invoke(cli, [command, str(path), "--json"], catch_exceptions=False)
    assert result.exit_code == 1
    assert result.stdout == ""
    return result.stderr


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("parting", [",", ";", "\t"])
def test_a_csv_as_any_spreadsheet_saves_it(encoding: str, parting: str, tmp_path: Path) -> None:
    path = tmp_path / "flows.csv"
    path.write_bytes(LIST.replace(",", parting).replace("\n", "\r\n").encode(encoding))
    document = read_document(path, "attribute")
    assert document["states"] == ["矿", "厂"]
    assert document["flows"] == [{"from": "矿", "to": "厂", "tonnes": 80.0, "yield": 0.65}]


@pytest.mark.parametrize(
    ("command", "text", "named"),
    [
        ("attribute", '{"states": ["a"], "inputs": {"a": 1, "a": 2}}', '"a"'),
        ("attribute", '{"states": ["a"], "states": ["b"]}', '"states"'),
        ("attribute", '{"states": ["a"], "fates": [{"state": "a", "tonnes": 1, "tonnes": 2}]}', '"a", "tonnes"'),
        ("reconcile", '{"nodes": [], "flows": [{"id": "x", "from": null, "from": "A", "to": null}]}', '"x", "from"'),
        ("reconcile", '{"nodes": [], "flows": [{"id": "x", "reports": [{"by": "m", "value": 1, "value": 2}]}]}', '"m", "value"'),
    ],
)  # fmt: skip
def test_a_key_that_stands_twice_is_refused_by_name(
    command: str, text: str, named: str, tmp_path: Path
) -> None:
    path = tmp_path / "twice.json"
    path.write_text(text, encoding="utf-8")
    told = refused(path, command)
    assert f"twice.json: {named}: " in told
    assert "stands twice in one object" in told


@pytest.mark.parametrize("command", ["attribute", "reconcile"])
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"states": ["a"],\n"nodes": [' + "9" * 5000 + "]}", "line 2: "),
        ('{"a":' * 3000, "nested too deeply"),
        ('{"states": [' + "[" * 600 + "]" * 600 + '], "nodes": [' + "[" * 600 + "]" * 600 + '], "flows": []}', ""),
        ("\ufeff\ufeff{}", "not JSON"),
        ('{"states": "\ud83d"}', ""),
    ],
    ids=["5000 digits", "nested", "nested values", "two marks", "half a sign"],
)  # fmt: skip
def test_json_that_python_trips_over(command: str, text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert sentence in refused(path, command)


def test_a_mark_before_json_is_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "network.json"
    path.write_text(json.dumps(bypass(BYPASS_TRUTH)), encoding="utf-8-sig")
    assert run_command(path, "--json").exit_code == 0


def test_a_field_that_does_not_exist_is_told(tmp_path: Path) -> None:
    document: dict[str, Any] = bypass(BYPASS_TRUTH)
    document["flows"][1]["yeild"] = 0.9
    document["flows"][2]["reports"][0]["unit"] = "t"
    path = tmp_path / "network.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    result = run_command(path, "--json")
    assert result.exit_code == 0
    assert 'flow "2", "yeild"; flow "3", report by "r0", "unit"' in result.stderr


def workbook(path: Path, cells: dict[str, Any]) -> Path:
    """Write a good edge list in which some cells are something else: a formula with its result, or a value."""
    rows = [
        ["from", "to", "fate", "tonnes", "yield"],
        ["", "A", "", 100],
        ["A", "B", "", 100, 0.5],
        ["B", "", "product", 50],
    ]
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("flows")
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        for place, value in cells.items():
            if isinstance(value, tuple):
                sheet.write_formula(place, *value)
            else:
                sheet.write(place, value, *([date] if isinstance(value, dt.date) else []))
    return path


def test_formulas_are_read_as_their_results(tmp_path: Path) -> None:
    path = workbook(tmp_path / "good.xlsx", {"D3": ("=50+50", None, 100), "E3": ("=1/2", None, 0.5)})
    document = read_document(path, "attribute")
    assert document["flows"] == [{"from": "A", "to": "B", "tonnes": 100.0, "yield": 0.5}]


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        ({"E3": ("=1/0", None, "#DIV/0!")}, "cell E3: "),
        ({"A3": ("=NA()", None, "#N/A")}, "cell A3: "),
        ({"D3": dt.datetime(2026, 1, 2, tzinfo=dt.UTC).replace(tzinfo=None)}, 'row 3, field "tonnes": '),
        ({"D3": True}, 'row 3, field "tonnes": '),
        ({"AB3": 5}, "cell AB3: "),
        ({"G3": "note"}, "row 3: "),
    ],
    ids=["division by zero", "not available", "a date", "a truth", "far away", "beside the table"],
)  # fmt: skip
def test_cells_that_are_no_figures_are_refused_by_place(
    cells: dict[str, Any], named: str, tmp_path: Path
) -> None:
    assert f"bad.xlsx: {named}" in refused(workbook(tmp_path / "bad.xlsx", cells))


def test_a_formula_that_nobody_computed_is_not_taken_for_an_empty_cell(tmp_path: Path) -> None:
    """Programs that write workbooks leave results out; a yield without one would silently be 1."""
    good = workbook(tmp_path / "good.xlsx", {"E3": ("=1/2", None, 0.5)})
    path = tmp_path / "bare.xlsx"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<f>1/2</f><v>0.5</v>", b"<f>1/2</f>"))
    told = refused(path)
    assert "cell E3: " in told
    assert "save it" in told


def test_what_unpacks_to_more_than_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/workbook.xml", "w") as part,
    ):
        for _ in range(1 + (1 << 30) // (1 << 24)):
            part.write(bytes(1 << 24))
    with pytest.raises(FileFault, match="more than we read"):
        read_document(path, "attribute")


def test_names_may_hold_any_space() -> None:
    names = ["一　矿", "north pit"]
    assert parse({"states": names, "inputs": {names[0]: 1.0}}).states == tuple(sorted(names))


@pytest.mark.parametrize("encoding", ["ascii", "gbk"])
def test_a_terminal_that_knows_no_such_sign_is_no_reason_to_fail(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "network.json"
    path.write_text('{"states": ["矿²"], "inputs": {"矿²": 5}}', encoding="utf-8")
    for options in ([], ["--json"]):
        run = subprocess.run(
            [sys.executable, "-c", "from app.cli import main; main()", "attribute", str(path), *options],
            env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            check=True,
        )
    assert json.loads(run.stdout.decode("utf-8"))["throughput"] == {"矿²": 5.0}
