"""A file from sending to the answer, over HTTP and with a worker."""

import io
import zipfile

import pytest
from builders import WORKS
from imports.sending import SECOND, SITE, Desk, as_csv, as_xlsx, line

from app.imports import filing

SQLITE_ALONE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ANY_FILE = {"xlsx": as_xlsx, "csv": as_csv}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_file_becomes_ledgers_and_again_changes_nothing(desk: Desk, kind: str) -> None:
    content = ANY_FILE[kind](
        line("2025-03"),
        {"used.process": "brick", "used.tonnes": "0"},
        line("2025-04", opening_stock_tonnes="300", closing_stock_tonnes="500"),
        {"site": SECOND, "month": "2025-03", "nil": "是", "signed_by": "示例负责人"},
    )
    told = desk.filed(content, name="三月.xlsx")
    assert told["state"] == "done"
    assert told["kind"] == kind
    assert told["saved"] is True
    assert told["progress_percent"] == 100
    assert told["summary"] == {
        "created": 3,
        "unchanged": 0,
        "amended": 0,
        "rejected": 0,
        "with_warnings": told["summary"]["with_warnings"],
    }
    march, second, april = sorted(desk.ledgers(), key=lambda each: (each["month"], each["site"]))
    assert march["lines"][0]["generated_tonnes"] == "1000"
    assert [flow["tonnes"] for flow in march["lines"][0]["used"]] == ["800", "0"]
    assert second["nil"] is True
    assert april["lines"][0]["opening_stock_tonnes"] == "300"
    again = desk.filed(content, name="三月.xlsx")
    assert again["summary"]["unchanged"] == 3
    assert again["saved"] is False
    assert [each["version"] for each in desk.ledgers()] == [1, 1, 1]


def test_an_amendment_needs_its_reason_and_the_others_are_filed(desk: Desk) -> None:
    desk.filed(
        as_xlsx(line("2025-03"), line("2025-04", opening_stock_tonnes="300", closing_stock_tonnes="500"))
    )
    changed = as_xlsx(
        line("2025-03", generated_tonnes="1100", closing_stock_tonnes="400"),
        line("2025-04", opening_stock_tonnes="400", closing_stock_tonnes="600", reason="更正过磅数"),
        line("2025-05", opening_stock_tonnes="600", closing_stock_tonnes="800"),
    )
    told = desk.filed(changed)
    assert [each["outcome"] for each in desk.ledgers_of(told)] == ["rejected", "amended", "created"]
    refused = desk.ledgers_of(told)[0]
    assert refused["first_row"] == refused["last_row"] == 2
    assert {note["code"] for note in refused["notes"]} == {"ledger_already_filed"}
    assert "reason" in refused["notes"][0]["message"]["en"]
    assert {each["month"]: each["version"] for each in desk.ledgers()} == {
        "2025-03": 1,
        "2025-04": 2,
        "2025-05": 1,
    }


@SQLITE_ALONE
def test_all_or_nothing_keeps_nothing_when_one_is_refused(desk: Desk) -> None:
    told = desk.filed(as_xlsx(line("2025-03"), line("2025-04", waste="SW99")), mode="atomic")
    assert told["saved"] is False
    assert told["summary"]["rejected"] == 1
    assert desk.ledgers() == []
    rows = desk.workbook_of(told)
    assert "not saved" in rows[1][-3]
    assert "未收" in rows[2][-3]
    good = desk.filed(as_xlsx(line("2025-03"), line("2025-04")), mode="atomic")
    assert good["saved"] is True
    assert len(desk.ledgers()) == 2


@SQLITE_ALONE
def test_a_preview_says_the_same_and_keeps_nothing(desk: Desk) -> None:
    content = as_xlsx(line("2025-03"), line("2025-04", generated_tonnes="-5"))
    told = desk.filed(content, dry_run="true")
    assert told["saved"] is False
    assert [each["outcome"] for each in desk.ledgers_of(told)] == ["created", "rejected"]
    (note,) = desk.ledgers_of(told)[1]["notes"]
    assert (note["row"], note["column"], note["code"]) == (3, "generated_tonnes", "negative")
    assert note["head"] == {"zh": "产生量", "en": "Generated"}
    assert desk.ledgers() == []


