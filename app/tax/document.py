"""The worksheet as a document: the result by kind, months beside each other, and the ledger line behind every figure."""

from collections.abc import Iterable, Sequence

from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.tax.worksheet import Row
from app.reports.service import Cell, Column, Document, Mass, Money, Section, Table, Text, Whole
from app.tax import words
from app.tax.evidence import ledger_lines, remarks
from app.tax.service import Worksheet

_TONNES = Message("吨", "t")
_YUAN = Message("元", "yuan")
_MONEY = frozenset({"fen_per_tonne", "tax", "tax_if_measured"})


def tax_document(sheet: Worksheet) -> Document:
    """Put the worksheet into the shape that every format is made from."""
    return Document(
        kind="tax",
        title=words.TITLE,
        subtitle=words.SUBTITLE,
        period=sheet.of.period,
        scope=sheet.of.scope,
        provenance=sheet.of.provenance(*words.CAVEATS, sources=words.SOURCES),
        sections=(
            _result(sheet),
            _months(sheet),
            remarks(sheet),
            ledger_lines(sheet),
            Section(Message("计算依据", "How it is worked out"), words.BASIS, id="basis"),
        ),
        about=sheet.of.site.code,
    )


def _result(sheet: Worksheet) -> Section:
    due = words.deadline(sheet.due_on.isoformat(), sheet.due_on.weekday())
    columns = (
        Column("kind", Message("税目", "kind"), width=1.6),
        Column("taxable_tonnes", Message("计税量", "taxable"), _TONNES),
        Column("yuan_per_tonne", Message("单位税额", "amount"), Message("元/吨", "yuan/t")),
        *(
            Column(f"tax_{month}_yuan", Message(f"{month.number}月税额", f"tax {month}"), _YUAN)
            for month in sheet.months
        ),
        Column("tax_yuan", Message("本季应纳税额", "tax of the quarter"), _YUAN),
        Column("tax_if_measured_yuan", Message("补证计量后", "once measured"), _YUAN),
    )
    kinds = [(code, rows) for code, rows in _by_kind(sheet.rows).items()]
    rows = [_kind_row(sheet, sheet.kinds[code].name, rows) for code, rows in kinds]
    total = _kind_row(sheet, Message("合计", "total"), sheet.rows, is_total=True)
    table = Table(
        "tax_by_kind",
        Message("本季应纳税额", "Tax of the quarter"),
        columns,
        (*rows, total),
        total_rows=1,
    )
    return Section(
        Message("结果", "Result"),
        (due, *_marked(sheet), *_whole(sheet), *_incomplete(sheet)),
        (table,),
        id="result",
    )


def _kind_row(
    sheet: Worksheet, name: Message, rows: Sequence[Row], *, is_total: bool = False
) -> tuple[Cell, ...]:
    by_month = [[row for row in rows if row.month == month] for month in sheet.months]
    amounts = {row.fen_per_tonne for row in rows}
    amount = amounts.pop() if len(amounts) == 1 and not is_total else None
    return (
        Text(name),
        Mass(sum(row.taxable for row in rows)),
        Money(amount),
        *(
            Money(sum(row.tax for row in found) if _is_filed(sheet, month) else None)
            for month, found in zip(sheet.months, by_month, strict=True)
        ),
        Money(sum(row.tax for row in rows)),
        Money(sum(row.tax_if_measured for row in rows)),
    )


def _is_filed(sheet: Worksheet, month: Month) -> bool:
    return any(each.month == month for each in sheet.of.filed)


def _incomplete(sheet: Worksheet) -> tuple[Message, ...]:
    if sheet.of.is_whole:
        return ()
    return (
        Message(
            "本季台账不全，合计只含已报月份，不是全季应纳税额",
            "The quarter is not complete: the totals hold the months on file and are not the tax of the whole quarter",
        ),
    )


def _marked(sheet: Worksheet) -> tuple[Message, ...]:
    """What the asker marked, whether or not there is a ledger line of it."""
    if not sheet.marked:
        return ()
    zh = "、".join(f"{sheet.kinds[code].name.zh} {month}" for month, code in sheet.marked)
    en = ", ".join(f"{sheet.kinds[code].name.en} {month}" for month, code in sheet.marked)
    return (
        Message(f"制表人标明虚假申报：{zh}", f"Marked as falsely declared by whoever made this sheet: {en}"),
    )


def _whole(sheet: Worksheet) -> tuple[Message, ...]:
    """Which months and kinds are taxed whole, up front; why stands in the remarks."""
    marked = [f"{row.kind.name.zh} {row.month}" for row in sheet.rows if row.whole]
    if not marked:
        return ()
    names = [f"{row.kind.name.en} {row.month}" for row in sheet.rows if row.whole]
    return (
        Message(
            f"产生量全部计税（倾倒或虚假申报）：{'、'.join(marked)}",
            f"All that was generated is taxed (dumping or a false declaration): {', '.join(names)}",
        ),
    )


def _by_kind(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.kind.code, []).append(row)
    return found


def _months(sheet: Worksheet) -> Section:
    tables = tuple(_kind_table(sheet, code, rows) for code, rows in _by_kind(sheet.rows).items())
    nothing = Message("本季没有台账行。", "There is no ledger line in the quarter.")
    return Section(
        Message("分税目、分月计算", "By kind and month"), () if tables else (nothing,), tables, id="months"
    )


def _kind_table(sheet: Worksheet, code: str, rows: Sequence[Row]) -> Table:
    """Lines 1 to 10 down, the months of the quarter across; masses in tonnes, money in yuan."""
    by_month = {row.month: row for row in rows}
    months = (Column(str(month), Message(f"{month.number}月", str(month))) for month in sheet.months)
    columns = (
        Column("line", Message("栏次", "line"), width=0.5),
        Column("item", Message("项目", "item"), width=2.8),
        *months,
        Column("quarter", Message("本季", "quarter")),
    )
    lines = tuple(
        (
            Whole(number),
            Text(item),
            *(_figure(sheet, by_month.get(month), month, name) for month in sheet.months),
            _sum(rows, name),
        )
        for number, name, item in words.LINES
    )
    return Table(f"kind_{code}", sheet.kinds[code].name, columns, lines)


def _figure(sheet: Worksheet, row: Row | None, month: Month, name: str) -> Cell:
    """A month that is not on file has no figure; one without the kind has nought."""
    kind: type[Money | Mass] = Money if name in _MONEY else Mass
    if row is None:
        is_nought = _is_filed(sheet, month) and name != "fen_per_tonne"
        return kind(0 if is_nought else None)
    return kind(getattr(row, name))


def _sum(rows: Sequence[Row], name: str) -> Cell:
    if name == "fen_per_tonne":
        return Money(None)
    total = sum(getattr(row, name) for row in rows)
    return Money(total) if name in _MONEY else Mass(total)
