"""The template: an .xlsx made for one enterprise and month, begun with what its last month leaves over."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import IO, Any

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.periods import Month
from app.imports.choices import BASES, PURPOSES, Choices, choices, texts_for
from app.imports.columns import COLUMNS, Column, Kind
from app.imports.rows import Cell
from app.imports.sheets import Sheet, workbook, write_lists
from app.ledgers.service import carried_over

_LAST_ROW = 5_000
_INSTRUCTIONS = (
    (
        "一行是一个场所一个月的一种固废；同一固废有几个接收方、来源、利用或处置方式时，另起一行只填那一项，其余留空。",
        (
            "A row is one waste of one site's month. Further receivers, senders, uses or disposals of it go into rows of their "
            "own below, with nothing else filled in."
        ),
    ),
    (
        "所有量以吨为单位，至多六位小数；列名里的单位可以改成“万吨”或“千克”，系统按列名换算。",
        (
            "Quantities are tonnes with at most six decimals. The unit in a head may be changed to 10kt or kg; figures are "
            "then read in that unit."
        ),
    ),
    (
        "每行应平衡：期初 + 产生 + 接收 = 自行利用 + 自行处置 + 委托 + 倾倒 + 期末。不平衡也会收下，但会标出。",
        (
            "A line should balance: opening + generated + received = used + disposed of + sent + dumped + closing. What does "
            "not is accepted and marked."
        ),
    ),
    (
        "模板带入的往来单位和方式，本月没有发生的，数量留空即可，不会计入。",
        (
            "Partners and methods are offered from last month; where nothing happened leave the quantity empty, and they "
            "are left out."
        ),
    ),
    (
        "当月什么都没有，请填一行：场所、月份、零申报=是。",
        "For a month with nothing, fill one row: site, month, nil return = 是.",
    ),
    (
        "下拉列表显示“代码 名称”，系统只读代码；名录在“名录 Lists”表。",
        "The drop-downs show code and name; only the code is read. All of them stand on the sheet “名录 Lists”.",
    ),
    (
        "可以一次填多个月、多个场所。已填报的月份内容不同时，须在“修订理由”写明原因；内容相同则不变。",
        (
            "Several months and sites may stand in one file. A month already filed with other content needs a reason for "
            "amending; the same content changes nothing."
        ),
    ),
    (
        "上传后系统逐行答复；下载答复后的工作簿，改好标红的行，原样再传即可。",
        "Every row is answered. Take the workbook back, mend the rows in red, and send the same file again.",
    ),
)


def write_template(
    session: ReadSession, subject: Subject, site: str | None, month: Month, target: IO[bytes]
) -> None:
    """Write the template for a site, or for all of the subject's sites."""
    offered = choices(session, subject, site)
    sites = [site] if site is not None else [choice.code for choice in offered.sites]
    with workbook(target) as book:
        sheet = Sheet(book, COLUMNS)
        sheet.write_heads()
        row = 1
        for code in sites:
            for values in _rows(offered, code, month, carried_over(session, subject, code, month)):
                for place, column in enumerate(COLUMNS):
                    sheet.write(row, place, values.get(column.key))
                row += 1
        _write_instructions(book)
        lists = {column.key: texts_for(column.key, column.kind, offered) for column in COLUMNS}
        sheet.offer(write_lists(book, lists), _LAST_ROW)


def _write_instructions(book: Any) -> None:
    sheet = book.add_worksheet("说明 Instructions")
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "font_name": "Microsoft YaHei"})
    sheet.set_column(0, 1, 70)
    for row, (zh, en) in enumerate(_INSTRUCTIONS):
        sheet.set_row(row, 52)
        sheet.write_string(row, 0, zh, wrapped)
        sheet.write_string(row, 1, en, wrapped)


def _rows(offered: Choices, site: str, month: Month, carried: Mapping[str, Any]) -> list[dict[str, Cell]]:
    """The rows to begin with: the lines of last time, with their stock and without quantities."""
    named = _Names(offered)
    start: dict[str, Cell] = {"site": named.of("site", site), "month": str(month)}
    rows: list[dict[str, Cell]] = []
    for line in carried["lines"]:
        rows += _line_rows(named, start, line)
    for place, activity in enumerate(carried["activity"]):
        if place == len(rows):
            rows.append(dict(start))
        rows[place]["activity.kind"] = named.of("activity.kind", activity["kind"])
    return rows or [start]


def _line_rows(named: "_Names", start: Mapping[str, Cell], line: Mapping[str, Any]) -> list[dict[str, Cell]]:
    lists = {name: line[name] for name in ("received", "used", "disposed", "sent")}
    identity: dict[str, Cell] = dict(start) | {"waste": named.of("waste", line["waste"])}
    if line["waste_code"]:
        identity["waste_code"] = line["waste_code"]
    rows = [dict(identity) for _ in range(max(1, *(len(flows) for flows in lists.values())))]
    for key in ("basis", "moisture_percent", "method", "opening_stock_tonnes"):
        rows[0][key] = named.of(key, line[key])
    for name, flows in lists.items():
        for row, flow in zip(rows, flows, strict=False):
            row |= {f"{name}.{key}": named.of(f"{name}.{key}", value) for key, value in flow.items()}
    return rows


class _Names:
    """Puts the name behind a code, as the drop-downs show it."""

    def __init__(self, offered: Choices) -> None:
        self._kinds = {column.key: column.kind for column in COLUMNS}
        self._shown = {column.key: self._entries(column, offered) for column in COLUMNS}

    @staticmethod
    def _entries(column: Column, offered: Choices) -> dict[str, str]:
        entries: Sequence[str] = texts_for(column.key, column.kind, offered)
        return {entry.split(maxsplit=1)[0]: entry for entry in entries}

    def of(self, key: str, value: Any) -> Cell:
        kind = self._kinds[key]
        if value is None or isinstance(value, bool):
            return None if value is None else ("是" if value else "否")
        if kind in (Kind.MASS, Kind.PERCENT):
            return Decimal(value)
        words = {Kind.PURPOSE: PURPOSES, Kind.BASIS: BASES}.get(kind, {})
        if value in words:
            return words[value].zh
        return self._shown[key].get(value, str(value))
