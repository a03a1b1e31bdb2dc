"""The list of a snapshot: which files it is made of, with their SHA-256. It is replaced last and at once."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

FORMAT = 2
"""2: sites by numbers. A snapshot of format 1 is still known by its list, so that the next one takes its place."""
_KNOWN = (1, FORMAT)
FILE = "manifest.json"
_MOST_BYTES = 64 << 20


class SnapshotRefused(Exception):  # noqa: N818 - a fact about the snapshot
    """The snapshot cannot be taken or read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file. `marks`: another text when its rows are others; `month` None: the table has no months."""

    path: str
    month: str | None
    rows: int
    size: int
    sha256: str
    marks: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A whole snapshot: the database's kind and schema, the moment it stands on, and its tables' parts.

    `superseded`: files of the snapshot before that somebody may still be reading; the next one removes them.
    """

    database: str
    revision: str | None
    as_of: str
    tables: Mapping[str, tuple[Part, ...]]
    superseded: tuple[str, ...] = ()
    format: int = field(default=FORMAT)

    def parts(self) -> Iterator[Part]:
        for parts in self.tables.values():
            yield from parts

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts())

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts())

    def document(self) -> bytes:
        """The manifest as it is written."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False).encode() + b"\n"


def read_manifest(content: bytes) -> Manifest:
    """Read a manifest. Raises SnapshotRefused when it is none, or of a newer program."""
    if len(content) > _MOST_BYTES:
        raise SnapshotRefused(f"{FILE}: larger than {_MOST_BYTES} bytes")
    try:
        told: dict[str, Any] = json.loads(content)
        if told["format"] not in _KNOWN:
            raise SnapshotRefused(f"{FILE}: format {told['format']}, this program reads {FORMAT}")
        tables = {
            str(name): tuple(_part(part) for part in parts) for name, parts in told.pop("tables").items()
        }
        superseded = tuple(map(_inside, told.pop("superseded")))
        return Manifest(tables=tables, superseded=superseded, **told)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SnapshotRefused(f"{FILE}: not the list of a snapshot ({error})") from None


def _part(told: Mapping[str, Any]) -> Part:
    made = Part(**told)
    _inside(made.path)
    return made


def _inside(path: str) -> str:
    """A path that stays in the snapshot: one folder, one file."""
    folder, _, name = path.partition("/")
    if not folder or not name or "/" in name or ".." in path or path.startswith("."):
        raise ValueError(f"{path!r} lies outside")
    return path
