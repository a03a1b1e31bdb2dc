"""The permits of a file, whatever its form: a workbook or CSV by its columns, JSON entry by entry."""

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import IO

from app.domain.errors import Fault, Message
from app.http.problems import Invalid
from app.imports.service import MAX_ROWS, FileRefused, Progress, Row, csv_rows, workbook_rows
from app.permits.assembling import Layout, entries
from app.permits.cells import text_of
from app.permits.columns import ColumnMapping
from app.permits.commands import Incoming
from app.permits.entries import Entry, Note, incoming_of
from app.permits.json_items import Document, NotItems
from app.permits.models import FileFormat

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_NUMBER = Message(
    "首行中没有许可证编号一列；请检查列名，或以 mapping 指定所在省的列名映射",
    "the first row has no column with the permit number; check the heads, or name your province's mapping with `mapping`",
)
_EMPTY = Message("文件里没有许可证", "there is no permit in this file")
_NOT_JSON = Message(
    "应为许可证的 JSON 数组，或含 items 数组的对象",
    "this must be a JSON array of permits, or an object with an array `items`",
)
_TOO_MANY = Message(f"行数超过 {MAX_ROWS:,}，请分成几个文件", f"more than {MAX_ROWS:,} rows; split the file")


class UnreadableFile(Invalid):
    code = "unreadable_file"
    title = Message("不能读取这个文件", "this file cannot be read")


def refusal(code: str, message: Message) -> UnreadableFile:
    """Refuse the file as a whole."""
    return UnreadableFile(message, errors=[Fault("", code, message)])


def format_of(source: IO[bytes]) -> FileFormat:
    """What a file is by its first bytes: a name says nothing. Raises UnreadableFile."""
    source.seek(0)
    head = source.read(4096)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise refusal("empty", _EMPTY)
    if head.startswith(_OLE):
        raise _refused(FileRefused("old_workbook"))
    if head.startswith(_ZIP):
        return FileFormat.XLSX
    return FileFormat.JSON if start.startswith((b"[", b"{")) else FileFormat.CSV


def permits_of(kind: FileFormat, source: IO[bytes], mapping: ColumnMapping) -> Generator[Entry, None, None]:
    """Give the permits of a file in their order. Raises UnreadableFile, also in the middle."""
    if kind is FileFormat.JSON:
        yield from _json_entries(source)
        return
    progress = Progress()
    with closing(rows_of(kind, source, progress)) as rows:
        first = next(rows, None)
        if first is None:
            raise refusal("empty", _EMPTY)
        layout = Layout(
            tuple(text_of(cell) or "" for cell in first.cells),
            mapping.places(first.cells),
            mapping,
            progress.is_1904,
        )
        if "number" not in layout.places:
            raise refusal("head_missing", _NO_NUMBER)
        yield from entries(rows, layout)


def rows_of(kind: FileFormat, source: IO[bytes], progress: Progress) -> Generator[Row, None, None]:
    """The rows of a workbook or CSV, heads first. Raises UnreadableFile."""
    source.seek(0, 2)
    size = source.tell()
    source.seek(0)
    rows = workbook_rows(source, progress) if kind is FileFormat.XLSX else csv_rows(source, size, progress)
    try:
        for count, row in enumerate(rows):
            if count > MAX_ROWS:
                raise refusal("too_many_rows", _TOO_MANY)
            yield row
    except FileRefused as refused:
        raise _refused(refused) from None
    finally:
        rows.close()


def _refused(refused: FileRefused) -> UnreadableFile:
    if refused.code == "empty":
        return refusal("empty", _EMPTY)
    where = "" if refused.row is None else f"/{refused.row}"
    return UnreadableFile(refused.message, errors=[Fault(where, refused.code, refused.message)])


def _json_entries(source: IO[bytes]) -> Iterator[Entry]:
    """Entry n of the list counts as row n. The text is as large as an upload may be, its values are read one by one."""
    source.seek(0)
    try:
        for place, (value, raw) in enumerate(Document(source.read()).items(), 1):
            if place > MAX_ROWS:
                raise refusal("too_many_rows", _TOO_MANY)
            yield _json_entry(place, value, raw)
    except NotItems:
        raise refusal("json_invalid", _NOT_JSON) from None


def _json_entry(place: int, value: object, raw: bytes) -> Entry:
    read = incoming_of(value, raw)
    entry = Entry((place,), read.number or None)
    if isinstance(read, Incoming):
        entry.incoming = read
    elif read.problem is not None:
        entry.notes += [Note(place, fault.pointer or None, "error", fault) for fault in read.problem.errors]
    return entry
