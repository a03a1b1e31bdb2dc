"""Compliance, headroom, execution reports and ledger tables over HTTP, held against the ledgers to the gram."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from builders import JSON, MILL
from permits.town_with_permits import MILL_SITE, ODD, WORKS_SITE, Town, mill_permit, open_town
from python_calamine import CalamineWorkbook
from support.run import Run
from typer.testing import CliRunner

from app.cli import cli
from app.domain.quantities import grams_from_tonnes
from app.permits.reports.workbooks import MEDIA_TYPE, Sheet, Tonnes, workbook


@pytest.fixture(scope="module")
def town(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with open_town(run, tmp_path_factory.mktemp("permits")) as made:
        yield made


def grams(text: Any) -> int:
    return grams_from_tonnes(text)


def ledger_lines(town: Town, first: str, last: str) -> list[JSON]:
    answer = town.client.get(
        "/v1/ledgers",
        params={"site": MILL_SITE, "from": first, "to": last, "limit": 100},
        headers=town.people.of(MILL),
    )
    return [line for each in answer.json()["items"] for line in each["lines"]]


def sheets_of(content: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_departures_are_told_with_ledger_and_permit_versions(town: Town) -> None:
    answer = town.ask("compliance?from=2025-01&to=2025-12").json()
    assert (answer["verdict"], answer["months_expected"], answer["months_filed"]) == ("departs", 12, 6)
    assert [(each["kind"], each["tonnes"]) for each in answer["departures"]] == [
        ("waste_not_permitted", "10.5"),
        ("receiver_not_permitted", "2997"),
        ("over_storage_capacity", "700"),
    ]
    by_month = {each["month"]: each for each in answer["months"]}
    assert by_month["2025-06"]["status"] == "compared"
    assert (by_month["2025-06"]["permit_version"], by_month["2025-06"]["ledger_version"]) == (1, 1)
    assert by_month["2025-07"] == {
        "month": "2025-07",
        "status": "not_filed",
        "ledger": None,
        "ledger_version": None,
        "permit": None,
        "permit_version": None,
    }
    storage = answer["departures"][2]
    assert (storage["facilities"], storage["capacity_tonnes"]) == (["TS001"], "500")
    assert [each["month"] for each in storage["months"]] == ["2025-03", "2025-04", "2025-05", "2025-06"]
    assert "500" in storage["reason"]["zh"]
    receiver = answer["departures"][1]
    assert (receiver["receiver"], receiver["permit"], receiver["details"]) == (
        WORKS_SITE,
        WORKS_SITE,
        ["not_covered"],
    )


def test_nothing_found_is_only_compliant_when_every_month_was_compared(town: Town) -> None:
    def verdict(first: str, last: str) -> str:
        return str(town.ask(f"compliance?from={first}&to={last}", WORKS_SITE).json()["verdict"])

    answer = town.client.post(
        "/v1/ledgers",
        json={"site": WORKS_SITE, "month": "2025-02", "nil": True, "signed_by": "示例"},
        headers=town.people.admin,
    )
    assert answer.status_code == 201, answer.text
    assert verdict("2025-02", "2025-02") == "complies"
    assert verdict("2025-01", "2025-02") == "not_determinable"
    assert verdict("2024-01", "2024-12") == "not_determinable"
    # The ends of time are no errors.
    assert verdict("2199-12", "2199-12") == "not_determinable"
    assert town.ask("compliance?to=1990-01", WORKS_SITE).json()["from"] == "1990-01"


def test_headroom_and_the_month_of_the_present_pace(town: Town) -> None:
    answer = town.ask("headroom").json()
    assert (answer["month"], answer["pace_months"], answer["held_to"]["version"]) == ("2025-06", 6, 1)
    store, use = answer["items"]
    assert (store["headroom_tonnes"], store["exceeded_in"]) == ("-700", "2025-06")
    assert (use["taken_tonnes"], use["headroom_tonnes"]) == ("1800", "8200")
    # The slag is no matter of this line, which takes ash alone. 300 t a month reach 10,000 t in no year.
    assert (use["pace_tonnes_per_month"], use["exceeded_in"]) == ("300", None)
    assert use["facilities"][0]["capacity"] == "1 万t/a"
    february = town.ask("headroom?month=2025-02").json()["items"][0]
    # 400 t, 200 a month: 600 in March.
    assert (february["headroom_tonnes"], february["exceeded_in"]) == ("100", "2025-03")
    assert town.ask("headroom?month=2025-11", status=409).json()["type"].endswith("nothing_to_compare")


@pytest.mark.parametrize(
    ("period", "last"), [("2025", "2025-12"), ("2025-Q2", "2025-06"), ("2025-05", "2025-05")]
)
def test_a_report_agrees_with_its_ledgers_to_the_gram(town: Town, period: str, last: str) -> None:
    report = town.ask(f"execution-report?period={period}").json()
    first = report["period"]["from"]
    lines = ledger_lines(town, first, last)
    assert lines
    for waste in {line["waste"] for line in lines}:
        mine = [line for line in lines if line["waste"] == waste]
        (sums,) = [each for each in report["wastes"] if each["waste"] == waste]
        assert grams(sums["generated_tonnes"]) == sum(grams(line["generated_tonnes"]) for line in mine)
        for name in ("used", "disposed"):
            assert grams(sums[f"{name}_tonnes"]) == sum(
                grams(flow["tonnes"]) for line in mine for flow in line[name]
            )
        assert grams(sums["moved_tonnes"]) == sum(
            grams(flow["tonnes"]) for line in mine for flow in line["sent"]
        )
        assert grams(sums["opening_tonnes"]) == grams(mine[0]["opening_stock_tonnes"])
        assert grams(sums["closing_tonnes"]) == grams(mine[-1]["closing_stock_tonnes"])
    assert [each["month"] for each in report["ledgers"]] == sorted(
        each["month"] for each in report["ledgers"]
    )


def test_the_sheets_say_what_the_json_says(town: Town) -> None:
    report = town.ask("execution-report?period=2025-Q2").json()
    for answer in (
        town.ask("execution-report?period=2025-Q2&format=xlsx"),
        town.ask("execution-report?period=2025-Q2", Accept=MEDIA_TYPE),
    ):
        assert answer.headers["content-type"] == MEDIA_TYPE
        assert f"execution-report-{MILL_SITE}-2025-Q2.xlsx" in answer.headers["content-disposition"]
        sheets = sheets_of(answer.content)
    head, *rows = sheets["产生与去向"]
    assert head[4] == "产生量（吨）"
    assert all("（吨）" in each for each in head[3:])
    for row, each in zip(rows, report["wastes"], strict=True):
        assert row[0] == each["waste"]
        assert row[2] == each["name"]["zh"]
        assert grams(float(row[4])) == grams(each["generated_tonnes"])
        assert grams(float(row[11])) == grams(each["moved_tonnes"])
    beyond = sheets["超能力超种类超时间"][1:]
    assert [(row[0], row[4]) for row in beyond] == [("超能力", 700), ("超种类", 10.5), ("超种类", 1498.5)]
    assert all(row[7] for row in beyond)
    assert [row[0] for row in sheets["台账版本"][1:]] == ["2025-04", "2025-05", "2025-06"]
    about = {row[0]: row[1] for row in sheets["概况"]}
    assert about["报告应提交日期"] == "2025-07-31"
    assert about["未报月份"] == "无"


def test_cells_that_a_spreadsheet_would_run_are_disarmed(town: Town) -> None:
    moved = sheets_of(town.ask("execution-report?period=2025-03&format=xlsx").content)["转移"]
    assert [row[3] for row in moved[1:]] == [WORKS_SITE, f"'{ODD}"] or [row[3] for row in moved[1:]] == [
        f"'{ODD}",
        WORKS_SITE,
    ]
    left = sheets_of(town.ask("ledger-tables?period=2025-03&format=xlsx").content)["附表3"]
    assert f"'{ODD}" in [cell for row in left for cell in row]


def test_deadline_versions_and_what_is_missing(town: Town) -> None:
    year = town.ask("execution-report?period=2025").json()
    assert year["deadline"] == {"due_on": "2026-01-15", "days_left": 5, "reason": None}
    assert (year["is_complete"], year["months_missing"][0], len(year["months_missing"])) == (
        False,
        "2025-07",
        6,
    )
    month = town.ask("execution-report?period=2025-03").json()
    assert month["deadline"] == {"due_on": None, "days_left": None, "reason": "permit_names_none"}
    assert (month["is_complete"], month["months_missing"]) == (True, [])
    assert [(each["permit"], each["version"]) for each in year["permit_versions"]] == [(MILL_SITE, 1)]
    assert [each["kind"] for each in year["over_kind"]] == ["waste_not_permitted", "receiver_not_permitted"]
    assert [each["kind"] for each in year["over_capacity"]] == ["over_storage_capacity"]
    assert (year["over_time"], year["register_gaps"]) == ([], [])
    assert len(year["ledgers"][0]["sha256"]) == 64


def test_the_guide_s_tables(town: Town) -> None:
    answer = town.ask("ledger-tables?period=2025-05").json()
    first, second, third = answer["tables"]
    assert [(row["waste"], row["generated_tonnes"], row["source"]) for row in first["rows"]] == [
        ("SW02", "1000.000001", "锅炉除尘"),
        ("SW03", "10.5", None),
    ]
    ash = second["rows"][0]
    assert (ash["closing_tonnes"], ash["stored_tonnes"], ash["used_tonnes"]) == ("1000", "200", "300")
    assert (ash["sent_to_use_tonnes"], ash["sent_to_dispose_tonnes"]) == ("500.000001", "0")
    assert ash["use_methods"] == "水泥混合材"
    assert [(row["receiver"], row["tonnes"], row["vehicle"]) for row in third["rows"]] == [
        (WORKS_SITE, "499.5", None),
        (ODD, "0.500001", None),
    ]
    # Nobody compared the heads with the guide, and they say so.
    assert {c["verified"] for c in first["columns"]} == {False}
    sheets = sheets_of(town.ask("ledger-tables?period=2025&format=xlsx").content)
    assert list(sheets) == ["附表1", "附表2", "附表3"]
    heads = sheets["附表2"][3]
    assert heads[4] == "产生量（吨） *"
    assert len(sheets["附表2"][4:]) == 7
    assert sum(grams(float(row[4])) for row in sheets["附表2"][4:]) == 6 * grams("1000.000001") + grams(
        "10.5"
    )


@pytest.mark.parametrize(
    ("rest", "pointer"),
    [
        ("execution-report?period=2025-Q5", "#query/period"),
        ("execution-report?period=2025-13", "#query/period"),
        ("execution-report", "#query/period"),
        ("ledger-tables?period=1900", "#query/period"),
        ("ledger-tables?period=2199", "#query/period"),
        ("execution-report?period=2026-Q2", "#query/period"),
        ("compliance?from=2025-05&to=2025-04", "#query/from"),
        ("compliance?from=1990-01&to=2199-12", "#query/to"),
        ("headroom?month=2025-13", "#query/month"),
    ],
)
def test_what_cannot_be_asked(town: Town, rest: str, pointer: str) -> None:
    problem = town.ask(rest, status=422).json()
    assert [fault["pointer"] for fault in problem["errors"]] == [pointer]


def test_a_permit_without_a_site_has_no_ledgers_to_compare(town: Town) -> None:
    number = "91140200MA0STRANGE001P"
    town.put(number, mill_permit())
    for rest in ("compliance", "headroom", "execution-report?period=2025", "ledger-tables?period=2025"):
        assert town.ask(rest, number, status=409).json()["type"].endswith("permit_unmatched")
    town.ask("compliance", "91140200MA0NOWHERE001P", status=404)


def test_tonnes_of_more_digits_than_a_cell_keeps_stay_text() -> None:
    rows = [(Tonnes("123456789.123456"), Tonnes("999999999.9999"), Tonnes("0"), Tonnes(None), "-1", "+1")]
    (row,) = sheets_of(workbook([Sheet("a", (), ("a",) * 6, rows)]))["a"][1:]
    assert row == [123456789.123456, 999999999.9999, 0, "", "-1", "'+1"]
    ((text,),) = sheets_of(workbook([Sheet("a", (), ("a",), [(Tonnes("1234567890.123456"),)])]))["a"][1:]
    assert text == "1234567890.123456"


def test_the_commands_give_the_same(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", town.settings.database_url)

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, ["permits", *words])
        return done.exit_code, done.output

    code, output = run("report", MILL_SITE, "--period", "2025-Q2", "--json")
    told, asked = json.loads(output), town.ask("execution-report?period=2025-Q2").json()
    assert code == 0
    for part in ("wastes", "moved", "facilities", "over_capacity", "over_kind", "months_missing"):
        assert told[part] == asked[part]
    file = tmp_path / "r.xlsx"
    assert run("report", MILL_SITE, "--period", "2025", "-o", str(file))[0] == 0
    assert list(sheets_of(file.read_bytes()))[1] == "产生与去向"
    assert run("tables", MILL_SITE, "--period", "2025", "-o", str(file))[0] == 0
    assert list(sheets_of(file.read_bytes())) == ["附表1", "附表2", "附表3"]
    code, output = run("compliance", MILL_SITE, "--from", "2025-01", "--to", "2025-06")
    assert code == 0
    assert "over_storage_capacity" in output
    assert "-700" in run("headroom", MILL_SITE)[1]
    assert (
        json.loads(run("headroom", MILL_SITE, "--json")[1])["items"] == town.ask("headroom").json()["items"]
    )
    assert [run("report", MILL_SITE, "--period", "2025-Q9")[0], run("headroom", "NOBODY")[0]] == [2, 1]
