"""A document as PDF, Word, workbook and JSON: read back with other programs' eyes."""

import io
import json
from datetime import date
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from reports.made_up import AS_OF, HOSTILE, UNKNOWN, UTC_TEXT, document, row

from app.domain.errors import Message
from app.domain.periods import Month, MonthError
from app.reports.rendering import pdf
from app.reports.rendering.paper import MOST_ROWS
from app.reports.rendering.pdf import RenderingFailed
from app.reports.service import (
    FORMATS,
    Cell,
    Column,
    Document,
    Format,
    Language,
    Mass,
    Period,
    Rate,
    Table,
    Text,
    render,
)

LANGUAGES: tuple[Language, ...] = ("zh", "en")


def pages(made: Document, language: Language = "zh") -> list[str]:
    """The text of each page, without the thin spaces that paper puts between scripts."""
    read = PdfReader(io.BytesIO(render(made, "pdf", language).content))
    return ["".join(page.extract_text().split()) for page in read.pages]


def sheets(made: Document, language: Language = "zh") -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(render(made, "xlsx", language).content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def word(made: Document, language: Language = "zh") -> Any:
    return docx.Document(io.BytesIO(render(made, "docx", language).content))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_says_everything_in_its_language(language: Language) -> None:
    (page,) = pages(document((row(1), row(3), UNKNOWN), total=True), language)
    at = 0 if language == "zh" else 1
    for pair in (
        ("示例市报告", "Reportofamade-upcity"),
        ("本年共三处。", "Threethisyear."),
        ("产生量（吨）", "Generated(t)"),
        ("—无台账", "—noledgers"),
        ("注一", "Noteone"),
        ("已申报台账11份，应申报12份", "11ledgersfiledof12expected"),
        ("表头未与官方文本核对", "Headsnotcheckedagainsttheofficialtext"),
        ("第1页，共1页", "page1of1"),
        ("2022-01-3108:00:00+08:00",) * 2,
        ("1,000,001.234567",) * 2,
    ):
        assert pair[at] in page


def test_a_table_over_pages_repeats_its_head_on_each() -> None:
    told = pages(document(tuple(row(number) for number in range(1, 120))))
    with_rows = [page for page in told if "示例场所" in page]
    assert len(with_rows) >= 3
    assert all("单位名称产生量（吨）综合利用率" in page for page in with_rows)
    assert "示例场所119" in "".join(with_rows)


def test_names_are_words_and_never_instructions() -> None:
    made = document(tuple(row(number, name) for number, name in enumerate(HOSTILE, start=1)))
    told = "".join(pages(made))
    cells = {cell.text for line in word(made).tables[0].rows for cell in line.cells}
    in_cells = [line[0] for line in sheets(made)["表1 场所"]]
    for name in HOSTILE:
        assert "".join(name.split()) in told
        assert name in cells
        assert (f"'{name}" if name[0] in "=+@" else name) in in_cells


def test_what_cannot_be_printed_is_marked_in_every_format() -> None:
    made = document((row(1, "a\x00b\ud800c\x1b"),))
    assert "a□b□c□" in "".join(pages(made))
    assert word(made).tables[0].rows[1].cells[0].text == "a□b□c□"
    assert sheets(made)["表1 场所"][1][0] == "a□b□c□"
    assert json.loads(render(made, "json").content)["kind"] == "made-up"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_has_numbers_that_can_be_added(language: Language) -> None:
    made = document((row(1), row(3), UNKNOWN), total=True)
    found = sheets(made, language)
    about, table, nothing = found.values()
    head, one, three, total, *_ = table
    assert head[1] == ("产生量（吨）" if language == "zh" else "Generated (t)")
    assert one[1:] == [1000001.234567, 0.01, 1000.0, 0.125, 1.01, date(2021, 1, 2)]
    assert three[2] == ("无台账" if language == "zh" else "no ledgers")
    # Unknown is empty, never nought.
    assert [cell for cell in total[1:] if cell not in ("", "—")] == []
    assert len(nothing) == 1
    assert "1,000" not in str(table)
    assert any(UTC_TEXT[:4] in str(line) for line in about)


def test_a_figure_with_more_digits_than_a_cell_keeps_is_written_out() -> None:
    exact = 123_456_789_012_345_678_901
    table = sheets(document(((Text("x"), Mass(exact), *row(1)[2:]),)))["表1 场所"]
    assert table[1][1] == "123456789012345.678901"


def test_word_repeats_heads_and_keeps_rows_whole() -> None:
    made = word(document((row(1), row(2))), "zh")
    rows = made.tables[0].rows
    # One head, that of the only table with rows; no row is torn apart.
    assert len(made.element.body.xpath("//w:tr/w:trPr/w:tblHeader")) == 1
    assert len(made.element.body.xpath("//w:tr/w:trPr/w:cantSplit")) == len(rows) == 3
    assert [cell.text for cell in rows[1].cells][1] == "1,000,001.234567"
    assert [line.text for line in made.paragraphs if line.style.name == "Title"] == ["示例市报告"]
    assert "表头未与官方文本核对" in [line.text for line in made.paragraphs]


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_document_is_the_same_file(form: Format) -> None:
    made = document((row(1), row(2)))
    assert render(made, form).content == render(made, form).content


def test_a_file_is_named_by_kind_scope_and_period_and_nothing_else() -> None:
    made = document(())
    assert render(made, "xlsx", "zh").filename == "made-up-1402_x-2021.xlsx"
    assert render(made, "docx", "en").filename == "made-up-1402_x-2021-en.docx"


def test_ten_thousand_rows_are_whole_in_the_workbook_and_cut_on_paper_with_a_word() -> None:
    made = document((*(row(number) for number in range(10_000)), UNKNOWN), total=True)
    assert len(sheets(made)["表1 场所"]) == 10_000 + 1 + 1 + 2
    told = word(made)
    assert len(told.tables[0].rows) == MOST_ROWS + 2
    assert told.tables[0].rows[-1].cells[0].text == "合计"
    words = f"本表共 10,000 行，纸面只印前 {MOST_ROWS:,} 行"
    assert any(line.text.startswith(words) for line in told.paragraphs)


@pytest.mark.parametrize(("limit", "value"), [("MEMORY_BYTES", 32 * 1024**2), ("SECONDS", 0)])
def test_a_pdf_beyond_its_limits_is_refused(monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    monkeypatch.setattr(pdf, limit, value)
    with pytest.raises(RenderingFailed) as refused:
        render(document((row(1),)), "pdf")
    assert refused.value.status == 503
    monkeypatch.undo()
    assert render(document((row(1),)), "pdf").content.startswith(b"%PDF-")


def test_json_is_exact_and_says_what_is_unknown() -> None:
    told = json.loads(render(document((row(2), UNKNOWN), total=True), "json").content)
    one, total = told["sections"][0]["tables"][0]["rows"]
    assert one == {
        "name": {"zh": "示例场所2", "en": "site 2"},
        "generated_tonnes": "1000002.469134",
        "rate": {"value": "0.020000", "percent": "2.00", "reason": None},
        "sites": 2000,
        "factor": "0.250",
        "tax_yuan": "2.02",
        "day": "2021-01-03",
    }
    assert total["generated_tonnes"] is None
    assert total["rate"] == {"value": None, "percent": None, "reason": None}
    assert told["provenance"]["as_of"] == UTC_TEXT
    assert told["provenance"]["coverage"]["sent_tonnes"] == "3"
    assert [metric["id"] for metric in told["provenance"]["metrics"]] == [
        "utilization.statutory",
        "utilization.new_waste",
    ]
    assert AS_OF.utcoffset() is not None


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=300), st.integers(-(10**24), 10**24), st.fractions(-10, 10))
def test_any_words_and_any_figures_can_be_written(words: str, grams: int, share: Any) -> None:
    cells: tuple[Cell, ...] = (Text(words), Mass(grams), Rate(share, words), *row(1)[3:])
    made = document((cells,))
    written = word(made).tables[0].rows[1].cells[1].text
    whole, _, rest = written.replace(",", "").partition(".")
    sign = -1 if whole.startswith("-") else 1
    assert int(whole) * 10**6 + sign * int(rest.ljust(6, "0") or 0) == grams
    in_sheet = sheets(made)["表1 场所"][1][1]
    assert round(float(in_sheet) * 10**6) == pytest.approx(grams, rel=1e-14, abs=1)


