"""The anchor of a day: how far the log had come, said where its operator cannot take it back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.domain.audit.chain import Document

_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


class BadAnchor(ValueError):  # noqa: N818 - a fact about the document
    """It is not an anchor as it is published; the text names the field."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The entries `first` to `number` of the log are those of the day; `root` is the Merkle root over their seals."""

    day: date
    first: int
    number: int
    seal: str
    root: str

    def document(self) -> dict[str, str | int]:
        """The anchor as it is published."""
        return {
            "day": str(self.day),
            "first": self.first,
            "number": self.number,
            "seal": self.seal,
            "root": self.root,
        }


def read_anchor(told: Document | Mapping[str, object]) -> Anchor:
    """Read an anchor as it is published; fields of others beside it are left alone. Raises BadAnchor."""
    try:
        day = date.fromisoformat(str(told["day"]))
    except (KeyError, ValueError):
        raise BadAnchor("day") from None
    first, number = _count(told, "first"), _count(told, "number")
    if first > number:
        raise BadAnchor("first")
    return Anchor(day, first, number, _hash(told, "seal"), _hash(told, "root"))


def _count(told: Mapping[str, object], name: str) -> int:
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise BadAnchor(name)
    return value


def _hash(told: Mapping[str, object], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise BadAnchor(name)
    return value
