"""Rows taken apart by the expression are those that the parser reads; rows written past the library are read by others."""

import io
import zipfile
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imports.sending import as_xlsx, line, read_back, sheet
from imports.test_reading import rows_of

from app.imports import workbook_parts
from app.imports.columns import BY_KEY
from app.imports.faults import FileRefused
from app.imports.rows import BadCell, Cell
from app.imports.sheet_rows import rows_written
from app.imports.sheets import Sheet, workbook

_FRAME = as_xlsx(line())
_SHEET = "xl/worksheets/sheet1.xml"
_VALUES = st.sampled_from(
    ["0", "12.50", "1E+3", "0.30000000000000004", "", "x", "nan", "1&amp;2", "a\rb", " 7 ", "1"]
)
_ATTRIBUTES = st.sampled_from(
    [
        "",
        ' s="1"',
        ' t="n"',
        ' t="str"',
        ' t="b"',
        ' t="e"',
        ' t="s"',
        ' s="0" t="s"',
        ' t="d" s="2"',
        ' x="1"',
        " t='n'",
    ]
)
_FORMULAS = st.sampled_from(["", "<f>A1+1</f>", "<f/>", '<f t="shared" si="0"/>', "<f>1&lt;2</f>"])
_INNER = st.one_of(
    st.builds("{}<v>{}</v>".format, _FORMULAS, _VALUES),
    st.builds('<is><t xml:space="preserve">{}</t></is>'.format, _VALUES),
    st.builds("<is><r><t>{}</t></r></is>".format, _VALUES),
    st.builds("{}<v/>".format, _FORMULAS),
    st.just(""),
    st.just(" <v>3</v> "),
)


@st.composite
def cells(draw: st.DrawFn) -> str:
    reference = draw(st.sampled_from(["A", "B", "C", "AA", "CV", "CW", "XFE", ""]))
    named = f' r="{reference}2"' if reference else ""
    inner = draw(_INNER)
    attributes = draw(_ATTRIBUTES)
    return (
        f"<c{named}{attributes}>{inner}</c>" if inner or draw(st.booleans()) else f"<c{named}{attributes}/>"
    )


@st.composite
def rows(draw: st.DrawFn) -> str:
    number = draw(
        st.sampled_from([' r="{n}"', ' r="{n}" spans="1:3"', "", ' spans="1:3" r="{n}"', " r='{n}'"])
    )
    return f"<row{number}>" + "".join(draw(st.lists(cells(), max_size=3))) + "</row>"


def with_sheet(content: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_FRAME)) as whole, zipfile.ZipFile(target, "w") as changed:
        for name in whole.namelist():
            changed.writestr(name, content if name == _SHEET else whole.read(name))
    return target.getvalue()


def read(content: str) -> str:
    """What the reader makes of a sheet: its rows as text (NaN is nothing's equal), or that it refuses them."""
    try:
        return repr(rows_of(with_sheet(content)))
    except FileRefused:
        return "refused"  # of two faults in a row each may name its own first


@settings(max_examples=80, deadline=None)
@given(
    st.lists(rows(), max_size=4),
    st.sampled_from(["", " ", "\n", "<!-- <row r='9'> -->", "<?x <row r='9'>?>"]),
)
def test_the_expression_reads_what_the_parser_reads(told: list[str], between: str) -> None:
    numbered = [row.replace("{n}", str(number)) for number, row in enumerate(told, 2)]
    sheet = "<worksheet><sheetData{}>" + between.join(numbered) + "</sheetData><x/></worksheet>"
    # Behind a comment everything is for the parser.
    assert read(sheet.format("")) == read(sheet.format("><!-- --")), numbered


def test_plain_rows_do_not_go_through_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    given_to_parser: list[int] = []
    give: Callable[[workbook_parts.Feed, bytes], None] = workbook_parts.Feed.give

    def noted(feed: workbook_parts.Feed, piece: bytes) -> None:
        given_to_parser.append(len(piece))
        give(feed, piece)

    monkeypatch.setattr(workbook_parts.Feed, "give", noted)
    content = sheet(
        [["site", "month"], *(["A", f"2025-{number % 12 + 1:02d}", number] for number in range(3_000))]
    )
    assert len(rows_of(content)) == 3_001
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        whole = packed.getinfo(_SHEET).file_size
    assert sum(given_to_parser) < whole / 50


def written(told: list[list[Cell]], words: tuple[str, ...] = ()) -> bytes:
    frame, target = io.BytesIO(), io.BytesIO()
    columns = [BY_KEY[key] for key in ("signed_by", "generated_tonnes", "nil")]
    with workbook(frame) as book:
        page = Sheet(book, columns)
        page.write_heads([""] * len(words))
        page.write_sample(len(words))
    with rows_written(frame, target) as sheet_rows:
        for number, cells_of_row in enumerate(told, 1):
            sheet_rows.put(number, cells_of_row, words, len(columns))
    return target.getvalue()


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("<&>\"'", "<&>\"'"),
        ("  two  blanks ", "  two  blanks "),
        ("line\nnext", "line\nnext"),
        ("=1+1", "'=1+1"),
        ("_x0041_", "_x0041_"),
        ("粉煤灰", "粉煤灰"),
        ("\ud800", "?"),
        (Decimal("0.1"), 0.1),
        (Decimal("NaN"), "NaN"),
        (True, True),
        (BadCell("cell_in_error"), "#VALUE!"),
    ],
)
def test_what_is_written_is_what_another_program_reads(cell: Cell, shown: object) -> None:
    assert read_back(written([[cell]]))[1][0] == shown


def test_a_control_character_is_written_as_a_spreadsheet_writes_it() -> None:
    content = written([["a\x01b", None, None]], ("said", "", "too long " * 5_000))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        told = packed.read(_SHEET).decode()
    assert "a_x0001_b" in told
    assert "<dimension" not in told, "it would say that the sheet ends with its heads"
    assert max(len(str(cell)) for cell in read_back(content)[1]) == 32_767
