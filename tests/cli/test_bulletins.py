"""`bulletin check` as a person and as a machine call it."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli.bulletins import bulletin_app

TABLE = """\
case,unit,gen,util,util_prior,disp,disp_prior,stored_year,stored_cum,published_metric,published_value,convention
乌海2023,万吨,3024.32,1504.04,35.25,1556.65,3.06,,47.38,util,49.16,B
安康2023,万吨,37.20,14.70,,303.29,257.47,,,disp,815.30,A
太原2018,万吨,2684.491343,957.707877,,1389.577584,,361.808628,,balance,-24.602746,identity
错印,万吨,100.00,50.00,0,20.00,0,30.00,,util,51.00,
[/red],t,10,5,0,,,,,,,
"""
FIELDS = {
    "case",
    "metrics",
    "published",
    "reproduced_by",
    "verdict",
    "balance_residual",
    "balance",
    "warnings",
}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "公告.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def check(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(bulletin_app, ["check", *arguments], catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


def answers(path: Path) -> dict[str, dict[str, Any]]:
    code, output, _ = check(str(path), "--json")
    assert code == 0
    return {answer["case"]: answer for answer in json.loads(output)}


def test_the_json_has_the_shape_of_the_contract(table: Path) -> None:
    found = answers(table)
    assert list(found) == ["乌海2023", "安康2023", "太原2018", "错印", "[/red]"]
    for answer in found.values():
        assert answer.keys() >= FIELDS
        assert answer["metrics"].keys() >= {
            "utilization.statutory",
            "utilization.plain",
            "utilization.new_waste",
            "disposal.statutory",
            "disposal.plain",
        }
    assert found["乌海2023"]["reproduced_by"] == ["utilization.statutory"]
    assert found["乌海2023"]["published"] == "49.16"
    assert "over_100" in found["安康2023"]["warnings"]
    assert (found["太原2018"]["balance"], found["太原2018"]["balance_residual"]) == ("fails", "-24.602746")


def test_a_mismatch_is_an_answer_and_no_failure(table: Path) -> None:
    assert answers(table)["错印"]["verdict"] == "mismatch"
    code, _, _ = check(str(table))
    assert code == 0


def test_the_table_says_the_same_in_words(table: Path) -> None:
    code, output, _ = check(str(table))
    assert code == 0
    lines = output.splitlines()
    wuhai = next(line for line in lines if "乌海2023" in line)
    assert "49.16 ✓" in wuhai
    assert "49.73" in wuhai
    assert "49.73 ✓" not in wuhai
    assert "一致" in wuhai
    taiyuan = next(line for line in lines if "太原2018" in line)
    assert "不平衡" in taiyuan
    assert "不符" in next(line for line in lines if "错印" in line)
    # A case is printed as it is, not read as markup.
    assert "[/red]" in output
    assert "安康2023: 比率超过 100%" in output


def test_a_bad_row_is_refused_by_file_row_and_field_in_both_languages(table: Path) -> None:
    table.write_text(TABLE.replace("1504.04", "NaN").replace("51.00", "-51"), encoding="utf-8")
    code, output, errors = check(str(table), "--json")
    assert (code, output) == (1, "")
    first, second = errors.splitlines()
    assert first == "公告.csv: 第 2 行，字段 util：不是有限的数 / row 2, field util: is not a finite number"
    assert "第 5 行，字段 published_value" in second
    assert "row 5, field published_value" in second


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b'"'])
def test_no_bytes_bring_a_traceback(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    code, output, errors = check(str(path))
    assert (code, output) == (1, "")
    assert errors.startswith("x.csv: ")


def test_a_file_saved_by_an_office_in_gbk_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(TABLE.replace("\n", "\r\n").encode("gbk"))
    assert "乌海2023" in answers(path)


@pytest.mark.parametrize("arguments", [(), ("/no/such/file.csv",), ("--what",)])
def test_wrong_usage_exits_2(arguments: tuple[str, ...]) -> None:
    code, _, _ = check(*arguments)
    assert code == 2
