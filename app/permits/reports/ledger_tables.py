"""Tables 1 to 3 of the ministry's guide for ledgers of general industrial solid waste, filled from what is on file.

The guide (公告2021年第82号) asks for table 1 (what is generated) each year, table 2 (where it went) each month and table 3
(what left the gate) by batch. Its printed heads were not at hand: those marked `verified: False` say in our words what the
guide asks for. What ledgers here do not hold (physical state, vehicles, days of batches) stays empty and is never made up; of
table 3 there is a row for each month and receiver, since ledgers are monthly.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.ledger import Line, totals_of
from app.domain.permits.case import FiledMonth
from app.domain.permits.content import PermitContent, PermitWaste
from app.domain.permits.execution import Span, WasteSums, in_span, waste_sums
from app.domain.permits.versions import in_force
from app.domain.quantities import tonnes_text
from app.permits.reports.beside_ledgers import read_period
from app.permits.reports.compliance import heading
from app.permits.reports.execution_report import waste_names
from app.reference import service as reference

GUIDE = "一般工业固体废物管理台账制定指南（试行）（公告2021年第82号）"
_PURPOSES = {"use": "委托利用", "dispose": "委托处置", "store": "委托贮存"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its id in JSON, its head, its unit where it has one; whether the head was compared with the guide."""

    id: str
    zh: str
    en: str
    unit: str | None = None
    verified: bool = False

    @property
    def is_mass(self) -> bool:
        return self.unit == "t"


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the guide."""

    number: int
    zh: str
    en: str
    columns: tuple[Column, ...]


TABLES = (
    Table(
        1,
        "一般工业固体废物产生清单",
        "What general industrial solid waste is generated",
        (
            Column("waste_code", "代码", "code"),
            Column("waste", "类别（SW）", "class (SW)"),
            Column("name", "名称", "name"),
            Column("waste_class", "类别（I／II）", "class (I or II)"),
            Column("source", "产生环节", "step in which it arises"),
            Column("physical_state", "物理性状", "physical state"),
            Column("main_components", "主要成分", "main components"),
            Column("pollution_properties", "污染特性", "polluting properties"),
            Column("generated_tonnes", "产生量", "generated", "t"),
        ),
    ),
    Table(
        2,
        "一般工业固体废物流向汇总表",
        "Where general industrial solid waste went",
        (
            Column("month", "月份", "month"),
            Column("waste_code", "代码", "code"),
            Column("waste", "类别（SW）", "class (SW)"),
            Column("name", "名称", "name"),
            Column("generated_tonnes", "产生量", "generated", "t"),
            Column("stored_tonnes", "贮存量（本月增量）", "stored: the month's increase", "t"),
            Column("closing_tonnes", "累计贮存量", "stock at the month's end", "t"),
            Column("use_methods", "自行利用方式", "ways of own use"),
            Column("used_tonnes", "自行利用数量", "own use", "t"),
            Column("use_receivers", "委托利用接收方", "receivers for use"),
            Column("sent_to_use_tonnes", "委托利用数量", "entrusted for use", "t"),
            Column("disposal_methods", "自行处置方式", "ways of own disposal"),
            Column("disposed_tonnes", "自行处置数量", "own disposal", "t"),
            Column("disposal_receivers", "委托处置接收方", "receivers for disposal"),
            Column("sent_to_dispose_tonnes", "委托处置数量", "entrusted for disposal", "t"),
            Column("sent_to_store_tonnes", "委托贮存数量", "entrusted for storage", "t"),
            Column("ledger", "台账编号", "ledger", verified=True),
            Column("ledger_version", "台账版本", "version of the ledger", verified=True),
        ),
    ),
    Table(
        3,
        "一般工业固体废物出厂环节记录表",
        "What left the gate",
        (
            Column("month", "月份", "month"),
            Column("left_at", "出厂时间", "time of leaving"),
            Column("waste_code", "代码", "code"),
            Column("waste", "类别（SW）", "class (SW)"),
            Column("name", "名称", "name"),
            Column("tonnes", "出厂数量", "quantity", "t"),
            Column("carrier", "运输单位", "carrier"),
            Column("vehicle", "运输车辆", "vehicle"),
            Column("receiver", "接收单位", "receiver"),
            Column("direction", "流向类型", "what for"),
            Column("out_of_province", "是否跨省", "to another province"),
            Column("handler", "经办人", "handled by"),
            Column("ledger", "台账编号", "ledger", verified=True),
            Column("ledger_version", "台账版本", "version of the ledger", verified=True),
        ),
    ),
)
NOTE = {
    "zh": "依据指南所列事项由月度台账填写；表头未与原文核对的以 verified=false 标明。台账不含的内容留空；"
    "附表 3 按月和接收方汇总，不是逐批记录。",
    "en": "Filled from monthly ledgers after the items of the guide; heads that were not compared with it are marked "
    "verified=false. What ledgers do not hold is left empty; table 3 is by month and receiver, not by batch.",
}
_Row = dict[str, Any]


def ledger_tables(
    session: ReadSession, subject: Subject, number: str, span: Span, today: date
) -> dict[str, Any]:
    """Fill the three tables for a period. Raises NotFound, PermitUnmatched, Invalid."""
    permitted = read_period(session, subject, number, span, today)
    held_to = in_force(permitted.case.versions, span.last)
    missing = [
        month for month in permitted.expected(span.first, span.last) if month not in permitted.receipts
    ]
    return {
        **heading(permitted),
        "period": {"text": span.text, "kind": span.kind, "from": str(span.first), "to": str(span.last)},
        "months_missing": [str(month) for month in missing],
        "guide": GUIDE,
        "note": NOTE,
        "tables": filled_tables(
            session, in_span(permitted.case.filed, span), None if held_to is None else held_to.content
        ),
    }


def filled_tables(
    session: ReadSession, filed: Sequence[FiledMonth], permit: PermitContent | None
) -> list[dict[str, Any]]:
    """Fill the three tables from some months of one site; the permit, where there is one, names its wastes."""
    names = {code: name["zh"] for code, name in waste_names(session).items()}
    processes = {row.code: row.zh for row in reference.current(session, "processes")}
    rows: tuple[Iterable[_Row], ...] = (
        _generated(waste_sums(filed), permit),
        _directions(filed, processes),
        _left(filed),
    )
    return [_document(table, _named(found, names)) for table, found in zip(TABLES, rows, strict=True)]


def _named(rows: Iterable[_Row], names: Mapping[str, str]) -> Iterator[_Row]:
    return (row | {"name": row.get("name") or names.get(row["waste"])} for row in rows)


def _document(table: Table, rows: Iterable[_Row]) -> dict[str, Any]:
    return {
        "number": table.number,
        "title": {"zh": table.zh, "en": table.en},
        "columns": [
            {"id": each.id, "zh": each.zh, "en": each.en, "unit": each.unit, "verified": each.verified}
            for each in table.columns
        ],
        "rows": [{column.id: row.get(column.id) for column in table.columns} for row in rows],
    }


def _generated(sums: Iterable[WasteSums], permit: PermitContent | None) -> Iterator[_Row]:
    for each in sums:
        entry = None if permit is None else _entry(permit, each)
        yield {
            "waste": each.waste,
            "waste_code": each.waste_code,
            "name": None if entry is None else entry.name,
            "waste_class": None if entry is None else entry.waste_class,
            "source": None if entry is None else entry.source,
            "generated_tonnes": tonnes_text(each.generated),
        }


def _entry(permit: PermitContent, each: WasteSums) -> PermitWaste | None:
    """The permit's line of a waste: that of its code, else the first of its class."""
    same = (entry for entry in permit.wastes if entry.waste == each.waste)
    return next((entry for entry in same if entry.waste_code == each.waste_code), permit.waste(each.waste))


