"""Whatever file the two commands are given: an answer in plain JSON, or a sentence. Never a traceback."""

import copy
import io
import json
import zipfile
from pathlib import Path
from typing import Any, Literal

import pytest
import typer
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.reconciliation_networks import BYPASS_TRUTH, bypass
from typer.testing import CliRunner

from app.cli.attribute import attribute
from app.cli.reconcile import reconcile

Command = Literal["reconcile", "attribute"]
COMMANDS: tuple[Command, ...] = ("reconcile", "attribute")
UNHURRIED = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
GOOD: dict[str, Any] = {
    "reconcile": bypass(BYPASS_TRUTH),
    "attribute": {
        "states": ["mine", "plant", "ash"],
        "inputs": {"mine": 100.0},
        "flows": [
            {"id": "a", "from": "mine", "to": "plant", "tonnes": 80.0},
            {"from": "plant", "to": "ash", "tonnes": 80.0, "yield": 0.65, "rest": "air"},
            {"from": "ash", "to": "plant", "tonnes": 2.0},
        ],
        "fates": [{"state": "ash", "fate": "product", "tonnes": 13.0}],
    },
}
ODD = st.one_of(
    st.sampled_from(
        [None, True, "", "\ud800", "\x00", "[/red]", float("nan"), float("inf"), -0.0, 5e-324, 1e308, -1.0]
    ),
    st.sampled_from([10**400, -(10**40), [], {}, [[[]]], {"id": []}, "mine", "SPLIT", "　井", 1.0000001, 0]),
    st.floats(),
    st.integers(),
    st.text(max_size=5),
)


