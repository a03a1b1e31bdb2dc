"""Documents that nobody filed anything for: for tests of how a report is written."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

from app.domain.errors import Message
from app.domain.rates import METRICS
from app.reports.service import (
    Cell,
    Column,
    Coverage,
    Day,
    Document,
    Mass,
    Money,
    Number,
    Period,
    Provenance,
    Rate,
    Section,
    Table,
    Text,
    Whole,
)

HOSTILE = (
    "=cmd|' /C calc'!A0",
    '#import "/etc/passwd" *bold* $x^2$ _a_ [b] \\ // c',
    "<w:t>&amp;</w:t>",
    "91140200MA0EXAMPLE001P" + "X" * 150,
    "示例煤业有限公司" * 25,
    "+1+1",
    "@SUM(A1)",
)
AS_OF = datetime(2022, 1, 31, 8, tzinfo=timezone(timedelta(hours=8)))
COLUMNS = (
    Column("name", Message("单位名称", "Name"), width=2.2),
    Column("generated_tonnes", Message("产生量", "Generated"), Message("吨", "t"), width=1.5),
    Column("rate", Message("综合利用率", "Rate")),
    Column("sites", Message("场所数", "Sites")),
    Column("factor", Message("系数", "Factor")),
    Column("tax_yuan", Message("税额", "Tax"), Message("元", "yuan")),
    Column("day", Message("日期", "Day")),
)


def row(number: int, name: str = "") -> tuple[Cell, ...]:
    """One row in which every kind of cell stands."""
    return (
        Text(name or Message(f"示例场所{number}", f"site {number}")),
        Mass(number * 1_234_567 + 10**12),
        Rate(Fraction(number, 100)) if number % 3 else Rate(None, "no_ledgers"),
        Whole(number * 1000),
        Number(Decimal(number) / 8, 3),
        Money(number * 101),
        Day(date(2021, 1, 1) + timedelta(days=number % 300)),
    )


UNKNOWN: tuple[Cell, ...] = (
    Text(Message("合计", "Total")),
    Mass(None),
    Rate(None),
    Whole(None),
    Number(None),
    Money(None),
    Day(None),
)


def document(rows: tuple[tuple[Cell, ...], ...], *, total: bool = False) -> Document:
    """A report with one table of these rows and an empty one."""
    tables = (
        Table(
            "sites",
            Message("表1 场所", "Table 1 Sites"),
            COLUMNS,
            rows,
            (Message("注一", "Note one"),),
            int(total),
        ),
        Table("nothing", Message("表2 空表", "Table 2 Nothing"), COLUMNS[:2], ()),
    )
    return Document(
        kind="made-up",
        title=Message("示例市报告", "Report of a made-up city"),
        subtitle=Message("副题", "Subtitle"),
        period=Period.year(2021),
        scope=(Message("示例市", "Made-up City"),),
        provenance=Provenance(
            AS_OF,
            (Message("台账", "ledgers"),),
            Coverage(11, 12, 3_000_000, 1_500_000),
            (METRICS["utilization.statutory"], METRICS["utilization.new_waste"]),
            (Message("表头未与官方文本核对", "Heads not checked against the official text"),),
        ),
        sections=(
            Section(Message("一、场所", "1. Sites"), (Message("本年共三处。", "Three this year."),), tables),
        ),
        about="1402/..\\x",
    )


UTC_TEXT = AS_OF.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
