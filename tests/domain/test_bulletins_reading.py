"""Files as offices save them, and files that are refused by row and field."""

import pytest

from app.domain.bulletins.check import as_json, check_csv, check_table
from app.domain.bulletins.printed import MAX_GRAMS
from app.domain.bulletins.reading import MAX_BYTES, MAX_FAULTS, MAX_ROWS, BulletinError
from app.domain.errors import Fault

HEADER = (
    "case,unit,gen,util,util_prior,disp,disp_prior,stored_year,stored_cum,published_metric,published_value"
)
GOOD = "大同2021,万吨,6523.08,543.17,,3776.87,,,,util,8.3"


def table(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join((header, *rows)).encode()


def refused(data: bytes) -> tuple[Fault, ...]:
    with pytest.raises(BulletinError) as caught:
        check_csv(data)
    return caught.value.faults


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_encoding_an_office_saves_in_is_read(encoding: str, newline: str) -> None:
    data = newline.join((HEADER, GOOD, "")).encode(encoding)
    (answer,) = (as_json(judged) for judged in check_csv(data))
    assert answer["case"] == "大同2021"
    assert answer["unit"] == "万吨"
    assert answer["verdict"] == "match"


def test_spaces_blank_lines_quotes_and_foreign_columns_do_no_harm() -> None:
    header = " note ," + HEADER
    rows = ['"a, b", 大同 ,万 吨, 6523.08 ,"543.17",,3776.87,,,,util,8.3', "", ",,,,,,,,,,,", "x," + GOOD]
    judged = check_csv(table(*rows, header=header))
    assert [found.row.case for found in judged] == ["大同", "大同2021"]
    assert {str(found.comparison.verdict) for found in judged} == {"match"}


def test_dumped_tonnes_count_in_the_balance_where_the_column_exists() -> None:
    (judged,) = check_csv(table("a,t,100,60,0,20,0,15,,balance,0,5", header=HEADER + ",dumped"))
    assert as_json(judged)["balance"] == "closes"
    (judged,) = check_csv(table("a,t,100,60,0,20,0,15,,balance,0"))
    assert as_json(judged)["balance_residual"] == "5"


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        (",万吨,1,1,,,,,,util,8.3", "case", "empty"),
        ("x" * 201 + ",万吨,1,1,,,,,,util,8.3", "case", "too_long"),
        ("a\x1b[31m,万吨,1,1,,,,,,util,8.3", "case", "not_printable"),
        ("a,斤斗,1,1,,,,,,util,8.3", "unit", "unknown_unit"),
        ("a,,1,1,,,,,,util,8.3", "unit", "unknown_unit"),
        ("a,万吨,NaN,1,,,,,,util,8.3", "gen", "not_finite"),
        ("a,万吨,1,-inf,,,,,,util,8.3", "util", "not_finite"),
        ("a,万吨,1,1,,,,,,util,NaN", "published_value", "not_finite"),
        ("a,万吨,-5,1,,,,,,util,8.3", "gen", "negative"),
        ("a,万吨,1,1,-0.1,,,,,util,8.3", "util_prior", "negative"),
        ("a,万吨,1,1,,,,,-3,util,8.3", "stored_cum", "negative"),
        ("a,万吨,1,1,,,,,,util,-8.3", "published_value", "negative"),
        ('a,万吨,"6,523.08",1,,,,,,util,8.3', "gen", "not_a_number"),
        ("a,万吨,1e3,1,,,,,,util,8.3", "gen", "not_a_number"),
        ("a,万吨,１２,1,,,,,,util,8.3", "gen", "not_a_number"),
        ("a,万吨,1_0,1,,,,,,util,8.3", "gen", "not_a_number"),
        ("a,万吨,.,1,,,,,,util,8.3", "gen", "not_a_number"),
        ("a,万吨," + "1" * 41 + ",1,,,,,,util,8.3", "gen", "not_a_number"),
        ("a,万吨,1,1,,,,,,util,8.3%", "published_value", "not_a_number"),
        ("a,亿吨,1001,1,,,,,,util,8.3", "gen", "too_large"),
        ("a,t,0.0000001,1,,,,,,util,8.3", "gen", "too_precise"),
        ("a,万吨,1,1,,,,,,利用,8.3", "published_metric", "unknown_metric"),
        ("a,万吨,1,1,,,,,,,8.3", "published_metric", "empty"),
        ("a,万吨,1,1,,,,,util,8.3", "case", "cell_count"),
        ("a,万吨,1,1,,,,,,,util,8.3", "case", "cell_count"),
    ],
)
def test_a_bad_cell_is_refused_by_row_and_field(cells: str, field: str, code: str) -> None:
    (fault,) = refused(table(GOOD, cells))
    assert (fault.pointer, fault.code) == (f"/1/{field}", code)
    assert fault.message.zh.startswith(f"第 3 行，字段 {field}：")
    assert fault.message.en.startswith(f"row 3, field {field}: ")


