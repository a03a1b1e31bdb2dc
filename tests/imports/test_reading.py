"""Cells, heads and rows: what people type is read as they mean it, and what is unclear is not guessed."""

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from imports.sending import Formula, as_csv, as_xlsx, line, sheet

from app.domain.quantities import MAX_GRAMS, grams_from_tonnes, tonnes_text
from app.imports.cells import value_of
from app.imports.columns import BY_KEY, COLUMNS, Head, head_text, heads_of
from app.imports.csv_file import csv_rows
from app.imports.entries import Entry, entries_of
from app.imports.faults import FileRefused
from app.imports.rows import Progress, Row
from app.imports.workbook import workbook_rows


def rows_of(content: bytes) -> list[Row]:
    file = io.BytesIO(content)
    if content.startswith(b"PK"):
        return list(workbook_rows(file, Progress()))
    return list(csv_rows(file, len(content), Progress()))


def entries(*cells: dict[str, object], content: bytes | None = None) -> list[Entry]:
    return list(entries_of(iter(rows_of(content or as_csv(*cells))), Progress()))


def said(entry: Entry) -> list[tuple[int, str | None, str]]:
    return [(note.row, note.column, note.code) for note in entry.notes]


def read(key: str, cell: object, factor: str = "1") -> object:
    return value_of(cell, Head(BY_KEY[key], Decimal(factor)))  # type: ignore[arg-type]


def test_every_head_is_known_in_each_of_its_spellings() -> None:
    for texts in (
        [head_text(column) for column in COLUMNS],
        [column.key for column in COLUMNS],
        [head_text(column).split("\n")[0] for column in COLUMNS],
        [head_text(column).split("\n")[1].upper() for column in COLUMNS],
    ):
        heads = heads_of(Row(1, list(texts)))
        assert [head.column.key for head in heads if head] == [column.key for column in COLUMNS]


