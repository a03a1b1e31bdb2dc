"""The forms of a site over HTTP: every total is that of the ledgers and rates, to the gram; for two parties alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from builders import MILL
from pypdf import PdfReader
from support.run import Run
from tax.taxed_mill import SITE, WORKS_SITE, Mill, everyone_else, open_mill, tables
from typer.testing import CliRunner

from app.cli import cli
from app.domain.quantities import grams_from_tonnes

FORMS = (
    ("site-sheet", {}),
    ("statistics-101", {"year": "2025"}),
    ("half-year-industry", {"half": "2025-H2"}),
    ("ledger-tables", {"period": "2025"}),
)


@pytest.fixture(scope="module")
def mill(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mill]:
    with open_mill(run, tmp_path_factory.mktemp("forms")) as made:
        yield made


def grams(text: Any) -> int:
    return grams_from_tonnes(text)


def rates(mill: Mill, metric: str, first: str, last: str, **more: Any) -> list[Any]:
    asked = {"site": SITE, "metric": metric, "from": first, "to": last} | more
    items: list[Any] = mill.client.get("/v1/rates", params=asked, headers=mill.people.of(MILL)).json()[
        "items"
    ]
    return items


def figures(mill: Mill) -> dict[str, Any]:
    """The statistics form with its indicators by their Chinese name."""
    rows = tables(mill.ask("statistics-101", year="2025"))["form"]
    return {row["figure"]["zh"].strip("\N{IDEOGRAPHIC SPACE}"): row for row in rows}


@pytest.mark.parametrize(("kind", "asked"), FORMS)
def test_only_the_enterprise_and_its_regulator_see_a_form(
    mill: Mill, kind: str, asked: dict[str, str]
) -> None:
    own = mill.ask(kind, **asked).json()
    regulators = mill.ask(kind, who=mill.people.regulator(), **asked).json()
    # Of findings an enterprise sees those that it was notified of; everything else is the same.
    assert [each for each in own["sections"] if each["id"] != "findings"] == [
        each for each in regulators["sections"] if each["id"] != "findings"
    ]
    for who, status in everyone_else(mill).values():
        mill.ask(kind, status=status, who=who, **asked)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("kind", "asked"), FORMS)
def test_every_form_can_be_printed_in_both_languages(
    mill: Mill, kind: str, asked: dict[str, str], language: str, tmp_path: Path
) -> None:
    answer = mill.ask(kind, format="pdf", language=language, **asked)
    file = tmp_path / "form.pdf"
    file.write_bytes(answer.content)
    pages = "".join(page.extract_text() for page in PdfReader(file).pages)
    title = mill.ask(kind, **asked).json()["title"][language]
    # Paper puts a thin space between Chinese and digits.
    written = "".join(pages.split())
    assert "".join(title.split())[:12] in written
    assert ("未与" if language == "zh" else "Coverage") in written or kind == "site-sheet"


@pytest.mark.parametrize("waste", ["SW01", "SW02", "SW04"])
def test_the_statistics_are_the_rates_own_masses(mill: Mill, waste: str) -> None:
    column = {"SW01": "smelting_slag", "SW02": "fly_ash", "SW04": "gangue"}[waste] + "_tonnes"
    found = figures(mill)
    (plain,) = rates(mill, "utilization.plain", "2025-01", "2025-12", waste=waste)
    (statutory,) = rates(mill, "utilization.statutory", "2025-01", "2025-12", waste=waste)
    (disposed,) = rates(mill, "disposal.plain", "2025-01", "2025-12", waste=waste)
    assert found["一般工业固体废物产生量"][column] == plain["denominator_tonnes"]
    assert found["一般工业固体废物综合利用量"][column] == plain["numerator_tonnes"]
    prior = grams(statutory["denominator_tonnes"]) - grams(plain["denominator_tonnes"])
    assert grams(found["其中：综合利用往年贮存量"][column]) == prior
    assert found["一般工业固体废物处置量"][column] == disposed["numerator_tonnes"]


def test_the_total_of_the_statistics_is_the_sum_of_its_wastes_and_of_the_rates(mill: Mill) -> None:
    for row in figures(mill).values():
        amounts = [grams(value) for name, value in row.items() if name not in ("figure", "total_tonnes")]
        assert grams(row["total_tonnes"]) == sum(amounts)
    (plain,) = rates(mill, "utilization.plain", "2025-01", "2025-12")
    assert figures(mill)["一般工业固体废物产生量"]["total_tonnes"] == plain["denominator_tonnes"]


def test_the_identity_is_checked_and_a_missing_month_is_said(mill: Mill) -> None:
    document = mill.ask("statistics-101", year="2025").json()
    said = [
        each["zh"] for part in document["sections"] if part["id"] == "check" for each in part["paragraphs"]
    ]
    assert said[1] == "平衡关系成立。"
    assert any("2025-11" in each["zh"] for each in document["provenance"]["caveats"])
    assert any("未与主管部门" in each["zh"] for each in document["provenance"]["caveats"])


def test_the_half_year_has_its_own_rows_and_the_rates_rate(mill: Mill) -> None:
    rows = {row["row"]: row for row in tables(mill.ask("half-year-industry", half="2025-H2"))["form"]}
    assert [rows[name]["generated_tonnes"] for name in ("slags", "slag_blast_furnace", "slag_steel")] == [
        "31.75",
        "7.5",
        "11",
    ]
    assert rows["slag_unsorted"]["generated_tonnes"] == "13.25"
    assert rows["gypsum"]["rate"] == {"value": None, "percent": None, "reason": None}
    (ash,) = rates(mill, "utilization.statutory", "2025-07", "2025-12", waste="SW02")
    assert rows["ash"]["rate"]["value"] == ash["value"]
    assert rows["total"]["closing_tonnes"] == "1700"


def test_the_ledger_tables_are_the_ledgers(mill: Mill) -> None:
    found = tables(mill.ask("ledger-tables", period="2025-07"))
    (plain,) = rates(mill, "utilization.plain", "2025-07", "2025-07")
    assert sum(grams(row["generated_tonnes"]) for row in found["table_1"]) == grams(
        plain["denominator_tonnes"]
    )
    assert sum(grams(row["generated_tonnes"]) for row in found["table_2"]) == grams(
        plain["denominator_tonnes"]
    )
    gone = sum(grams(row["tonnes"]) for row in found["table_3"])
    assert gone == grams(rates(mill, "coverage", "2025-07", "2025-07")[0]["coverage"]["sent_tonnes"])
    assert {row["receiver"] for row in found["table_3"]} > {WORKS_SITE}
    (behind,) = found["ledgers"]
    asked = {"site": SITE, "from": "2025-07", "to": "2025-07"}
    (filed,) = mill.client.get("/v1/ledgers", params=asked, headers=mill.people.of(MILL)).json()["items"]
    assert (behind["ledger"], behind["sha256"]) == (filed["id"], filed["receipt"]["sha256"])


def test_the_site_sheet_has_the_months_of_the_ledgers(mill: Mill) -> None:
    found = tables(mill.ask("site-sheet", until="2025-12"))
    *months, total = found["months"]
    assert len(months) == 24
    by_month = {row["month"]: row for row in months}
    assert by_month["2025-11"]["generated_tonnes"] is None
    assert by_month["2025-11"]["state"]["en"] == "not filed"
    assert by_month["2024-06"]["state"]["en"] == "not due"
    assert by_month["2025-07"]["generated_tonnes"] == "1031.750007"
    filed = [row for row in months if row["generated_tonnes"] is not None]
    assert grams(total["generated_tonnes"]) == sum(grams(row["generated_tonnes"]) for row in filed)
    (plain,) = rates(mill, "utilization.plain", "2025-01", "2025-12")
    assert total["generated_tonnes"] == plain["denominator_tonnes"]
    assert [row["month"] for row in found["amended"]] == ["2025-05"]


@pytest.mark.parametrize(
    ("kind", "asked", "pointer"),
    [
        ("site-sheet", {"until": "2026-02"}, "#query/until"),
        ("site-sheet", {"until": "1990-05"}, "#query/until"),
        ("site-sheet", {"until": "soon"}, "#query/until"),
        ("statistics-101", {"year": "2031"}, "#query/year"),
        ("statistics-101", {"year": "21"}, "#query/year"),
        ("half-year-industry", {"half": "2025-H3"}, "#query/half"),
        ("ledger-tables", {"period": "2025-13"}, "#query/period"),
        ("ledger-tables", {}, "#query/period"),
    ],
)
def test_what_means_nothing_is_refused(mill: Mill, kind: str, asked: dict[str, str], pointer: str) -> None:
    problem = mill.ask(kind, status=422, **asked).json()
    assert [fault["pointer"] for fault in problem["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("words", "ending"),
    [
        (("site-sheet",), "pdf"),
        (("statistics", "--year", "2025"), "docx"),
        (("half-year", "--half", "2025-H1"), "xlsx"),
        (("ledger-tables", "--period", "2025-03"), "json"),
    ],
)
def test_the_commands_write_files(mill: Mill, words: tuple[str, ...], ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"form.{ending}"
    env = {"HUANLIAN_DATABASE_URL": mill.settings.database_url}
    result = CliRunner().invoke(cli, ["report", *words, "--site", SITE, "--out", str(file)], env=env)
    assert result.exit_code == 0, result.output
    assert file.read_bytes()[:2] == {"pdf": b"%P", "docx": b"PK", "xlsx": b"PK", "json": b'{"'}[ending]
