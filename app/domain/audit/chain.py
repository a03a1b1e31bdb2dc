"""An entry of the log, and the seal that ties it to all entries before it.

seal n = SHA-256(seal n-1 ‖ canonical entry n), seal 0 = 32 zero bytes; the entry holds its number, counted from 1
without gaps. Beside the seal stand the marks: the CRC-16 of each field. They prove nothing, but when a seal does not
fit they tell which field is not what it was: a change within 16 bits of one field always shows.
"""

import hashlib
from binascii import crc_hqx
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from app.domain.canonical_json import canonical

Document: TypeAlias = Mapping[str, str | int | None]
"""An entry as JSON: every field of FIELDS."""

GENESIS = "0" * 64
"""What stands before the first entry: 32 zero bytes, in hexadecimal."""

FIELDS = (
    "number",
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "request_id",
    "address",
    "action",
    "object_kind",
    "object_id",
    "version",
    "before",
    "after",
    "region",
)
"""The fields of an entry, in the order of its marks."""

MARK_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Row:
    """An entry with its seal: a line of an export. All hashes are 64 hexadecimal digits."""

    entry: Document
    marks: str
    previous: str
    seal: str

    def document(self) -> dict[str, Document | str]:
        """The row as it is exported."""
        return {"entry": self.entry, "marks": self.marks, "previous": self.previous, "seal": self.seal}


def seal_of(previous: str, entry: Document) -> str:
    """The seal of an entry that follows the seal `previous`. Raises NotCanonical, ValueError for what is no hash."""
    return hashlib.sha256(bytes.fromhex(previous) + canonical(entry).encode()).hexdigest()


def marks_of(entry: Document) -> str:
    """The CRC-16 (CCITT) of the canonical text of each field, four hexadecimal digits a field."""
    return "".join(f"{crc_hqx(canonical(entry[name]).encode(), 0):04x}" for name in FIELDS)


def sealed(previous: str, entry: Document) -> Row:
    """The entry sealed after `previous`."""
    return Row(entry, marks_of(entry), previous, seal_of(previous, entry))


def changed_fields(entry: Document, marks: str) -> tuple[str, ...]:
    """The fields that their marks do not fit."""
    now = marks_of(entry)
    places = range(0, len(now), MARK_LENGTH)
    return tuple(
        name
        for name, place in zip(FIELDS, places, strict=True)
        if now[place : place + MARK_LENGTH] != marks[place : place + MARK_LENGTH]
    )
