"""Ledgers as files: what goes out comes in again as what it was, whoever may not see it gets none of it."""

import io
import json
from typing import Any

import pyarrow.parquet as pq
import pytest
from builders import WORKS, example_line, ledger
from imports.sending import SECOND, SITE, Desk

from app.imports import exporting


def bodies() -> list[dict[str, Any]]:
    """A month of two wastes, several receivers and activities; a nil return; a name like a formula."""
    rich = example_line(
        moisture_percent="12.5",
        basis="wet",
        method="weighbridge",
        waste_code="441-001-S02",
        received=[{"from": "x", "tonnes": "0.000001", "purpose": "store"}],
        sent=[
            {"to": f"{WORKS}001P", "tonnes": "300.25", "purpose": "use"},
            {"to": "unregistered-works", "tonnes": "199.75", "purpose": "dispose", "out_of_province": True},
        ],
    )
    activity = [{"kind": "coal_burnt", "tonnes": "4000", "ash_percent": "27.0"}]
    activity += [{"kind": kind, "tonnes": "1"} for kind in ("raw_coal", "pig_iron", "crude_steel")]
    return [
        ledger(SITE, "2025-01", rich, example_line(waste="SW04"), activity=activity, signed_by="=1+1"),
        {"site": SECOND, "month": "2025-01", "nil": True, "signed_by": "示例负责人"},
        ledger(SECOND, "2025-02"),
    ]


@pytest.fixture
def filed(desk: Desk) -> Desk:
    for body in bodies():
        answer = desk.people.file(body)
        assert answer.status_code == 201, answer.text
    return desk


def exported(desk: Desk, form: str, **query: str) -> bytes:
    answer = desk.people.client.get(
        "/v1/ledgers/export", params={"format": form, **query}, headers=desk.people.of()
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].endswith(f'ledgers.{form}"')
    content: bytes = answer.content
    return content


def test_rows_that_go_out_come_in_as_unchanged(filed: Desk) -> None:
    for form in ("csv", "xlsx", "parquet"):
        told = filed.filed(exported(filed, form), name=f"a.{form}")
        shown = [
            note for each in filed.ledgers_of(told) for note in each["notes"] if note["severity"] == "error"
        ]
        expected = {"csv": (2, 1), "xlsx": (2, 1), "parquet": (3, 0)}[form]
        # In a spreadsheet's file what looks like a formula is disarmed, and so is another name.
        assert (told["summary"]["unchanged"], told["summary"]["rejected"]) == expected, (form, shown)


def test_lines_are_the_documents_of_the_api(filed: Desk) -> None:
    told = [json.loads(line) for line in exported(filed, "ndjson").splitlines()]
    assert told == filed.ledgers()
    assert len(told) == 3


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_part_is_asked_for_as_in_the_list(filed: Desk) -> None:
    some = exported(filed, "ndjson", site=SECOND, **{"from": "2025-02", "to": "2025-02"})
    assert [json.loads(line)["month"] for line in some.splitlines()] == ["2025-02"]
    assert exported(filed, "ndjson", state="closed") == b""
    empty = pq.read_table(io.BytesIO(exported(filed, "parquet", state="closed")))
    assert empty.num_rows == 0
    before = filed.people.client.get(
        "/v1/ledgers/export",
        params={"format": "ndjson", "as_of": "2026-01-01T00:00:00Z"},
        headers=filed.people.of(),
    )
    assert before.content == b""


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_others_get_nothing_of_it(filed: Desk) -> None:
    ask = filed.people.client.get
    params = {"format": "ndjson"}
    assert ask("/v1/ledgers/export", params=params, headers=filed.people.of(WORKS)).content == b""
    far = ask("/v1/ledgers/export", params=params, headers=filed.people.regulator("1301"))
    assert far.content == b""
    near = ask("/v1/ledgers/export", params=params, headers=filed.people.regulator("1402"))
    assert len(near.content.splitlines()) == 3
    assert ask("/v1/ledgers/export", params=params).status_code == 401
    assert ask("/v1/ledgers/export", params={"format": "pdf"}, headers=filed.people.of()).status_code == 422


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_too_much_for_one_file_is_said_before_it_begins(filed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, limit, form in (("MOST_LEDGERS", 2, "ndjson"), ("MAX_ROWS", 3, "xlsx")):
        with monkeypatch.context() as patched:
            patched.setattr(exporting, name, limit)
            answer = filed.people.client.get(
                "/v1/ledgers/export", params={"format": form}, headers=filed.people.of()
            )
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "too_many")
