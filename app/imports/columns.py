"""The columns of a file of ledgers, and the heads by which they are known: the template's, in either language, or the key.

One row is one waste of one site's month; further receivers, senders, uses or disposals of that waste, and further
activities, stand in rows below it. Quantities are in the unit that the head names.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.domain.errors import Message
from app.imports.faults import FileRefused
from app.imports.rows import Cell, Row


class Kind(StrEnum):
    """How the cells of a column are read."""

    CODE = "code"
    TEXT = "text"
    MONTH = "month"
    MASS = "mass"
    PERCENT = "percent"
    FLAG = "flag"
    BASIS = "basis"
    PURPOSE = "purpose"


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is the place in a ledger's JSON: a field of the ledger, of the line, or `list.field` of a line's list."""

    key: str
    kind: Kind
    head: Message

    @property
    def group(self) -> str:
        """The list that the column belongs to; "" for a field of the line or the ledger."""
        return self.key.partition(".")[0] if "." in self.key else ""

    @property
    def field(self) -> str:
        return self.key.rpartition(".")[2]


def _c(key: str, kind: Kind, zh: str, en: str) -> Column:
    return Column(key, kind, Message(zh, en))


_K = Kind
COLUMNS: tuple[Column, ...] = (
    _c("site", _K.CODE, "场所编码", "Site"),
    _c("month", _K.MONTH, "月份", "Month"),
    _c("waste", _K.CODE, "固废种类", "Waste"),
    _c("waste_code", _K.CODE, "固废代码", "Waste code"),
    _c("basis", _K.BASIS, "干湿基", "Basis"),
    _c("moisture_percent", _K.PERCENT, "含水率", "Moisture"),
    _c("method", _K.CODE, "计量方式", "Measured by"),
    _c("opening_stock_tonnes", _K.MASS, "期初贮存", "Opening stock"),
    _c("generated_tonnes", _K.MASS, "产生量", "Generated"),
    _c("received.from", _K.CODE, "接收自", "Received from"),
    _c("received.tonnes", _K.MASS, "接收量", "Received"),
    _c("received.purpose", _K.PURPOSE, "接收用途", "Received to"),
    _c("used.process", _K.CODE, "自行利用工艺", "Used in"),
    _c("used.product", _K.CODE, "利用产品", "Product"),
    _c("used.product_tonnes", _K.MASS, "利用产品产量", "Product made"),
    _c("used.tonnes", _K.MASS, "自行利用量", "Used on site"),
    _c("used.prior_stock_tonnes", _K.MASS, "自行利用其中往年贮存", "Used on site, of prior stock"),
    _c("used.received_tonnes", _K.MASS, "自行利用其中接收", "Used on site, of received"),
    _c("disposed.method", _K.CODE, "自行处置方式", "Disposed of by"),
    _c("disposed.facility", _K.CODE, "处置设施", "Facility"),
    _c("disposed.tonnes", _K.MASS, "自行处置量", "Disposed of on site"),
    _c("disposed.prior_stock_tonnes", _K.MASS, "自行处置其中往年贮存", "Disposed of on site, of prior stock"),
    _c("disposed.received_tonnes", _K.MASS, "自行处置其中接收", "Disposed of on site, of received"),
    _c("disposed.compliant", _K.FLAG, "处置合规", "Disposal compliant"),
    _c("sent.to", _K.CODE, "委托接收方", "Sent to"),
    _c("sent.tonnes", _K.MASS, "委托量", "Sent"),
    _c("sent.purpose", _K.PURPOSE, "委托用途", "Sent to be"),
    _c("sent.prior_stock_tonnes", _K.MASS, "委托其中往年贮存", "Sent, of prior stock"),
    _c("sent.received_tonnes", _K.MASS, "委托其中接收", "Sent, of received"),
    _c("sent.out_of_province", _K.FLAG, "转移出省", "Out of province"),
    _c("dumped_tonnes", _K.MASS, "倾倒丢弃量", "Dumped"),
    _c("compliant_stored_tonnes", _K.MASS, "合标贮存量", "Stored in compliance"),
    _c("closing_stock_tonnes", _K.MASS, "期末贮存", "Closing stock"),
    _c("activity.kind", _K.CODE, "活动水平", "Activity"),
    _c("activity.tonnes", _K.MASS, "活动量", "Activity quantity"),
    _c("activity.ash_percent", _K.PERCENT, "灰分", "Ash"),
    _c("activity.sulphur_percent", _K.PERCENT, "硫分", "Sulphur"),
    _c("activity.moisture_percent", _K.PERCENT, "活动含水率", "Activity moisture"),
    _c("activity.purity_percent", _K.PERCENT, "纯度", "Purity"),
    _c("nil", _K.FLAG, "零申报", "Nil return"),
    _c("signed_by", _K.TEXT, "填报负责人", "Signed by"),
    _c("reason", _K.TEXT, "修订理由", "Reason for amending"),
)
BY_KEY = {column.key: column for column in COLUMNS}
RESULT_HEADS = (
    Message("处理结果", "Result"),
    Message("说明", "What is said of this row in Chinese"),
    Message("英文说明", "What is said of this row"),
)
"""Columns that we add to a workbook that goes back; whoever sends it again need not delete them."""

