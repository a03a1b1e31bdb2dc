"""Evidence for refunds of value-added tax: the share against the row of the list that holds, or not enough to say."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from batches.forms import MILL_SITE, WORKS_SITE, cement, works_ledger
from builders import MILL, WORKS, People, ledger
from support.run import Run
from web.visits import open_house

from app.domain.custody.vat import Rule
from app.domain.periods import Month
from seed.reference_files import read_reference


@pytest.fixture(scope="module")
def shared(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """The works used 400 t of ash in March, and made cement of two grades and bricks."""
    with open_house(run, tmp_path_factory.mktemp("vat")) as opened:
        people = opened.people
        people.register(MILL)
        people.register(WORKS)
        assert people.file(ledger(MILL_SITE)).status_code == 201
        for month in ("2025-03", "2025-04"):
            assert people.file(works_ledger("400", month), enterprise=WORKS).status_code == 201
        brick = {"product": "brick", "grade": None}
        for body in (
            cement("HIGH", "200", "800"),
            cement("LOW", "39.9", "60.1", "100", grade="32.5"),
            cement("BRICK", "70", "30", "100", **brick),
            cement("APRIL", "401", "99", "500", day="2025-04-03", **brick),
            cement("MAY", "90", "10", "100", day="2025-05-03", **brick),
        ):
            answer = people.client.post("/v1/product-batches", json=body, headers=people.of(WORKS))
            assert answer.status_code == 201, answer.text
        yield people


def evidence(people: People, query: str, status: int = 200) -> Any:
    answer = people.client.get(f"/v1/vat-evidence?site={WORKS_SITE}&{query}", headers=people.of(WORKS))
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("query", "verdict", "share", "threshold"),
    [
        ("product=cement&grade=42.5&period=2025-Q1", "pass", "20.00", "20.00"),
        ("product=cement&grade=32.5&period=2025-Q1", "fail", "39.90", "40.00"),
        ("product=brick&period=2025-03", "pass", "70.00", "70.00"),
        ("product=brick&period=2025-04", "insufficient", "80.20", "70.00"),
        ("product=brick&period=2025-05", "insufficient", "90.00", "70.00"),
        ("product=brick&period=2025-06", "insufficient", None, "70.00"),
        ("product=cement&period=2025-Q1", "insufficient", None, "40.00"),
        ("product=feed&period=2025-Q1", "no_rule", None, None),
    ],
)
def test_the_share_is_judged_by_the_row_for_its_product_and_grade(
    shared: People, query: str, verdict: str, share: str | None, threshold: str | None
) -> None:
    found = evidence(shared, query)
    assert (found["verdict"], found["share_percent"], found["threshold_percent"]) == (
        verdict,
        share,
        threshold,
    )
    assert bool(found["gaps"]) == (verdict == "insufficient")


def test_the_evidence_names_what_it_stands_on_and_what_it_leaves_out(shared: People) -> None:
    found = evidence(shared, "product=cement&grade=42.5&period=2025-Q1")
    documents = {(each["kind"], each["number"]) for each in found["documents"]}
    assert documents == {("product_batch", "HIGH"), ("ledger", "2025-03")}
    assert all(len(each["sha256"]) == 64 for each in found["documents"])
    assert found["rule"]["verified"] is False
    assert "GB 4915" in found["not_examined"][0]["en"]


def test_a_period_across_two_lists_is_refused(shared: People) -> None:
    answer = evidence(shared, "product=brick&period=2022", 422)
    assert answer["errors"][0]["pointer"] == "#query/period"
    assert evidence(shared, "product=brick&period=2022-02")["rule"]["code"] == "walls-concrete-2015"
    assert evidence(shared, "product=brick&period=2022-03")["rule"]["code"] == "walls-concrete-2022"


def test_the_report_says_what_the_api_says(shared: People) -> None:
    query = f"site={WORKS_SITE}&product=cement&grade=42.5&period=2025-Q1"
    headers = shared.of(WORKS)
    found = shared.client.get(f"/v1/vat-evidence?{query}", headers=headers).json()
    report = shared.client.get(f"/v1/reports/vat-evidence?{query}", headers=headers).json()
    sections = {section["id"]: section for section in report["sections"]}
    values = [row["value"] for row in sections["verdict"]["tables"][0]["rows"]]
    assert values[:2] == [found["listed_tonnes"], found["inputs_tonnes"]]
    assert values[2]["percent"] == found["share_percent"]
    total = sections["batches"]["tables"][0]["rows"][-1]
    assert (total["tonnes"], total["product_tonnes"]) == (found["inputs_tonnes"], found["product_tonnes"])
    for form, start in (("xlsx", b"PK"), ("docx", b"PK"), ("pdf", b"%PDF-")):
        file = shared.client.get(
            f"/v1/reports/vat-evidence?{query}&format={form}&language=en", headers=headers
        )
        assert file.content.startswith(start)


def test_others_learn_nothing(shared: People) -> None:
    for path in ("vat-evidence", "reports/vat-evidence"):
        query = f"/v1/{path}?site={WORKS_SITE}&product=cement&period=2025-Q1"
        assert shared.client.get(query, headers=shared.of(MILL)).status_code == 404
        assert shared.client.get(query, headers=shared.regulator("13")).status_code == 404
        assert shared.client.get(query, headers=shared.regulator()).status_code == 200


def test_the_shipped_rows_are_dated_without_a_gap_and_name_products_that_there_are() -> None:
    release = read_reference()
    rows = [row for row in release.rows if row.kind == "vat_rules"]
    bodies: list[dict[str, Any]] = [dict(row.body) for row in release.rows if row.kind == "processes"]
    products = {product for body in bodies for product in body["products"]}
    shares = {row.code: Fraction(str(dict(row.body)["threshold"])) for row in rows}
    assert shares["walls-concrete-2022"] == Fraction(7, 10)
    assert (shares["cement-42-5-2022"], shares["cement-other-2022"]) == (Fraction(1, 5), Fraction(2, 5))
    assert (shares["aggregate-2022"], shares["gangue-power-2022"]) == (Fraction(9, 10), Fraction(3, 5))
    for row in rows:
        body: dict[str, Any] = dict(row.body)
        assert set(body["products"]) <= products, row.code
        assert (body["from"], body["to"]) in {("2015-07", "2022-02"), ("2022-03", None)}


def test_grades_part_cement_and_nothing_else() -> None:
    part = {
        "products": frozenset({"cement"}),
        "wastes": frozenset({"SW02"}),
        "first": Month(2022, 3),
        "last": None,
    }
    high = Rule("high", threshold=Fraction(1, 5), least_grade=Fraction("42.5"), **part)  # type: ignore[arg-type]
    low = Rule("low", threshold=Fraction(2, 5), below_grade=Fraction("42.5"), **part)  # type: ignore[arg-type]
    for grade in (None, Fraction("32.5"), Fraction("42.5"), Fraction("52.5")):
        covering = [rule.code for rule in (high, low) if rule.covers("cement", grade, Month(2025, 1))]
        assert covering == (["high"] if grade is not None and grade >= Fraction("42.5") else ["low"])
    assert not high.covers("cement", Fraction("42.5"), Month(2022, 2))