def _directions(filed: Iterable[FiledMonth], processes: Mapping[str, str]) -> Iterator[_Row]:
    for each in filed:
        for line in each.lines:
            yield {
                **_place(each, line),
                "generated_tonnes": tonnes_text(line.generated_grams),
                "stored_tonnes": tonnes_text(totals_of(line).stored_grams),
                "closing_tonnes": tonnes_text(line.closing_grams),
                "use_methods": _texts(processes.get(flow.process or "", flow.process) for flow in line.used),
                "used_tonnes": tonnes_text(line.used_grams),
                "use_receivers": _texts(flow.party for flow in line.sent if flow.purpose == "use"),
                "sent_to_use_tonnes": _sent(line, "use"),
                "disposal_methods": _texts(
                    processes.get(flow.method or "", flow.method) for flow in line.disposed
                ),
                "disposed_tonnes": tonnes_text(line.disposed_grams),
                "disposal_receivers": _texts(flow.party for flow in line.sent if flow.purpose == "dispose"),
                "sent_to_dispose_tonnes": _sent(line, "dispose"),
                "sent_to_store_tonnes": _sent(line, "store"),
            }


def _left(filed: Iterable[FiledMonth]) -> Iterator[_Row]:
    for each in filed:
        for line in each.lines:
            for flow in line.sent:
                yield {
                    **_place(each, line),
                    "tonnes": tonnes_text(flow.grams),
                    "receiver": flow.party,
                    "direction": _PURPOSES[flow.purpose],
                    "out_of_province": "是" if flow.out_of_province else "否",
                }


def _place(each: FiledMonth, line: Line) -> _Row:
    return {
        "month": str(each.month),
        "waste": line.waste,
        "waste_code": line.waste_code,
        "ledger": each.ledger,
        "ledger_version": each.version,
    }


def _sent(line: Line, purpose: str) -> str:
    return tonnes_text(sum(flow.grams for flow in line.sent if flow.purpose == purpose))


def _texts(texts: Iterable[str | None]) -> str | None:
    known: Sequence[str] = sorted({text for text in texts if text})
    return "、".join(known) or None
