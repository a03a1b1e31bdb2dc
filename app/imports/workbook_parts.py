"""The parts of a workbook around its rows: which sheet, the shared texts, which cells show a share of a hundred."""

import posixpath
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from app.imports.faults import FileRefused

SHEET_NAME = "台账 Ledgers"
"""The sheet of the template; of other workbooks the first is read."""
_MOST_UNPACKED = 512 * 1024 * 1024
_MOST_PARTS = 2_000
_MOST_OF_A_SMALL_PART = 16 * 1024 * 1024
_MOST_TEXTS = 2_000_000
_MOST_CHARACTERS = 20_000_000
_READ_BYTES = 64 * 1024
_MOST_WAITING = 4 * 1024 * 1024
_TAIL_BYTES = 66 * 1024
_MOST_DIRECTORY_BYTES = 1024 * 1024
_END_OF_DIRECTORY = b"PK\x05\x06"
_LOCATOR_OF_64_BITS = b"PK\x06\x07"
_SHARES_OF_OLD = frozenset({9, 10})
"""The two built-in number formats that show a share of a hundred (ECMA-376 part 1, 18.8.30)."""
_ENCRYPTED = 0x1

Start = Callable[[str, dict[str, str]], object]
End = Callable[[str], object]
Text = Callable[[str], object]


@dataclass(slots=True)
class Book:
    """What it takes to read the rows of the sheet."""

    sheet: str
    sheet_bytes: int
    is_1904: bool
    share_styles: frozenset[int]
    texts: list[str] = field(default_factory=list)

    def shared(self, index: str) -> str:
        place = int(index)
        if not 0 <= place < len(self.texts):
            raise ValueError(index[:20])
        return self.texts[place]


def open_book(packed: zipfile.ZipFile) -> Book:
    """Look at everything of a workbook but its rows. Raises FileRefused, and KeyError and the like for what is none."""
    parts = packed.infolist()
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise FileRefused("locked_workbook")
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise FileRefused("unpacks_too_large")
    sheet, is_1904 = _sheet_of(packed)
    book = Book(sheet, packed.getinfo(sheet).file_size, is_1904, _share_styles(packed))
    book.texts = _shared_texts(packed)
    return book