@pytest.mark.parametrize(
    ("head", "tonnes"),
    [
        ("产生量（吨）", "2.5"),
        ("产生量(万吨)", "25000"),
        ("产生量（千克）", "0.0025"),
        ("Generated (kg)", "0.0025"),
        ("产生量（万吨）\nGenerated (10kt)", "25000"),
    ],
)
def test_a_figure_is_in_the_unit_that_its_head_names(head: str, tonnes: str) -> None:
    content = as_xlsx(line(generated_tonnes=2.5), heads={"generated_tonnes": head})
    (entry,) = entries(content=content)
    assert entry.ledger is not None
    assert tonnes_text(entry.ledger.lines[0].generated_tonnes) == tonnes


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("产生量", "unit_missing"),
        ("产生量（车）", "unknown_unit"),
        ("产生量（吨）\nGenerated (kg)", "unknown_unit"),
        ("产生两（吨）", "unknown_head"),
        ("产生量（吨）\nClosing stock (t)", "head_contradicts"),
        ("期末贮存（吨）", "head_twice"),
    ],
)
def test_a_head_that_is_unclear_refuses_the_file(head: str, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        entries(content=as_xlsx(line(), heads={"generated_tonnes": head}))
    assert refused.value.code == code
    assert refused.value.column == " ".join(head.split())


@pytest.mark.parametrize(
    ("key", "cell", "value"),
    [
        ("waste", "SW02 粉煤灰", "SW02"),
        ("waste", "　ＳＷ０２　", "SW02"),
        ("month", "2025年3月", "2025-03"),
        ("month", "2025/3/1", "2025-03"),
        ("month", "2025-03-01 00:00:00", "2025-03"),
        ("month", Decimal(202503), "2025-03"),
        ("month", Decimal(45717), "2025-03"),
        ("month", "20253", "20253"),
        ("generated_tonnes", "1,234.50", "1234.5"),
        ("generated_tonnes", "12,34", "12,34"),
        ("generated_tonnes", "１２３", "123"),
        ("generated_tonnes", Decimal("1E+400"), "1E+400"),
        ("generated_tonnes", "27%", "27%"),
        ("moisture_percent", "27%", "27"),
        ("moisture_percent", Decimal("12.5"), "12.5"),
        ("nil", "是", True),
        ("nil", True, True),
        ("nil", "No", False),
        ("nil", "maybe", "maybe"),
        ("sent.purpose", "综合利用", "use"),
        ("basis", "湿基", "wet"),
        ("signed_by", Decimal(7), "7"),
        ("signed_by", "王 工", "王 工"),
        ("reason", "   ", None),
    ],
)
def test_a_cell_is_read_as_people_mean_it(key: str, cell: object, value: object) -> None:
    assert read(key, cell) == value


@given(st.integers(0, MAX_GRAMS), st.sampled_from(["1", "10000", "0.001"]))
def test_no_gram_is_lost_on_the_way_through_another_unit(grams: int, factor: str) -> None:
    shown = f"{Decimal(tonnes_text(grams)) / Decimal(factor):f}"
    told = read("generated_tonnes", shown, factor)
    assert isinstance(told, str)
    assert grams_from_tonnes(told) == grams


def test_a_spreadsheets_own_arithmetic_does_not_show() -> None:
    (entry,) = entries(content=as_xlsx(line(generated_tonnes=0.1 + 0.2)))
    assert entry.ledger is not None
    assert entry.ledger.lines[0].generated_tonnes == 300_000


def test_rows_below_go_on_with_the_ledger_and_the_line_above() -> None:
    (entry,) = entries(
        line(**{"sent.to": "甲", "sent.tonnes": "1"}),
        {"sent.to": "乙", "sent.tonnes": "2", "activity.kind": "coal_burnt", "activity.tonnes": "9"},
        {"waste": "SW03", "generated_tonnes": "5"},
        {"used.process": "brick", "used.tonnes": "5"},
    )
    assert entry.ledger is not None
    ash, slag = entry.ledger.lines
    assert [flow.party for flow in ash.sent] == ["甲", "乙"]
    assert slag.used[0].process == "brick"
    assert entry.ledger.activity[0].kind == "coal_burnt"
    assert (entry.first_row, entry.last_row) == (2, 5)
    assert entry.place("/lines/0/sent/1/tonnes") == (3, "sent.tonnes")
    assert entry.place("/lines/1/used/0/process") == (5, "used.process")
    assert entry.place("/lines/1/closing_stock_tonnes") == (4, None)


def test_what_contradicts_or_stands_apart_is_rejected_where_it_stands() -> None:
    march, april, late = entries(
        line("2025-03"),
        line("2025-03", generated_tonnes="7"),
        line("2025-04", **{"sent.to": "甲"}),
        line("2025-03"),
    )
    assert said(march) == [(3, "generated_tonnes", "contradicts")]
    assert said(april) == [(4, "sent.tonnes", "flow_without_tonnes")]
    assert said(late) == [(5, "site", "apart")]
    assert march.ledger is late.ledger is None
    assert april.ledger is not None
    assert april.ledger.lines[0].sent == []


def test_formulas_give_their_values_and_never_pass_for_empty_cells() -> None:
    content = as_xlsx(
        line("2025-03", generated_tonnes=Formula("=500*2", 1000)),
        line("2025-04", generated_tonnes=Formula("=500*4", 2000)),
        line("2025-05", generated_tonnes=Formula("=1/0", "#DIV/0!")),
    )
    # What a library writes that computes nothing.
    never_opened = _changed(
        content, "xl/worksheets/sheet1.xml", lambda old: old.replace(b"<v>2000</v>", b"<v/>")
    )
    good, fresh, wrong = entries(content=never_opened)
    assert good.ledger is not None
    assert good.ledger.lines[0].generated_tonnes == 1_000_000_000
    assert said(fresh) == [(3, "generated_tonnes", "not_computed")]
    assert said(wrong) == [(4, "generated_tonnes", "cell_in_error")]


def test_a_share_of_a_hundred_is_read_as_it_is_shown() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet()
        shown = book.add_format({"num_format": "0.0%"})
        for place, key in enumerate(("site", "month", "waste", "moisture_percent", "generated_tonnes")):
            page.write_string(0, place, head_text(BY_KEY[key]))
        page.write_row(1, 0, ["A", "2025-03", "SW02"])
        page.write_number(1, 3, 0.27, shown)
        page.write_number(1, 4, 0.5, shown)
    (entry,) = entries(content=target.getvalue())
    assert [note.code for note in entry.notes] == ["not_a_number"]
    assert entry.notes[0].column == "generated_tonnes"
    (row,) = rows_of(target.getvalue())[1:]
    assert row.cells[3:] == ["27%", "50%"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_as_spreadsheets_save_it(encoding: str) -> None:
    (entry,) = entries(content=as_csv(line(signed_by="王工"), encoding=encoding))
    assert entry.ledger is not None
    assert entry.ledger.signed_by == "王工"


def test_files_that_are_none_are_refused() -> None:
    for content, code in (
        (sheet([["月份", "产生量（吨）"], ["2025-03", 5]]), "head_missing"),
        (sheet([]), "empty"),
        (sheet([["site", "month"]]), "empty"),
        (as_csv(line())[:40] + b"\xff\xff\xff\xff", "not_text"),
        (b'site,month\n"A,2025-03\n', "not_csv"),
        (b"PK\x03\x04 no workbook at all", "not_a_workbook"),
        (_with_part("xl/worksheets/sheet1.xml", b"<worksheet><row>"), "not_a_workbook"),
        (_with_part("xl/worksheets/sheet1.xml", _BILLION_LAUGHS), "hostile"),
        (_with_part("xl/sharedStrings.xml", _BILLION_LAUGHS), "hostile"),
    ):
        with pytest.raises(FileRefused) as refused:
            entries(content=content)
        assert refused.value.code == code


_BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;&lol;">]><a>&lol1;</a>'
)


def _with_part(name: str, content: bytes) -> bytes:
    """A workbook of ours in which one part is another."""
    return _changed(as_xlsx(line()), name, lambda _: content)


def _changed(workbook: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as whole, zipfile.ZipFile(target, "w") as changed:
        for part in whole.namelist():
            content = whole.read(part)
            changed.writestr(part, change(content) if part == name else content)
    return target.getvalue()


def test_a_bomb_is_refused_by_what_it_says_it_holds() -> None:
    target = io.BytesIO(as_xlsx(line()))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as bomb, bomb.open("xl/media/1.bin", "w") as part:
        for _ in range(520):
            part.write(bytes(1024 * 1024))
    assert len(target.getvalue()) < 1024 * 1024
    with pytest.raises(FileRefused) as refused:
        rows_of(target.getvalue())
    assert refused.value.code == "unpacks_too_large"


def test_a_tag_without_an_end_and_a_list_without_end_are_refused_before_they_are_read() -> None:
    endless = b"1" * 6_000_000
    parts = io.BytesIO()
    with zipfile.ZipFile(parts, "w") as swollen:
        for number in range(20_000):
            swollen.writestr(f"xl/media/{number:06}.bin", b"")
    for content, code in (
        (_with_part("xl/worksheets/sheet1.xml", b'<worksheet><row r="' + endless), "hostile"),
        (_with_part("xl/sharedStrings.xml", b'<sst><si><t x="' + endless), "hostile"),
        (parts.getvalue(), "unpacks_too_large"),
    ):
        with pytest.raises(FileRefused) as refused:
            rows_of(content)
        assert refused.value.code == code


def test_memory_does_not_grow_with_the_rows() -> None:
    """Four times as many rows; what is kept of a row that has been read is a number."""
    peaks = []
    for count in (8_000, 32_000):
        content = _many(count)
        tracemalloc.start()
        progress = Progress()
        assert sum(1 for _ in workbook_rows(io.BytesIO(content), progress)) == count + 1
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    few, many = peaks
    assert many < few + 500_000


def _many(count: int) -> bytes:
    heads = [head_text(BY_KEY[key]) for key in ("site", "month", "waste", "generated_tonnes")]
    return sheet([heads, *(["A", "2025-03", "SW02 粉煤灰", number] for number in range(count))])


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_fail_in_another_way(content: bytes) -> None:
    for start in (b"", b"PK\x03\x04"):
        with suppress(FileRefused):
            entries(content=start + content + b"\n")