@SQLITE_ALONE
def test_the_workbook_comes_back_with_every_row_answered(desk: Desk) -> None:
    told = desk.filed(
        as_xlsx(
            line("2025-03", closing_stock_tonnes="299"),
            line("2025-04", **{"sent.to": "=cmd()", "sent.tonnes": "many"}),
            {"waste": "SW04", "generated_tonnes": "12"},
        )
    )
    head, march, april, gangue = desk.workbook_of(told)
    assert head[0] == "场所编码\nSite"
    assert head[-3:] == ["处理结果\nResult", *head[-2:]]
    assert march[0] == SITE
    assert march[-3] == "新增 / created"
    assert "1 吨有来源而无去向" in march[-2]
    assert "1 t came in" in march[-1]
    assert april[-3] == gangue[-3] == "未收 / rejected"
    assert april[-1].startswith("Sent: ")
    assert gangue[-1] == "see row 3"
    assert "'=cmd()" in april


@SQLITE_ALONE
def test_the_answered_workbook_can_be_mended_and_sent_again(desk: Desk) -> None:
    told = desk.filed(as_xlsx(line("2025-03", generated_tonnes="x")))
    answer = desk.get(f"/v1/imports/{told['id']}/errors.xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        # Whoever mends a row chooses, as in the template.
        assert b'type="list"' in packed.read("xl/worksheets/sheet1.xml")
    again = desk.filed(answer.content)
    assert again["state"] == "done"
    assert again["summary"]["rejected"] == 1


@SQLITE_ALONE
def test_another_enterprise_sees_nothing_of_it(desk: Desk) -> None:
    told = desk.filed(as_xlsx(line("2025-03")))
    for path in ("", "/ledgers", "/errors.xlsx"):
        assert desk.get(f"/v1/imports/{told['id']}{path}", enterprise=WORKS).status_code == 404
    assert desk.get("/v1/imports", enterprise=WORKS).json()["items"] == []
    theirs = desk.send(as_xlsx(line("2025-04")), enterprise=WORKS)
    desk.work()
    (ledger,) = desk.get(f"{theirs.headers['Location']}/ledgers", enterprise=WORKS).json()["items"]
    assert ledger["outcome"] == "rejected"
    assert ledger["notes"][0]["code"] == "unknown_site"
    assert ledger["notes"][0]["column"] == "site"


@SQLITE_ALONE
def test_the_list_goes_on_where_it_stopped(desk: Desk) -> None:
    sent = [desk.send(as_csv(line(f"2025-0{month}"))).json()["id"] for month in (1, 2, 3)]
    first = desk.get("/v1/imports?limit=2").json()
    rest = desk.get(f"/v1/imports?limit=2&cursor={first['next_cursor']}").json()
    assert [each["id"] for each in first["items"] + rest["items"]] == sent[::-1]
    assert rest["next_cursor"] is None
    assert all(each["state"] == "queued" for each in first["items"])
    early = desk.get(f"/v1/imports/{sent[0]}/errors.xlsx")
    assert early.status_code == 409


@SQLITE_ALONE
def test_a_preview_of_many_says_what_filing_says(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Months that contradict each other, and both sides of a transfer, judged in different batches."""
    monkeypatch.setattr(filing, "MAX_PREVIEWED", 2)
    sent = {"sent.to": SECOND, "sent.tonnes": "800", "used.tonnes": None, "used.process": None}
    taken = {"site": SECOND, "received.from": SITE, "received.tonnes": "0.8"}
    content = as_csv(
        line("2025-03", **sent),
        line("2025-04"),
        line("2025-05", opening_stock_tonnes="200"),
        line("2025-06", opening_stock_tonnes="300"),
        {"month": "2025-03", "waste": "SW02", **taken, "closing_stock_tonnes": "0.8"},
    )
    told = desk.filed(content, dry_run=True)
    previewed = [each["notes"] for each in desk.ledgers_of(told)]
    rules = [{note["code"] for note in notes} for notes in previewed]
    assert "stock_continuity" in rules[2]
    assert "stock_continuity" not in rules[3]
    assert "unit_slip" in rules[4]
    again = desk.filed(content)
    assert [each["notes"] for each in desk.ledgers_of(again)] == previewed
