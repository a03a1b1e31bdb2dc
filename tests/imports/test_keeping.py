"""What is kept of imports, for how long, and what is refused before anything is kept."""

import pytest
from builders import MILL
from imports.sending import Desk, as_csv, as_xlsx, line

from app.imports import filing
from app.imports.jobs import KEPT_FOR, prune
from app.imports.models import Import, ImportedLedger, ImportPiece
from app.outbox.jobs import JobContext

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def kept(desk: Desk) -> list[int]:
    with desk.sessions.reading() as session:
        return [session.query(model).count() for model in (Import, ImportPiece, ImportedLedger)]


def test_old_imports_are_let_go_and_their_ledgers_stay(desk: Desk) -> None:
    desk.filed(as_xlsx(line("2025-03")))
    desk.clock.advance(minutes=10)
    fresh = desk.send(as_csv(line("2025-04")))
    context = JobContext(desk.sessions, desk.settings, desk.clock)
    desk.clock.advance(days=KEPT_FOR.days, minutes=-11)
    prune(context, {})
    assert kept(desk)[0] == 2
    desk.clock.advance(days=9)
    prune(context, {})
    # What still waits for its worker is never old.
    assert kept(desk) == [1, 1, 0]
    with desk.sessions.reading() as session:
        assert [str(made.id) for made in session.query(Import)] == [fresh.json()["id"]]


def test_a_file_beyond_the_limit_is_refused(desk: Desk) -> None:
    answer = desk.send(b"site,month\n" + b"A" * desk.settings.max_bulk_bytes)
    assert answer.status_code == 413
    assert kept(desk) == [0, 0, 0]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_workbook"),
        (b"a\0b", "not_text"),
    ],
)
def test_what_is_no_file_is_refused_at_once(desk: Desk, content: bytes, code: str) -> None:
    answer = desk.send(content)
    assert answer.status_code == 422
    assert [fault["code"] for fault in answer.json()["errors"]] == [code]
    assert kept(desk) == [0, 0, 0]


def test_a_file_that_breaks_later_says_where_and_has_no_answer(desk: Desk) -> None:
    told = desk.filed(as_csv({"site": "A", "month": "2025-03", "gewicht": "5"}))
    assert told["state"] == "refused"
    (fault,) = told["faults"]
    assert (fault["code"], fault["row"], fault["column"]) == ("unknown_head", 1, "gewicht")
    assert desk.get(f"/v1/imports/{told['id']}/errors.xlsx").status_code == 409


def test_all_or_nothing_takes_so_many_and_no_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing, "MAX_ATOMIC", 2)
    months = [line(f"2025-0{month}") for month in (1, 2, 3)]
    told = desk.filed(as_csv(*months), mode="atomic")
    assert told["faults"][0]["code"] == "too_many_for_atomic"
    assert desk.ledgers() == []
    assert desk.filed(as_csv(*months[:2]), mode="atomic")["saved"] is True


def test_who_sent_a_file_is_in_the_audit_log(desk: Desk) -> None:
    told = desk.filed(as_csv(line("2025-03")))
    rows = desk.people.client.get("/v1/audit", headers=desk.people.admin).json()["items"]
    found = [row["entry"] for row in rows if row["entry"]["object_id"] == told["id"]]
    assert [entry["action"] for entry in found] == ["import.kept"]
    assert found[0]["after"] == told["sha256"]
    (filed,) = (row["entry"] for row in rows if row["entry"]["action"] == "ledger.submitted")
    assert filed["address"] == found[0]["address"] is not None
    assert filed["request_id"] == found[0]["request_id"] is not None
    assert desk.ledgers()[0]["filed_by"] == f"enterprise:enterprise {MILL} None"