_UNITS = {
    "吨": Decimal(1), "t": Decimal(1), "tonne": Decimal(1), "tonnes": Decimal(1),
    "万吨": Decimal(10_000), "10kt": Decimal(10_000), "10^4t": Decimal(10_000),
    "千克": Decimal(1) / 1000, "公斤": Decimal(1) / 1000, "kg": Decimal(1) / 1000,
}  # fmt: skip
_IN_BRACKETS = re.compile(r"^(.*?)\(([^()]*)\)$")
_SPACE = re.compile(r"[\s_]+")
_LEAST_HEADS = frozenset({"site", "month"})


def _plain(text: str) -> str:
    """One spelling of a head: width, case and spaces do not matter."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).casefold()


_NAMES = {
    _plain(name): column.key for column in COLUMNS for name in (column.key, column.head.zh, column.head.en)
}
_RESULTS = {_plain(name) for head in RESULT_HEADS for name in (head.zh, head.en)}


@dataclass(frozen=True, slots=True)
class Head:
    """A column of the file at hand, and by what its figures are multiplied to be tonnes."""

    column: Column
    factor: Decimal = Decimal(1)


def heads_of(row: Row) -> list[Head | None]:
    """Read the row of heads; None for a column of our own results, or without a head. Raises FileRefused."""
    heads = [_head(cell, row.number) for cell in row.cells]
    keys = [head.column.key for head in heads if head is not None]
    for head, cell in zip(heads, row.cells, strict=True):
        if head is not None and keys.count(head.column.key) > 1:
            raise FileRefused("head_twice", row=row.number, column=_shown(cell))
    if _LEAST_HEADS - set(keys):
        raise FileRefused("head_missing", row=row.number)
    return heads


def _shown(cell: Cell) -> str:
    return " ".join(str(cell).split())[:80]


def _head(cell: Cell, row: int) -> Head | None:
    lines = [line for line in str(cell or "").splitlines() if line.strip()]
    if not lines or _plain(lines[0]) in _RESULTS:
        return None
    keys, units = zip(*(_parted(line) for line in lines), strict=True)
    named = {_NAMES.get(key) for key in keys}
    if None in named:
        raise FileRefused("unknown_head", row=row, column=_shown(cell))
    if len(named) > 1:
        raise FileRefused("head_contradicts", row=row, column=_shown(cell))
    column = BY_KEY[str(named.pop())]
    return Head(column, _factor(column, keys, units, cell, row))


def _factor(column: Column, keys: Sequence[str], units: Sequence[str], cell: Cell, row: int) -> Decimal:
    """Find what makes tonnes of the figures. A column of tonnes whose head names no unit is refused."""
    if column.kind is not Kind.MASS:
        return Decimal(1)
    written = [unit for unit in units if unit]
    if not written and _plain(column.key) in keys:
        written = ["t"]
    if not written:
        raise FileRefused("unit_missing", row=row, column=_shown(cell))
    factors = {_UNITS.get(unit) for unit in written}
    factor = factors.pop()
    if factor is None or factors:
        raise FileRefused("unknown_unit", row=row, column=_shown(cell))
    return factor


def _parted(line: str) -> tuple[str, str]:
    """Part a head into its name and the unit in brackets."""
    plain = _plain(line)
    match = _IN_BRACKETS.match(plain)
    return (match[1], match[2]) if match else (plain, "")


def head_text(column: Column) -> str:
    """A head of the template: both languages, with the unit."""
    units = {Kind.MASS: ("（吨）", " (t)"), Kind.PERCENT: ("（%）", " (%)")}
    zh, en = units.get(column.kind, ("", ""))
    return f"{column.head.zh}{zh}\n{column.head.en}{en}"