def check(command: Command, path: Path) -> None:
    """Run a command both ways and look at what it says."""
    app = typer.Typer()
    app.command()({"reconcile": reconcile, "attribute": attribute}[command])
    for options in (["--json"], []):
        result = CliRunner().invoke(app, [str(path), *options])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code in {0, 1}
        if result.exit_code == 1:
            assert result.stderr.startswith(f"{path.name}: ")
            assert result.stdout == ""
        elif options:
            json.loads(result.stdout, parse_constant=pytest.fail)


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a document where something else could stand."""
    inner = document.items() if isinstance(document, dict) else enumerate(document)
    found = []
    for key, value in inner:
        found.append((*path, key))
        if isinstance(value, dict | list):
            found += places(value, (*path, key))
    return found


@pytest.mark.parametrize("command", COMMANDS)
@UNHURRIED
@given(data=st.data())
def test_a_document_with_something_odd_in_it(command: Command, data: st.DataObject, tmp_path: Path) -> None:
    document = copy.deepcopy(GOOD[command])
    for _ in range(data.draw(st.integers(1, 3))):
        found = places(document)
        if not found:
            break
        *way, last = data.draw(st.sampled_from(found))
        holder = document
        for key in way:
            holder = holder[key]
        if data.draw(st.booleans()):
            holder[last] = data.draw(ODD)
        elif isinstance(holder, dict):
            holder[data.draw(st.text(max_size=4))] = holder.pop(last)
        else:
            holder.append(copy.deepcopy(holder[last]))
    path = tmp_path / "网络.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    check(command, path)


MASS = st.one_of(
    st.sampled_from([0.0, 1.0, 1e18, 1e-18, 1e19]),
    st.floats(0.0, 1e6),
    st.integers(-18, 18).map(lambda e: 10.0**e),
)
SIGMA = st.integers(-13, 18).map(lambda e: 10.0**e)
YIELD = st.one_of(st.just(1.0), st.floats(0.1, 1.0), st.integers(-10, 0).map(lambda e: 10.0**e))
ENDS = st.one_of(st.none(), st.sampled_from("ABCD"))


@UNHURRIED
@given(
    flows=st.lists(
        st.tuples(ENDS, ENDS, st.lists(st.tuples(MASS, SIGMA), max_size=2), YIELD),
        min_size=1,
        max_size=9,
    ),
    alpha=st.sampled_from([0.05, 1e-12, 0.999999]),
)
def test_a_reconciliation_of_any_magnitudes(flows: list[Any], alpha: float, tmp_path: Path) -> None:
    document = {
        "nodes": list("ABCD"),
        "alpha": alpha,
        "flows": [
            {
                "id": str(i),
                "from": start,
                "to": end,
                "yield": share,
                "reports": [{"by": str(k), "value": v, "sigma": s} for k, (v, s) in enumerate(reports)],
            }
            for i, (start, end, reports, share) in enumerate(flows)
        ],
    }
    path = tmp_path / "network.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    check("reconcile", path)


STATE = st.sampled_from("ABCD")
TONNES = st.one_of(st.sampled_from([0.0, 1.0, 1e15, 5e-324]), st.floats(0.0, 1e15))


@UNHURRIED
@given(
    inputs=st.dictionaries(STATE, TONNES, max_size=4),
    flows=st.lists(st.tuples(STATE, STATE, TONNES, st.floats(0.0, 1.0)), max_size=9),
    fates=st.lists(st.tuples(STATE, st.sampled_from(["product", "untracked", "air"]), TONNES), max_size=5),
)
def test_an_attribution_of_any_magnitudes(
    inputs: dict[str, float], flows: list[Any], fates: list[Any], tmp_path: Path
) -> None:
    document = {
        "states": list("ABCD"),
        "inputs": inputs,
        "flows": [{"from": a, "to": b, "tonnes": t, "yield": y} for a, b, t, y in flows],
        "fates": [{"state": a, "fate": f, "tonnes": t} for a, f, t in fates],
    }
    path = tmp_path / "network.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    check("attribute", path)


HEADS = {
    "reconcile": ["id", "from", "to", "by", "value", "sigma", "yield", "method", "signed"],
    "attribute": ["from", "to", "tonnes", "fate", "yield", "rest", "id"],
}
CELL = st.one_of(
    st.sampled_from(
        ["", "A", "B", "1", "-1", "1e400", "nan", "１２", "1_0", "1,5", '"', "=1/0", "是", "\x00"]
    ),
    st.floats(0, 1000).map(str),
    st.text(max_size=4),
)


@pytest.mark.parametrize("command", COMMANDS)
@UNHURRIED
@given(
    rows=st.lists(st.lists(CELL, max_size=10), max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    parting=st.sampled_from([",", ";", "\t"]),
)
def test_an_edge_list_with_anything_in_its_cells(
    command: Command, rows: list[list[str]], encoding: str, parting: str, tmp_path: Path
) -> None:
    lines = [parting.join(cells) for cells in [HEADS[command], *rows]]
    path = tmp_path / "flows.csv"
    path.write_bytes("\r\n".join(lines).encode(encoding, "replace"))
    check(command, path)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("suffix", [".json", ".csv", ".xlsx"])
@UNHURRIED
@given(raw=st.binary(max_size=200))
def test_any_bytes(command: Command, suffix: str, raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"bytes{suffix}"
    path.write_bytes(raw)
    check(command, path)


def packed(command: Command) -> dict[str, bytes]:
    """Parts of a good workbook."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("flows")
        sheet.write_row(0, 0, HEADS[command])
        row = ["x", "A", "B", "me", 5, 1] if command == "reconcile" else ["A", "B", 5]
        sheet.write_row(1, 0, row)
    with zipfile.ZipFile(buffer) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


@pytest.mark.parametrize("command", COMMANDS)
@UNHURRIED
@given(data=st.data())
def test_a_workbook_that_was_tampered_with(command: Command, data: st.DataObject, tmp_path: Path) -> None:
    parts = packed(command)
    name = data.draw(st.sampled_from(sorted(parts)))
    raw = parts[name]
    at = data.draw(st.integers(0, len(raw)))
    parts[name] = raw[:at] + data.draw(st.binary(max_size=6)) + raw[at + data.draw(st.integers(0, 40)) :]
    if data.draw(st.booleans()):
        del parts[data.draw(st.sampled_from(sorted(parts)))]
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w") as book:
        for part, content in parts.items():
            book.writestr(part, content)
    check(command, path)
