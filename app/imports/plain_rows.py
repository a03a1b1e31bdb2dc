"""Rows of a sheet as spreadsheet programs write them, taken apart by one expression instead of by an XML parser.

What the expression does not cover, a row with a rich text say, is left to the parser (app/imports/workbook.py), and so is
all of the sheet around its rows. From the first comment, CDATA or instruction on everything is: within those a row
would not be one.
"""

import codecs
import re
from collections.abc import Callable, Iterator

from app.imports.faults import FileRefused

_TOKEN = re.compile(
    r'<row r="([0-9]{1,7})"[^<>]*>'
    r'|<c r="([A-Z]{1,3})[0-9]{1,7}"([^/<>]*)'
    r"(?:/>|>(<f[^<>]*/>|<f[^<>]*>[^<>]*</f>)?"
    r"(?:<v>([^<&\r]*)</v>|<is><t[^<>]*>([^<&\r]*)</t></is>|<v/>)?</c>)"
    r"|</row>|\s+"
    r"|(.)",
    re.DOTALL | re.ASCII,
)
"""Row number; letters, attributes, formula, value, text in place of a cell; and whatever is none of that."""
_ATTRIBUTES = re.compile(r'(?: (?:s="([0-9]{1,6})"|t="([A-Za-z]{1,9})"|[A-Za-z:]+="[^"&]*"))*')
_ROW, _ROW_END, _ROWS_END = b"<row ", b"</row>", b"</sheetData"
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([^"'>]*)""")
_MOST_BEFORE_ROWS = 64 * 1024
_MOST_OF_A_ROW = 4 * 1024 * 1024

Token = tuple[str, str, str, str, str, str, str]
Shape = tuple[str, int]
"""The kind and the style of a cell."""


def tokens(rows: str) -> list[Token] | None:
    """Take rows apart; None when there is something in them that only the parser reads."""
    found: list[Token] = _TOKEN.findall(rows)
    return None if any(token[6] for token in found) else found


def shape_of(attributes: str) -> Shape | None:
    """Read what a cell says of itself behind its place; None when only the parser reads that."""
    match = _ATTRIBUTES.fullmatch(attributes)
    return None if match is None else (match[2] or "n", int(match[1] or 0))


class Cutter:
    """Parts the bytes of a sheet into whole rows and the rest, which goes to the parser; each in its order."""

    def __init__(self, rest: Callable[[bytes], None]) -> None:
        self._rest = rest
        self._kept = b""
        self._has_begun = False
        self._is_open = True

    def cut(self, piece: bytes) -> Iterator[bytes]:
        """Give the rows that are whole now; what stands before them has gone to the parser. Raises FileRefused."""
        if not self._is_open:
            self._rest(piece)
            return
        whole = self._kept + piece
        self._kept = b""
        if not self._has_begun and not (whole := self._begun(whole)):
            return
        end = whole.rfind(_ROW_END) + len(_ROW_END)
        if not self._is_open or b"<!" in whole or b"<?" in whole:
            self._leave(whole)
        elif end < len(_ROW_END):
            self._keep(whole)
        else:
            yield whole[:end]
            self._keep(whole[end:])

    def close(self) -> None:
        """Hand over what is left."""
        self._leave(self._kept)

    def _begun(self, whole: bytes) -> bytes:
        """The bytes from the first row on, once there is one."""
        start = whole.find(_ROW)
        if start < 0:
            if len(whole) > _MOST_BEFORE_ROWS:
                self._leave(whole)
            else:
                self._kept = whole
            return b""
        self._has_begun = True
        self._rest(whole[:start])
        self._is_open = _is_plain(whole[:start].removeprefix(codecs.BOM_UTF8))
        return whole[start:]

    def _keep(self, unfinished: bytes) -> None:
        if _ROWS_END in unfinished:
            self._leave(unfinished)
        elif len(unfinished) > _MOST_OF_A_ROW:
            raise FileRefused("hostile")
        else:
            self._kept = unfinished

    def _leave(self, rest: bytes) -> None:
        self._is_open = False
        self._rest(rest)


def _is_plain(before: bytes) -> bool:
    """Whether a sheet is UTF-8, and nothing before its rows could still be open."""
    declared = _DECLARED.match(before)
    is_utf8 = declared is None or declared[1].lower() == b"utf-8"
    return is_utf8 and b"<!" not in before and before.count(b"<?") == before.startswith(b"<?xml")