def parser_with(start: Start, end: End | None = None, text: Text | None = None) -> expat.XMLParserType:
    """Make a parser. No spreadsheet program writes a DOCTYPE, and without one there are no entities to swell."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    return parser


class Feed:
    """Feeds a parser piece by piece.

    A parser keeps what it cannot tell the end of yet: a tag of hundreds of megabytes is refused before it is whole.
    """

    def __init__(self, parser: expat.XMLParserType) -> None:
        self._parser = parser
        self._given = 0

    def give(self, piece: bytes) -> None:
        self._parser.Parse(piece, False)  # noqa: FBT003 - expat takes it by place
        self._given += len(piece)
        if self._given - self._parser.CurrentByteIndex > _MOST_WAITING:
            raise FileRefused("hostile")

    def end(self) -> None:
        self._parser.Parse(b"", True)  # noqa: FBT003 - same


def pieces_of(stream: IO[bytes]) -> Iterator[bytes]:
    """A part of a workbook, piece by piece."""
    return iter(lambda: stream.read(_READ_BYTES), b"")


def refuse_swollen_directory(file: IO[bytes]) -> None:
    """Refuse an archive whose list of parts is long, before anything reads that list into memory.

    The record at the end says how long it is (APPNOTE 4.3.16); one that says so in 64 bits is of no workbook.
    """
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read()
    place = tail.find(_END_OF_DIRECTORY)
    while place >= 0:
        said = tail[place + 12 : place + 16]
        if int.from_bytes(said, "little") > _MOST_DIRECTORY_BYTES:
            raise FileRefused("unpacks_too_large")
        place = tail.find(_END_OF_DIRECTORY, place + 1)
    if _LOCATOR_OF_64_BITS in tail:
        raise FileRefused("unpacks_too_large")
    file.seek(0)


def _refuse_doctype(*_: object) -> None:
    raise FileRefused("hostile")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _small(packed: zipfile.ZipFile, name: str) -> bytes:
    with packed.open(name) as stream:
        content = stream.read(_MOST_OF_A_SMALL_PART + 1)
    if len(content) > _MOST_OF_A_SMALL_PART:
        raise FileRefused("unpacks_too_large")
    return content


def _sheet_of(packed: zipfile.ZipFile) -> tuple[str, bool]:
    """Find the part that holds the sheet, and whether days count from 1904 on."""
    sheets: list[tuple[str, str]] = []
    targets: dict[str, str] = {}
    flags: list[bool] = []

    def in_book(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "sheet":
            found = {_local(key): value for key, value in attributes.items()}
            sheets.append((found.get("name", ""), found.get("id", "")))
        elif _local(name) == "workbookPr":
            flags.append(attributes.get("date1904", "0") in ("1", "true"))

    def in_relations(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "Relationship":
            targets[attributes["Id"]] = attributes["Target"]

    parser_with(in_book).Parse(_small(packed, "xl/workbook.xml"), True)  # noqa: FBT003 - expat takes it by place
    parser_with(in_relations).Parse(_small(packed, "xl/_rels/workbook.xml.rels"), True)  # noqa: FBT003 - same
    if not sheets:
        raise FileRefused("empty")
    wanted = next((where for name, where in sheets if name == SHEET_NAME), sheets[0][1])
    target = targets[wanted]
    part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    return part, any(flags)


def _share_styles(packed: zipfile.ZipFile) -> frozenset[int]:
    """The styles whose cells show a hundredfold of what they hold: 0.27 reads “27%” to whoever typed it."""
    if "xl/styles.xml" not in packed.namelist():
        return frozenset()
    formats = set(_SHARES_OF_OLD)
    styles: list[int] = []
    inside: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        inside.append(local)
        if local == "numFmt" and "%" in attributes.get("formatCode", ""):
            formats.add(int(attributes["numFmtId"]))
        if local == "xf" and inside[-2:-1] == ["cellXfs"]:
            styles.append(int(attributes.get("numFmtId", "0")))

    def end(_: str) -> None:
        inside.pop()

    parser_with(start, end).Parse(_small(packed, "xl/styles.xml"), True)  # noqa: FBT003 - same
    return frozenset(index for index, number in enumerate(styles) if number in formats)


def _shared_texts(packed: zipfile.ZipFile) -> list[str]:
    """The texts that cells name by number; readings of Chinese characters beside them are left out."""
    if "xl/sharedStrings.xml" not in packed.namelist():
        return []
    collector = _Texts()
    feed = Feed(parser_with(collector.start, collector.end, collector.text))
    with packed.open("xl/sharedStrings.xml") as stream:
        for piece in pieces_of(stream):
            feed.give(piece)
    feed.end()
    return collector.texts


class _Texts:
    """Gathers the shared texts up to a bound."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._inside = 0
        self._in_reading = False
        self._characters = 0

    def start(self, name: str, _: dict[str, str]) -> None:
        local = _local(name)
        if local == "si":
            self._pieces = []
        elif local == "rPh":
            self._in_reading = True
        elif local == "t" and not self._in_reading:
            self._inside = 1

    def text(self, data: str) -> None:
        if self._inside:
            self._characters += len(data)
            if self._characters > _MOST_CHARACTERS:
                raise FileRefused("unpacks_too_large")
            self._pieces.append(data)

    def end(self, name: str) -> None:
        local = _local(name)
        if local == "t":
            self._inside = 0
        elif local == "rPh":
            self._in_reading = False
        elif local == "si":
            self.texts.append("".join(self._pieces))
            if len(self.texts) > _MOST_TEXTS:
                raise FileRefused("unpacks_too_large")
