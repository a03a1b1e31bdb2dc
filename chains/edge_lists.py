"""Networks that analysts bring along.

.json as it stands, .csv and .xlsx as edge lists, read into the two file formats.

The answer is the plain document that `reconciliation.documents` and the attribution reader check; cells
become numbers here, with the row and the field in every fault. An edge list has one row per report of a flow
(`reconcile`: id, from, to, yield, by, value, sigma or half_width_95 or method, capacity, signed) or one row
per flow, input or fate (`attribute`: from, to, fate, tonnes, yield, rest). An empty `from` or `to` is the
world outside. Column heads may be Chinese.
"""

import codecs
import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from chains import strict_json
from chains.file_faults import FileFault
from chains.workbooks import Cell, sheet_rows

Kind = Literal["reconcile", "attribute"]
Document = dict[str, Any]


_HEADS = {
    "编号": "id", "流": "id", "起点": "from", "发出": "from", "终点": "to", "接收": "to", "得率": "yield",
    "报告方": "by", "数值": "value", "吨": "tonnes", "吨数": "tonnes", "标准差": "sigma",
    "标准不确定度": "sigma", "95%半宽": "half_width_95", "计量方式": "method", "上限": "capacity",
    "能力": "capacity", "可为负": "signed", "去向": "fate", "其余去向": "rest",
}  # fmt: skip
_COLUMNS: dict[Kind, tuple[frozenset[str], frozenset[str]]] = {
    "reconcile": (
        frozenset({"id", "from", "to"}),
        frozenset({"yield", "by", "value", "sigma", "half_width_95", "method", "capacity", "signed"}),
    ),
    "attribute": (frozenset({"from", "to", "tonnes"}), frozenset({"fate", "yield", "rest", "id"})),
}
_NUMBERS = frozenset({"yield", "value", "sigma", "half_width_95", "capacity", "tonnes"})
_YES, _NO = frozenset({"1", "true", "yes", "y", "是"}), frozenset({"0", "false", "no", "n", "否"})


def read_document(path: Path, kind: Kind) -> Document:
    """Read the document of `path`, by its suffix. Raises FileFault (no document) and OSError (no file)."""
    suffix = path.suffix.lower()
    if suffix == ".csv":
        text = _text(path.read_bytes())
        try:
            return _from_rows(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)), kind)
        except csv.Error as error:
            raise FileFault("", f"不是 CSV：{error}", f"not CSV: {error}") from None
    if suffix == ".xlsx":
        return _from_rows(sheet_rows(path), kind)
    return strict_json.load(path.read_bytes())


def _text(raw: bytes) -> str:
    """Text of a CSV: UTF-8, what a Chinese spreadsheet saves, or its “Unicode text”."""
    utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileFault("", "文件既不是 UTF-8 也不是 GB 18030 编码", "the file is neither UTF-8 nor GB 18030")


def _delimiter(text: str) -> str:
    """What parts the heads: spreadsheets save commas, semicolons or tabs, by language and format."""
    heads = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=heads.count)


def _from_rows(rows: Iterable[Sequence[Cell]], kind: Kind) -> Document:
    numbered = ((n, row) for n, row in enumerate(rows, 1) if any(_plain(cell) for cell in row))
    first = next(numbered, None)
    if first is None:
        raise FileFault("row 1", "文件是空的", "the file is empty")
    heads = _heads(first, kind)
    records = (_record(number, row, heads) for number, row in numbered)
    return _reconcile_document(records) if kind == "reconcile" else _attribute_document(records)


def _heads(first: tuple[int, Sequence[Cell]], kind: Kind) -> list[str]:
    number, row = first
    heads = [_HEADS.get(_plain(cell), _plain(cell).lower()) for cell in row]
    required, optional = _COLUMNS[kind]
    for head in heads:
        if head and head not in required | optional:
            raise FileFault(f'row {number}, field "{head}"', "没有这个字段", "there is no such field")
        if head and heads.count(head) > 1:
            raise FileFault(f'row {number}, field "{head}"', "字段重复", "the field stands twice")
    for missing in sorted(required - set(heads)):
        raise FileFault(f'row {number}, field "{missing}"', "缺少这个字段", "the field is missing")
    return heads


def _record(number: int, row: Sequence[Cell], heads: list[str]) -> Document:
    """One row as a dictionary with its row number under ""; empty cells are left out."""
    record: Document = {"": number}
    for position, cell in enumerate(row):
        text = _plain(cell)
        head = heads[position] if position < len(heads) else ""
        if text and not head:
            raise FileFault(f"row {number}", "单元格没有字段名", "a cell stands under no field name")
        if text:
            record[head] = _number(number, head, text) if head in _NUMBERS else text
    return record


