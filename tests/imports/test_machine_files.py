"""NDJSON and Parquet: the same ledgers by the same way in, and every fault said of its line or row."""

import io
import json
import tracemalloc
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import ledger
from imports.sending import SECOND, SITE, Desk, as_csv, line

from app.imports import parquet_file
from app.imports.entries import entries_of
from app.imports.faults import FileRefused
from app.imports.ndjson_file import MAX_LINE_BYTES, ndjson_entries
from app.imports.parquet_file import parquet_rows
from app.imports.rows import MAX_ROWS, Progress


def as_ndjson(*bodies: Any) -> bytes:
    return b"".join(json.dumps(body, ensure_ascii=False).encode() + b"\n" for body in bodies)


def as_parquet(columns: dict[str, Any], **options: Any) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target, **options)
    return target.getvalue()


def of_rows(*rows: dict[str, Any]) -> dict[str, list[Any]]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {name: [row.get(name) for row in rows] for name in names}


def test_a_file_of_lines_is_filed_as_single_posts_are(desk: Desk) -> None:
    bodies = [ledger(SITE, month) for month in ("2025-01", "2025-02")] + [
        ledger(SECOND, "2025-01", draft=True)
    ]
    told = desk.filed(
        b"\xef\xbb\xbf" + as_ndjson(bodies[0]) + b"\n\n" + as_ndjson(*bodies[1:]), name="a.ndjson"
    )
    assert (told["kind"], told["state"], told["summary"]["created"]) == ("ndjson", "done", 3)
    filed = {(each["site"], each["month"]): each for each in desk.ledgers()}
    assert {
        state: sum(each["state"] == state for each in filed.values()) for state in ("submitted", "draft")
    } == {
        "submitted": 2,
        "draft": 1,
    }
    # The content is that of a single post: the receipts are the same.
    again = desk.people.client.post("/v1/ledgers/bulk", json=bodies[:2], headers=desk.people.of())
    assert again.json()["summary"]["unchanged"] == 2
    assert [each["first_row"] for each in desk.ledgers_of(told)] == [1, 4, 5]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_line_that_cannot_be_read_names_the_place_in_it(desk: Desk) -> None:
    wrong = ledger(SITE, "2025-02")
    wrong["lines"][0]["generated_tonnes"] = "-1"
    other = ledger("91140200MA0FOREIGN001P", "2025-01")
    told = desk.filed(as_ndjson(ledger(SITE, "2025-01"), wrong) + b'{"site": \xff}\n[1]\n' + as_ndjson(other))
    assert (told["state"], told["summary"]["created"], told["summary"]["rejected"]) == ("done", 1, 4)
    answered = desk.ledgers_of(told)
    notes = [(note["row"], note["message"]["en"]) for each in answered[1:] for note in each["notes"]]
    assert [row for row, _ in notes] == [2, 3, 4, 5]
    assert notes[0][1].startswith("/lines/0/generated_tonnes: ")
    assert (answered[1]["site"], answered[1]["month"]) == (SITE, "2025-02")
    sheet = desk.workbook_of(told)
    assert [str(row[0]) for row in sheet[1:3]] == [SITE, SITE]
    assert "created" in str(sheet[1][2])
    assert "rejected" in str(sheet[2][2])
    assert "/lines/0/generated_tonnes" in str(sheet[2][4])


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_all_or_nothing_and_previews_of_lines(desk: Desk) -> None:
    good, bad = ledger(SITE, "2025-01"), ledger(SITE, "2025-13")
    assert not desk.filed(as_ndjson(good, bad), mode="atomic")["saved"]
    assert not desk.filed(as_ndjson(good), dry_run=True)["saved"]
    assert desk.ledgers() == []
    assert desk.filed(as_ndjson(good), mode="atomic")["saved"]


def test_lines_are_read_one_at_a_time() -> None:
    """A file of a hundred megabytes costs what its longest line does."""
    one = json.dumps(ledger(SITE, "2025-01")).encode() + b"\n"
    count = 20_000

    class Lines(io.RawIOBase):
        left = count

        def seek(self, _place: int, _whence: int = 0) -> int:
            return 0

        def readline(self, _size: int | None = -1) -> bytes:
            self.left -= 1
            return one if self.left >= 0 else b""

    progress, read = Progress(), 0
    tracemalloc.start()
    for entry in ndjson_entries(Lines(), len(one) * count, progress):  # type: ignore[arg-type]
        read += entry.ledger is not None
        if read == 2_000:
            break
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read == 2_000
    assert progress.permille == 100
    assert peak < 2_000_000


