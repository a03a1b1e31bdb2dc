"""What stands behind the result: remarks, confirmed findings, and the ledger line of every figure."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.errors import Message
from app.domain.tax.remarks import Remark
from app.reports.service import Cell, Column, Mass, Section, Table, Text, Whole
from app.tax.service import Worksheet

_TONNES = Message("吨", "t")
_WEIGHTS = {"warning": Message("警示", "warning"), "note": Message("说明", "note")}


def remarks(sheet: Worksheet) -> Section:
    """What must be known before the quarter is declared, and what an authority has confirmed of it."""
    columns = (
        Column("weight", Message("性质", "weight"), width=0.6),
        Column("month", Message("月份", "month"), width=0.8),
        Column("kind", Message("税目", "kind")),
        Column("waste", Message("固废", "waste"), width=0.6),
        Column("tonnes", Message("涉及量", "at issue"), _TONNES),
        Column("text", Message("内容", "what"), width=4.0),
        Column("code", Message("代码", "code"), width=1.3),
    )
    rows = tuple(_remark(sheet, each) for each in sheet.remarks)
    table = Table("remarks", Message("申报前须知", "To know before declaring"), columns, rows)
    none = Message("没有需要说明的事项。", "There is nothing to remark.")
    said = (none,) if not rows else ()
    tables = (*((table,) if rows else ()), *_findings(sheet.findings))
    return Section(Message("警示与说明", "Warnings and notes"), said, tables, id="remarks")


def _remark(sheet: Worksheet, each: Remark) -> tuple[Cell, ...]:
    return (
        Text(_WEIGHTS[each.weight]),
        Text(str(each.month)),
        Text(sheet.kinds[each.kind].name),
        Text(each.waste or "—"),
        Mass(each.grams),
        Text(each.text),
        Text(each.code),
    )


def _findings(found: Sequence[Mapping[str, Any]]) -> tuple[Table, ...]:
    if not found:
        return ()
    columns = (
        Column("rule", Message("规则", "rule"), width=1.4),
        Column("waste", Message("固废", "waste"), width=0.6),
        Column("from", Message("起", "from"), width=0.8),
        Column("to", Message("止", "to"), width=0.8),
        Column("explanation", Message("内容", "what"), width=4.0),
    )
    rows = tuple(
        (
            Text(_message(each["title"])),
            Text(each["waste"] or "—"),
            Text(each["from"] or "—"),
            Text(each["to"] or "—"),
            Text(_message(each["explanation"])),
        )
        for each in found
    )
    note = Message(
        "除倾倒外，已认定的线索不自动改变计税量；是否构成虚假申报由税务机关认定",
        "Other than dumping, a confirmed finding does not change the taxable tonnes by itself: whether it makes a false "
        "declaration is for the tax office",
    )
    title = Message("本季已认定的线索", "Confirmed findings of the quarter")
    return (Table("confirmed_findings", title, columns, rows, notes=(note,)),)


def _message(both: Mapping[str, str]) -> Message:
    return Message(both["zh"], both["en"])


def ledger_lines(sheet: Worksheet) -> Section:
    """Every ledger line that the figures are made of, with its place."""
    columns = (
        Column("month", Message("月份", "month"), width=0.8),
        Column("waste", Message("固废", "waste"), width=0.6),
        Column("ledger", Message("台账", "ledger"), width=2.2),
        Column("version", Message("版本", "version"), width=0.5),
        Column("pointer", Message("行", "line"), width=0.8),
        Column("method", Message("计量方式", "measured by"), width=1.2),
        Column("generated_tonnes", Message("产生量", "generated"), _TONNES),
        Column("compliant_storage_tonnes", Message("合标贮存", "stored in compliance"), _TONNES),
        Column("compliant_disposal_tonnes", Message("合标处置", "disposed of in compliance"), _TONNES),
        Column("use_tonnes", Message("综合利用", "used"), _TONNES),
        Column("not_deducted_tonnes", Message("不得扣减", "not deducted"), _TONNES),
    )
    claims = [(claim, bool(row.whole)) for row in sheet.rows for claim in row.claims]
    rows = tuple(
        (
            Text(str(claim.month)),
            Text(claim.waste),
            Text(claim.ledger),
            Whole(claim.version),
            Text(claim.pointer),
            Text(sheet.methods.get(claim.method or "", claim.method or Message("未填", "not named"))),
            Mass(claim.generated),
            Mass(claim.storage),
            Mass(claim.disposal),
            Mass(claim.use),
            Mass(claim.claimed if is_whole else claim.refused),
        )
        for claim, is_whole in claims
    )
    note = Message(
        "取自台账字段：generated_tonnes；compliant_stored_tonnes；disposed[]（compliant=true）与 sent[]（purpose=dispose）；"
        "used[] 与 sent[]（purpose=use）；各去向减去 received_tonnes 与 prior_stock_tonnes。",
        "Of the ledger's fields: generated_tonnes; compliant_stored_tonnes; disposed[] with compliant=true and sent[] with "
        "purpose=dispose; used[] and sent[] with purpose=use; each less its received_tonnes and prior_stock_tonnes.",
    )
    table = Table("ledger_lines", Message("台账行", "Ledger lines"), columns, rows, notes=(note,))
    return Section(Message("逐行来源", "Where the figures come from"), (), (table,), id="lines")
