"""What is wrong with a file, or with one cell of it, in both languages."""

from dataclasses import dataclass
from typing import Literal

from app.domain.errors import Message

Severity = Literal["error", "warning", "info"]

REFUSALS = {
    "not_a_workbook": Message(
        "文件不是可以读取的 .xlsx 工作簿，请用电子表格软件另存为 .xlsx 后再上传",
        "this is not an .xlsx workbook that can be read; save it as .xlsx in a spreadsheet program",
    ),
    "old_workbook": Message(
        "这是旧格式 .xls，请另存为 .xlsx 后再上传", "this is an old .xls; save it as .xlsx and send that"
    ),
    "locked_workbook": Message(
        "工作簿设了打开密码，请取消密码后再上传",
        "this workbook is protected by a password; take it off and send it again",
    ),
    "unpacks_too_large": Message(
        "工作簿解压后过大，未读取", "the workbook unpacks to more than we read; nothing was read"
    ),
    "hostile": Message(
        "工作簿含有电子表格不会写入的内容，未读取",
        "the workbook holds what no spreadsheet program writes; nothing was read",
    ),
    "not_text": Message(
        "文件既不是 UTF-8 也不是 GB 18030 文本", "the file is neither UTF-8 nor GB 18030 text"
    ),
    "not_csv": Message("文件不是有效的 CSV", "this is not valid CSV"),
    "not_parquet": Message("文件不是可以读取的 Parquet", "this is not a Parquet file that can be read"),
    "not_plain": Message(
        "这一列不是文本、数、日期或是非", "this column holds neither text, numbers, dates nor yes and no"
    ),
    "no_parquet": Message(
        "本服务未安装 Parquet 组件，请改用 .xlsx、.csv 或 NDJSON",
        "this service reads no Parquet; send .xlsx, .csv or NDJSON",
    ),
    "line_too_long": Message("这一行超过 2 MB", "this line is longer than 2 MB"),
    "empty": Message("文件里没有台账行", "there is no ledger in this file"),
    "too_many_rows": Message("行数超过 200,000，请分成几个文件", "more than 200,000 rows; split the file"),
    "too_wide": Message("第 100 列之后还有内容", "there is something beyond the hundredth column"),
    "cell_too_long": Message("单元格内容过长", "a cell holds too much text"),
    "unknown_head": Message(
        "不认识这一列，请使用模板的列名；无关的列请删除",
        "this column is not known; use the heads of the template and delete columns that do not belong",
    ),
    "head_twice": Message("这一列出现两次", "this column stands twice"),
    "head_contradicts": Message(
        "列名的中英文不是同一列", "the Chinese and the English head name different columns"
    ),
    "unit_missing": Message(
        "列名须写明单位，如“产生量（吨）”", "the head must name its unit, as in “Generated (t)”"
    ),
    "unknown_unit": Message(
        "不认识列名里的单位，可用：吨、万吨、千克", "this unit is not known; use t, 10kt or kg"
    ),
    "head_missing": Message(
        "缺少“场所编码”或“月份”列，首行应为列名",
        "the column “Site” or “Month” is missing; the first row must hold the heads",
    ),
    "too_many_for_atomic": Message(
        "“全部或全不”方式一次最多 1,000 份台账，请分成几个文件或改用逐份方式",
        "all or nothing takes at most 1,000 ledgers; split the file, or file each for itself",
    ),
}
CELLS = {
    "cell_in_error": Message("单元格是错误值（#…）", "this cell is in error (#…)"),
    "not_computed": Message(
        "公式还没有计算结果，请用电子表格软件打开并保存",
        "this formula has no result yet; open the file in a spreadsheet program and save it",
    ),
    "contradicts": Message(
        "同一固废的两行填了不同的值", "two rows of the same waste give different values here"
    ),
    "flow_without_tonnes": Message(
        "没有填吨数，这一项未计入", "no tonnes are given here, so this was left out"
    ),
    "nothing_in_row": Message(
        "该行没有固废种类，也没有活动水平", "this row names neither a waste nor an activity"
    ),
    "apart": Message(
        "同一场所同一月份的行须连续排列，前面已有一段",
        "the rows of one site and month must stand together; an earlier stretch of them was read already",
    ),
    "too_many_rows_in_ledger": Message(
        "同一场所同一月份的行过多", "there are too many rows of one site and month"
    ),
    "unreadable_month": Message("应为如 2025-03 的月份", "this must be a month such as 2025-03"),
}


class FileRefused(Exception):  # noqa: N818 - a fact about the file
    """The file as a whole cannot be taken; `column` is the head as it stands there."""

    def __init__(self, code: str, *, row: int | None = None, column: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.row = row
        self.column = column

    @property
    def message(self) -> Message:
        return REFUSALS[self.code]

    def document(self) -> dict[str, object]:
        return {
            "code": self.code,
            "row": self.row,
            "column": self.column,
            "message": {"zh": self.message.zh, "en": self.message.en},
        }


@dataclass(frozen=True, slots=True)
class Note:
    """What is said of one cell: the row as the spreadsheet counts, the key of the column."""

    row: int
    column: str | None
    code: str
    severity: Severity
    message: Message

    def document(self) -> dict[str, object]:
        return {
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "severity": self.severity,
            "message": {"zh": self.message.zh, "en": self.message.en},
        }


def cell_note(row: int, column: str | None, code: str, severity: Severity = "error") -> Note:
    """One of our own sentences about a cell."""
    return Note(row, column, code, severity, CELLS[code])