def test_a_line_without_end_is_refused() -> None:
    file = io.BytesIO(b'{"site": "' + b"x" * MAX_LINE_BYTES)
    with pytest.raises(FileRefused, match="line_too_long"):
        list(ndjson_entries(file, MAX_LINE_BYTES, Progress()))
    with pytest.raises(FileRefused, match="empty"):
        list(ndjson_entries(io.BytesIO(b"\n \n"), 3, Progress()))


def test_parquet_files_what_the_same_csv_does(desk: Desk) -> None:
    rows = [line("2025-01"), line("2025-02", generated_tonnes="1000.5", closing_stock_tonnes="300.5")]
    told = desk.filed(as_parquet(of_rows(*rows)), name="a.parquet")
    assert (told["kind"], told["state"], told["summary"]["created"]) == ("parquet", "done", 2)
    assert desk.filed(as_csv(*rows))["summary"]["unchanged"] == 2
    assert [each["first_row"] for each in desk.ledgers_of(told)] == [2, 3]
    assert str(desk.workbook_of(told)[1][0]) == SITE


def test_a_value_is_read_as_what_it_is() -> None:
    columns = {
        "场所编码": pa.array([SITE] * 2).dictionary_encode(),
        "月份": [date(2025, 1, 31), date(2025, 2, 1)],
        "固废种类": ["SW02", "SW02"],
        "产生量（万吨）": pa.array([Decimal("0.10"), Decimal("1.25")], pa.decimal128(10, 2)),
        "closing_stock_tonnes": [0.1, 12.5],
        "opening_stock_tonnes": pa.array([1, None], pa.int32()),
        "sent.out_of_province": [True, None],
        "sent.tonnes": pa.array([3, None], pa.uint64()),
        "sent.to": ["x", " "],
    }
    entries = list(entries_of(parquet_rows(io.BytesIO(as_parquet(columns)), Progress()), Progress()))
    assert [entry.month for entry in entries] == ["2025-01", "2025-02"]
    one, two = (entry.ledger.lines[0] for entry in entries if entry.ledger is not None)
    assert (one.generated_tonnes, two.generated_tonnes) == (10**9, 125 * 10**8)
    assert (one.closing_stock_tonnes, two.closing_stock_tonnes) == (100_000, 12_500_000)
    assert one.opening_stock_tonnes == 10**6
    assert (one.sent[0].out_of_province, two.sent) == (True, [])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PAR1" + b"\0" * 100, "not_parquet"),
        (as_parquet({"site": ["x"], "month": ["2025-01"]})[:-20], "not_parquet"),
        (as_parquet({"site": [["x"]], "month": ["2025-01"]}), "not_plain"),
        (as_parquet({"site": [b"x"], "month": ["2025-01"]}), "not_plain"),
        (as_parquet({f"c{n}": [1] for n in range(101)}), "too_wide"),
        (as_parquet({"site": ["x"] * (MAX_ROWS + 1)}), "too_many_rows"),
        (as_parquet({"where": ["x"]}), "unknown_head"),
        (as_parquet({"site": ["x"], "产生量": ["1"], "month": ["2025-01"]}), "unit_missing"),
    ],
)
def test_what_is_no_file_of_ledgers_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        list(entries_of(parquet_rows(io.BytesIO(content), Progress()), Progress()))
    assert refused.value.code == code
    assert refused.value.message.zh


def test_what_unpacks_to_more_than_we_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_file, "_MOST_BYTES", 100_000)
    content = as_parquet(
        {"site": [SITE * 100 + str(n) for n in range(1_000)]}, compression="zstd", use_dictionary=False
    )
    assert len(content) < 60_000
    with pytest.raises(FileRefused, match="unpacks_too_large"):
        list(parquet_rows(io.BytesIO(content), Progress()))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_without_its_part_the_service_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_file.importlib.util, "find_spec", lambda _name: None)
    told = desk.filed(as_parquet(of_rows(line())))
    assert (told["state"], told["faults"][0]["code"]) == ("refused", "no_parquet")
