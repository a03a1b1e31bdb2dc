"""Rows of an .xlsx workbook, with what its reader would pass over in silence.

A cell in error (#DIV/0!, #REF!) and a formula that no program has computed yet both come out of the reader as
empty cells: a yield that is missing would become 1. So the text of the sheet is looked at first.
"""

import re
import zipfile
from collections.abc import Sequence
from html import unescape
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from chains.file_faults import FileFault

Cell = object

_PREFERRED = "flows"
_MOST_BYTES = 1 << 30
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_CELL = rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]+\d+)"'
_IN_ERROR = re.compile(rb'<(?:\w+:)?c\s(?=[^>]*\bt="e")[^>]*?\br="([A-Z]+\d+)"')
_NOT_COMPUTED = re.compile(_CELL + rb"[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*</")
# A cell with something in it beyond column Z: the reader would make room for every cell up to it.
_FAR = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{2,}\d+)"[^>]*(?<!/)>')


def sheet_rows(path: Path) -> Sequence[Sequence[Cell]]:
    """Rows of the sheet `flows`, or of the first. Raises FileFault."""
    try:
        with zipfile.ZipFile(path) as packed:
            _demand_plain(packed)
            book = CalamineWorkbook.from_path(str(path))
            with book:
                name = _chosen(book.sheet_names)
                _demand_computed(packed.read(_part_of(packed, name)))
                return book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except FileFault:
        raise
    except (
        CalamineError,
        ValueError,
        KeyError,
        OSError,
        EOFError,
        RuntimeError,
        zipfile.BadZipFile,
    ) as error:
        raise FileFault("", f"不是 .xlsx 工作簿：{error}", f"not an .xlsx workbook: {error}") from None


def _chosen(names: Sequence[str]) -> str:
    if not names:
        raise FileFault("", "工作簿里没有工作表", "the workbook has no sheet")
    return _PREFERRED if _PREFERRED in names else names[0]


def _demand_plain(packed: zipfile.ZipFile) -> None:
    """Refuse what would not fit into memory once unpacked."""
    size = sum(part.file_size for part in packed.infolist())
    if size > _MOST_BYTES:
        raise FileFault(
            "", f"解压后有 {size:,} 字节，过大", f"it unpacks to {size:,} bytes, more than we read"
        )


def _part_of(packed: zipfile.ZipFile, name: str) -> str:
    """Name of the packed part that holds a sheet."""
    sheets = [_attributes(tag) for tag in _SHEET.findall(packed.read("xl/workbook.xml"))]
    wanted = next((sheet for sheet in sheets if sheet.get("name") == name), {})
    for tag in _RELATION.findall(packed.read("xl/_rels/workbook.xml.rels")):
        relation = _attributes(tag)
        if relation.get("Id") == wanted.get("id"):
            target = relation.get("Target", "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError(f"no sheet {name}")


def _attributes(tag: bytes) -> dict[str, str]:
    """Attributes of a tag, without their prefixes."""
    found = re.findall(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""", tag.decode("utf-8", "replace"))
    return {key.rpartition(":")[2]: unescape(one or other) for key, one, other in found}


def _demand_computed(sheet: bytes) -> None:
    """Refuse cells that the reader would take for empty, and a sheet wider than any edge list."""
    if found := _IN_ERROR.search(sheet):
        raise FileFault(f"cell {found[1].decode()}", "单元格是错误值（#…）", "the cell is in error (#…)")
    if (b"<f" in sheet or b":f" in sheet) and (found := _NOT_COMPUTED.search(sheet)):
        raise FileFault(
            f"cell {found[1].decode()}",
            "公式还没有计算结果：请用电子表格软件打开并保存",
            "the formula has no result yet: open the file in a spreadsheet program and save it",
        )
    if found := _FAR.search(sheet):
        raise FileFault(f"cell {found[1].decode()}", "Z 列之后还有内容", "there is something beyond column Z")