def test_the_faults_of_all_rows_come_at_once() -> None:
    faults = refused(table("a,斤,NaN,-1,,,,,,util,x", GOOD, "b,t,1,1,,,,y,,util,5"))
    assert [fault.pointer for fault in faults] == [
        "/0/unit",
        "/0/gen",
        "/0/util",
        "/0/published_value",
        "/2/stored_year",
    ]
    assert len(refused(table(*["a,斤,1,1,,,,,,util,5"] * 500))) == MAX_FAULTS


def test_the_same_case_and_metric_twice_is_refused() -> None:
    (fault,) = refused(table(GOOD, GOOD.replace("8.3", "8.4")))
    assert (fault.pointer, fault.code) == ("/1/case", "duplicate_row")
    assert len(check_csv(table(GOOD, GOOD.replace("util,8.3", "disp,57.9")))) == 2


def test_a_missing_or_doubled_column_is_named() -> None:
    faults = refused(table(GOOD, header=HEADER.replace("util_prior,", "").replace("disp,", "disposed,")))
    assert [(fault.code, fault.message.en) for fault in faults] == [
        ("missing_column", "row 1 (header) has no field util_prior"),
        ("missing_column", "row 1 (header) has no field disp"),
    ]
    (fault,) = refused(table(GOOD, header=HEADER + ",gen"))
    assert fault.message.zh == "第 1 行（表头）字段 gen 重复"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n", "empty_file"),
        (table(GOOD).decode().encode("utf-16"), "encoding"),
        (table(GOOD) + b"\0", "encoding"),
        (b"\xff\xff\xff", "encoding"),
        (table('"a,万吨,1,1'), "csv_syntax"),
        (table("a" * 200_000 + ",万吨,1"), "csv_syntax"),
        (b"a" * (MAX_BYTES + 1), "too_large"),
        (table(*(f"c{number},t,2,1,,,,,,util,50" for number in range(MAX_ROWS + 1))), "too_many_rows"),
    ],
)
def test_a_file_that_is_no_table_of_figures_is_refused(data: bytes, code: str) -> None:
    (fault,) = refused(data)
    assert fault.code == code
    assert fault.message.zh
    assert fault.message.en


def test_as_many_rows_as_allowed_are_read() -> None:
    rows = (f"c{number},t,2,1,,,,,,util,50" for number in range(MAX_ROWS))
    assert len(check_csv(table(*rows))) == MAX_ROWS


def test_the_national_total_of_a_decade_is_not_too_large() -> None:
    (judged,) = check_csv(table("中国2022,亿吨,41.1,23.7,,8.9,,,,,"))
    assert judged.row.amounts["gen"].grams == 41_1 * 10**13 < MAX_GRAMS


def test_printed_digits_are_taken_as_printed() -> None:
    (judged,) = check_csv(table("安康,万吨,37.20,14.70,,303.29,257.47,,,disp,815.30"))
    gen, published = judged.row.amounts["gen"], judged.row.published
    assert (gen.grams, gen.low, gen.high) == (372_000 * 10**6, 371_950 * 10**6, 372_050 * 10**6)
    assert published is not None
    assert published.decimals == 2
    assert as_json(judged)["published"] == "815.30"


def test_a_bare_zero_is_as_fine_as_its_neighbours() -> None:
    """乌海 fly ash prints 614.2, 390.32 and plain zeros: they hide no half of a 万吨."""
    (judged,) = check_csv(table("乌海,万吨,614.2,390.32,0,223.88,0,0,,balance,0"))
    assert as_json(judged)["balance_tolerance"] == "0.075"
    (judged,) = check_csv(table("整数,万吨,614,390,0,224,0,0,,balance,0"))
    assert as_json(judged)["balance_tolerance"] == "3"


def test_rows_given_as_cells_are_counted_without_a_header() -> None:
    good = {
        "case": "a",
        "unit": "t",
        "gen": "10",
        "util": "5",
        "published_metric": "util",
        "published_value": "50",
    }
    (judged,) = check_table([good])
    assert as_json(judged) == as_json(check_csv(table("a,t,10,5,,,,,,util,50"))[0])
    with pytest.raises(BulletinError) as caught:
        check_table([good, good | {"case": "b", "gen": "x"}, good])
    assert [(fault.pointer, fault.message.en.partition(":")[0]) for fault in caught.value.faults] == [
        ("/1/gen", "row 2, field gen"),
        ("/2/case", "row 3, field case"),
    ]
    with pytest.raises(BulletinError, match="too_many_rows"):
        check_table([good] * (MAX_ROWS + 1))
