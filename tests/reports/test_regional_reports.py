"""The regional reports of the demo city: to the gram what /v1/rates and /v1/targets answer, for authorities alone."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any

import docx
import pytest
from builders import People
from fastapi import FastAPI
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from starlette.testclient import TestClient
from support.clock import SettableClock
from support.databases import fill_demo, filled_database
from support.run import Run

from app.auth.subjects import Role
from app.chain_runs.jobs import carry_out
from app.db.engine import make_engines
from app.db.session import Database
from app.domain.bulletins.check import as_json, check_table
from app.domain.quantities import tonnes_text
from app.main import create_app
from app.outbox.jobs import JobContext
from app.reports.rendering import pdf
from app.settings import Settings

YEAR = {"region": "1402", "year": "2021"}
QUARTER = {"region": "1402", "quarter": "2021-Q3"}
KINDS = (("bulletin", YEAR), ("brief", QUARTER), ("year-end", YEAR), ("comparison", YEAR))
AMOUNTS = ("generated", "used", "disposed", "stored", "dumped")


class City:
    """The demo city over HTTP, asked by its regulator unless somebody else is named."""

    def __init__(self, client: TestClient, people: People, settings: Settings, clock: SettableClock) -> None:
        self.client, self.people, self.settings, self.clock = client, people, settings, clock

    def get(self, path: str, status: int = 200, *, who: Any = None, **asked: Any) -> Any:
        answer = self.client.get(path, params=asked, headers=who or self.people.regulator())
        assert answer.status_code == status, answer.text
        return answer

    def report(self, kind: str, **asked: Any) -> Any:
        return self.get(f"/v1/reports/{kind}", **asked).json()

    def rate(self, metric: str, **asked: Any) -> Any:
        months = {"from": "2021-01", "to": "2021-12", "region": "1402"}
        return self.get("/v1/rates", metric=metric, **(months | asked)).json()["items"]


@pytest.fixture(scope="module")
def city(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with filled_database("sqlite", run, tmp_path_factory.mktemp("reports"), fill_demo) as url:
        settings, clock = Settings(database_url=url), SettableClock()
        app: FastAPI = create_app(settings, clock=clock)
        engines = make_engines(settings)
        with TestClient(app) as client:
            yield City(client, People(client, Database(engines), clock()), settings, clock)
        engines.dispose()


def table(report: Any, ident: str) -> list[dict[str, Any]]:
    (found,) = [each for part in report["sections"] for each in part["tables"] if each["id"] == ident]
    rows: list[dict[str, Any]] = found["rows"]
    return rows


def total(rows: list[dict[str, Any]], column: str) -> str:
    """The sum of the rows above the total, as the API writes tonnes."""
    grams = sum(int(Decimal(row[column]) * 10**6) for row in rows[:-1])
    return tonnes_text(grams)


def test_every_rate_of_the_bulletin_is_the_one_that_the_api_answers(city: City) -> None:
    rows = {row["metric"]: row for row in table(city.report("bulletin", **YEAR), "rates")}
    assert len(rows) == 9
    for metric, row in rows.items():
        if metric == "utilization.terminal":
            continue
        (item,) = city.rate(metric)
        assert row["rate"] == {"value": item["value"], "percent": item["percent"], "reason": item["reason"]}
        assert row["numerator_tonnes"] == item["numerator_tonnes"]
        assert row["denominator_tonnes"] == item["denominator_tonnes"]


@pytest.mark.parametrize(("ident", "group"), [("wastes", "waste"), ("industries", "industry")])
def test_the_groups_of_the_bulletin_add_up_to_the_gram(city: City, ident: str, group: str) -> None:
    report = city.report("bulletin", **YEAR)
    amounts = [row["tonnes"] for row in table(report, "amounts")]
    rows = table(report, ident)
    for column, whole in zip(list(rows[0])[2:9], amounts, strict=False):
        assert rows[-1][column] == total(rows, column) == whole
    asked = {item["group"][group][:4]: item for item in city.rate("utilization.plain", group_by=group)}
    if group == "waste":
        for row in rows[:-1]:
            assert row["generated_tonnes"] == asked[row["code"]]["denominator_tonnes"]
            assert row["used_tonnes"] == asked[row["code"]]["numerator_tonnes"]


def test_the_bulletin_says_where_its_figures_are_from(city: City) -> None:
    (item,) = city.rate("utilization.statutory")
    told = city.report("bulletin", **YEAR)["provenance"]
    assert told["coverage"] == item["coverage"]
    assert told["as_of"] == "2026-01-10T08:00:00Z"
    assert "缺报不等于零" in " ".join(each["zh"] for each in told["caveats"])


def test_the_bulletin_is_judged_as_the_bulletin_check_judges_it(city: City) -> None:
    report = city.report("bulletin", **YEAR)
    lines, verdicts = table(report, "checked_lines"), table(report, "self_check")
    judged = [as_json(each) for each in check_table(lines)]
    assert [one["reproduced_by"] for one in verdicts] == [", ".join(one["reproduced_by"]) for one in judged]
    assert {one["verdict"] for one in judged} <= {"match", "within_rounding", "match_truncated"}
    balance = {"closes": "平衡", "fails": "不平衡"}[judged[0]["balance"]]
    assert {one["balance"]["zh"] for one in verdicts} == {balance}
    # Anybody can save the lines and run the check on the file.
    head, *rest = list(lines[0]), *[list(line.values()) for line in lines]
    csv = "\n".join(",".join(cells) for cells in (head, *rest)).encode()
    headers = city.people.regulator() | {"Content-Type": "text/csv"}
    answer = city.client.post("/v1/bulletins/check", content=csv, headers=headers)
    assert [one["verdict"] for one in answer.json()] == [one["verdict"] for one in judged]


def test_transfers_over_the_border_are_no_more_than_what_was_sent(city: City) -> None:
    report = city.report("bulletin", **YEAR)
    out = table(report, "transfers_out")
    assert out[-1]["tonnes"] == total(out, "tonnes")
    assert 0 < Decimal(out[-1]["tonnes"]) < Decimal(report["provenance"]["coverage"]["sent_tonnes"])
    # Seen from the province, what went to the neighbouring city has not crossed a border.
    admin = city.people.admin
    wider = city.report("bulletin", year="2021", region="14", who=admin)
    assert "省内其他地区" not in {
        row["where"] and row["where"]["zh"] for row in table(wider, "transfers_out")[:-1]
    }


def test_the_terminal_rate_stands_in_the_bulletin_once_there_is_a_run(city: City) -> None:
    row = table(city.report("bulletin", **YEAR), "rates")[-1]
    assert row["rate"]["reason"]["zh"] == "尚无本范围的链条测算"
    asked = {"region": "1402", "from": "2021-01", "to": "2021-12"}
    headers = city.people.regulator()
    made = city.client.post("/v1/chains/all/runs", json=asked, headers=headers)
    assert made.status_code == 202, made.text
    carry_out(JobContext(city.people.sessions, city.settings, city.clock), {"run_id": made.json()["id"]})
    row = table(city.report("bulletin", **YEAR), "rates")[-1]
    (item,) = city.rate("utilization.terminal")
    assert row["rate"]["value"] == item["value"] is not None
    assert row["numerator_tonnes"] == item["numerator_tonnes"]
    assert row["denominator_tonnes"] == item["denominator_tonnes"]
    told = city.report("bulletin", **YEAR)["provenance"]["metrics"]
    assert "utilization.terminal" in [metric["id"] for metric in told]


def test_the_years_end_says_what_the_targets_say(city: City) -> None:
    items = city.get("/v1/targets/progress", **YEAR).json()["items"]
    report = city.report("year-end", **YEAR)
    values, paces = table(report, "targets"), table(report, "pace")
    assert [row["target"] for row in values] == [item["target"]["code"] for item in items] != []
    for item, value, pace in zip(items, values, paces, strict=True):
        assert value["value"]["value"] == item["value"]
        assert Decimal(value["threshold"]["value"]) == Decimal(item["target"]["threshold"])
        for name in ("gap_points", "gap_tonnes", "numerator_tonnes", "denominator_tonnes"):
            assert value[name] == item[name]
        for name in (
            "pace_tonnes_per_month",
            "present_pace_tonnes_per_month",
            "months_filed",
            "months_remaining",
        ):
            assert pace[name] == item[name]
        assert pace["projection"]["value"] == item["projection"]["value"]
    assert any("未达标" in words["zh"] for words in report["sections"][0]["paragraphs"])


def test_the_brief_of_a_quarter_is_the_api_of_its_months(city: City) -> None:
    report = city.report("brief", **QUARTER)
    (item,) = city.rate("utilization.new_waste", **{"from": "2021-07", "to": "2021-09"})
    (so_far,) = city.rate("utilization.new_waste", to="2021-09")
    row = table(report, "rates")[2]
    assert (row["quarter"]["value"], row["year_to_date"]["value"]) == (item["value"], so_far["value"])
    assert row["last_year"]["value"] is None
    assert row["change_points"] is None
    assert report["subtitle"]["zh"] == "报送期限：2021年10月1日至2021年10月10日（已过期限）"
    target = table(report, "targets")[0]
    assert target["period"] == "2021-01–2021-09"
    filed = city.rate("coverage", group_by="site", **{"from": "2021-07", "to": "2021-09"})
    missing = {
        each["group"]["site"]
        for each in filed
        if each["coverage"]["ledgers_filed"] < each["coverage"]["ledgers_expected"]
    }
    assert {each["site"] for each in table(report, "late_sites")} == missing != set()
    gaps = [Decimal(each["gap_tonnes"]) for each in table(report, "lagging_sites")]
    assert gaps == sorted(gaps, reverse=True)
    assert min(gaps) > 0


def test_the_comparison_ends_where_the_api_stands(city: City) -> None:
    report = city.report("comparison", **YEAR)
    amounts = table(report, "amounts")
    (plain,) = city.rate("utilization.plain")
    assert amounts[0]["now_tonnes"] == plain["denominator_tonnes"]
    assert amounts[1]["now_tonnes"] == plain["numerator_tonnes"]
    differences = table(report, "differences")
    assert differences[-1]["generated_tonnes_difference"] == amounts[0]["difference_tonnes"]
    assert differences[-1]["generated_tonnes_difference"] == total(differences, "generated_tonnes_difference")
    assert any(row["corrections"] for row in differences)
    for row in amounts:
        assert Decimal(row["now_tonnes"]) - Decimal(row["before_tonnes"]) == Decimal(row["difference_tonnes"])


def test_a_comparison_with_a_moment_begins_where_the_api_stood_then(city: City) -> None:
    moment = "2021-09-20T00:00:00+08:00"
    report = city.report("comparison", **YEAR, as_of=moment)
    (plain,) = city.rate("utilization.plain", as_of=moment)
    assert table(report, "amounts")[0]["before_tonnes"] == plain["denominator_tonnes"]
    assert report["subtitle"]["zh"].startswith("截至 2021-09-20 00:00:00+08:00")
    now = city.report("comparison", **YEAR, as_of="2026-01-10T08:00:00Z")
    assert table(now, "differences") == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("kind", "asked"), KINDS)
def test_every_report_is_a_pdf_a_word_file_and_a_workbook(
    city: City, kind: str, asked: dict[str, str], language: str, tmp_path: Path
) -> None:
    path = f"/v1/reports/{kind}"
    title = city.report(kind, **asked)["title"][language]
    as_pdf = city.get(path, format="pdf", language=language, **asked)
    assert as_pdf.headers["content-type"] == "application/pdf"
    pages = ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(as_pdf.content)).pages]
    assert "".join(title.split()) in pages[0].replace("\n", "")
    assert all("".join(title.split())[:20] in page for page in pages)
    as_word = docx.Document(io.BytesIO(city.get(path, format="docx", language=language, **asked).content))
    assert as_word.paragraphs[0].text == title
    as_book = city.get(path, format="xlsx", language=language, **asked)
    book = CalamineWorkbook.from_filelike(io.BytesIO(as_book.content))
    assert book.get_sheet_by_index(0).to_python()[0][0] == title
    suffix = "" if language == "zh" else "-en"
    assert as_book.headers["content-disposition"].endswith(f'{suffix}.xlsx"')


@pytest.mark.parametrize(("kind", "asked"), KINDS)
def test_a_region_without_anything_is_unknown_and_not_nought(
    city: City, kind: str, asked: dict[str, str]
) -> None:
    admin = city.people.admin
    report = city.report(kind, who=admin, **(asked | {"region": "65"}))
    assert report["provenance"]["coverage"]["ledgers_filed"] == 0
    if kind == "bulletin":
        assert "不是零" in report["sections"][0]["paragraphs"][0]["zh"]
        assert {row["tonnes"] for row in table(report, "amounts")} == {None}
        assert table(report, "rates")[0]["rate"]["reason"] == "no_ledgers"
        assert table(report, "wastes") == []
    for form in ("pdf", "docx", "xlsx"):
        city.get(f"/v1/reports/{kind}", who=admin, format=form, **(asked | {"region": "65"}))


@pytest.mark.parametrize(("kind", "asked"), KINDS)
def test_nobody_is_told_of_another_territory(city: City, kind: str, asked: dict[str, str]) -> None:
    path, people = f"/v1/reports/{kind}", city.people
    city.get(path, 403, who=people.regulator("13"), **asked)
    city.get(path, 403, who=people.regulator("140211"), **asked)
    (firm,) = city.get("/v1/enterprises", who=people.admin, limit=1).json()["items"]
    city.get(path, 403, who=people.of(firm["credit_code"]), **asked)
    city.get(path, 403, who=people.headers(Role.PERMIT_SYSTEM, region="1402"), **asked)


@pytest.mark.parametrize(
    ("kind", "asked", "parameter"),
    [
        ("bulletin", {"year": "2031"}, "year"),
        ("bulletin", {"year": "1402"}, "year"),
        ("bulletin", {"year": "2021", "region": "9999"}, "region"),
        ("brief", {"quarter": "2021-Q5"}, "quarter"),
        ("brief", {"quarter": "2031-Q1"}, "quarter"),
        ("year-end", {}, "year"),
        ("comparison", {"year": "2021", "as_of": "2031-01-01T00:00:00Z"}, "as_of"),
        ("comparison", {"year": "2021", "format": "exe"}, "format"),
        ("comparison", {"year": "2021", "language": "fr"}, "language"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_name(
    city: City, kind: str, asked: dict[str, str], parameter: str
) -> None:
    problem = city.get(f"/v1/reports/{kind}", 422, who=city.people.admin, **asked).json()
    assert problem["errors"][0]["pointer"] == f"#query/{parameter}"
    assert problem["errors"][0]["message"]["zh"]


def test_a_pdf_that_cannot_be_set_is_a_problem_that_names_the_way_out(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "SECONDS", 0)
    problem = city.get("/v1/reports/year-end", 503, format="pdf", **YEAR)
    assert problem.headers["content-type"] == "application/problem+json"
    assert ".xlsx" in problem.json()["message"]["zh"]
    city.get("/v1/reports/year-end", format="xlsx", **YEAR)
    monkeypatch.undo()
    city.get("/v1/reports/year-end", format="pdf", **YEAR)


def test_many_pdfs_at_once_hold_up_nobody_else(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = Event()

    def set_when_told(_order: bytes) -> bytes:
        assert go_on.wait(60)
        return b"%PDF-"

    monkeypatch.setattr(pdf, "_set", set_when_told)
    headers = city.people.regulator()
    with ThreadPoolExecutor(60) as pool:
        papers = [
            pool.submit(city.client.get, "/v1/reports/year-end?year=2021&format=pdf", headers=headers)
            for _ in range(60)
        ]
        # More papers wait than there are connections or threads, and a question is answered meanwhile.
        assert city.rate("utilization.plain")
        assert not any(paper.done() for paper in papers)
        go_on.set()
        assert {paper.result().status_code for paper in papers} == {200}
