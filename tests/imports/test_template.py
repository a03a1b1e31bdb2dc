"""The template: made for a site and month, and what comes back from it is what was in it."""

import io
import zipfile
from typing import Any

import pytest
from builders import WORKS, example_line, ledger
from imports.sending import SITE, Desk, as_xlsx, read_back

from app.imports.columns import COLUMNS, head_text
from app.imports.sheets import LISTS_NAME

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def template(desk: Desk, **asked: str) -> bytes:
    answer = desk.people.client.get(
        "/v1/imports/template.xlsx",
        params={"month": "2025-04", "site": SITE} | asked,
        headers=desk.people.of(),
    )
    assert answer.status_code == 200, answer.text
    content: bytes = answer.content
    return content


def test_it_begins_with_the_lines_and_the_stock_of_the_month_before(desk: Desk) -> None:
    assert desk.people.file(ledger(SITE, "2025-03")).status_code == 201
    head, ash = read_back(template(desk))
    assert head == [head_text(column) for column in COLUMNS]
    row: dict[str, Any] = dict(zip((column.key for column in COLUMNS), ash, strict=True))
    assert row["site"] == f"{SITE} 示例场所"
    assert row["waste"] == "SW02 粉煤灰"
    assert row["opening_stock_tonnes"] == 220
    assert row["used.process"].startswith("cement_blending ")
    assert row["sent.to"] == f"{WORKS}001P 示例场所"
    assert row["sent.purpose"] == "利用"
    assert row["disposed.compliant"] == "是"
    assert row["generated_tonnes"] == row["closing_stock_tonnes"] == row["sent.tonnes"] == ""
    gap = read_back(template(desk, month="2025-06"))
    assert gap[1][COLUMNS.index(next(c for c in COLUMNS if c.key == "opening_stock_tonnes"))] == ""


def test_every_choice_column_has_its_drop_down(desk: Desk) -> None:
    desk.people.file(ledger(SITE, "2025-03"))
    content = template(desk)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
        names = packed.read("xl/workbook.xml").decode()
    assert LISTS_NAME in names
    for key in ("site", "waste", "method", "used.process", "disposed.method", "sent.to", "sent.purpose"):
        place = next(place for place, column in enumerate(COLUMNS) if column.key == key)
        letters = chr(65 + place) if place < 26 else "A" + chr(65 + place - 26)
        assert f'sqref="{letters}2:{letters}5001"' in sheet, key
    assert sheet.count("<dataValidation ") >= 25


def test_a_template_that_is_filled_in_is_filed(desk: Desk) -> None:
    desk.people.file(ledger(SITE, "2025-03"))
    head, ash = read_back(template(desk))
    row = dict(zip((column.key for column in COLUMNS), ash, strict=True))
    row |= {"generated_tonnes": 1000, "used.tonnes": 300, "sent.tonnes": 500}
    row |= {"closing_stock_tonnes": 420, "signed_by": "示例负责人"}
    told = desk.filed(as_xlsx({key: value for key, value in row.items() if value != ""}))
    assert told["summary"]["created"] == 1
    assert told["summary"]["with_warnings"] == 0
    # Nothing was disposed of this month: what the template offers and nobody filled in is left out, and said.
    assert [note["column"] for note in desk.ledgers_of(told)[0]["notes"]] == ["disposed.tonnes"]
    april = next(each for each in desk.ledgers() if each["month"] == "2025-04")
    line = example_line()
    assert april["lines"][0]["used"][0]["process"] == line["used"][0]["process"]
    assert april["lines"][0]["disposed"] == []
    assert april["lines"][0]["sent"][0]["to"] == f"{WORKS}001P"
    assert len(head) == len(COLUMNS)


def test_a_site_that_is_not_ones_own_has_no_template(desk: Desk) -> None:
    path = f"/v1/imports/template.xlsx?month=2025-04&site={WORKS}001P"
    assert desk.get(path).status_code == 404
    assert len(read_back(desk.get("/v1/imports/template.xlsx?month=2025-04").content)) == 3
