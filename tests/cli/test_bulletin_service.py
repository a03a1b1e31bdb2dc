"""The service behind `POST /v1/bulletins/check`: CSV and JSON, judged alike, refused by pointer."""

import json
from typing import Any

import pytest

from app.bulletins.schemas import BulletinOut
from app.bulletins.service import UnsupportedMediaType, check
from app.domain.bulletins.check import as_json, check_csv
from app.domain.bulletins.reading import MAX_ROWS
from app.http.problems import Invalid

CSV = """\
case,unit,gen,util,util_prior,disp,disp_prior,stored_year,stored_cum,published_metric,published_value,convention
乌海2023,万吨,3024.32,1504.04,35.25,1556.65,3.06,,47.38,util,49.16,B
安康2023,万吨,37.20,14.70,,303.29,257.47,,,disp,815.30,A
"""
ROW: dict[str, Any] = {"case": "a", "unit": "t", "gen": "10", "util": "5", "published_metric": "util"}


def check_rows(*rows: Any) -> list[BulletinOut]:
    return check(json.dumps(rows, ensure_ascii=False).encode(), "application/json")


def refused(body: bytes, content_type: str = "application/json") -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        check(body, content_type)
    assert all(fault.message.zh and fault.message.en for fault in caught.value.errors)
    return [(fault.pointer, fault.code) for fault in caught.value.errors]


@pytest.mark.parametrize("content_type", ["text/csv", "Text/CSV; charset=utf-8"])
def test_a_csv_file_is_answered_as_the_command_line_answers_it(content_type: str) -> None:
    answers = [answer.model_dump(mode="json") for answer in check(CSV.encode(), content_type)]
    assert answers == [as_json(judged) for judged in check_csv(CSV.encode())]


def test_rows_in_json_are_judged_like_the_file() -> None:
    header, *lines = (line.split(",") for line in CSV.splitlines())
    rows = [dict(zip(header, cells, strict=True)) for cells in lines]
    assert check_rows(*rows) == check(CSV.encode(), "text/csv")
    bare = [{name: value for name, value in row.items() if value} for row in rows]
    assert check_rows(*bare) == check_rows(*({name: row.get(name) for name in header} for row in bare))
    assert check_rows(*bare) == check_rows(*rows)


def test_json_numbers_are_read_as_their_shortest_decimal() -> None:
    (answer,) = check_rows(ROW | {"unit": "亿吨", "gen": 0.00001, "util": 0.000005, "published_value": 50})
    assert (answer.verdict, answer.published) == ("match", "50")
    assert answer.metrics["utilization.plain"] == "0.500000"


@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        ({"gen": "NaN"}, "/1/gen", "not_finite"),
        ({"gen": float("nan")}, "/1/gen", "not_finite"),
        ({"gen": float("inf")}, "/1/gen", "not_finite"),
        ({"gen": -1}, "/1/gen", "negative"),
        ({"gen": 10**12}, "/1/gen", "too_large"),
        ({"gen": True}, "/1/gen", "string_type"),
        ({"gen": ["1"]}, "/1/gen", "string_type"),
        ({"gen": 10**4000}, "/1/gen", "string_too_long"),
        ({"unit": "斤"}, "/1/unit", "unknown_unit"),
        ({"case": "\0"}, "/1/case", "not_printable"),
        ({"case": ""}, "/1/case", "string_too_short"),
        ({"generated": "5"}, "/1/generated", "extra_forbidden"),
        ({"published_value": "5", "published_metric": None}, "/1/published_metric", "empty"),
        ({"case": "first"}, "/1/case", "duplicate_row"),
    ],
)
def test_a_bad_row_is_refused_by_pointer(changed: dict[str, Any], pointer: str, code: str) -> None:
    rows = [ROW | {"case": "first"}, ROW | changed]
    assert refused(json.dumps(rows).encode()) == [(pointer, code)]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "json_invalid"),
        (b"{", "json_invalid"),
        (b"\xff[]", "json_invalid"),
        (b'["\xed\xa0\x80"]', "json_invalid"),
        (b"[" * 100_000, "json_invalid"),
        (b"{}", "list_type"),
        (json.dumps([ROW] * (MAX_ROWS + 1)).encode(), "too_long"),
    ],
)
def test_a_body_that_is_no_list_of_rows_is_refused(body: bytes, code: str) -> None:
    assert refused(body) == [("", code)]


def test_a_bad_file_is_refused_by_row_and_field() -> None:
    assert refused(CSV.replace("1504.04", "x").encode(), "text/csv") == [("/0/util", "not_a_number")]
    assert refused(b"", "text/csv") == [("", "empty_file")]


@pytest.mark.parametrize("content_type", ["", "application/xml", "multipart/form-data; boundary=x"])
def test_another_kind_of_body_is_not_guessed_at(content_type: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        check(CSV.encode(), content_type)


def test_no_rows_are_no_judgements() -> None:
    assert check_rows() == []