@pytest.mark.parametrize(
    ("first", "last", "label", "zh"),
    [
        (Month(2021, 1), Month(2021, 12), "2021", "2021年"),
        (Month(2021, 7), Month(2021, 9), "2021-Q3", "2021年第三季度"),
        (Month(2021, 3), Month(2021, 3), "2021-03", "2021年3月"),
        (Month(2021, 2), Month(2021, 4), "2021-02_2021-04", "2021年2月至2021年4月"),
        (Month(2020, 7), Month(2021, 6), "2020-07_2021-06", "2020年7月至2021年6月"),
    ],
)
def test_a_period_says_itself_as_shortly_as_it_can(first: Month, last: Month, label: str, zh: str) -> None:
    assert Period(first, last).label == label
    assert Period(first, last).words.zh == zh


def test_a_quarter_is_read_and_nothing_else_is() -> None:
    assert Period.quarter("2021-Q4") == Period(Month(2021, 10), Month(2021, 12))
    for text in ("2021-Q5", "2021-Q0", "21-Q1", "2021-Q１", ""):
        with pytest.raises(ValueError, match=r".*"):
            Period.quarter(text)
    with pytest.raises(MonthError):
        Period.quarter("1989-Q1")


def test_a_ragged_row_is_no_table() -> None:
    with pytest.raises(ValueError, match="as many cells"):
        Table("t", Message("表", "t"), (Column("a", Message("甲", "a")),), ((Text("1"), Text("2")),))
