"""The entries of a JSON document one by one, each with the very text that it was written as."""

import json
from collections.abc import Generator, Iterator
from typing import Any

_BLANK = " \t\n\r"


class NotItems(Exception):  # noqa: N818 - a fact about the document
    """Neither a JSON array nor an object with an array `items`."""


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


class Document:
    """Walks a document. `rest` are the object's other members; complete when `items()` has ended."""

    def __init__(self, content: bytes) -> None:
        try:
            self._text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise NotItems from None
        self.rest: dict[str, Any] = {}

    def items(self) -> Iterator[tuple[Any, bytes]]:
        """Give (value, its bytes) of each entry. Raises NotItems, also in the middle."""
        try:
            yield from self._document()
        except (ValueError, IndexError, RecursionError):
            raise NotItems from None

    def _document(self) -> Iterator[tuple[Any, bytes]]:
        place = self._skip(0)
        if self._text[place] == "[":
            place = yield from self._array(place)
        elif self._text[place] == "{":
            place = yield from self._object(place)
        else:
            raise NotItems
        if self._skip(place) != len(self._text):
            raise NotItems

    def _object(self, place: int) -> Generator[tuple[Any, bytes], None, int]:
        found = False
        place = self._skip(place + 1)
        while self._text[place] != "}":
            name, place = _DECODER.raw_decode(self._text, place)
            place = self._skip(self._expect(":", self._skip(place)))
            if name == "items" and self._text[place] == "[":
                found = True
                place = yield from self._array(place)
            else:
                self.rest[name], place = _DECODER.raw_decode(self._text, place)
            place = self._skip(place)
            if self._text[place] != "}":
                place = self._skip(self._expect(",", place))
        if not found:
            raise NotItems
        return place + 1

    def _array(self, place: int) -> Generator[tuple[Any, bytes], None, int]:
        place = self._skip(place + 1)
        while self._text[place] != "]":
            value, end = _DECODER.raw_decode(self._text, place)
            yield value, self._text[place:end].encode("utf-8", "surrogatepass")
            place = self._skip(end)
            if self._text[place] != "]":
                place = self._skip(self._expect(",", place))
        return place + 1

    def _skip(self, place: int) -> int:
        while place < len(self._text) and self._text[place] in _BLANK:
            place += 1
        return place

    def _expect(self, sign: str, place: int) -> int:
        if self._text[place] != sign:
            raise NotItems
        return place + 1
