"""Reading a CSV file of official totals: encodings as offices save them, faults that name row and field."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from app.domain.bulletins.conventions import OPTIONAL, REQUIRED
from app.domain.bulletins.rows import OfficialRow, RowError, read_row, row_fault
from app.domain.errors import Fault, Message

MAX_ROWS = 10_000
MAX_BYTES = 10_000_000
MAX_FAULTS = 100
"""Enough to mend a file by; a file that is wrong throughout is wrong for one reason."""
_HEADER_ROWS = 1


class BulletinError(ValueError):
    """A file that cannot be checked; `faults` says where and why, at most MAX_FAULTS of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(fault.code for fault in faults[:3]))
        self.faults = tuple(faults[:MAX_FAULTS])


def read_csv(data: bytes) -> list[OfficialRow]:
    """Read a whole file: UTF-8 with or without BOM, or GB 18030 (GBK). Raises BulletinError.

    Blank lines are skipped; columns the check does not know are ignored.
    """
    return _read(_records(_decode(data)), _HEADER_ROWS)


def read_table(rows: Sequence[Mapping[str, str]]) -> list[OfficialRow]:
    """Read rows whose cells are already apart; a column that is absent is empty. Raises BulletinError."""
    if len(rows) > MAX_ROWS:
        raise _too_many_rows(MAX_ROWS + 1)
    empty = dict.fromkeys(REQUIRED, "")
    return _read(enumerate(empty | dict(cells) for cells in rows), header_rows=0)


def _read(records: Iterable[tuple[int, Mapping[str, str]]], header_rows: int) -> list[OfficialRow]:
    rows = []
    faults: list[Fault] = []
    seen: set[tuple[str, str | None]] = set()
    for index, cells in records:
        try:
            row = read_row(index, cells, header_rows)
        except RowError as refused:
            faults.extend(refused.faults)
            continue
        if (row.case, row.metric) in seen:
            faults.append(row_fault(index, "case", "duplicate_row", header_rows))
        seen.add((row.case, row.metric))
        rows.append(row)
    if faults:
        raise BulletinError(faults)
    return rows


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise _refused("too_large", f"文件超过 {MAX_BYTES:,} 字节", f"the file is above {MAX_BYTES:,} bytes")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
        # GB 18030 reads almost any bytes as something; no table of figures holds a NUL.
        if "\0" not in text:
            return text
    raise _refused(
        "encoding", "编码须为 UTF-8 或 GBK（GB 18030）", "the encoding must be UTF-8 or GBK (GB 18030)"
    )


def _records(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each record with its number, from 0, and its cells named after the header."""
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    index = -1
    try:
        header = _header(next(lines, []))
        for index, cells in enumerate(lines):
            if not any(cell.strip() for cell in cells):
                continue
            if index >= MAX_ROWS:
                raise _too_many_rows(index + 1 + _HEADER_ROWS)
            if len(cells) != len(header):
                raise BulletinError([row_fault(index, "case", "cell_count", _HEADER_ROWS)])
            yield index, dict(zip(header, cells, strict=True))
    except csv.Error:
        row = index + 2 + _HEADER_ROWS
        raise _refused(
            "csv_syntax",
            f"第 {row} 行附近不是合法的 CSV（引号未闭合，或单元格过长）",
            f"near row {row}: no valid CSV (an open quote, a cell too long)",
        ) from None


def _header(cells: Sequence[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    if not any(names):
        raise _refused("empty_file", "文件没有表头", "the file has no header")
    faults = [
        _fault("missing_column", f"第 1 行（表头）缺少字段 {name}", f"row 1 (header) has no field {name}")
        for name in REQUIRED
        if name not in names
    ]
    faults += [
        _fault(
            "duplicate_column", f"第 1 行（表头）字段 {name} 重复", f"row 1 (header) has field {name} twice"
        )
        for name in (*REQUIRED, *OPTIONAL)
        if names.count(name) > 1
    ]
    if faults:
        raise BulletinError(faults)
    return names


def _fault(code: str, zh: str, en: str) -> Fault:
    return Fault("", code, Message(zh=zh, en=en))


def _refused(code: str, zh: str, en: str) -> BulletinError:
    return BulletinError([_fault(code, zh, en)])


def _too_many_rows(row: int) -> BulletinError:
    return _refused(
        "too_many_rows",
        f"第 {row} 行起超过 {MAX_ROWS} 行的上限",
        f"row {row}: above the limit of {MAX_ROWS} rows",
    )
