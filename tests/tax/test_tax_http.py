"""The worksheet over HTTP and on the command line: to the gram and the fen, for the enterprise and its regulator alone."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from builders import MILL
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from support.run import Run
from tax.taxed_mill import ODD, SITE, Mill, everyone_else, open_mill, tables
from typer.testing import CliRunner

from app.cli import cli
from app.domain.quantities import grams_from_tonnes


@pytest.fixture(scope="module")
def mill(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mill]:
    with open_mill(run, tmp_path_factory.mktemp("tax")) as made:
        yield made


def grams(text: Any) -> int:
    return grams_from_tonnes(text)


def fen(text: str) -> int:
    yuan, _, rest = text.partition(".")
    return int(yuan) * 100 + int(rest)


def kind_lines(found: dict[str, Any], kind: str) -> dict[int, Any]:
    return {row["line"]: row for row in found[f"kind_{kind}"]}


def remarks(found: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(row["month"], row["code"], row["tonnes"]) for row in found.get("remarks", [])}


def test_the_check_vector_on_both_databases(database_kind: str, run: Run, tmp_path: Path) -> None:
    with open_mill(run, tmp_path, database_kind) as mill:
        found = tables(mill.ask("tax", quarter="2025-Q1"))
        gangue = kind_lines(found, "gangue")
        assert [gangue[6][month] for month in ("2025-01", "2025-02", "2025-03")] == ["1000", "1000", "0"]
        assert [gangue[8][month] for month in ("2025-01", "2025-02", "quarter")] == [
            "5000.00",
            "5000.00",
            "10000.00",
        ]
        # What the authority confirmed stays, although the ledger was amended since.
        spring = tables(mill.ask("tax", quarter="2025-Q2"))
        assert kind_lines(spring, "gangue")[8]["2025-05"] == "50000.00"
        assert ("2025-05", "dumping_confirmed", "10000") in remarks(spring)
        assert [row["waste"] for row in spring["confirmed_findings"]] == ["SW04"]


@pytest.mark.parametrize("quarter", ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"])
def test_every_figure_leads_to_ledger_lines_and_adds_up(mill: Mill, quarter: str) -> None:
    found = tables(mill.ask("tax", quarter=quarter))
    first = int(quarter[-1]) * 3 - 2
    asked = {"site": SITE, "from": f"2025-{first:02d}", "to": f"2025-{first + 2:02d}", "limit": 100}
    filed = mill.client.get("/v1/ledgers", params=asked, headers=mill.people.of(MILL)).json()["items"]
    by_id = {each["id"]: each for each in filed}
    for row in found["ledger_lines"]:
        line = by_id[row["ledger"]]["lines"][int(row["pointer"].removeprefix("/lines/"))]
        assert (line["waste"], line["generated_tonnes"]) == (row["waste"], row["generated_tonnes"])
        assert by_id[row["ledger"]]["version"] == row["version"]
        assert line["compliant_stored_tonnes"] == row["compliant_storage_tonnes"]
    assert len(found["ledger_lines"]) == sum(len(each["lines"]) for each in filed)
    kinds = [rows for name, rows in found.items() if name.startswith("kind_")]
    generated = sum(grams(rows[0]["quarter"]) for rows in kinds)
    rates = mill.client.get(
        "/v1/rates",
        params=asked | {"metric": "utilization.plain", "limit": 200},
        headers=mill.people.of(MILL),
    ).json()["items"][0]
    assert generated == grams(rates["denominator_tonnes"])
    used, prior = (sum(grams(each) for each in amounts) for amounts in _own_use(filed))
    assert used == grams(rates["numerator_tonnes"])
    assert sum(grams(rows[3]["quarter"]) for rows in kinds) == used - prior
    withheld = sum(grams(row["not_deducted_tonnes"]) for row in found["ledger_lines"])
    assert withheld == sum(grams(rows[4]["quarter"]) for rows in kinds)
    *by_kind, total = found["tax_by_kind"]
    assert fen(total["tax_yuan"]) == sum(fen(row["tax_yuan"]) for row in by_kind)
    assert [row["tax_yuan"] for row in by_kind] == [rows[7]["quarter"] for rows in kinds]
    months = [name for name in total if name.startswith("tax_2025")]
    assert fen(total["tax_yuan"]) == sum(fen(total[month]) for month in months if total[month] is not None)


def _own_use(filed: list[Any]) -> tuple[list[str], list[str]]:
    flows = [
        flow
        for each in filed
        for line in each["lines"]
        for flow in (*line["used"], *(sent for sent in line["sent"] if sent["purpose"] == "use"))
    ]
    return [flow["tonnes"] for flow in flows], [flow["prior_stock_tonnes"] for flow in flows]


def test_ash_by_balance_is_deducted_and_said_to_be_calculated(mill: Mill) -> None:
    found = tables(mill.ask("tax", quarter="2025-Q3"))
    ash = kind_lines(found, "fly_ash")
    # generated 1000.000008, stored 100, disposed 99.75, used 250.5 − 50.25 + 500.25 + 49.500008
    assert (ash[4]["2025-08"], ash[6]["2025-08"], ash[8]["2025-08"]) == ("750.000008", "50.25", "1256.25")
    assert ("2025-08", "calculated", "949.750008") in remarks(found)
    assert ("2025-07", "unfit_storage", "13.25") in remarks(found)


def test_a_missing_month_is_no_nought(mill: Mill) -> None:
    answer = mill.ask("tax", quarter="2025-Q4")
    found = tables(answer)
    *_, total = found["tax_by_kind"]
    assert total["tax_2025-11_yuan"] is None
    assert kind_lines(found, "fly_ash")[1]["2025-11"] is None
    document = answer.json()
    assert document["provenance"]["coverage"]["ledgers_filed"] == 2
    assert any("2025-11" in words["en"] for words in document["provenance"]["caveats"])
    assert any(
        "not the tax of the whole quarter" in each["en"] for each in document["sections"][0]["paragraphs"]
    )


def test_a_false_declaration_counts_only_when_it_is_marked(mill: Mill) -> None:
    plain = tables(mill.ask("tax", quarter="2025-Q3"))
    marked = tables(mill.ask("tax", quarter="2025-Q3", falsely_declared=["fly_ash:2025-08"]))
    before, after = kind_lines(plain, "fly_ash"), kind_lines(marked, "fly_ash")
    assert (after[6]["2025-08"], after[8]["2025-08"]) == ("1000.000008", "25000.00")
    assert (after[6]["2025-09"], after[6]["2025-07"]) == (before[6]["2025-09"], before[6]["2025-07"])
    assert ("2025-08", "false_declaration", "1000.000008") in remarks(marked)
    whole = kind_lines(tables(mill.ask("tax", quarter="2025-Q3", falsely_declared=["fly_ash"])), "fly_ash")
    assert whole[6]["quarter"] == "3000.000024"


def test_the_deadline_and_the_limits_of_the_sheet_are_said(mill: Mill) -> None:
    document = mill.ask("tax", quarter="2025-Q4").json()
    assert "2026-01-15" in document["sections"][0]["paragraphs"][0]["zh"]
    weekend = mill.ask("tax", quarter="2025-Q1", who=mill.people.regulator()).json()
    assert "2025-04-15" in weekend["sections"][0]["paragraphs"][0]["en"]
    sources = " ".join(each["zh"] for each in document["provenance"]["sources"])
    assert "实施条例" in sources
    assert "23号" in sources


@pytest.mark.parametrize(
    ("asked", "pointer", "code"),
    [
        ({"quarter": "2025-Q5"}, "#query/quarter", None),
        ({"quarter": "2025-03"}, "#query/quarter", None),
        ({"quarter": "1989-Q4"}, "#query/quarter", "bad_quarter"),
        ({"quarter": "2017-Q4"}, "#query/quarter", "before_the_tax"),
        ({"quarter": "2026-Q2"}, "#query/quarter", "not_begun"),
        ({"quarter": "2025-Q1", "falsely_declared": "coal"}, "#query/falsely_declared/0", "bad_flag"),
        (
            {"quarter": "2025-Q1", "falsely_declared": ["gangue", "gangue:2025-04"]},
            "#query/falsely_declared/1",
            "bad_flag",
        ),
        ({"quarter": "2025-Q1", "falsely_declared": "x" * 99}, "#query/falsely_declared/0", None),
        ({"quarter": "2025-Q1", "format": "exe"}, "#query/format", None),
    ],
)
def test_what_means_nothing_is_refused_with_its_place(
    mill: Mill, asked: dict[str, Any], pointer: str, code: str | None
) -> None:
    problem = mill.ask("tax", status=422, **asked).json()
    assert pointer in {fault["pointer"] for fault in problem["errors"]}
    assert code is None or code in {fault["code"] for fault in problem["errors"]}
    assert all(fault["message"]["zh"] and fault["message"]["en"] for fault in problem["errors"])


def test_an_older_reference_release_is_named_and_not_taken_for_no_tax(
    mill: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.reference.service.current", lambda _session, _kind: [])
    for kind, asked in (("tax", {"quarter": "2025-Q1"}), ("statistics-101", {"year": "2025"})):
        problem = mill.ask(kind, status=409, **asked).json()
        assert problem["type"].endswith("reference_missing")
        assert "seed load" in problem["message"]["zh"]


def test_third_parties_learn_nothing(mill: Mill) -> None:
    own = mill.ask("tax", quarter="2025-Q1").json()
    regulators = mill.ask("tax", quarter="2025-Q1", who=mill.people.regulator()).json()
    assert own["sections"] == regulators["sections"]
    for who, status in everyone_else(mill).values():
        answer = mill.ask("tax", status=status, who=who, quarter="2025-Q1")
        assert MILL not in answer.text.replace(SITE, "")
    assert mill.ask("tax", status=404, site="no-such-site", quarter="2025-Q1").json()["status"] == 404


def test_a_site_with_nothing_on_file_has_no_tax_and_says_so(mill: Mill) -> None:
    document = mill.ask("tax", quarter="2024-Q1").json()
    found = {table["id"]: table["rows"] for part in document["sections"] for table in part["tables"]}
    assert found["tax_by_kind"][-1]["tax_yuan"] == "0.00"
    assert found["tax_by_kind"][-1]["tax_2024-01_yuan"] is None
    assert not any(name.startswith("kind_") for name in found)


def _command(mill: Mill, *words: str) -> Any:
    result = CliRunner().invoke(
        cli, ["report", *words], env={"HUANLIAN_DATABASE_URL": mill.settings.database_url}
    )
    assert result.exit_code == 0, result.output
    return result


def test_the_command_writes_what_the_api_answers(mill: Mill, tmp_path: Path) -> None:
    asked = ("tax", "--site", SITE, "--quarter", "2025-Q1")
    files = {ending: tmp_path / f"t.{ending}" for ending in ("xlsx", "pdf", "docx")}
    for file in files.values():
        _command(mill, *asked, "--out", str(file), "--language", "en")
    total = tables(mill.ask("tax", quarter="2025-Q1"))["tax_by_kind"][-1]["tax_yuan"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(files["xlsx"].read_bytes()))
    cells = [
        cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row
    ]
    assert float(total) in cells
    pages = "".join(page.extract_text() for page in PdfReader(files["pdf"]).pages)
    word = docx.Document(str(files["docx"]))
    written = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    amount = f"{float(total):,.2f}"
    assert amount in pages
    assert amount in written
    assert "2025-04-15" in pages


def test_a_hostile_name_is_only_text(mill: Mill) -> None:
    answer = mill.ask("ledger-tables", period="2025-03", format="xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    cells = [
        str(c) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for c in row
    ]
    assert any(ODD in cell for cell in cells)
    assert not any(cell.startswith("=") for cell in cells)
    assert mill.ask("ledger-tables", period="2025-03", format="pdf").content.startswith(b"%PDF")


def test_the_command_refuses_like_the_api(mill: Mill) -> None:
    env = {"HUANLIAN_DATABASE_URL": mill.settings.database_url}
    for words in (("--site", "nobody", "--quarter", "2025-Q1"), ("--site", SITE, "--quarter", "2025")):
        result = CliRunner().invoke(cli, ["report", "tax", *words], env=env)
        assert result.exit_code == 1, result.output
