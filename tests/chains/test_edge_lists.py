"""Networks from .csv and .xlsx: the documents they become, and the faults by row and field."""

from pathlib import Path

import pytest
import xlsxwriter

from chains.edge_lists import Document, Kind, read_document
from chains.file_faults import FileFault


def read(folder: Path, text: str, kind: Kind = "reconcile", encoding: str = "utf-8") -> Document:
    file = folder / "network.csv"
    file.write_text(text, encoding=encoding)
    return read_document(file, kind)


def test_reports_of_one_flow_stand_in_rows(tmp_path: Path) -> None:
    text = (
        "id,from,to,yield,by,value,half_width_95,method,capacity,signed\n"
        "1,,MINE,,sender,100,2,,,\n"
        "1,,,,receiver,98.5,,weighbridge,,\n"
        "\n"
        "2,MINE,,0.65,,,,,120,\n"
        "stock,MINE,,,meter,-5,1,,,yes\n"
    )
    assert read(tmp_path, text) == {
        "nodes": ["MINE"],
        "flows": [
            {
                "id": "1",
                "from": None,
                "to": "MINE",
                "reports": [
                    {"by": "sender", "value": 100.0, "half_width_95": 2.0},
                    {"by": "receiver", "value": 98.5, "method": "weighbridge"},
                ],
            },
            {"id": "2", "from": "MINE", "to": None, "reports": [], "yield": 0.65, "capacity": 120.0},
            {
                "id": "stock",
                "from": "MINE",
                "to": None,
                "reports": [{"by": "meter", "value": -5.0, "half_width_95": 1.0}],
                "signed": True,
            },
        ],
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_heads_and_encodings(encoding: str, tmp_path: Path) -> None:
    text = "编号,起点,终点,报告方,数值,标准差\n流一,,大同矿,发出方,10,1\n"
    document = read(tmp_path, text, encoding=encoding)
    assert document["nodes"] == ["大同矿"]
    assert document["flows"][0]["reports"] == [{"by": "发出方", "value": 10.0, "sigma": 1.0}]


def test_flows_inputs_and_fates_of_an_attribution(tmp_path: Path) -> None:
    text = (
        "from,to,fate,tonnes,yield,rest\n"
        ",mine:gangue,,60,,\n"
        ",mine:gangue,,40,,\n"
        "mine:gangue,plant:gangue,,80,,\n"
        "plant:gangue,plant:ash,,80,0.65,air\n"
        "mine:gangue,,disposed,20,,\n"
    )
    assert read(tmp_path, text, "attribute") == {
        "states": ["mine:gangue", "plant:gangue", "plant:ash"],
        "inputs": {"mine:gangue": 100.0},
        "flows": [
            {"from": "mine:gangue", "to": "plant:gangue", "tonnes": 80.0},
            {"from": "plant:gangue", "to": "plant:ash", "tonnes": 80.0, "yield": 0.65, "rest": "air"},
        ],
        "fates": [{"state": "mine:gangue", "fate": "disposed", "tonnes": 20.0}],
    }


def test_a_sheet_named_flows_is_preferred_and_numbers_keep_their_names(tmp_path: Path) -> None:
    book = tmp_path / "network.xlsx"
    with xlsxwriter.Workbook(str(book)) as workbook:
        workbook.add_worksheet("notes").write(0, 0, "read me")
        sheet = workbook.add_worksheet("flows")
        sheet.write_row(0, 0, ["id", "from", "to", "value", "sigma"])
        sheet.write_row(1, 0, [7, "", "A", 12.5, 0.5])
    document = read_document(book, "reconcile")
    assert document["flows"][0]["id"] == "7"
    assert document["flows"][0]["reports"] == [{"by": "report 1", "value": 12.5, "sigma": 0.5}]


HEAD = "id,from,to,yield,by,value,sigma,signed\n"
WRONG = {
    "empty": ("", "row 1"),
    "no id column": ("from,to\n", 'row 1, field "id"'),
    "unknown column": ("id,from,to,colour\n", 'row 1, field "colour"'),
    "column twice": ("id,from,to,to\n", 'row 1, field "to"'),
    "not a number": (HEAD + "1,,A,,m,ten,1,\n", 'row 2, field "value"'),
    "not finite": (HEAD + "1,,A,,m,nan,1,\n", 'row 2, field "value"'),
    "infinite": (HEAD + "1,,A,,m,1e999,1,\n", 'row 2, field "value"'),
    "no id": (HEAD + ",,A,,m,1,1,\n", 'row 2, field "id"'),
    "another end": (HEAD + "1,,A,,m,1,1,\n1,,B,,n,1,1,\n", 'row 3, field "to"'),
    "another yield": (HEAD + "1,A,B,0.5,m,1,1,\n1,,,0.6,n,1,1,\n", 'row 3, field "yield"'),
    "same reporter": (HEAD + "1,,A,,m,1,1,\n1,,A,,m,2,1,\n", 'row 3, field "by"'),
    "spread of nothing": (HEAD + "1,,A,,m,,1,\n", 'row 2, field "value"'),
    "neither yes nor no": (HEAD + "1,,A,,m,1,1,perhaps\n", 'row 2, field "signed"'),
    "stray cell": ("id,from,to\n1,,A,oops\n", "row 2"),
}


@pytest.mark.parametrize("name", list(WRONG))
def test_faults_of_a_reconciliation(name: str, tmp_path: Path) -> None:
    text, place = WRONG[name]
    with pytest.raises(FileFault) as fault:
        read(tmp_path, text)
    assert fault.value.place == place
    assert fault.value.zh
    assert str(fault.value).startswith(place)


ATTRIBUTE_HEAD = "from,to,fate,tonnes,yield,rest\n"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("A,B,,,,", "tonnes"),
        ("A,,,5,,", "to"),
        ("A,B,product,5,,", "to"),
        (",,product,5,,", "from"),
        (",A,product,5,,", "from"),
        (",,,5,,", "from"),
        ("A,B,,x,,", "tonnes"),
    ],
)
def test_faults_of_an_attribution(row: str, field: str, tmp_path: Path) -> None:
    with pytest.raises(FileFault) as fault:
        read(tmp_path, ATTRIBUTE_HEAD + row + "\n", "attribute")
    assert fault.value.place == f'row 2, field "{field}"'


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "network.xlsx"
    file.write_bytes(b"PK\x03\x04 not a workbook")
    with pytest.raises(FileFault, match="workbook"):
        read_document(file, "reconcile")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "network.csv"
    file.write_bytes(b"\xff\xff\xff\xff")
    with pytest.raises(FileFault, match="neither UTF-8 nor GB 18030"):
        read_document(file, "reconcile")