def _plain(cell: Cell) -> str:
    """Text of a cell; a spreadsheet keeps the name 7 as 7.0."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()


def _number(row: int, field: str, text: str) -> float:
    place = f'row {row}, field "{field}"'
    try:
        # Python would read 1_000 as a thousand; no spreadsheet writes that
        value = float("" if "_" in text else text)
    except ValueError:
        raise FileFault(place, f"“{text[:40]}”不是数", f'"{text[:40]}" is not a number') from None
    if not math.isfinite(value):
        raise FileFault(place, f"“{text[:40]}”不是有限的数", f'"{text[:40]}" is not a finite number')
    return value


def _reconcile_document(records: Iterator[Document]) -> Document:
    flows: dict[str, Document] = {}
    nodes: dict[str, None] = {}
    for record in records:
        row = record[""]
        if "id" not in record:
            raise FileFault(f'row {row}, field "id"', "缺少编号", "the id is missing")
        ends = {"from": record.get("from"), "to": record.get("to")}
        flow = flows.setdefault(record["id"], {"id": record["id"], **ends, "reports": [], "": row})
        if row != flow[""]:
            _demand_same_flow(row, flow, record)
        else:
            nodes.update(dict.fromkeys(end for end in ends.values() if end is not None))
            flow |= {name: record[name] for name in ("yield", "capacity") if name in record}
            if "signed" in record:
                flow["signed"] = _flag(row, record["signed"])
        if "value" in record:
            flow["reports"].append(_report(row, flow, record))
        elif stray := sorted(record.keys() & {"sigma", "half_width_95", "method"}):
            raise FileFault(
                f'row {row}, field "value"', f"有 {stray[0]} 却没有数值", f"{stray[0]} without a value"
            )
    for flow in flows.values():
        del flow[""]
    return {"nodes": list(nodes), "flows": list(flows.values())}


def _demand_same_flow(row: int, flow: Document, record: Document) -> None:
    """Refuse a further row of a flow that contradicts the first; it may leave things out."""
    for field in ("from", "to", "yield", "capacity"):
        if field in record and record[field] != flow.get(field):
            first = flow[""]
            raise FileFault(
                f'row {row}, field "{field}"',
                f"流“{record['id']}”在第 {first} 行是另一个值",
                f'flow "{record["id"]}" has another value in row {first}',
            )


def _report(row: int, flow: Document, record: Document) -> Document:
    by = record.get("by", f"report {len(flow['reports']) + 1}")
    if any(report["by"] == by for report in flow["reports"]):
        raise FileFault(
            f'row {row}, field "by"',
            f"流“{flow['id']}”已有“{by}”的报告",
            f'flow "{flow["id"]}" already has a report by "{by}"',
        )
    return {"by": by} | {
        name: record[name] for name in ("value", "sigma", "half_width_95", "method") if name in record
    }


def _flag(row: int, text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise FileFault(f'row {row}, field "signed"', f"“{text}”不是是或否", f'"{text}" is neither yes nor no')


def _attribute_document(records: Iterator[Document]) -> Document:
    states: dict[str, None] = {}
    inputs: dict[str, float] = {}
    flows: list[Document] = []
    fates: list[Document] = []
    for record in records:
        row, start, end, fate = record[""], record.get("from"), record.get("to"), record.get("fate")
        if "tonnes" not in record:
            raise FileFault(f'row {row}, field "tonnes"', "缺少吨数", "the tonnes are missing")
        states.update(dict.fromkeys(state for state in (start, end) if state is not None))
        if start is not None and (end is None) == (fate is None):
            raise FileFault(f'row {row}, field "to"', "须填终点或去向之一", "give either a state or a fate")
        if start is None and (end is None or fate is not None):
            raise FileFault(f'row {row}, field "from"', "缺少起点", "the state it comes from is missing")
        if start is None and end is not None:
            inputs[end] = inputs.get(end, 0.0) + record["tonnes"]
        elif fate is not None:
            fates.append({"state": start, "fate": fate, "tonnes": record["tonnes"]})
        else:
            optional: Document = {name: record[name] for name in ("yield", "rest") if name in record}
            flows.append({"from": start, "to": end, "tonnes": record["tonnes"], **optional})
    return {"states": list(states), "inputs": inputs, "flows": flows, "fates": fates}
